//! A forecast against the same decisions made pass by pass.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod situations;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use scaling::forecast::{By, Cause, Change, Input, forecast};
use scaling::hpa::situation::Answered;
use scaling::keda::scaled_object::GroupVersionKindResource;
use scaling::keda::{self, serving};
use scaling::together::{self, Decider, Nobody, Situation};
use scaling::{Certainty, hpa};
use serde_json::{Value, json};

type Sizes = Vec<(Timestamp, i32, i32, By)>;

fn forecast_sizes(situation: &Situation, seconds: i64) -> Sizes {
    let forecast = forecast(situation, &[], SignedDuration::from_secs(seconds));
    let steps = forecast.steps.into_iter();
    steps
        .map(|step| (step.at.earliest, step.from, step.to, step.by))
        .collect()
}

/// Every pass and poll, second by second; both have their first one now.
fn played(situation: &Situation, seconds: i64) -> Sizes {
    let Situation { mut keda, hpa } = situation.clone();
    let mut hpa = hpa.unwrap();
    let start = hpa.now;
    let every = keda.as_ref().map_or(1, |keda| {
        i64::from(keda.scaled_object.polling_interval().max(1))
    });
    let mut sizes = Vec::new();
    for second in 0..seconds {
        let at = start + SignedDuration::from_secs(second);
        if let Some(keda) = keda.as_mut().filter(|_| second % every == 0) {
            keda.now = at;
            let decision = keda::poll(keda);
            *keda = keda.clone().after(&decision);
            if decision.current != Some(decision.replicas.value) {
                sizes.push((
                    at,
                    decision.current.unwrap(),
                    decision.replicas.value,
                    By::ScaleLoop,
                ));
                set(&mut hpa, decision.replicas.value);
            }
        }
        if second % 15 == 0 {
            hpa.now = at;
            let queried = keda.as_mut().and_then(|keda| {
                keda.now = at;
                serving::serve(keda, &mut hpa)
            });
            let (decision, _) = hpa::decide(&hpa);
            hpa = hpa::following(&hpa, &decision, at);
            let after = decision.replicas.unwrap();
            if let Some(keda) = &mut keda {
                if let Some(queried) = queried.filter(|_| !decision.metrics.is_empty()) {
                    queried.remember(keda);
                }
                keda.hpa_conditions = Some(hpa.status.conditions.clone());
                keda.target.replicas.value = after;
            }
            if decision.current != Some(after) {
                sizes.push((at, decision.current.unwrap(), after, By::Hpa));
            }
        }
    }
    sizes
}

fn set(hpa: &mut hpa::Situation, replicas: i32) {
    if let Answered::Value(scale) = &mut hpa.scale.result
        && scale.spec_replicas != replicas
    {
        scale.spec_replicas = replicas;
        scale.status_replicas = replicas;
    }
}

fn cron(start: u8, end: u8, count: u8) -> Value {
    let metadata = json!({"timezone": "UTC", "desiredReplicas": count.to_string(),
        "start": format!("{start} * * * *"), "end": format!("{end} * * * *")});
    json!({"type": "cron", "metadata": metadata})
}

/// A ScaledObject with its HPA, both of which run now.
fn scaled(
    triggers: Value,
    inputs: Value,
    replicas: i32,
    min: Option<i32>,
    cooldown: i32,
    behavior: Value,
) -> Situation {
    let now = "2026-03-01T12:00:00Z";
    let keda: keda::Situation = serde_json::from_value(json!({
        "now": now, "lastPoll": now, "triggers": inputs,
        "scaledObject": {
            "metadata": {"name": "orders", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"scaleTargetRef": {"name": "web"}, "triggers": triggers, "minReplicaCount": min, "cooldownPeriod": cooldown,
                "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behavior}}},
            "status": {"hpaName": "keda-hpa-orders"},
        },
        "target": {"replicas": {"value": replicas, "certainty": {"kind": "observed"}}},
    }))
    .unwrap();
    let produced = keda::produced_hpa::produce(
        &keda.scaled_object,
        &GroupVersionKindResource::default(),
        &keda.triggers,
    )
    .unwrap();
    let hpa = serde_json::from_value(json!({
        "now": now, "namespace": "shop", "name": "keda-hpa-orders", "spec": produced.spec,
        "scale": {"result": {"value": {"specReplicas": replicas, "statusReplicas": replicas, "selector": "app=web"}}},
        "passes": {"shortest": 15, "longest": 15, "phase": "now"},
    }))
    .unwrap();
    Situation {
        keda: Some(keda),
        hpa: Some(hpa),
    }
}

fn queue(number: f64, active: bool) -> Value {
    json!({"source": {"kind": "metrics", "metrics": [{
        "metric": "s1-kafka", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
        "outcome": {"kind": "value", "amount": {"float": number}, "number": number, "activationThreshold": null, "isActive": active},
    }]}})
}

fn both() -> impl Strategy<Value = Situation> {
    let behavior = prop_oneof![
        Just(Value::Null),
        (0..600i32, 1..4i32, 15..200i32).prop_map(|(window, pods, period)| json!({
            "scaleDown": {"stabilizationWindowSeconds": window},
            "scaleUp": {"stabilizationWindowSeconds": window / 3, "policies": [{"type": "Pods", "value": pods, "periodSeconds": period}]},
        })),
    ];
    let times = (0..60u8, 0..60u8).prop_filter("the same", |(start, end)| start != end);
    (
        times,
        1..12u8,
        0.0..40.0f64,
        any::<(bool, bool)>(),
        0..8i32,
        prop::option::of(0..3i32),
        0..400i32,
        behavior,
    )
        .prop_map(
            |((start, end), count, number, (active, cached), replicas, min, cooldown, behavior)| {
                let kafka = json!({"type": "kafka", "metadata": {}, "useCachedMetrics": cached});
                let triggers = json!([cron(start, end, count), kafka]);
                scaled(
                    triggers,
                    json!([{}, queue(number, active)]),
                    replicas,
                    min,
                    cooldown,
                    behavior,
                )
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn an_autoscaler_is_forecast_as_it_is_played(hpa in situations::situation()) {
        let situation = Situation { keda: None, hpa: Some(hpa) };
        let sizes = forecast_sizes(&situation, 1500);
        prop_assert_eq!(&sizes, &played(&situation, 1500));
        let (now, _) = together::decide(&situation);
        let first = sizes.first().filter(|step| step.0 == situation.hpa.as_ref().unwrap().now);
        prop_assert_eq!(first.map_or(now.current.unwrap(), |step| step.2), now.replicas.value);
    }

    #[test]
    fn a_scaled_object_is_forecast_as_it_is_played(situation in both()) {
        prop_assert_eq!(forecast_sizes(&situation, 5400), played(&situation, 5400));
    }

    #[test]
    fn certainty_never_rises(situation in both(), unknown: bool) {
        let hour = SignedDuration::from_hours(1);
        let before = forecast(&situation, &[], hour);
        let mut guessed = situation;
        guessed.keda.as_mut().unwrap().triggers[1].certainty = if unknown {
            Certainty::Unknown { why: "for once".into() }
        } else {
            Certainty::Estimated { guess: "for once".into() }
        };
        let after = forecast(&guessed, &[], hour);
        prop_assert_eq!(before.steps.len(), after.steps.len());
        let mut least = 0;
        for (before, after) in before.steps.iter().zip(&after.steps) {
            prop_assert_eq!(before.to, after.to);
            prop_assert!(after.certainty.rank() >= before.certainty.rank().max(least));
            least = after.certainty.rank();
        }
    }
}

#[test]
fn a_cron_window_wakes_the_target_and_lets_it_sleep_again() {
    let situation = scaled(
        json!([cron(10, 30, 3)]),
        json!([{}]),
        0,
        None,
        60,
        Value::Null,
    );
    let (now, _) = together::decide(&situation);
    assert_eq!(now.decider, Decider::Nobody(Nobody::NotActive));
    let steps = forecast(&situation, &[], SignedDuration::from_hours(1)).steps;
    let seen: Vec<_> = steps
        .iter()
        .map(|step| (step.at.earliest.to_string(), step.to, step.by))
        .collect();
    assert_eq!(
        seen,
        [
            ("2026-03-01T12:10:00Z".to_owned(), 1, By::ScaleLoop),
            ("2026-03-01T12:10:00Z".to_owned(), 3, By::Hpa),
            ("2026-03-01T12:31:00Z".to_owned(), 0, By::ScaleLoop),
        ]
    );
    assert_eq!(steps[2].cause, Cause::Cooldown);
}

#[test]
fn a_pause_sets_its_count_and_ends_both() {
    let situation = scaled(
        json!([cron(10, 30, 3)]),
        json!([{}]),
        0,
        None,
        60,
        Value::Null,
    );
    let annotations = [(
        "autoscaling.keda.sh/paused-replicas".to_owned(),
        "5".to_owned(),
    )]
    .into();
    let change = Change {
        at: "2026-03-01T12:05:00Z".parse().unwrap(),
        input: Input::Annotations(annotations),
        certainty: Certainty::Derived,
    };
    let steps = forecast(&situation, &[change], SignedDuration::from_hours(1)).steps;
    assert_eq!(steps.len(), 1);
    assert_eq!(
        (steps[0].to, steps[0].by, &steps[0].cause),
        (5, By::Pause, &Cause::Pause)
    );
}

#[test]
fn an_unknown_phase_makes_ranges() {
    let mut situation = scaled(
        json!([cron(10, 30, 3)]),
        json!([{}]),
        0,
        None,
        60,
        Value::Null,
    );
    situation.keda.as_mut().unwrap().last_poll = None;
    let first = &forecast(&situation, &[], SignedDuration::from_hours(1)).steps[0];
    let window: Timestamp = "2026-03-01T12:10:00Z".parse().unwrap();
    assert!(
        first.at.earliest <= window && window + SignedDuration::from_secs(30) <= first.at.latest
    );
}

#[test]
fn the_average_is_over_the_pods_of_the_new_size() {
    let situation = scaled(
        json!([{"type": "kafka", "metadata": {}}]),
        json!([queue(22.0, true)]),
        1,
        Some(1),
        60,
        Value::Null,
    );
    let load = |minute: u8, number: f64| Change {
        at: format!("2026-03-01T12:{minute:02}:00Z").parse().unwrap(),
        input: Input::Trigger {
            index: 0,
            input: serde_json::from_value(queue(number, true)).unwrap(),
        },
        certainty: Certainty::Derived,
    };
    // 27 for five pods at 5 each lies within the tolerance; for one pod it would ask for six.
    let changes = [load(5, 27.0), load(10, 28.0)];
    let steps = forecast(&situation, &changes, SignedDuration::from_mins(15)).steps;
    let seen: Vec<_> = steps
        .iter()
        .map(|step| (step.at.earliest.to_string(), step.to))
        .collect();
    assert_eq!(
        seen,
        [
            ("2026-03-01T12:00:00Z".to_owned(), 4),
            ("2026-03-01T12:00:15Z".to_owned(), 5),
            ("2026-03-01T12:10:00Z".to_owned(), 6),
        ]
    );
}

#[test]
fn a_cached_metric_changes_with_the_next_poll() {
    let mut situation = scaled(
        json!([{"type": "kafka", "metadata": {}, "useCachedMetrics": true}]),
        json!([queue(10.0, true)]),
        2,
        Some(1),
        60,
        Value::Null,
    );
    let keda = situation.keda.as_mut().unwrap();
    keda.scaled_object.spec.polling_interval = Some(120);
    let change = Change {
        at: "2026-03-01T12:00:40Z".parse().unwrap(),
        input: Input::Trigger {
            index: 0,
            input: serde_json::from_value(queue(20.0, true)).unwrap(),
        },
        certainty: Certainty::Derived,
    };
    let steps = forecast(&situation, &[change], SignedDuration::from_mins(5)).steps;
    let first = steps.first().unwrap();
    // Before the first poll there is nothing in the cache, and each query is live; the poll at 12:02 sees the new length.
    assert_eq!(
        (first.at.earliest.to_string(), first.to),
        ("2026-03-01T12:02:00Z".to_owned(), 4)
    );
}
