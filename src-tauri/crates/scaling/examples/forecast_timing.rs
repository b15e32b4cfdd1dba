//! How long a forecast of a day takes: `cargo run --release -p scaling --example forecast_timing`.

#![allow(clippy::disallowed_methods)] // it measures

use std::time::Instant;

use jiff::SignedDuration;
use scaling::forecast::forecast;
use scaling::keda::scaled_object::GroupVersionKindResource;
use scaling::keda::{self, produced_hpa};
use scaling::together::Situation;
use serde_json::json;

const ROUNDS: u32 = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = "2026-03-02T00:00:00Z";
    let metadata = json!({"timezone": "Europe/Oslo", "start": "0 8 * * 1-5", "end": "0 18 * * 1-5", "desiredReplicas": "12"});
    let keda: keda::Situation = serde_json::from_value(json!({
        "now": now, "lastPoll": now, "triggers": [{}],
        "scaledObject": {
            "metadata": {"name": "orders", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"scaleTargetRef": {"name": "web"}, "triggers": [{"type": "cron", "metadata": metadata}]},
            "status": {"hpaName": "keda-hpa-orders"},
        },
        "target": {"replicas": {"value": 0, "certainty": {"kind": "observed"}}},
    }))?;
    let produced = produced_hpa::produce(
        &keda.scaled_object,
        &GroupVersionKindResource::default(),
        &keda.triggers,
    );
    let spec = produced.map_err(|why| format!("{why:?}"))?.spec;
    let hpa = serde_json::from_value(json!({
        "now": now, "namespace": "shop", "name": "keda-hpa-orders", "spec": spec,
        "scale": {"result": {"value": {"specReplicas": 0, "statusReplicas": 0, "selector": "app=web"}}},
        "passes": {"shortest": 15, "longest": 15, "phase": "now"},
    }))?;
    let situation = Situation {
        keda: Some(keda),
        hpa: Some(hpa),
    };
    let day = SignedDuration::from_hours(24);
    let begin = Instant::now();
    let mut steps = 0;
    for _ in 0..ROUNDS {
        steps = forecast(&situation, &[], day).steps.len();
    }
    println!(
        "{steps} steps, {:?} a forecast of 24 h",
        begin.elapsed() / ROUNDS
    );
    Ok(())
}
