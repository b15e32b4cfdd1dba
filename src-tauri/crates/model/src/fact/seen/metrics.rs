//! What the metrics APIs answer, as the HPA controller takes it.

use scaling::hpa::amount::Amount;
use scaling::hpa::situation::{ContainerUsage, PodUsage, PodValue, Span};
use serde_json::Value;

use super::object::{text, time};
use super::pod::{amount, amounts};
use super::show;
use crate::duration;
use crate::row::DecodeError;

/// Usage of each pod of a `PodMetricsList`; those without a time are left out.
///
/// # Errors
/// For what is no JSON list.
pub fn pod_usages(json: &[u8]) -> Result<Vec<PodUsage>, DecodeError> {
    let usage = |item: &Value| {
        let containers = item["containers"].as_array().into_iter().flatten();
        let containers = containers.map(|one| ContainerUsage {
            name: text(&one["name"]).into(),
            usage: amounts(&one["usage"]),
        });
        Some(PodUsage {
            name: text(&item["metadata"]["name"]).into(),
            timestamp: time(&item["timestamp"])?,
            window: window(&item["window"]),
            containers: containers.collect(),
        })
    };
    Ok(items(json)?.iter().filter_map(usage).collect())
}

/// The value of each pod of a `MetricValueList`.
///
/// # Errors
/// For what is no JSON list.
pub fn pod_values(json: &[u8]) -> Result<Vec<PodValue>, DecodeError> {
    let value = |item: &Value| {
        Some(PodValue {
            name: text(&item["describedObject"]["name"]).into(),
            timestamp: time(&item["timestamp"])?,
            window: item["windowSeconds"].as_i64().map(Span::seconds),
            value: amount(&item["value"]),
        })
    };
    Ok(items(json)?.iter().filter_map(value).collect())
}

/// The value of the one object of a `MetricValueList`; `None` if it has none.
///
/// # Errors
/// For what is no JSON list.
pub fn object_value(json: &[u8]) -> Result<Option<Amount>, DecodeError> {
    Ok(items(json)?.first().map(|item| amount(&item["value"])))
}

/// The values of an `ExternalMetricValueList`.
///
/// # Errors
/// For what is no JSON list.
pub fn external_values(json: &[u8]) -> Result<Vec<Amount>, DecodeError> {
    let value = |item: &Value| amount(&item["value"]);
    Ok(items(json)?.iter().map(value).collect())
}

fn items(json: &[u8]) -> Result<Vec<Value>, DecodeError> {
    let mut list: Value = serde_json::from_slice(json)?;
    show(&mut list);
    match list["items"].take() {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        _ => Err(DecodeError::NoTable),
    }
}

/// `15s`, `1m0s`, as Go writes it; nothing where it says nothing.
fn window(value: &Value) -> Span {
    let ms = value.as_str().and_then(duration::parse_go).unwrap_or(0);
    Span::from(jiff::SignedDuration::from_millis(ms))
}
