//! Situations about which upstream and this crate once disagreed, with upstream's answer.
#![allow(clippy::unwrap_used)]

use scaling::hpa::{Situation, decide};
use serde_json::{Value, json};

#[test]
fn as_upstream_decides() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("data/hpa_upstream.json")).unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let situation: Situation = serde_json::from_value(case["situation"].clone()).unwrap();
        let (decision, _) = decide(&situation);
        let answer = &case["answer"];
        assert_eq!(json!(decision.replicas), answer["replicas"], "{name}");
        assert_eq!(json!(decision.rescale), answer["rescale"], "{name}");
        assert_eq!(json!(decision.events), answer["events"], "{name}");
        for part in ["recommendations", "scaleUpEvents", "scaleDownEvents"] {
            assert_eq!(
                json!(decision.memory)[part],
                answer["memory"][part],
                "{name}"
            );
        }
        assert_eq!(
            json!(decision.status)["conditions"],
            answer["status"]["conditions"],
            "{name}"
        );
    }
}
