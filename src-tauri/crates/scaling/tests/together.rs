//! Who decides about a workload's size, in small situations.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

use scaling::hold::{HoldRule, NextCause};
use scaling::keda::scaled_object::GroupVersionKindResource;
use scaling::keda::{self, produced_hpa};
use scaling::together::{Controller, Decider, Nobody, Situation, Together, decide};
use serde_json::{Value, json};

const NOW: &str = "2026-03-01T12:00:00Z";

/// A queue of so many messages; five a pod are wanted.
fn queue(messages: f64) -> Value {
    json!([{"source": {"kind": "metrics", "metrics": [{
        "metric": "s0-kafka", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
        "outcome": {"kind": "value", "amount": {"float": messages}, "number": messages, "activationThreshold": null,
            "isActive": messages > 0.0},
    }]}}])
}

fn away() -> Value {
    json!([{"source": {"kind": "metrics", "metrics": [{
        "metric": "s0-kafka", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
        "outcome": {"kind": "failed", "error": "away"},
    }]}}])
}

/// A ScaledObject with the HPA that KEDA makes of it; `further` is added to its spec, or is its annotations or status.
fn scaled(replicas: i32, inputs: Value, further: Value) -> Situation {
    let mut spec =
        json!({"scaleTargetRef": {"name": "web"}, "triggers": [{"type": "kafka", "metadata": {}}]});
    let (mut annotations, mut status) = (json!({}), json!({}));
    for (key, value) in further.as_object().unwrap() {
        match key.as_str() {
            "annotations" => annotations = value.clone(),
            "status" => status = value.clone(),
            _ => spec[key] = value.clone(),
        }
    }
    status["hpaName"] = "keda-hpa-orders".into();
    let keda: keda::Situation = serde_json::from_value(json!({
        "now": NOW, "lastPoll": NOW, "triggers": inputs,
        "scaledObject": {
            "metadata": {"name": "orders", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z",
                "annotations": annotations},
            "spec": spec, "status": status,
        },
        "target": {"replicas": {"value": replicas, "certainty": {"kind": "observed"}}},
    }))
    .unwrap();
    let produced = produced_hpa::produce(
        &keda.scaled_object,
        &GroupVersionKindResource::default(),
        &keda.triggers,
    )
    .unwrap();
    Situation {
        hpa: Some(hpa(replicas, serde_json::to_value(&produced.spec).unwrap())),
        keda: Some(keda),
    }
}

fn hpa(replicas: i32, spec: Value) -> scaling::hpa::Situation {
    serde_json::from_value(json!({
        "now": NOW, "namespace": "shop", "name": "keda-hpa-orders", "spec": spec,
        "scale": {"result": {"value": {"specReplicas": replicas, "statusReplicas": replicas, "selector": "app=web"}}},
        "passes": {"shortest": 15, "longest": 15, "phase": "now"},
    }))
    .unwrap()
}

/// An HPA that nobody made for KEDA; its metric is not answered.
fn alone(replicas: i32) -> Situation {
    let metric = json!({"type": "External", "external": {"metric": {"name": "queue"},
        "target": {"type": "AverageValue", "averageValue": "5"}}});
    let spec = json!({"scaleTargetRef": {"name": "web", "kind": "Deployment"}, "maxReplicas": 9, "metrics": [metric]});
    Situation {
        keda: None,
        hpa: Some(hpa(replicas, spec)),
    }
}

fn without_hpa(situation: Situation) -> Situation {
    Situation {
        hpa: None,
        ..situation
    }
}

fn rules(together: &Together) -> Vec<(Controller, HoldRule)> {
    let holds = together.holds.iter();
    holds.map(|held| (held.by, held.hold.rule)).collect()
}

#[test]
#[allow(clippy::too_many_lines, clippy::large_stack_arrays)] // a table of cases
fn the_one_who_decides_is_named() {
    let active_long_ago = json!({"status": {"lastActiveTime": "2026-03-01T11:00:00Z"}});
    let active_lately = json!({"status": {"lastActiveTime": "2026-03-01T11:59:00Z"}});
    let pause = |annotation: &str, value: &str| json!({"annotations": {(format!("autoscaling.keda.sh/{annotation}")): value}});
    for (name, situation, decider, keda_asks, hpa_asks, replicas) in [
        (
            "messages come at zero",
            scaled(0, queue(9.0), json!({})),
            Decider::ScaleLoop,
            Some(1),
            Some(0),
            1,
        ),
        (
            "messages come at zero, with a minimum",
            scaled(0, queue(9.0), json!({"minReplicaCount": 3})),
            Decider::ScaleLoop,
            Some(3),
            Some(0),
            3,
        ),
        (
            "no messages at zero",
            scaled(0, queue(0.0), json!({})),
            Decider::Nobody(Nobody::NotActive),
            Some(0),
            Some(0),
            0,
        ),
        (
            "the queue cannot be asked at zero",
            scaled(0, away(), json!({})),
            Decider::Nobody(Nobody::LoopStopped),
            Some(0),
            Some(0),
            0,
        ),
        (
            "the HPA may double, or go to four",
            scaled(3, queue(40.0), json!({})),
            Decider::Hpa,
            Some(3),
            Some(6),
            6,
        ),
        (
            "the HPA keeps to the maximum",
            scaled(3, queue(40.0), json!({"maxReplicaCount": 5})),
            Decider::Hpa,
            Some(3),
            Some(5),
            5,
        ),
        (
            "idle for long: to zero, whatever the HPA holds",
            scaled(3, queue(0.0), active_long_ago.clone()),
            Decider::ScaleLoop,
            Some(0),
            Some(3),
            0,
        ),
        (
            "idle for long, with an idle count",
            scaled(3, queue(0.0), {
                let mut spec = active_long_ago;
                spec["idleReplicaCount"] = 0.into();
                spec["minReplicaCount"] = 2.into();
                spec
            }),
            Decider::ScaleLoop,
            Some(0),
            Some(3),
            0,
        ),
        (
            "idle since a minute: the cooldown leaves it to the HPA",
            scaled(3, queue(0.0), active_lately),
            Decider::Hpa,
            Some(3),
            Some(3),
            3,
        ),
        (
            "the queue cannot be asked above zero",
            scaled(3, away(), json!({})),
            Decider::Nobody(Nobody::NoMetrics),
            Some(3),
            None,
            3,
        ),
        (
            "a pause at a size",
            scaled(5, queue(40.0), pause("paused-replicas", "2")),
            Decider::Pause,
            Some(2),
            None,
            2,
        ),
        (
            "a pause where it stands",
            scaled(5, queue(40.0), pause("paused", "true")),
            Decider::Pause,
            Some(5),
            None,
            5,
        ),
        (
            "the HPA is not known",
            without_hpa(scaled(3, queue(40.0), json!({}))),
            Decider::Nobody(Nobody::HpaUnknown),
            Some(3),
            None,
            3,
        ),
        (
            "the HPA is not known, but the loop decides",
            without_hpa(scaled(0, queue(40.0), json!({}))),
            Decider::ScaleLoop,
            Some(1),
            None,
            1,
        ),
        (
            "an HPA alone above its maximum",
            alone(12),
            Decider::HpaAlone,
            None,
            Some(9),
            9,
        ),
        (
            "an HPA alone without metrics",
            alone(5),
            Decider::Nobody(Nobody::NoMetrics),
            None,
            None,
            5,
        ),
        (
            "an HPA alone at zero",
            alone(0),
            Decider::Nobody(Nobody::ScalingDisabled),
            None,
            Some(0),
            0,
        ),
    ] {
        let (together, _) = decide(&situation);
        let asked = (
            together.keda_asks.as_ref().map(|asked| asked.value),
            together.hpa_asks.as_ref().map(|asked| asked.value),
        );
        assert_eq!(together.decider, decider, "{name}");
        assert_eq!(asked, (keda_asks, hpa_asks), "{name}");
        assert_eq!(together.replicas.value, replicas, "{name}");
    }
}

#[test]
fn of_nothing_nothing_is_known() {
    let (together, findings) = decide(&Situation::default());
    assert_eq!(together.decider, Decider::Nobody(Nobody::Nothing));
    assert_eq!(together.replicas.certainty.rank(), 3);
    assert!(findings.is_empty());
}

#[test]
fn holds_of_both_are_told_and_the_earlier_change() {
    let status = json!({"status": {"lastActiveTime": "2026-03-01T11:59:00Z"}});
    let mut situation = scaled(3, queue(0.0), status);
    let (together, _) = decide(&situation);
    assert_eq!(
        rules(&together),
        [
            (Controller::Keda, HoldRule::Cooldown),
            (Controller::Hpa, HoldRule::ScaleDownStabilization),
        ]
    );
    // The cooldown of 300 s ends at 12:04 exclusively, polls are 30 s apart; the window of 300 s that began now ends after it.
    let next = together.next_change.unwrap();
    assert_eq!((next.by, next.change.replicas), (Controller::Keda, 0));
    assert_eq!(next.change.at.earliest.to_string(), "2026-03-01T12:04:30Z");

    // Three pods were asked for long ago: the HPA lets go first.
    let hpa = situation.hpa.as_mut().unwrap();
    hpa.memory = serde_json::from_value(
        json!({"recommendations": [{"replicas": 3, "at": "2026-03-01T11:55:20Z"}]}),
    )
    .unwrap();
    let next = decide(&situation).0.next_change.unwrap();
    assert_eq!((next.by, next.change.replicas), (Controller::Hpa, 1));
    assert_eq!(next.change.at.earliest.to_string(), "2026-03-01T12:00:30Z");
}

#[test]
fn a_decision_is_no_surer_than_what_either_had() {
    let mut situation = scaled(3, queue(40.0), json!({}));
    let unsure = json!({"value": 3, "certainty": {"kind": "estimated", "guess": "the size"}});
    situation.keda.as_mut().unwrap().target.replicas = serde_json::from_value(unsure).unwrap();
    let (together, _) = decide(&situation);
    let kind = serde_json::to_value(&together.replicas.certainty).unwrap();
    assert_eq!(kind["kind"], "estimated");
}

#[test]
fn a_cron_window_that_only_the_hpa_feels_is_the_next_change() {
    let metadata = json!({"timezone": "Europe/Oslo", "start": "0 15 * * 0", "end": "0 16 * * 0", "desiredReplicas": "8"});
    let kafka = json!({"type": "kafka", "metadata": {}});
    let cron = json!({"type": "cron", "metadata": metadata});
    let mut inputs = queue(10.0);
    inputs.as_array_mut().unwrap().push(json!({}));
    let (together, _) = decide(&scaled(2, inputs, json!({"triggers": [kafka, cron]})));
    assert_eq!(together.decider, Decider::Hpa);
    let next = together.next_change.unwrap();
    assert_eq!(next.by, Controller::Hpa);
    assert_eq!(next.change.cause, NextCause::CronWindow);
    // Sunday, 15:00 in Oslo; from two at most four more at a time.
    assert_eq!(next.change.at.earliest.to_string(), "2026-03-01T14:00:00Z");
    assert_eq!(next.change.replicas, 4);
}

#[test]
fn what_a_window_leaves_behind_goes_when_it_is_let_go_not_with_the_next_window() {
    let cron = |start: &str, end: &str| {
        let metadata =
            json!({"timezone": "Etc/UTC", "start": start, "end": end, "desiredReplicas": "8"});
        json!([{"type": "cron", "metadata": metadata}, {"type": "kafka", "metadata": {}}])
    };
    let mut kafka = queue(10.0)[0].clone();
    kafka["source"]["metrics"][0]["metric"] = "s1-kafka".into();
    let inputs = json!([{}, kafka]);
    for (start, end) in [("0 * * * *", "1 * * * *"), ("0 8 * * 1-5", "1 12 * * *")] {
        let (together, _) = decide(&scaled(
            8,
            inputs.clone(),
            json!({"triggers": cron(start, end)}),
        ));
        let next = together.next_change.unwrap();
        assert_eq!(
            (next.by, next.change.replicas),
            (Controller::Hpa, 2),
            "{start}"
        );
        assert_eq!(next.change.cause, NextCause::CronWindow);
        // It ends at 12:01; the pass at 12:00:45 was the last that asked for eight, which holds for 300 s and longer.
        assert_eq!(
            next.change.at.earliest.to_string(),
            "2026-03-01T12:06:00Z",
            "{start}"
        );
    }
}

#[test]
fn a_formula_cannot_hide_a_failing_trigger_from_the_hpa() {
    let trigger = json!({"type": "kafka", "name": "queue", "metadata": {}});
    let modifiers = json!({"scalingModifiers": {"formula": "queue ?? 3", "target": "1"}});
    let further = json!({"triggers": [trigger], "advanced": modifiers});
    let (together, _) = decide(&scaled(3, away(), further));
    assert_eq!(together.decider, Decider::Nobody(Nobody::NoMetrics));
}

#[test]
fn a_pass_decides_as_a_decision_with_reasons() {
    for replicas in [0, 3, 9, 12] {
        let situation = scaled(replicas, queue(40.0), json!({})).hpa.unwrap();
        let whole = scaling::hpa::decide(&situation).0;
        let pass = scaling::hpa::pass(&situation);
        assert_eq!(pass.replicas, whole.replicas);
        assert_eq!(pass.status, whole.status);
        assert_eq!(pass.events, whole.events);
        assert_eq!(pass.memory, whole.memory);
    }
}
