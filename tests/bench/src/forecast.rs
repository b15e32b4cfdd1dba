//! A forecast of a day for a `ScaledObject` with its HPA.

use std::hint::black_box;
use std::time::Instant;

use jiff::SignedDuration;
use scaling::forecast::forecast;
use scaling::keda::scaled_object::GroupVersionKindResource;
use scaling::keda::{self, produced_hpa};
use scaling::together::Situation;
use serde_json::{Value, json};

use crate::figures::{median, time};
use crate::report::{Line, Report};

const ROUNDS: u32 = 200;
const RUNS: usize = 9;
const LIMIT: f64 = 1e-3;

/// Times it with passes and polls at known moments, and at unknown ones, where several plays are made.
pub(crate) fn measure(report: &mut Report) -> Result<(), String> {
    let known = json!({"shortest": 15, "longest": 15, "phase": "now"});
    let unknown = json!({"shortest": 15, "longest": 15.2, "phase": "unknown"});
    for (what, passes, last_poll) in [
        ("known", known, json!(NOW)),
        ("unknown", unknown, Value::Null),
    ] {
        let situation = workday(&passes, &last_poll)?;
        let mut steps = 0;
        let seconds: Vec<f64> = (0..RUNS)
            .map(|_| {
                let begin = Instant::now();
                for _ in 0..ROUNDS {
                    let day = SignedDuration::from_hours(24);
                    steps = black_box(forecast(&situation, &[], day)).steps.len();
                }
                begin.elapsed().as_secs_f64() / f64::from(ROUNDS)
            })
            .collect();
        let seconds = median(&seconds);
        report.line(Line {
            what: format!("forecast of 24 h of one workload, moments of passes and polls {what}, {steps} steps"),
            ours: time(seconds),
            target: format!("≤ {}", time(LIMIT)),
            met: Some(seconds <= LIMIT),
            ..Line::default()
        });
    }
    Ok(())
}

const NOW: &str = "2026-03-02T00:00:00Z";

/// Twelve replicas from 8 to 18 on workdays.
fn workday(passes: &Value, last_poll: &Value) -> Result<Situation, String> {
    let metadata = json!({"timezone": "Europe/Oslo", "start": "0 8 * * 1-5", "end": "0 18 * * 1-5", "desiredReplicas": "12"});
    let keda: keda::Situation = serde_json::from_value(json!({
        "now": NOW, "lastPoll": last_poll, "triggers": [{}],
        "scaledObject": {
            "metadata": {"name": "orders", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"scaleTargetRef": {"name": "web"}, "triggers": [{"type": "cron", "metadata": metadata}]},
            "status": {"hpaName": "keda-hpa-orders"},
        },
        "target": {"replicas": {"value": 0, "certainty": {"kind": "observed"}}},
    }))
    .map_err(|error| error.to_string())?;
    let produced = produced_hpa::produce(
        &keda.scaled_object,
        &GroupVersionKindResource::default(),
        &keda.triggers,
    );
    let spec = produced.map_err(|why| format!("{why:?}"))?.spec;
    let hpa = serde_json::from_value(json!({
        "now": NOW, "namespace": "shop", "name": "keda-hpa-orders", "spec": spec,
        "scale": {"result": {"value": {"specReplicas": 0, "statusReplicas": 0, "selector": "app=web"}}},
        "passes": passes,
    }))
    .map_err(|error| error.to_string())?;
    Ok(Situation {
        keda: Some(keda),
        hpa: Some(hpa),
    })
}
