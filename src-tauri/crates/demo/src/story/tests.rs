//! The story tells what it promises.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Day, after};

/// 21:30 in Oslo.
const EVENING: &str = "2026-11-28T20:30:00Z";

fn evening(seed: u64) -> Day {
    let now: Timestamp = EVENING.parse().unwrap();
    after(seed, now, SignedDuration::from_mins(45))
}

fn replicas(day: &Day, namespace: &str, name: &str) -> i64 {
    let found = day.world.get("deployments.apps", namespace, name).unwrap();
    found["spec"]["replicas"].as_i64().unwrap()
}

fn condition(object: &Value, kind: &str) -> String {
    let all = object["status"]["conditions"].as_array().unwrap();
    let found = all.iter().find(|one| one["type"] == kind).unwrap();
    format!("{} {}", found["status"], found["reason"]).replace('"', "")
}

#[test]
fn every_part_of_the_evening_is_what_it_shall_be() {
    let day = evening(1);
    assert_eq!(replicas(&day, "web", "nginx"), 2, "its window is open");
    assert_eq!(
        replicas(&day, "web", "cosci"),
        4,
        "2 for each nginx are more than the window's 2"
    );
    assert_eq!(replicas(&day, "shop", "search"), 4, "at its most");
    let hpa = |name: &str| {
        day.world
            .get("horizontalpodautoscalers.autoscaling", "shop", name)
            .unwrap()
    };
    assert_eq!(
        condition(&hpa("search"), "ScalingLimited"),
        "True TooManyReplicas"
    );
    assert_eq!(
        condition(&hpa("reports"), "ScalingActive"),
        "False FailedGetResourceMetric"
    );
    let of = |app: &str| {
        let mut pods = day.world.store.list("pods", "shop/", None);
        pods.find(|(_, pod)| pod["metadata"]["labels"]["app"] == app)
            .unwrap()
            .1
            .clone()
    };
    let ledger = of("ledger");
    assert!(
        ledger["status"]["containerStatuses"][0]["restartCount"]
            .as_i64()
            .unwrap()
            > 10
    );
    assert_eq!(
        condition(&of("training"), "PodScheduled"),
        "False Unschedulable"
    );
}

#[test]
fn orders_sleep_between_their_waves() {
    let mut day = evening(1);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..15 {
        let to = day.world.now() + SignedDuration::from_mins(2);
        day.controllers.step(&mut day.world, to);
        seen.insert(replicas(&day, "shop", "orders"));
    }
    assert!(seen.contains(&0) && seen.contains(&5), "{seen:?}");
}

#[test]
fn the_same_seed_makes_the_same_evening() {
    let short = || after(7, EVENING.parse().unwrap(), SignedDuration::from_mins(10));
    let print = |day: &Day| {
        let hpas = day
            .world
            .store
            .list("horizontalpodautoscalers.autoscaling", "", None);
        hpas.map(|(_, object)| object.to_string())
            .collect::<String>()
    };
    assert_eq!(print(&short()), print(&short()));
}
