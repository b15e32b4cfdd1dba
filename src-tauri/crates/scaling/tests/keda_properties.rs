//! What holds for every ScaledObject and ScaledJob, whatever its fields say.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use scaling::keda::cron::{Schedule, Zone};
use scaling::keda::decision::Path;
use scaling::keda::modifiers::compile_formula;
use scaling::keda::{self, Situation, produced_hpa, scaled_job};
use scaling::{Certainty, When};
use serde_json::{Value, json};

const NOW: &str = "2026-03-28T23:10:07.5Z";

/// A trigger with what its source says.
fn trigger() -> impl Strategy<Value = (Value, Value)> {
    let cron = (
        0..60u8,
        0..24u8,
        0..60u8,
        0..24u8,
        prop_oneof![Just("Europe/Oslo"), Just("UTC"), Just("America/New_York"),],
    )
        .prop_map(|(start, hour, end, end_hour, zone)| {
            let metadata = json!({
                "timezone": zone, "desiredReplicas": "4",
                "start": format!("{start} {hour} * * *"), "end": format!("{end} {end_hour} * * *"),
            });
            (json!({"type": "cron", "metadata": metadata}), json!({}))
        });
    let often = (0..60u8, 0..60u8).prop_map(|(start, end)| {
        let metadata = json!({
            "timezone": "UTC", "desiredReplicas": "4",
            "start": format!("{start} * * * *"), "end": format!("{end} * * * MON-SAT"),
        });
        (json!({"type": "cron", "metadata": metadata}), json!({}))
    });
    let queue = (any::<bool>(), any::<bool>(), 0.0..50.0f64).prop_map(|(fails, active, number)| {
        let outcome = if fails {
            json!({"kind": "failed", "error": "away"})
        } else {
            json!({
                "kind": "value", "amount": {"float": number}, "number": number,
                "activationThreshold": null, "isActive": active,
            })
        };
        let target = json!({"type": "AverageValue", "amount": {"float": 5.0}});
        let metric = json!({"metric": "s0-kafka", "target": target, "outcome": outcome});
        let input = json!({"source": {"kind": "metrics", "metrics": [metric]}});
        (json!({"type": "kafka", "metadata": {}}), input)
    });
    let cpu = Just((
        json!({"type": "cpu", "metricType": "Utilization", "metadata": {"value": "50"}}),
        json!({}),
    ));
    prop_oneof![3 => cron, 2 => often, 4 => queue, 1 => cpu]
}

fn spec() -> impl Strategy<Value = Value> {
    let period = || prop_oneof![Just(None), Just(Some(0)), (1..900).prop_map(Some)];
    (
        prop_oneof![Just(None), Just(Some(1)), (5..120).prop_map(Some)],
        (period(), period()),
        proptest::option::of(0..3),
        proptest::option::of(0..5),
        proptest::option::of((
            0..6,
            0..5,
            prop_oneof![Just("static"), Just("currentReplicas")],
        )),
    )
        .prop_map(|(polling, (cooldown, initial), idle, min, fallback)| {
            json!({
                "scaleTargetRef": {"name": "web"}, "pollingInterval": polling,
                "cooldownPeriod": cooldown, "initialCooldownPeriod": initial,
                "idleReplicaCount": idle, "minReplicaCount": min,
                "fallback": fallback.map(|(threshold, replicas, behavior)| json!({
                    "failureThreshold": threshold, "replicas": replicas, "behavior": behavior,
                })),
            })
        })
}

/// A ScaledObject that KEDA accepts, polled now.
fn situation() -> impl Strategy<Value = Value> {
    (
        spec(),
        proptest::collection::vec(trigger(), 1..4),
        0..6i32,
        proptest::option::of(0..1000i64),
        proptest::option::of(Just(())),
    )
        .prop_map(|(mut spec, triggers, replicas, active, phase)| {
            let (mut specs, mut inputs): (Vec<Value>, Vec<Value>) = triggers.into_iter().unzip();
            for (index, (spec, input)) in specs.iter_mut().zip(&mut inputs).enumerate() {
                spec["name"] = json!(format!("t{index}"));
                if let Some(metric) = input.pointer_mut("/source/metrics/0/metric") {
                    *metric = json!(format!("s{index}-kafka"));
                }
            }
            spec["triggers"] = Value::Array(specs);
            let now: Timestamp = NOW.parse().unwrap();
            let active = active.map(|seconds| now - SignedDuration::from_secs(seconds));
            json!({
                "now": NOW,
                "scaledObject": {
                    "metadata": {
                        "name": "orders", "namespace": "shop",
                        "creationTimestamp": "2026-03-28T23:05:00Z",
                    },
                    "spec": spec,
                    "status": {"lastActiveTime": active},
                },
                "target": {"replicas": {"value": replicas, "certainty": {"kind": "observed"}}},
                "triggers": inputs,
                "lastPoll": phase.map(|()| NOW),
            })
        })
}

fn decoded(value: Value) -> Situation {
    serde_json::from_value(value).unwrap()
}

/// Polls one after the other with the same inputs, until one changes the count.
fn played(mut situation: Situation, first: Timestamp, polls: u32) -> Option<(Timestamp, i32)> {
    let interval = situation.scaled_object.polling_interval().max(1);
    let interval = SignedDuration::from_secs(i64::from(interval));
    situation.now = first;
    for _ in 0..polls {
        let decision = keda::poll(&situation);
        if Some(decision.replicas.value) != decision.current {
            return Some((situation.now, decision.replicas.value));
        }
        situation = situation.after(&decision);
        situation.now += interval;
    }
    None
}

/// So many polls are played: with the shortest intervals that is not long, with the usual ones some hours.
const POLLS: u32 = 600;

fn contains(when: When, at: Timestamp) -> bool {
    when.earliest <= at && at <= when.latest
}

/// Text of any length from pieces that mean something.
fn soup(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece =
        prop_oneof![6 => proptest::sample::select(pieces).prop_map(str::to_owned), 1 => ".{0,3}"];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

const CRON: &[&str] = &[
    "*",
    "?",
    " ",
    " ",
    " ",
    "/",
    "-",
    ",",
    "0",
    "5",
    "59",
    "31",
    "12",
    "mon",
    "FEB",
    "TZ=",
    "CRON_TZ=",
    "Europe/Oslo",
    "UTC",
    "99999999999999999999",
    "+1",
    "@every",
    "0 2 * * *",
    "30 2 29 2 *",
];
const FORMULA: &[&str] = &[
    "a",
    "b",
    "1",
    "2.5",
    "0x",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "+",
    "-",
    "*",
    "/",
    "%",
    "**",
    "??",
    "?",
    ":",
    "<",
    "==",
    "!",
    "&&",
    " or ",
    "not ",
    "let x = ",
    ";",
    "x",
    "max(",
    "sum([",
    "count([a,b],{#>1})",
    "if a > 1 {",
    "} else {",
    ",",
    "#",
    "|",
    "//",
    "/*",
    "nil",
    "true",
    "9223372036854775807",
    "1e308",
];

/// Where in a document to put what.
fn mutations() -> impl Strategy<Value = Vec<(usize, Value)>> {
    let value = prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(vec![
            "",
            "x",
            "-5",
            "1e400",
            "NaN",
            "0",
            "9999-12-30T22:00:00Z",
            "-009999-01-02T01:59:59Z",
            "AverageValue",
            "Utilization",
            "cron",
            "prometheus",
            "kubernetes-workload",
            "memory",
            "scalingModifiers",
            "custom",
            "eager",
        ])
        .prop_map(Value::from),
        soup(CRON).prop_map(Value::from),
        soup(FORMULA).prop_map(Value::from),
    ];
    proptest::collection::vec((any::<usize>(), value), 0..8)
}

/// Pointers to all parts of a document.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), all);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(field, &format!("{at}/{name}"), all);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn mutated(mut document: Value, mutations: Vec<(usize, Value)>) -> Value {
    for (place, value) in mutations {
        let mut all = Vec::new();
        places(&document, "", &mut all);
        if let Some(part) = document.pointer_mut(&all[place % all.len()]) {
            *part = value;
        }
    }
    document
}

/// Fields that the plain situations leave out.
fn everything() -> Value {
    json!({
        "metadata": {
            "name": "orders", "namespace": "shop", "generation": 2, "creationTimestamp": NOW, "labels": {"a": "b"},
            "annotations": {
                "autoscaling.keda.sh/paused-scale-in": "true", "autoscaling.keda.sh/paused-replicas": "x",
            },
        },
        "spec": {
            "scaleTargetRef": {"name": "web"}, "pollingInterval": 30, "cooldownPeriod": 60, "minReplicaCount": 0,
            "maxReplicaCount": 9, "idleReplicaCount": 0, "initialCooldownPeriod": 5,
            "advanced": {"scalingModifiers": {
                "formula": "a + b ?? 3", "target": "5", "activationTarget": "1", "metricType": "Value",
            }},
            "fallback": {"failureThreshold": 1, "replicas": 3, "behavior": "currentReplicasIfHigher"},
            "triggers": [
                {"type": "cron", "name": "a", "metadata": {
                    "timezone": "Europe/Oslo", "start": "0 2 * * *", "end": "0 6 * * *", "desiredReplicas": "5",
                }},
                {"type": "prometheus", "name": "b", "metadata": {
                    "serverAddress": "http://p", "query": "q", "threshold": "5", "activationThreshold": "1",
                }},
                {"type": "kubernetes-workload", "name": "c", "metadata": {
                    "podSelector": "app=web", "value": "2", "groupByNode": "true",
                }},
                {"type": "cpu", "metricType": "AverageValue", "metadata": {"value": "100m"}},
            ],
            "scalingStrategy": {
                "strategy": "custom", "customScalingQueueLengthDeduction": 2, "customScalingRunningJobPercentage": "0.5",
                "pendingPodConditions": ["Ready"], "multipleScalersCalculation": "avg",
            },
            "successfulJobsHistoryLimit": 1,
        },
        "status": {
            "hpaName": "h", "lastActiveTime": NOW, "externalMetricNames": ["s1-prometheus"],
            "health": {"s1-prometheus": {"numberOfFailures": 2, "status": "Failing"}},
            "conditions": [{"type": "Fallback", "status": "True"}],
        },
    })
}

fn inputs() -> Value {
    json!([
        {}, {"source": {"kind": "prometheus", "answer": {"kind": "value", "text": "12"}}},
        {"source": {"kind": "pods", "pods": [{"phase": "Running", "nodeName": "n"}]}}, {},
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_next_change_is_the_one_that_polls_come_to(value in situation()) {
        let mut situation = decoded(value);
        situation.last_poll = Some(situation.now);
        let (decision, _) = keda::decide(&situation);
        let interval = situation.scaled_object.polling_interval().max(1);
        let next = situation.now + SignedDuration::from_secs(i64::from(interval));
        let end = next + SignedDuration::from_secs(i64::from(interval)) * i32::try_from(POLLS - 1).unwrap();
        let came = played(situation.after(&decision), next, POLLS);
        match &decision.next_change {
            Some(change) if change.at.earliest < end => {
                prop_assert_eq!(came, Some((change.at.earliest, change.replicas)));
                prop_assert_eq!(change.at.earliest, change.at.latest);
            }
            _ => prop_assert_eq!(came, None),
        }
    }

    #[test]
    fn with_an_unknown_phase_the_next_change_is_a_range_around_it(value in situation(), share in 1..=100i32) {
        let mut situation = decoded(value);
        situation.last_poll = None;
        let (decision, _) = keda::decide(&situation);
        let interval = i64::from(situation.scaled_object.polling_interval().max(1));
        let first = situation.now + SignedDuration::from_millis(interval * 10) * share;
        if let (Some(change), Some((at, replicas))) =
            (&decision.next_change, played(situation.after(&decision), first, POLLS))
        {
            // Another phase may see another window first; the range must hold where both see the same.
            if change.replicas == replicas && at < change.at.latest + SignedDuration::from_hours(1) {
                prop_assert!(contains(change.at, at), "{:?} {}", change.at, at);
            }
        }
    }

    #[test]
    fn certainty_never_rises(value in situation(), which in any::<proptest::sample::Index>(), unknown: bool) {
        let situation = decoded(value);
        let (before, _) = keda::decide(&situation);
        let worse = if unknown {
            Certainty::Unknown { why: "for once".into() }
        } else {
            Certainty::Estimated { guess: "for once".into() }
        };
        prop_assert!(before.replicas.certainty.rank() >= Certainty::Derived.rank());
        let mut guessed = situation.clone();
        let trigger = which.index(guessed.triggers.len());
        guessed.triggers[trigger].certainty = worse.clone();
        let (after, _) = keda::decide(&guessed);
        prop_assert_eq!(after.replicas.value, before.replicas.value);
        prop_assert!(after.replicas.certainty.rank() >= before.replicas.certainty.rank());
        let mut guessed = situation;
        guessed.target.replicas.certainty = worse.clone();
        let (after, _) = keda::decide(&guessed);
        prop_assert!(after.replicas.certainty.rank() >= worse.rank());
    }

    #[test]
    fn a_count_comes_from_its_rule(value in situation()) {
        let situation = decoded(value);
        let (decision, _) = keda::decide(&situation);
        if !matches!(decision.path, Path::Decided) {
            // Start and end with the same text are refused.
            let is_stopped = matches!(decision.path, Path::Stopped { .. });
            prop_assert!(is_stopped);
            return Ok(());
        }
        let step = decision.rules.last().unwrap();
        prop_assert!(step.fits);
        prop_assert_eq!(step.after, decision.replicas.value);
        prop_assert_eq!(decision.rules.iter().filter(|step| step.fits).count(), 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_situation_upsets_the_loop(plain in situation(), all: bool, mutations in mutations()) {
        let mut document = plain;
        if all {
            document["scaledObject"] = everything();
            document["triggers"] = inputs();
        }
        let document = mutated(document, mutations);
        if let Ok(situation) = serde_json::from_value::<Situation>(document) {
            let (decision, _) = keda::decide(&situation);
            let _ = keda::poll(&situation.clone().after(&decision));
            let target = situation.scaled_object.status.scale_target_gvkr.clone().unwrap_or_default();
            let _ = produced_hpa::produce(&situation.scaled_object, &target, &situation.triggers);
        }
    }

    #[test]
    fn no_situation_upsets_a_scaled_job(mutations in mutations()) {
        let jobs = json!([
            {"name": "a", "conditions": [{"type": "Complete", "status": "True"}], "completionTime": NOW},
            {"name": "b", "pods": [{"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}]},
        ]);
        let document = json!({"now": NOW, "scaledJob": everything(), "triggers": inputs(), "jobs": jobs});
        if let Ok(situation) = serde_json::from_value::<scaled_job::Situation>(mutated(document, mutations)) {
            let (decision, _) = scaled_job::decide(&situation);
            let _ = scaled_job::poll(&situation.after(&decision));
        }
    }

    #[test]
    fn no_text_upsets_a_schedule(text in soup(CRON), zone in "[A-Za-z/_]{0,20}|Europe/Oslo|Pacific/Apia", second in any::<i64>()) {
        if let Ok(schedule) = Schedule::parse(&text) {
            let zone = Zone::named(&zone).or_else(|_| Zone::named("UTC")).unwrap();
            let at = Timestamp::from_second(second % 200_000_000_000).unwrap_or(Timestamp::MAX);
            if let Some(next) = schedule.next(at, &zone) {
                prop_assert!(next > at);
            }
        }
    }

    #[test]
    fn no_text_upsets_a_formula(text in soup(FORMULA), a in any::<f64>(), b in proptest::option::of(any::<f64>())) {
        if let Ok(program) = compile_formula(&text, &["a", "b"]) {
            let values: BTreeMap<_, _> = [("a".to_owned(), Some(a)), ("b".to_owned(), b)].into();
            let _ = program.run(&values);
        }
    }
}
