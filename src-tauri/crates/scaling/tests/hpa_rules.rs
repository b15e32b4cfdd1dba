//! Rules of the HPA controller that surprise, one small case each.
#![allow(clippy::unwrap_used)]

use scaling::hpa::{Situation, decide};
use serde_json::{Value, json};

/// Three pods that each use `load` per cent of 100 millicores, against 80 per cent; 12:00.
fn situation(case: &Value) -> Situation {
    let names = ["web-0", "web-1", "web-2"];
    let is_ready = if case["ready"] == false {
        "False"
    } else {
        "True"
    };
    let load = case["load"].as_f64().unwrap();
    let pods = names.map(|name| {
        json!({"name": name, "labels": {"app": "web"}, "phase": "Running", "startTime": "2026-01-01T10:00:00Z",
            "ready": {"status": is_ready, "lastTransitionTime": "2026-01-01T10:01:00Z"},
            "containers": [{"name": "app", "requests": {"cpu": "100m"}}]})
    });
    let usage = names.map(|name| {
        json!({"name": name, "timestamp": "2026-01-01T11:59:50Z", "window": 30,
            "containers": [{"name": "app", "usage": {"cpu": format!("{}u", load * 1000.0)}}]})
    });
    let target = json!({"type": "Utilization", "averageUtilization": 80});
    let mut value = json!({
        "now": "2026-01-01T12:00:00Z", "namespace": "ns", "name": "web",
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"}, "minReplicas": 1, "maxReplicas": 10,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]},
        "scale": {"result": {"value": {"specReplicas": 3, "statusReplicas": 3, "selector": "app=web"}}},
        "pods": pods, "metrics": {"resource": {"result": {"value": usage}}},
        "config": scaling::hpa::situation::Config::default(),
    });
    merge(&mut value, &case["patch"]);
    serde_json::from_value(value).unwrap()
}

fn merge(value: &mut Value, patch: &Value) {
    match (value, patch) {
        (Value::Object(fields), Value::Object(patch)) => {
            for (name, patch) in patch {
                merge(fields.entry(name).or_insert(Value::Null), patch);
            }
        }
        (value, patch) => *value = patch.clone(),
    }
}

#[test]
fn rules() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("data/hpa_rules.json")).unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let (decision, _) = decide(&situation(&case));
        assert_eq!(
            json!(decision.replicas),
            case["replicas"],
            "{name}: {decision:?}"
        );
        assert_eq!(json!(decision.reason), case["reason"], "{name}");
        let conditions: Vec<String> = decision
            .status
            .conditions
            .iter()
            .map(|condition| format!("{} {}", condition.status.as_str(), condition.reason))
            .collect();
        assert_eq!(json!(conditions), case["conditions"], "{name}");
        if let Some(average) = case.get("average") {
            let status = serde_json::to_value(&decision.status.current_metrics[0]).unwrap();
            assert_eq!(
                &status["external"]["current"]["averageValue"], average,
                "{name}"
            );
        }
    }
}
