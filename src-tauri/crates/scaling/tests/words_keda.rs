//! KEDA's decisions as users read them: each snapshot is a page of situations with their words.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_pass_by_value)] // situations read better without &

mod told;

use jiff::Timestamp;
use scaling::keda::{Situation, decide, scaled_job};
use scaling::words;
use serde_json::{Value, json};
use told::{Page, clock};

const NOON: &str = "2026-03-01T12:00:00Z";

fn now() -> Timestamp {
    NOON.parse().unwrap()
}

/// A ScaledObject at noon; `spec` may hold annotations and a status too.
fn orders(replicas: i32, mut spec: Value, inputs: Value) -> Value {
    let mut part = |name: &str| match spec[name].take() {
        Value::Null => json!({}),
        given => given,
    };
    let (annotations, status) = (part("annotations"), part("status"));
    json!({
        "now": NOON, "lastPoll": NOON, "triggers": inputs,
        "scaledObject": {
            "metadata": {"name": "orders", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z", "annotations": annotations},
            "spec": spec, "status": status,
        },
        "target": {"replicas": {"value": replicas, "certainty": {"kind": "observed"}}},
    })
}

fn kafka() -> Value {
    json!({"type": "kafka", "metadata": {}})
}

/// The lag of a queue of which each replica, or Job, shall take 5.
fn lag(number: f64) -> Value {
    json!({"source": {"kind": "metrics", "metrics": [{
        "metric": "s0-kafka", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
        "outcome": {"kind": "value", "amount": {"float": number}, "number": number, "activationThreshold": 0.0, "isActive": number > 0.0},
    }]}})
}

fn away() -> Value {
    json!({"source": {"kind": "metrics", "metrics": [{
        "metric": "s0-kafka", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
        "outcome": {"kind": "failed", "error": "no broker answers"},
    }]}})
}

fn office_hours(start: &str, end: &str) -> Value {
    let metadata = json!({"timezone": "UTC", "start": start, "end": end, "desiredReplicas": "4"});
    json!({"type": "cron", "metadata": metadata})
}

fn page(situations: Vec<(&str, Value)>) -> String {
    let mut page = Page::default();
    for (title, situation) in situations {
        let situation: Situation = serde_json::from_value(situation).unwrap();
        let (decision, _) = decide(&situation);
        page.add(title, &words::scaled_object(&decision, &clock(now())));
    }
    page.0
}

fn active_at(time: &str) -> Value {
    json!({"lastActiveTime": format!("2026-03-01T{time}Z")})
}

#[test]
fn load_wakes_and_rests() {
    let _plain = told::plainly();
    let spec = || json!({"triggers": [kafka()], "status": active_at("11:58:10")});
    let workload = json!({"type": "kubernetes-workload", "metadata": {"podSelector": "app=nginx", "value": "2"}});
    let pods = json!([{"source": {"kind": "pods", "pods": vec![json!({"phase": "Running"}); 8]}}]);
    let cooling = orders(3, spec(), json!([lag(0.0)]));
    let mut unknown_phase = cooling.clone();
    unknown_phase["lastPoll"] = Value::Null;
    insta::assert_snapshot!(page(vec![
        ("Load comes at 0", orders(0, spec(), json!([lag(9.0)]))),
        ("Load goes on", orders(3, spec(), json!([lag(23.0)]))),
        (
            "Pods of another workload are counted",
            orders(2, json!({"triggers": [workload]}), pods)
        ),
        ("Load is gone: the cooldown", cooling),
        ("The cooldown, with polls at an unknown time", unknown_phase),
        (
            "The cooldown is over",
            orders(
                3,
                json!({"triggers": [kafka()], "status": active_at("11:00:00")}),
                json!([lag(0.0)])
            ),
        ),
        ("No load at 0", orders(0, spec(), json!([lag(0.0)]))),
        (
            "No load, below the least count",
            orders(
                1,
                json!({"triggers": [kafka()], "minReplicaCount": 2}),
                json!([lag(0.0)])
            ),
        ),
        (
            "An idle count below the least count: load comes",
            orders(
                1,
                json!({"triggers": [kafka()], "minReplicaCount": 3, "idleReplicaCount": 1}),
                json!([lag(9.0)])
            ),
        ),
        (
            "An idle count: load is gone",
            orders(
                3,
                json!({"triggers": [kafka()], "minReplicaCount": 3, "idleReplicaCount": 1, "status": active_at("11:00:00")}),
                json!([lag(0.0)]),
            ),
        ),
        (
            "What the queue holds is not known",
            orders(3, spec(), json!([]))
        ),
        ("The size cannot be set", {
            let mut situation = orders(0, spec(), json!([lag(9.0)]));
            situation["target"]["scaleWriteError"] = "quota exceeded".into();
            situation
        },),
    ]));
}

#[test]
fn windows_of_cron() {
    let _plain = told::plainly();
    let spec = |start: &str, end: &str| json!({"triggers": [office_hours(start, end)], "status": active_at("11:00:00")});
    let mut guessed = orders(0, json!({"triggers": [kafka()]}), json!([lag(9.0)]));
    guessed["triggers"][0]["certainty"] =
        json!({"kind": "estimated", "guess": "the lag is of a minute ago"});
    insta::assert_snapshot!(page(vec![
        (
            "Inside",
            orders(4, spec("0 8 * * *", "0 18 * * *"), json!([]))
        ),
        (
            "Outside",
            orders(0, spec("0 13 * * *", "0 18 * * *"), json!([]))
        ),
        (
            "Outside until tomorrow, still up",
            orders(4, spec("0 6 * * *", "0 11 * * *"), json!([]))
        ),
        ("A lag that was guessed", guessed),
    ]));
}

#[test]
fn pauses() {
    let _plain = told::plainly();
    let paused = |name: &str, value: &str| {
        let name = format!("autoscaling.keda.sh/{name}");
        json!({"triggers": [kafka()], "annotations": {name: value}, "status": active_at("11:00:00")})
    };
    insta::assert_snapshot!(page(vec![
        (
            "Frozen",
            orders(3, paused("paused", "true"), json!([lag(9.0)]))
        ),
        (
            "At a count",
            orders(3, paused("paused-replicas", "5"), json!([lag(9.0)]))
        ),
        (
            "At what is no count",
            orders(3, paused("paused-replicas", "many"), json!([lag(9.0)]))
        ),
        (
            "Scaling in alone",
            orders(3, paused("paused-scale-in", "true"), json!([lag(0.0)]))
        ),
        (
            "Scaling out alone",
            orders(0, paused("paused-scale-out", "true"), json!([lag(9.0)]))
        ),
    ]));
}

#[test]
fn failures() {
    let _plain = told::plainly();
    let fallback = json!({"failureThreshold": 2, "replicas": 6});
    let with_fallback = |failures: i32| {
        let health = json!({"s0-kafka": {"numberOfFailures": failures, "status": "Failing"}});
        json!({"triggers": [kafka()], "fallback": fallback, "status": {"health": health}})
    };
    let formula = |activation: &str| {
        json!({"triggers": [{"type": "kafka", "name": "lag", "metadata": {}}], "status": active_at("11:58:10"),
            "advanced": {"scalingModifiers": {"formula": "lag * 2", "target": "5", "activationTarget": activation}}})
    };
    let bad = office_hours("0 8 * *", "0 18 * * *");
    let mut unreadable = orders(3, json!({"triggers": [kafka()]}), json!([lag(9.0)]));
    unreadable["target"]["readError"] = "deployments.apps \"orders\" not found".into();
    insta::assert_snapshot!(page(vec![
        (
            "A trigger fails, without a fallback",
            orders(3, json!({"triggers": [kafka()]}), json!([away()]))
        ),
        (
            "A trigger fails, the fallback may come",
            orders(0, with_fallback(0), json!([away()]))
        ),
        (
            "The fallback is in force",
            orders(0, with_fallback(2), json!([away()]))
        ),
        (
            "One of two triggers fails, the other is active",
            orders(
                4,
                json!({"triggers": [office_hours("0 8 * * *", "0 18 * * *"), kafka()]}),
                json!([{}, away()])
            ),
        ),
        (
            "A trigger that cannot be built",
            orders(3, json!({"triggers": [bad]}), json!([]))
        ),
        (
            "A formula above its activation target",
            orders(0, formula("10"), json!([lag(9.0)]))
        ),
        (
            "A formula not above it",
            orders(3, formula("20"), json!([lag(9.0)]))
        ),
        ("The size cannot be read", unreadable),
    ]));
}

/// A ScaledJob of at most 10 Jobs with so many running, of which so many are pending.
fn jobs(strategy: Value, mut spec: Value, running: usize, pending: usize, inputs: Value) -> Value {
    let annotations = match spec["annotations"].take() {
        Value::Null => json!({}),
        given => given,
    };
    spec["scalingStrategy"] = strategy;
    spec["maxReplicaCount"] = 10.into();
    if spec["triggers"].is_null() {
        spec["triggers"] = json!([kafka()]);
    }
    let jobs: Vec<Value> = (0..running)
        .map(|index| {
            let phase = if index < pending { "Pending" } else { "Running" };
            json!({"name": format!("convert-{index}"), "generation": "1", "pods": [{"phase": phase}]})
        })
        .collect();
    json!({
        "now": NOON, "lastPoll": NOON, "triggers": inputs, "jobs": jobs,
        "scaledJob": {"metadata": {"name": "convert", "namespace": "shop", "generation": 1, "annotations": annotations}, "spec": spec},
    })
}

fn jobs_page(situations: Vec<(&str, Value)>) -> String {
    let mut page = Page::default();
    for (title, situation) in situations {
        let situation: scaled_job::Situation = serde_json::from_value(situation).unwrap();
        let (decision, _) = scaled_job::decide(&situation);
        page.add(title, &words::scaled_job(&decision, &clock(now())));
    }
    page.0
}

#[test]
fn jobs_for_a_queue() {
    let _plain = told::plainly();
    let queue = || json!([lag(23.0)]);
    let plain = || json!({});
    let named = |name: &str| json!({"strategy": name});
    let custom = json!({"strategy": "custom", "customScalingQueueLengthDeduction": 1, "customScalingRunningJobPercentage": "0.5"});
    let two = json!({"triggers": [kafka(), {"type": "redis", "metadata": {}}]});
    let mut second = lag(7.0);
    second["source"]["metrics"][0]["metric"] = "s1-redis".into();
    let sum = json!({"multipleScalersCalculation": "sum"});
    let paused = json!({"annotations": {"autoscaling.keda.sh/paused": "true"}});
    let mut refused = jobs(plain(), plain(), 0, 0, queue());
    refused["createError"] = "quota exceeded".into();
    insta::assert_snapshot!(jobs_page(vec![
        (
            "The default strategy",
            jobs(plain(), plain(), 2, 1, queue())
        ),
        ("The custom strategy", jobs(custom, plain(), 2, 1, queue())),
        (
            "The accurate strategy",
            jobs(named("accurate"), plain(), 2, 1, queue())
        ),
        (
            "The accurate strategy near the most Jobs",
            jobs(named("accurate"), plain(), 8, 1, queue())
        ),
        (
            "The eager strategy",
            jobs(named("eager"), plain(), 2, 1, queue())
        ),
        (
            "Fewer than the least number",
            jobs(
                plain(),
                json!({"minReplicaCount": 3}),
                1,
                0,
                json!([lag(0.0)])
            )
        ),
        ("As many run as may", jobs(plain(), plain(), 5, 0, queue())),
        ("No queue", jobs(plain(), plain(), 1, 0, json!([lag(0.0)]))),
        (
            "Two queues, summed",
            jobs(sum, two, 1, 0, json!([lag(23.0), second]))
        ),
        (
            "A failing trigger",
            jobs(plain(), plain(), 1, 0, json!([away()]))
        ),
        (
            "What the queue holds is not known",
            jobs(plain(), plain(), 1, 0, json!([]))
        ),
        ("New Jobs are refused", refused),
        ("Paused", jobs(plain(), paused, 2, 0, queue())),
    ]));
}
