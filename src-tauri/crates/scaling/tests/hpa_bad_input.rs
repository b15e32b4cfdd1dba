//! Nonsense in a spec yields a finding that names field and value, and the decision that the controller would make.
#![allow(clippy::unwrap_used)]

use scaling::Evidence;
use scaling::hpa::{Situation, decide};
use serde_json::{Value, json};

fn situation(spec: &Value) -> Situation {
    let mut whole = json!({"minReplicas": 1, "maxReplicas": 5, "scaleTargetRef": {"kind": "Deployment", "name": "web"},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]});
    for (name, value) in spec.as_object().unwrap() {
        whole[name] = value.clone();
    }
    serde_json::from_value(json!({"now": "2026-01-01T00:00:00Z", "namespace": "ns", "name": "web", "spec": whole,
        "scale": {"result": {"value": {"specReplicas": 3, "statusReplicas": 3, "selector": "app=web"}}}}))
    .unwrap()
}

#[test]
fn each_fault_names_its_field_and_value() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("data/hpa_bad_input.json")).unwrap();
    for case in cases {
        let text = |name: &str| case[name].as_str().unwrap();
        let (_, findings) = decide(&situation(&case["spec"]));
        let evidence = findings.iter().flat_map(|finding| &finding.evidence);
        let expected = Evidence::new(text("field"), text("value"));
        assert!(
            evidence.clone().any(|found| *found == expected),
            "{case}: {findings:?}"
        );
        for finding in &findings {
            assert!(
                finding.summary.contains(&finding.evidence[0].field),
                "{finding:?}"
            );
        }
    }
    assert_eq!(decide(&situation(&json!({}))).1, []);
}

#[test]
fn the_controller_decides_all_the_same() {
    for (spec, replicas) in [
        (json!({"maxReplicas": 2}), 2),
        (json!({"maxReplicas": 0}), 0),
        (json!({"maxReplicas": -4}), -4),
        (json!({"minReplicas": 4, "maxReplicas": 2}), 2),
        (json!({"minReplicas": 4}), 4),
        (json!({"metrics": [{"type": "Later"}]}), 3),
    ] {
        let (decision, _) = decide(&situation(&spec));
        assert_eq!(decision.replicas, Some(replicas), "{spec}");
    }
}
