//! What KEDA answers to the HPA, case by case: each was once decided otherwise than upstream decides.
#![allow(clippy::unwrap_used)]

use scaling::hpa;
use scaling::hpa::situation::Answered;
use scaling::keda::situation::Situation;
use scaling::keda::{poll, serving};
use serde_json::{Value, json};

/// One kafka metric of a trigger: a length, or none where the source is away.
fn queue(trigger: usize, length: Option<f64>) -> Value {
    let outcome = match length {
        Some(length) => {
            json!({"kind": "value", "amount": {"float": length}, "number": length, "activationThreshold": null, "isActive": length > 0.0})
        }
        None => json!({"kind": "failed", "error": "source is away"}),
    };
    json!({"metric": format!("s{trigger}-kafka"), "target": {"type": "AverageValue", "amount": {"float": 5.0}}, "outcome": outcome})
}

fn inputs(metrics: &[Vec<Value>]) -> Value {
    let inputs = metrics.iter();
    inputs
        .map(|metrics| json!({"source": {"kind": "metrics", "metrics": metrics}}))
        .collect()
}

#[allow(clippy::needless_pass_by_value)] // situations read better without &
fn situation(spec: &Value, triggers: Value) -> Situation {
    let mut object = json!({
        "metadata": {"name": "orders", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"scaleTargetRef": {"name": "web"}}, "status": {"hpaName": "keda-hpa-orders"},
    });
    let fields = object["spec"].as_object_mut().unwrap();
    fields.extend(spec.as_object().unwrap().clone());
    serde_json::from_value(json!({
        "now": "2026-03-01T12:00:00Z", "triggers": triggers, "scaledObject": object,
        "target": {"replicas": {"value": 3, "certainty": {"kind": "observed"}}},
    }))
    .unwrap()
}

/// The values of a metric, or its error.
fn served(keda: &Situation, name: &str) -> Result<Vec<String>, String> {
    let target = json!({"type": "AverageValue", "averageValue": "1"});
    let mut hpa: hpa::Situation = serde_json::from_value(json!({
        "now": keda.now, "namespace": "shop", "name": "keda-hpa-orders",
        "spec": {"maxReplicas": 100, "metrics": [{"type": "External", "external": {"metric": {"name": name}, "target": target}}]},
        "scale": {"result": {"value": {"specReplicas": 3, "statusReplicas": 3, "selector": "app=web"}}},
    }))
    .unwrap();
    serving::serve(keda, &mut hpa).unwrap();
    match &hpa.metrics.external.first().unwrap().answer.result {
        Answered::Value(values) => Ok(values.iter().map(ToString::to_string).collect()),
        Answered::Error(error) => Err(error.clone()),
    }
}

const COMPOSITE: &str = "composite-metric";

fn kafka(name: &str) -> Value {
    json!({"type": "kafka", "name": name, "metadata": {}})
}

fn formula(formula: &str) -> Value {
    json!({"scalingModifiers": {"formula": formula, "target": "2"}})
}

#[test]
fn a_trigger_that_names_no_metric_fails_the_others() {
    let spec = json!({"triggers": [kafka("a"), kafka("b")]});
    let both = inputs(&[vec![queue(0, Some(7.0))], vec![queue(1, Some(1.0))]]);
    assert_eq!(
        served(&situation(&spec, both), "s0-kafka"),
        Ok(vec!["7".into()])
    );
    let one = inputs(&[vec![queue(0, Some(7.0))], vec![]]);
    let error = served(&situation(&spec, one), "s0-kafka").unwrap_err();
    assert_eq!(error, "metric:s0-kafka encountered error");
}

#[test]
fn a_metric_on_its_fallback_is_served_all_the_same() {
    let spec = json!({"triggers": [kafka("a"), kafka("b")], "fallback": {"failureThreshold": 0, "replicas": 4}});
    let away = inputs(&[vec![queue(0, None)], vec![]]);
    assert_eq!(
        served(&situation(&spec, away), "s0-kafka"),
        Ok(vec!["20".into()])
    );
}

#[test]
fn a_formula_cannot_do_without_a_metric_that_failed() {
    let spec = json!({"triggers": [kafka("a")], "advanced": formula("a ?? 3")});
    let away = inputs(&[vec![queue(0, None)]]);
    assert!(served(&situation(&spec, away), COMPOSITE).is_err());
}

#[test]
fn a_formula_over_no_external_metric_gives_none() {
    let cpu = json!({"type": "cpu", "metricType": "Utilization", "metadata": {"value": "50"}});
    let spec = json!({"triggers": [cpu], "advanced": formula("1")});
    let error = served(&situation(&spec, json!([])), COMPOSITE).unwrap_err();
    assert!(error.contains("no matching metrics found"), "{error}");
}

#[test]
fn modifiers_without_a_target_find_no_metric() {
    let advanced = json!({"scalingModifiers": {"activationTarget": "0"}});
    let spec = json!({"triggers": [kafka("a")], "advanced": advanced});
    let full = inputs(&[vec![queue(0, Some(7.0))]]);
    let error = served(&situation(&spec, full), COMPOSITE).unwrap_err();
    assert!(error.contains("no matching metrics found"), "{error}");
}

#[test]
fn an_activation_target_that_is_no_number_stops_polls_but_not_queries() {
    let advanced =
        json!({"scalingModifiers": {"formula": "a", "target": "2", "activationTarget": "x"}});
    let spec = json!({"triggers": [kafka("a")], "advanced": advanced});
    let full = situation(&spec, inputs(&[vec![queue(0, Some(7.0))]]));
    assert_eq!(served(&full, COMPOSITE), Ok(vec!["7".into()]));
    assert!(poll(&full).activity.is_none());
}

#[test]
fn a_query_gets_what_the_last_poll_cached() {
    let mut trigger = kafka("a");
    trigger["useCachedMetrics"] = true.into();
    let spec = json!({"triggers": [trigger]});
    let before = situation(&spec, inputs(&[vec![queue(0, Some(7.0))]]));
    let decision = poll(&before);
    let mut after = before.after(&decision);
    let later = situation(&spec, inputs(&[vec![queue(0, Some(9.0))]]));
    after.triggers[0].source = later.triggers[0].source.clone();
    assert_eq!(served(&after, "s0-kafka"), Ok(vec!["7".into()]));
    after.triggers[0].cached.clear();
    assert_eq!(served(&after, "s0-kafka"), Ok(vec!["9".into()]));
}

#[test]
fn a_cached_fallback_counts_as_success_and_is_missing_from_the_formula() {
    let mut trigger = kafka("a");
    trigger["useCachedMetrics"] = true.into();
    let fallback = json!({"failureThreshold": 0, "replicas": 4});
    let spec =
        json!({"triggers": [trigger], "fallback": fallback, "advanced": formula("a ?? nil")});
    let away = situation(&spec, inputs(&[vec![queue(0, None)]]));
    let decision = poll(&away);
    let after = away.after(&decision);
    let failures =
        |object: &Situation| object.scaled_object.status.health["s0-kafka"].number_of_failures;
    assert_eq!(failures(&after), Some(1));
    // Nil, for which the fallback's count times the target stands.
    assert_eq!(served(&after, COMPOSITE), Ok(vec!["8".into()]));
}
