//! A cluster that runs goes by its clock, back to any instant and to the present again.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::runtime::Handle;

use super::{Running, Wall};
use crate::clock::Rate;

/// 21:30 in Oslo.
const EVENING: &str = "2026-11-28T20:30:00Z";

/// A time outside that a test sets.
fn wall() -> (Arc<Mutex<Timestamp>>, Wall) {
    let now: Arc<Mutex<Timestamp>> = Arc::new(Mutex::new(EVENING.parse().unwrap()));
    let told = Arc::clone(&now);
    (now, Arc::new(move || *told.lock().unwrap()))
}

fn nginx(running: &Running) -> i64 {
    let found = |world: &mut crate::World| world.get("deployments.apps", "web", "nginx");
    found_replicas(&running.served().with(found).unwrap())
}

fn found_replicas(deployment: &Value) -> i64 {
    deployment["spec"]["replicas"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instant_is_shown_and_the_present_comes_back() {
    let (now, wall) = wall();
    let running = Running::start(1, wall, &Handle::current());
    assert!(running.time().is_present);
    assert_eq!(nginx(&running), 2, "its window is open");
    let revision = running.served().with(|world| world.store.revision());
    let noon: Timestamp = "2026-11-28T12:10:00Z".parse().unwrap();

    running.set_rate(Rate::Still);
    running.go_to(noon);
    assert_eq!(nginx(&running), 1);
    let time = running.time();
    assert_eq!(
        (time.now, time.rate, time.is_present),
        (noon, Rate::Still, false)
    );
    assert!(running.served().with(|world| world.store.revision()) > revision);
    assert_eq!(running.served().with(|world| world.now()), noon);

    *now.lock().unwrap() += SignedDuration::from_secs(30);
    assert_eq!(running.time().now, noon, "it stands");
    running.set_rate(Rate::Times(60));
    *now.lock().unwrap() += SignedDuration::from_secs(2);
    assert_eq!(running.time().now, noon + SignedDuration::from_mins(2));

    running.go_to_present();
    let time = running.time();
    assert_eq!((time.now, time.is_present), (*now.lock().unwrap(), true));
    assert_eq!(nginx(&running), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instant_is_the_same_each_time() {
    let (_now, wall) = wall();
    let running = Running::start(1, wall, &Handle::current());
    let noon: Timestamp = "2026-11-28T12:10:00Z".parse().unwrap();
    let print = || {
        running.set_rate(Rate::Still);
        running.go_to(noon);
        running.served().with(|world| {
            let pods = world.store.list("pods", "", None);
            pods.map(|(key, _)| key.path.to_string())
                .collect::<Vec<_>>()
        })
    };
    let first = print();
    running.go_to_present();
    assert_eq!(first, print());
}

/// What the controllers decided within ten minutes at sixty times the time's pace, when somebody outside moves and asks in steps so long.
async fn decided(step: SignedDuration) -> Vec<String> {
    let (now, wall) = wall();
    let running = Running::start(1, wall, &Handle::current());
    let begin = running.time().now;
    let end = begin + SignedDuration::from_mins(10);
    running.set_rate(Rate::Times(60));
    // Outside so much passes, and no more.
    let last = *now.lock().unwrap() + SignedDuration::from_secs(10);
    let mut seen = begin;
    while seen < end {
        {
            let mut now = now.lock().unwrap();
            *now = last.min(*now + step);
        }
        seen = running.served().with(|world| world.now());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    // Both as of the same moment, whatever came after it.
    running.served().with(|world| {
        let events = world.store.list("events", "", None);
        let told = events.filter(|(_, event)| {
            let of = [
                "horizontal-pod-autoscaler",
                "keda-operator",
                "deployment-controller",
            ];
            let by = event["source"]["component"].as_str().unwrap();
            let at: Timestamp = event["firstTimestamp"].as_str().unwrap().parse().unwrap();
            of.contains(&by) && at <= end
        });
        let words = told.map(|(key, event)| {
            let text = |field: &str| event[field].as_str().unwrap().to_owned();
            format!(
                "{} {} {}",
                key.path,
                text("firstTimestamp"),
                text("message")
            )
        });
        words.collect()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_and_when_changes_no_decision() {
    let slow = decided(SignedDuration::from_millis(130)).await;
    let fast = decided(SignedDuration::from_millis(1_900)).await;
    assert!(slow.len() > 10, "{slow:?}");
    assert_eq!(slow, fast);
}
