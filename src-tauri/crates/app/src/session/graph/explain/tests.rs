//! A held scale-down is explained from facts alone.
#![allow(clippy::unwrap_used)]

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::ObjectRow;
use model::fact::{Fact, Part, Subject, SubjectKind, What, decode_seen, pod_usages};
use replay::{Past, Settings};
use scaling::hpa::situation::{Answer, Config, Span, Version};
use scaling::words::Clock;
use serde_json::{Value, json};
use wire::Sureness;

use super::{Explained, Instant, explained};

const BEGIN: &str = "2026-11-28T12:00:00Z";

fn at(seconds: i64) -> Timestamp {
    let begin: Timestamp = BEGIN.parse().unwrap();
    begin + SignedDuration::from_secs(seconds)
}

fn tell(past: &mut Past, seconds: i64, what: What) {
    past.add(Fact {
        received: at(seconds),
        source: None,
        what,
    });
}

fn see(past: &mut Past, seconds: i64, group: &str, kind: &str, object: &Value) {
    match decode_seen(group, kind, object.to_string().as_bytes()).unwrap() {
        ObjectRow::Seen(seen) => past.add(seen.fact(at(seconds))),
        other => panic!("{other:?}"),
    }
}

fn hpa(desired: i32, used: i32) -> Value {
    json!({
        "metadata": {"name": "cart", "namespace": "shop", "uid": "h", "creationTimestamp": "2026-11-28T10:00:00Z"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"},
                 "minReplicas": 1, "maxReplicas": 8,
                 "metrics": [{"type": "Resource", "resource": {"name": "cpu",
                              "target": {"type": "Utilization", "averageUtilization": 50}}}]},
        "status": {"currentReplicas": 4, "desiredReplicas": desired, "currentMetrics": [
            {"type": "Resource", "resource": {"name": "cpu", "current": {
                "averageUtilization": used, "averageValue": format!("{used}m")}}}]},
    })
}

fn usage(cpu: &str, seconds: i64) -> What {
    let items: Vec<Value> = (1..=4)
        .map(|n| {
            json!({"metadata": {"name": format!("cart-{n}")}, "timestamp": at(seconds).to_string(), "window": "15s",
                   "containers": [{"name": "a", "usage": {"cpu": cpu}}]})
        })
        .collect();
    let list = json!({"items": items}).to_string();
    What::Usage(Answer::observed(pod_usages(list.as_bytes()).unwrap()))
}

/// Four pods that used what they shall, and from the second minute on half of it.
fn held() -> Past {
    let subject = Subject {
        kind: SubjectKind::Hpa,
        namespace: "shop".to_owned(),
        name: "cart".to_owned(),
    };
    let known = Settings::known(Config::of(Version::V1_36), Span::seconds(15));
    let mut past = Past::new(subject, known);
    for part in [Part::Autoscaler, Part::Target, Part::Pods, Part::Metrics] {
        tell(&mut past, 0, What::Watched(part));
    }
    see(
        &mut past,
        0,
        "autoscaling",
        "HorizontalPodAutoscaler",
        &hpa(4, 50),
    );
    let target = json!({
        "apiVersion": "apps/v1", "metadata": {"name": "cart", "uid": "d"},
        "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "cart"}}},
        "status": {"replicas": 4, "readyReplicas": 4},
    });
    see(&mut past, 0, "apps", "Deployment", &target);
    for n in 1..=4 {
        let pod = json!({
            "metadata": {"name": format!("cart-{n}"), "uid": format!("p{n}"), "labels": {"app": "cart"}},
            "spec": {"nodeName": "n1", "containers": [{"name": "a", "resources": {"requests": {"cpu": "100m"}}}]},
            "status": {"phase": "Running", "startTime": "2026-11-28T10:00:00Z", "conditions": [
                {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-28T10:00:05Z"}]},
        });
        see(&mut past, 0, "", "Pod", &pod);
    }
    for pass in 0..12 {
        let seconds = pass * 15;
        let (cpu, used) = if pass < 6 { ("50m", 50) } else { ("25m", 25) };
        tell(&mut past, seconds, usage(cpu, seconds));
        if pass == 6 {
            see(
                &mut past,
                seconds,
                "autoscaling",
                "HorizontalPodAutoscaler",
                &hpa(4, used),
            );
        }
    }
    past
}

fn explain(past: &Past, seconds: i64, is_live: bool) -> Explained {
    let clock = Clock::new(TimeZone::UTC, at(seconds));
    let instant = Instant {
        at: at(seconds),
        is_live,
        clock: &clock,
        object: None,
    };
    explained(past, &instant)
}

#[test]
fn a_held_scale_down_says_until_when() {
    let past = held();
    let told = explain(&past, 170, true);
    assert!(
        told.headline.contains("olds 4 replicas") && told.headline.contains("until"),
        "{told:#?}"
    );
    assert_eq!(told.asks.len(), 1);
    let ask = &told.asks[0];
    assert!(ask.decides && ask.result.ends_with('2'), "{ask:?}");
    assert!(
        ask.arithmetic.iter().any(|line| line.contains("25 %")),
        "{ask:?}"
    );
    let stabilization = told
        .rules
        .iter()
        .find(|rule| rule.name.starts_with("stabilization"))
        .unwrap();
    assert!(stabilization.after.ends_with('4'), "{stabilization:?}");
    assert_eq!(told.counted.rows.len(), 4, "{:?}", told.counted);
    assert_eq!(told.counted.rows[0][..3], ["cart-1", "25m", "100m"]);
    let next = told.next.unwrap();
    assert!(next.headline.starts_with("4 → "), "{next:?}");
    assert!(
        next.since_ms <= at(170).as_millisecond() && next.earliest_ms > at(170).as_millisecond(),
        "{next:?}"
    );
}

#[test]
fn the_past_is_told_without_what_came_next() {
    let past = held();
    let told = explain(&past, 60, false);
    assert!(!told.is_live && told.next.is_none());
    assert_eq!(told.at, "12:01:00");
    assert!(
        told.asks[0].result.ends_with('4'),
        "it was as loaded as it shall be: {told:#?}"
    );
}

#[test]
fn where_nothing_comes_by_itself_that_is_told() {
    let past = held();
    let told = explain(&past, 60, true);
    assert_eq!(told.next, None);
    assert_eq!(
        told.unmoved,
        "No change comes by itself while the load stays as it is."
    );
    assert_eq!(explain(&past, 60, false).unmoved, "");
    assert_eq!(explain(&past, 170, true).unmoved, "", "its hold ends");
}

#[test]
fn where_nothing_is_known_that_is_told() {
    let subject = Subject {
        kind: SubjectKind::Hpa,
        namespace: "shop".to_owned(),
        name: "cart".to_owned(),
    };
    let past = Past::new(subject, Settings::of(Version::V1_36));
    let told = explain(&past, 0, true);
    assert_eq!(told.headline, "Nothing is known of this moment.");
    assert_eq!(told.sure.sureness, Sureness::Unknown);
    assert_eq!(told.unmoved, "");
}
