//! Resource and `ContainerResource` metrics: their words, their entry in the status.
//!
//! Follows `horizontal.go` (`computeStatusForResourceMetricGeneric`, `buildQuantity`).

use super::amount::Amount;
use super::decision::TargetValue;
use super::metric::{Computed, Failed};
use super::metrics::Inputs;
use super::plain;
use super::situation::Version;
use super::spec::{SourceKind, Target};
use super::status::{ContainerResourceStatus, CurrentValue, MetricStatus, ResourceStatus};
use super::trace::Trace;
use super::usage;
use super::utilization::utilization;
use crate::quantity::{Format, Quantity};

/// A Resource or `ContainerResource` metric.
pub(crate) struct ResourceParts<'s> {
    pub(crate) name: &'s str,
    /// For a `ContainerResource` metric.
    pub(crate) container: Option<&'s str>,
    pub(crate) target: &'s Target,
}

/// The average value goes before the utilization.
pub(crate) fn target(target: &Target) -> Option<TargetValue> {
    let value = target.average_value.as_ref();
    value
        .map(|amount| TargetValue::AverageValue(amount.milli()))
        .or(target.average_utilization.map(TargetValue::Utilization))
}

/// Evaluates one.
pub(crate) fn compute(
    inputs: &Inputs<'_>,
    parts: &ResourceParts<'_>,
    trace: &mut Trace,
) -> Result<Computed, Failed> {
    let failed = |error: String| match parts.container {
        None => Failed {
            reason: "FailedGetResourceMetric",
            joint: format!(
                "failed to get {} resource metric value: {error}",
                parts.name
            ),
            event: error,
        },
        Some(container) => Failed {
            reason: "FailedGetContainerResourceMetric",
            joint: format!("failed to get {container} container metric value: {error}"),
            event: error,
        },
    };
    let (name, container) = (parts.name, parts.container.unwrap_or_default());
    let (replicas, current) = match target(parts.target) {
        Some(TargetValue::AverageValue(target)) => {
            let (replicas, usage) = average(inputs, parts, target, trace)
                .map_err(|error| failed(format!("failed to get {name} usage: {error}")))?;
            let current = CurrentValue {
                average_value: Some(measured(inputs, name, usage)),
                ..CurrentValue::default()
            };
            (replicas, current)
        }
        Some(TargetValue::Utilization(target)) => {
            let computed = utilization(inputs, name, container, target, trace)
                .map_err(|error| failed(format!("failed to get {name} utilization: {error}")))?;
            let current = CurrentValue {
                average_utilization: Some(computed.percent),
                average_value: Some(measured(inputs, name, computed.average)),
                ..CurrentValue::default()
            };
            (computed.replicas, current)
        }
        Some(TargetValue::Value(_)) | None => {
            return Err(failed(
                "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set"
                    .to_owned(),
            ));
        }
    };
    let name = name.into();
    let status = match parts.container {
        None => MetricStatus {
            kind: SourceKind::Resource,
            resource: Some(Box::new(ResourceStatus { name, current })),
            ..MetricStatus::default()
        },
        Some(container) => MetricStatus {
            kind: SourceKind::ContainerResource,
            container_resource: Some(Box::new(ContainerResourceStatus {
                name,
                current,
                container: container.into(),
            })),
            ..MetricStatus::default()
        },
    };
    Ok(Computed { replicas, status })
}

/// The metric in the controller's words.
pub(crate) fn words(parts: &ResourceParts<'_>) -> String {
    let name = parts.name;
    match (target(parts.target), parts.container) {
        (Some(TargetValue::Utilization(_)), Some(_)) => {
            format!("{name} container resource utilization (percentage of request)")
        }
        (Some(TargetValue::Utilization(_)), None) => {
            format!("{name} resource utilization (percentage of request)")
        }
        (Some(TargetValue::AverageValue(_) | TargetValue::Value(_)) | None, _) => {
            format!("{name} resource")
        }
    }
}

/// `GetRawResourceReplicas`
fn average(
    inputs: &Inputs<'_>,
    parts: &ResourceParts<'_>,
    target: i64,
    trace: &mut Trace,
) -> Result<(i32, i64), String> {
    let container = parts.container.unwrap_or_default();
    let (samples, certainty) = usage::resource(inputs, parts.name, container, trace)
        .map_err(|error| format!("unable to get metrics for resource {}: {error}", parts.name))?;
    let is_cpu = parts.name == "cpu";
    plain::average(inputs, samples, certainty, is_cpu, target, trace)
}

/// Usage as the status has it: memory as a binary quantity, since 1.34.
fn measured(inputs: &Inputs<'_>, resource: &str, milli: i64) -> Amount {
    let binary = resource == "memory" && inputs.situation.config.version >= Version::V1_34;
    let format = if binary {
        Format::BinarySi
    } else {
        Format::DecimalSi
    };
    Quantity::from_milli(milli, format).into()
}
