//! Small situations by name: what surprises, and what once was decided otherwise than by KEDA.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_pass_by_value)] // situations read better without &

use std::collections::BTreeMap;

use jiff::Timestamp;
use scaling::hold::{HoldRule, NextCause};
use scaling::keda::condition;
use scaling::keda::cron::{Schedule, Zone};
use scaling::keda::decision::Rule;
use scaling::keda::modifiers::{FormulaResult, compile_formula};
use scaling::keda::scaled_job;
use scaling::keda::triggers::{Place, Trigger, TriggerSpec};
use scaling::keda::{Decision, Situation, decide};
use scaling::{Certainty, Finding};
use serde_json::{Value, json};

fn cron(zone: &str, start: &str, end: &str) -> Value {
    let metadata = json!({"timezone": zone, "start": start, "end": end, "desiredReplicas": "4"});
    json!({"type": "cron", "metadata": metadata})
}

fn queue(active: bool) -> Value {
    json!({"source": {"kind": "metrics", "metrics": [{
        "metric": "s0-kafka", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
        "outcome": {"kind": "value", "amount": {"float": 9.0}, "number": 9.0, "activationThreshold": null, "isActive": active},
    }]}})
}

fn away() -> Value {
    json!({"source": {"kind": "metrics", "metrics": [{
        "metric": "s0-kafka", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
        "outcome": {"kind": "failed", "error": "away"},
    }]}})
}

/// `spec` may hold annotations and a status too.
#[allow(clippy::needless_pass_by_value)] // literals are given
fn situation(now: &str, replicas: i32, mut spec: Value, inputs: Value) -> Situation {
    let annotations = spec["annotations"].take();
    let status = spec["status"].take();
    serde_json::from_value(json!({
        "now": now, "lastPoll": now, "triggers": inputs,
        "scaledObject": {
            "metadata": {
                "name": "orders", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z",
                "annotations": if annotations.is_null() { json!({}) } else { annotations },
            },
            "spec": spec, "status": if status.is_null() { json!({}) } else { status },
        },
        "target": {"replicas": {"value": replicas, "certainty": {"kind": "observed"}}},
    }))
    .unwrap()
}

fn kafka() -> Value {
    json!({"type": "kafka", "metadata": {}})
}

fn rule(decision: &Decision) -> Rule {
    decision.rules.iter().find(|step| step.fits).unwrap().rule
}

fn has(findings: &[Finding], id: &str, field: &str) -> bool {
    findings
        .iter()
        .any(|finding| finding.id == id && finding.evidence.iter().any(|one| one.field == field))
}

#[test]
fn windows_around_changes_of_the_clock() {
    // In Oslo clocks go from 2 to 3 on 29 March 2026, and from 3 to 2 on 25 October.
    for (start, end, at, active) in [
        ("0 2 * * *", "0 6 * * *", "2026-03-29T00:59:59Z", true), // since Saturday: Sunday's 2 does not come
        ("0 2 * * *", "0 6 * * *", "2026-03-29T03:59:59Z", true),
        ("0 2 * * *", "0 6 * * *", "2026-03-29T04:00:00Z", false),
        ("0 1 * * *", "0 2 * * *", "2026-03-29T00:30:00Z", false), // not at all on Sunday
        ("30 1 * * *", "30 2 * * *", "2026-10-25T00:45:00Z", true), // until the second 02:30
        ("30 1 * * *", "30 2 * * *", "2026-10-25T01:30:00Z", false),
        ("15 2 * * *", "45 2 * * *", "2026-10-25T00:20:00Z", true),
        ("15 2 * * *", "45 2 * * *", "2026-10-25T00:50:00Z", false),
        ("15 2 * * *", "45 2 * * *", "2026-10-25T01:20:00Z", true), // once more
        ("0 8 * * *", "0 * * * *", "2026-06-01T03:00:00Z", true), // ends every hour, but the next begin comes after each
        ("0 0 30 2 *", "0 6 * * *", "2026-06-01T03:00:00Z", true), // a begin that never comes
        ("0 6 * * *", "0 0 30 2 *", "2026-06-01T03:00:00Z", false), // an end that never comes
    ] {
        let spec: TriggerSpec = serde_json::from_value(cron("Europe/Oslo", start, end)).unwrap();
        let place = Place {
            index: 0,
            namespace: "shop",
            as_metric_source: false,
        };
        let Ok(Trigger::Cron(cron)) = Trigger::build(&spec, place) else {
            panic!("{start} {end}");
        };
        let at: Timestamp = at.parse().unwrap();
        assert_eq!(
            cron.window(at).unwrap().is_active,
            active,
            "{start} to {end} at {at}"
        );
    }
}

#[test]
fn a_day_that_a_zone_left_out_ends_the_search() {
    let apia = Zone::named("Pacific/Apia").unwrap();
    let at: Timestamp = "2011-12-01T00:00:00Z".parse().unwrap();
    // robfig/cron never comes back from this one.
    assert_eq!(
        Schedule::parse("0 0 31 12 *").unwrap().next(at, &apia),
        None
    );
    assert!(
        Schedule::parse("0 0 20 12 *")
            .unwrap()
            .next(at, &apia)
            .is_some()
    );
}

#[test]
fn a_first_of_month_without_midnight_moves_the_search() {
    // Cuba's clocks went on at midnight of 1 April 2012: the search goes from there to 31 March, 23:00, and then to 1 May.
    let cuba = Zone::named("Cuba").unwrap();
    let at: Timestamp = "2011-11-13T02:29:35Z".parse().unwrap();
    let schedule = Schedule::parse("10-54/7 * * 10/8,8-10/7 1").unwrap();
    let next = schedule.next(at, &cuba).unwrap();
    assert_eq!(next.to_string(), "2012-08-06T04:10:00Z");
}

#[test]
fn the_cooldown_ends_strictly_after_its_period() {
    let spec = json!({"triggers": [kafka()], "pollingInterval": 10, "status": {"lastActiveTime": "2026-03-01T12:00:00Z"}});
    let (decision, _) = decide(&situation(
        "2026-03-01T12:05:00Z",
        3,
        spec,
        json!([queue(false)]),
    ));
    assert_eq!(rule(&decision), Rule::Cooldown);
    assert_eq!(decision.replicas.value, 3);
    assert_eq!(decision.holds[0].rule, HoldRule::Cooldown);
    let next = decision.next_change.unwrap();
    assert_eq!(next.at.earliest.to_string(), "2026-03-01T12:05:10Z");
    assert_eq!(
        (next.replicas, next.cause),
        (0, NextCause::Released(HoldRule::Cooldown))
    );
}

#[test]
fn a_window_is_entered_by_the_first_poll_in_it() {
    let spec = json!({"triggers": [cron("UTC", "0 8 * * *", "0 18 * * *")], "pollingInterval": 40});
    let (decision, _) = decide(&situation("2026-03-01T06:59:50Z", 0, spec, json!([])));
    assert_eq!(decision.holds[0].rule, HoldRule::NotActive);
    let next = decision.next_change.unwrap();
    assert_eq!(next.at.earliest.to_string(), "2026-03-01T08:00:30Z");
    assert_eq!((next.replicas, next.cause), (1, NextCause::CronWindow));
}

#[test]
fn a_busy_processor_does_not_keep_a_cron_window_open() {
    let cpu = json!({"type": "cpu", "metricType": "Utilization", "metadata": {"value": "50"}});
    let spec = json!({
        "triggers": [cron("UTC", "0 8 * * *", "0 18 * * *"), cpu], "status": {"lastActiveTime": "2026-03-01T17:59:50Z"},
    });
    let (decision, _) = decide(&situation("2026-03-01T18:10:00Z", 9, spec, json!([])));
    assert_eq!(
        (rule(&decision), decision.replicas.value),
        (Rule::Deactivate, 0)
    );
}

#[test]
fn an_idle_count_beside_no_least_count_is_written_at_every_poll() {
    let spec = json!({"triggers": [kafka()], "idleReplicaCount": 2, "cooldownPeriod": 0, "status": {"lastActiveTime": "2026-03-01T00:00:00Z"}});
    let (decision, findings) = decide(&situation(
        "2026-03-01T12:00:00Z",
        2,
        spec,
        json!([queue(false)]),
    ));
    assert!(decision.is_written && decision.replicas.value == 2);
    assert_eq!(decision.events[0].reason, "KEDAScaleTargetDeactivated");
    assert!(has(
        &findings,
        "keda-idle-not-below-min",
        "spec.idleReplicaCount"
    ));
}

#[test]
fn a_fallback_comes_into_force_after_more_failures_than_its_threshold() {
    let fallback = json!({"failureThreshold": 2, "replicas": 6});
    let spec = json!({"triggers": [kafka()], "fallback": fallback});
    let mut at = situation("2026-03-01T12:00:00Z", 0, spec, json!([away()]));
    for expected in [Rule::WaitForFallback, Rule::WaitForFallback, Rule::Activate] {
        let (decision, _) = decide(&at);
        assert_eq!(rule(&decision), expected);
        at = at.after(&decision);
    }
    assert_eq!(
        condition::status(&at.scaled_object.status.conditions, condition::FALLBACK),
        "True"
    );
    assert_eq!(at.target.replicas.value, 1);
}

#[test]
fn without_a_fallback_an_error_keeps_it_from_zero() {
    let (decision, _) = decide(&situation(
        "2026-03-01T12:00:00Z",
        3,
        json!({"triggers": [kafka()]}),
        json!([away()]),
    ));
    assert_eq!(
        (rule(&decision), decision.replicas.value),
        (Rule::TriggerError, 3)
    );
    assert_eq!(decision.holds[0].rule, HoldRule::FailedTrigger);
}

#[test]
fn a_pause_with_a_bad_count_fails_but_stops_everything() {
    let annotations = json!({"autoscaling.keda.sh/paused": "false", "autoscaling.keda.sh/paused-replicas": "three"});
    let spec = json!({"triggers": [kafka()], "annotations": annotations});
    let (decision, findings) = decide(&situation(
        "2026-03-01T12:00:00Z",
        3,
        spec,
        json!([queue(true)]),
    ));
    assert_eq!(decision.replicas.value, 3);
    assert_eq!(
        condition::status(&decision.status.conditions, condition::READY),
        "False"
    );
    assert_eq!(
        decision.events.last().unwrap().reason,
        "ScaledObjectCheckFailed"
    );
    let field = "metadata.annotations[autoscaling.keda.sh/paused-replicas]";
    assert!(has(&findings, "keda-bad-paused-replicas", field));
}

#[test]
fn nonsense_is_named_with_its_field() {
    let bad_cron = cron("Nowhere/Land", "0 8 * * *", "0 18 * * *");
    let unread = json!({"type": "cron", "metadata": {"timezone": "UTC", "start": "0 0 * * 7", "end": "x", "desiredReplicas": "0"}});
    let prometheus = json!({"type": "prometheus", "metadata": {"serverAddress": "http://p", "query": "q", "threshold": "0"}});
    let workload =
        json!({"type": "kubernetes-workload", "metadata": {"podSelector": "a in b", "value": "0"}});
    for (spec, id, field) in [
        (
            json!({"triggers": [bad_cron]}),
            "keda-unknown-zone",
            "spec.triggers[0].metadata.timezone",
        ),
        (
            json!({"triggers": [unread]}),
            "keda-bad-trigger",
            "spec.triggers[0].metadata.start",
        ),
        (
            json!({"triggers": [unread]}),
            "keda-bad-trigger",
            "spec.triggers[0].metadata.desiredReplicas",
        ),
        (
            json!({"triggers": [workload]}),
            "keda-bad-trigger",
            "spec.triggers[0].metadata.podSelector",
        ),
        (
            json!({"triggers": [prometheus]}),
            "keda-zero-target",
            "metric",
        ),
        (
            json!({"triggers": [kafka()], "cooldownPeriod": -5}),
            "keda-number-out-of-range",
            "spec.cooldownPeriod",
        ),
        (
            json!({"triggers": [kafka()], "advanced": {"scalingModifiers": {"formula": "missing + 1", "target": "2"}}}),
            "keda-bad-formula",
            "spec.advanced.scalingModifiers.formula",
        ),
    ] {
        let (_, findings) = decide(&situation("2026-03-01T12:00:00Z", 1, spec, json!([])));
        assert!(has(&findings, id, field), "{id} {field}: {findings:?}");
    }
}

#[test]
fn a_source_that_is_not_known_leaves_the_count_unknown() {
    let (decision, _) = decide(&situation(
        "2026-03-01T12:00:00Z",
        0,
        json!({"triggers": [kafka()]}),
        json!([]),
    ));
    assert!(matches!(
        decision.replicas.certainty,
        Certainty::Unknown { .. }
    ));
    assert_eq!(decision.next_change, None);
}

#[test]
fn formulas_that_surprise() {
    let values: BTreeMap<_, _> = [("a".to_owned(), Some(7.0)), ("b".to_owned(), None)].into();
    for (formula, result) in [
        ("a / 0", Ok(Some(f64::INFINITY))),
        ("b ?? a ?? 3", Ok(Some(7.0))),
        ("b ?? nil", Ok(None)),
        ("a > 5 ? missing : a", Err(())), // also where it is never computed
        ("a % 2", Err(())),               // floats have no remainder
        ("a ?? 1 + 2", Err(())),          // not mixed without brackets
        ("a == 7", Err(())),              // no number
        ("max(a, 9) % 2", Err(())),       // found out when tried with −1
    ] {
        let ours =
            compile_formula(formula, &["a", "b"])
                .map_err(|_| ())
                .map(|program| match program.run(&values) {
                    FormulaResult::Number { number } => Some(number),
                    _ => None,
                });
        assert_eq!(ours, result, "{formula}");
    }
    for formula in [
        "toJSON(a)",
        "a in [1]",
        "'x' == 'y' ? 1 : 2",
        "a ** 1.7",
        "[a][0]",
    ] {
        assert!(
            compile_formula(formula, &["a", "b"]).is_ok_and(|program| {
                matches!(program.run(&values), FormulaResult::Unknown { .. })
            }),
            "{formula}"
        );
    }
}

#[test]
fn a_scaled_job_asks_for_the_whole_queue_within_its_most() {
    let job = |strategy: Value, queue: f64| {
        let situation: scaled_job::Situation = serde_json::from_value(json!({
            "now": "2026-03-01T12:00:00Z",
            "scaledJob": {"metadata": {"name": "import"}, "spec": {
                "maxReplicaCount": 10, "triggers": [kafka()], "scalingStrategy": strategy,
            }},
            "jobs": [
                {"name": "a", "pods": [{"phase": "Running"}]}, {"name": "b", "pods": [{"phase": "Pending"}]},
            ],
            "triggers": [{"source": {"kind": "metrics", "metrics": [{
                "metric": "s0-kafka", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
                "outcome": {
                    "kind": "value", "amount": {"float": queue}, "number": queue, "activationThreshold": null, "isActive": true,
                },
            }]}}],
        }))
        .unwrap();
        scaled_job::decide(&situation).0.created
    };
    // 30 over 5 is 6 Jobs at most; 2 run, 1 of them pending.
    for (strategy, created) in [
        (json!({}), 4),
        (json!({"strategy": "accurate"}), 5),
        (json!({"strategy": "eager"}), 6),
        (
            json!({"strategy": "custom", "customScalingQueueLengthDeduction": 1, "customScalingRunningJobPercentage": "0.5"}),
            4,
        ),
        (
            json!({"strategy": "custom", "customScalingRunningJobPercentage": "half"}),
            4,
        ),
    ] {
        assert_eq!(job(strategy.clone(), 30.0), created, "{strategy}");
    }
}
