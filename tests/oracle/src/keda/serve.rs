//! Metrics that KEDA serves to the HPA.

use jiff::Timestamp;
use scaling::certainty::Certainty;
use scaling::hpa;
use scaling::hpa::amount::Amount;
use scaling::hpa::situation::Answered;
use scaling::hpa::status::Condition;
use scaling::keda::scaled_object::ScaledObjectStatus;
use scaling::keda::situation::{Situation, TargetState};
use scaling::keda::triggers::TriggerInput;
use scaling::keda::{ScaledObject, poll, serving};
use serde::Deserialize;
use serde_json::{Value, json};

use super::differ;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    scaled_object: ScaledObject,
    polled: Option<Polled>,
    now: Timestamp,
    target: TargetState,
    triggers: Vec<TriggerInput>,
    refused: bool,
    metrics: Option<Vec<Served>>,
    status: ScaledObjectStatus,
}

/// A poll before the queries. That it does as upstream's is proved elsewhere.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Polled {
    now: Timestamp,
    target: TargetState,
    triggers: Vec<TriggerInput>,
    hpa_conditions: Option<Vec<Condition>>,
    answer: Answer,
}

#[derive(Deserialize)]
struct Answer {
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
    if let Some(polled) = line.polled {
        let status = polled.answer.status.clone();
        keda.triggers = cached(keda.scaled_object.clone(), polled, keda.triggers);
        keda.scaled_object.status = status;
    }
    let theirs = line.metrics.unwrap_or_default();
    let mut hpa = hpa(theirs.iter().map(|metric| metric.name.clone()))?;
    let queried = serving::serve(&keda, &mut hpa);
    differ(&mut found, "refused", &queried.is_none(), &line.refused);
    let Some(queried) = queried else {
        return Ok(found);
    };
    for their in theirs {
        let mut answers = hpa.metrics.external.iter();
        let answer = answers.find(|answer| answer.metric.name == their.name);
        let ours = answer.map(|answer| match &answer.answer.result {
            Answered::Value(values) => Some(values.clone()),
            Answered::Error(_) => None,
        });
        let ours = ours.flatten();
        let is_random = answer
            .is_some_and(|answer| matches!(answer.answer.certainty, Certainty::Unknown { .. }));
        let expected = match (their.values, &their.error) {
            (Some(values), None) => Some(values),
            (_, _) => None,
        };
        if is_random && ours.is_some() == expected.is_some() {
            continue;
        }
        let (ours, expected) = (ours.map(in_order), expected.map(in_order));
        differ(&mut found, &their.name, &ours, &expected);
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

/// The inputs with what a poll left for them.
fn cached(object: ScaledObject, polled: Polled, inputs: Vec<TriggerInput>) -> Vec<TriggerInput> {
    let before = Situation {
        now: polled.now,
        scaled_object: object,
        target: polled.target,
        triggers: polled.triggers,
        hpa_conditions: polled.hpa_conditions,
        last_poll: None,
    };
    let decision = poll(&before);
    let after = before.after(&decision).triggers.into_iter();
    inputs
        .into_iter()
        .zip(after)
        .map(|(input, left)| TriggerInput {
            cached: left.cached,
            ..input
        })
        .collect()
}

/// Values as text, in order: upstream lists those of several metrics in any. Beyond what an amount holds, so many digits are as good as
/// any others.
fn in_order(values: Vec<Amount>) -> Vec<String> {
    let text = |amount: Amount| match amount {
        Amount::Read(quantity) if quantity.nano() == i128::MAX => "beyond".to_owned(),
        Amount::Read(quantity) => quantity.nano().to_string(),
        Amount::Unreadable(digits) if digits.len() > 40 => "beyond".to_owned(),
        Amount::Unreadable(text) => text,
    };
    let mut texts: Vec<String> = values.into_iter().map(text).collect();
    texts.sort_unstable();
    texts
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
