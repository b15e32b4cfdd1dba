//! Metrics that KEDA serves to the HPA.

use jiff::Timestamp;
use scaling::hpa;
use scaling::hpa::amount::Amount;
use scaling::hpa::situation::Answered;
use scaling::keda::scaled_object::ScaledObjectStatus;
use scaling::keda::situation::{Situation, TargetState};
use scaling::keda::triggers::TriggerInput;
use scaling::keda::{ScaledObject, serving};
use serde::Deserialize;
use serde_json::{Value, json};

use super::differ;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    scaled_object: ScaledObject,
    now: Timestamp,
    target: TargetState,
    triggers: Vec<TriggerInput>,
    refused: bool,
    metrics: Option<Vec<Served>>,
    status: ScaledObjectStatus,
}

#[derive(Deserialize)]
struct Served {
    name: String,
    values: Option<Vec<Amount>>,
    error: Option<String>,
}

/// Every metric of the HPA, asked for once. The error's text reaches the HPA through KEDA's metrics server, so only that there is one
/// is compared.
pub fn served(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: Line = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let mut keda = Situation {
        now: line.now,
        scaled_object: line.scaled_object,
        target: line.target,
        triggers: line.triggers,
        hpa_conditions: None,
        last_poll: None,
    };
    let theirs = line.metrics.unwrap_or_default();
    let mut hpa = hpa(theirs.iter().map(|metric| metric.name.clone()))?;
    let queried = serving::serve(&keda, &mut hpa);
    differ(&mut found, "refused", &queried.is_none(), &line.refused);
    let Some(queried) = queried else {
        return Ok(found);
    };
    for their in theirs {
        let mut answers = hpa.metrics.external.iter();
        let ours = answers.find(|answer| answer.metric.name == their.name);
        let ours = ours.map(|answer| match &answer.answer.result {
            Answered::Value(values) => Some(values.clone()),
            Answered::Error(_) => None,
        });
        let expected = match (their.values, &their.error) {
            (Some(values), None) => Some(values),
            (_, _) => None,
        };
        differ(&mut found, &their.name, &ours.flatten(), &expected);
        if let Some(error) = their.error.filter(|_| !found.is_empty()) {
            found.push(format!("  upstream's error: {error}"));
        }
    }
    queried.remember(&mut keda);
    differ(
        &mut found,
        "status",
        &keda.scaled_object.status,
        &line.status,
    );
    Ok(found)
}

/// An HPA with these external metrics.
fn hpa(names: impl Iterator<Item = String>) -> Result<hpa::Situation, serde_json::Error> {
    let metrics: Vec<Value> = names
        .map(|name| {
            let target = json!({"type": "AverageValue", "averageValue": "1"});
            json!({"type": "External", "external": {"metric": {"name": name}, "target": target}})
        })
        .collect();
    serde_json::from_value(json!({
        "now": "2026-01-01T00:00:00Z", "namespace": "shop", "name": "keda-hpa-orders",
        "spec": {"maxReplicas": 100, "metrics": metrics},
        "scale": {"result": {"value": {"specReplicas": 1, "statusReplicas": 1, "selector": "app=web"}}},
    }))
}
