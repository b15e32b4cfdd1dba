//! What holds for every decision about an autoscaler, as it does upstream.
#![allow(clippy::unwrap_used)]

mod situations;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use scaling::Certainty;
use scaling::hpa::decision::{Decision, MetricResult, Path};
use scaling::hpa::situation::{PassPhase, Situation};
use scaling::hpa::{decide, following};
use serde_json::Value;

/// More with `PROPTEST_CASES`.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(300)
}

/// Longer than every window, period and initialisation of these situations.
const HORIZON: i64 = 1800;

/// The first pass whose outcome differs from `count`, and that outcome. The first pass is at `first`.
fn played(mut situation: Situation, first: Timestamp, count: i32) -> Option<(Timestamp, i32)> {
    let end = first + SignedDuration::from_secs(HORIZON);
    situation.now = first;
    while situation.now < end {
        let (decision, _) = decide(&situation);
        let replicas = decision.replicas.unwrap();
        if replicas != count {
            return Some((situation.now, replicas));
        }
        let next = situation.now + SignedDuration::from_secs(15);
        situation = following(&situation, &decision, next);
    }
    None
}

fn with_phase(mut situation: Situation, phase: PassPhase) -> Situation {
    situation.passes.phase = phase;
    situation
}

fn later(seconds: i64) -> Timestamp {
    situations::now() + SignedDuration::from_secs(seconds)
}

/// All certainties that a decision carries.
fn certainties(decision: &Decision) -> Vec<&Certainty> {
    let metrics = decision.metrics.iter().map(|metric| &metric.certainty);
    let rules = decision.rules.iter().map(|rule| &rule.certainty);
    metrics.chain(rules).chain([&decision.certainty]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn the_next_change_is_what_playing_on_gives(situation in situations::situation()) {
        let (decision, _) = decide(&situation);
        let next = following(&situation, &decision, later(15));
        let played = played(next, later(15), decision.replicas.unwrap());
        let told = decision.next_change.as_ref().map(|change| {
            assert_eq!(change.at.earliest, change.at.latest);
            (change.at.earliest, change.replicas)
        });
        prop_assert_eq!(told, played);
    }

    #[test]
    fn with_the_coming_pass_known(situation in situations::situation(), wait in 0i64..15) {
        let situation = with_phase(situation, PassPhase::Next(later(wait)));
        let (decision, _) = decide(&situation);
        let told = decision.next_change.as_ref().map(|change| (change.at.earliest, change.replicas));
        let current = decision.current.unwrap();
        prop_assert_eq!(told, played(situation, later(wait), current));
    }

    #[test]
    fn with_the_phase_unknown_it_lies_in_the_range(situation in situations::situation(), wait in 1i64..=15) {
        let situation = with_phase(situation, PassPhase::Unknown);
        let (decision, _) = decide(&situation);
        let current = decision.current.unwrap();
        let played = played(situation, later(wait), current);
        if let Some((at, _)) = played {
            let told = decision.next_change.unwrap().at;
            prop_assert!(told.earliest <= at && at <= told.latest, "{told:?} {at}");
        }
    }

    #[test]
    fn more_load_never_asks_for_less(
        pods in 1usize..12, target in 1i64..200, loads in prop::collection::vec(0i64..500, 2),
        ready_since in 0i64..1000, behavior in prop::option::of(Just(())),
    ) {
        let mut loads = loads;
        loads.sort_unstable();
        let asked: Vec<i32> = loads.iter().map(|load| {
            let situation = even_load(pods, target, *load, ready_since, behavior.is_some());
            decide(&situation).0.replicas.unwrap()
        }).collect();
        prop_assert!(asked[0] <= asked[1], "{loads:?} {asked:?}");
    }

    #[test]
    fn a_computed_count_lies_within_the_limits(situation in situations::situation()) {
        let (decision, _) = decide(&situation);
        let (min, max) = (situation.spec.min_replicas.unwrap(), situation.spec.max_replicas);
        let is_computed = match decision.path {
            Path::Metrics { .. } | Path::AboveMax | Path::BelowMin => true,
            Path::Disabled | Path::NoMetrics { .. } | Path::NoScale { .. } => false,
        };
        if is_computed && decision.current.unwrap() != 0 {
            prop_assert!((min..=max).contains(&decision.replicas.unwrap()));
        }
    }

    #[test]
    fn the_winner_is_the_first_of_the_largest(situation in situations::situation()) {
        let (decision, _) = decide(&situation);
        let proposals: Vec<i32> = decision.metrics.iter().filter_map(|metric| match metric.result {
            MetricResult::Proposed { replicas } => Some(replicas),
            MetricResult::Failed { .. } => None,
        }).collect();
        if let (Some(winner), Some(largest)) = (decision.winner, proposals.iter().max()) {
            let metric = &decision.metrics[winner as usize];
            prop_assert_eq!(&metric.result, &MetricResult::Proposed { replicas: *largest });
            prop_assert_eq!(decision.runners_up.len() + 1, proposals.len());
        }
    }

    #[test]
    fn each_rule_begins_where_the_one_before_ends(situation in situations::situation()) {
        let (decision, _) = decide(&situation);
        for pair in decision.rules.windows(2) {
            prop_assert_eq!(pair[0].after, pair[1].before);
        }
        if let Some(last) = decision.rules.last() {
            prop_assert_eq!(Some(last.after), decision.desired);
        }
    }

    #[test]
    fn certainty_never_rises(situation in situations::situation(), part in 0u8..5) {
        let guess = Certainty::Estimated { guess: "a guess".to_owned() };
        let mut situation = situation;
        match part {
            0 => situation.scale.certainty = guess,
            1 => situation.memory.certainty = guess,
            2 => situation.config.certainty = guess,
            3 => situation.pods_certainty = guess,
            _ => situation.metrics.resource.as_mut().unwrap().certainty = guess,
        }
        let (decision, _) = decide(&situation);
        for certainty in certainties(&decision) {
            prop_assert!(certainty.rank() >= Certainty::Derived.rank());
        }
        let took_metrics = matches!(decision.path, Path::Metrics { .. });
        let took_resource = decision.metrics.iter().any(|metric| metric.source.as_str() == "Resource" && metric.groups.is_some());
        let is_used = match part {
            0 => true,
            1 | 2 => took_metrics,
            _ => took_metrics && took_resource,
        };
        if is_used {
            prop_assert_eq!(decision.certainty.rank(), 2);
        }
    }

    #[test]
    fn a_decision_survives_json(situation in situations::situation()) {
        let (decision, _) = decide(&situation);
        let text = serde_json::to_string(&decision).unwrap();
        let back: Decision = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }

    #[test]
    fn nothing_that_decodes_upsets_it(
        value in situations::value(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), leaf()), 1..6),
    ) {
        let mut value = value;
        for (place, leaf) in changes {
            let mut places = Vec::new();
            pointers(&value, String::new(), &mut places);
            let place = place.get(&places);
            *value.pointer_mut(place).unwrap() = leaf;
        }
        if let Ok(situation) = serde_json::from_value::<Situation>(value) {
            let (decision, findings) = decide(&situation);
            serde_json::to_string(&(decision, findings)).unwrap();
        }
    }
}

/// Something that may stand anywhere.
fn leaf() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "-1",
        "1E",
        "9e30",
        "Mi",
        "abc",
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        "-9999-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "Utilization",
        "Value",
        "AverageValue",
        "Percent",
        "Min",
        "Max",
        "Disabled",
        "External",
        "Pods",
        "Failed",
        "Pending",
        "app in (",
        "app",
        "1.33",
        "1.35",
        "unknown",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![0i64, -1, 1, i64::from(i32::MAX), i64::from(i32::MIN)])
            .prop_map(Value::from),
        prop::sample::select(vec![-1e300, 1e-9, 1e300]).prop_map(Value::from),
        prop::sample::select(texts.to_vec()).prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
    ]
}

/// Every place in a value.
fn pointers(value: &Value, at: String, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, format!("{at}/{index}"), out);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                pointers(
                    field,
                    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                    out,
                );
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    out.push(at);
}

/// Pods that are all ready and measured, under one load each.
fn even_load(pods: usize, target: i64, load: i64, ready_since: i64, behavior: bool) -> Situation {
    let stamp = |ago: i64| later(-ago).to_string();
    let size = pods;
    let names: Vec<String> = (0..pods).map(|index| format!("web-{index}")).collect();
    let pods: Vec<Value> = names
        .iter()
        .map(|name| {
            serde_json::json!({"name": name, "labels": {"app": "web"}, "phase": "Running", "startTime": stamp(ready_since + 40),
                "ready": {"status": "True", "lastTransitionTime": stamp(ready_since + 35)},
                "containers": [{"name": "app", "requests": {"cpu": "100m"}}]})
        })
        .collect();
    let usage: Vec<Value> = names
        .iter()
        .map(|name| {
            serde_json::json!({"name": name, "timestamp": stamp(0), "window": 30,
                "containers": [{"name": "app", "usage": {"cpu": format!("{load}m")}}]})
        })
        .collect();
    let mut value = serde_json::json!({
        "now": situations::now().to_string(), "namespace": "ns", "name": "web",
        "spec": {"minReplicas": 1, "maxReplicas": 1000, "metrics": [{"type": "Resource", "resource": {"name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": target}}}]},
        "scale": {"result": {"value": {"specReplicas": size, "statusReplicas": size, "selector": "app=web"}}},
        "pods": pods, "metrics": {"resource": {"result": {"value": usage}}},
    });
    if behavior {
        value["spec"]["behavior"] = serde_json::json!({});
    }
    serde_json::from_value(value).unwrap()
}
