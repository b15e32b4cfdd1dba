//! Grouping at the size of a large cluster: 100,000 events, then changes one by one.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // it measures

use std::time::{Duration, Instant};

use model::EventRow;
use model::events::group::EventGroups;
use model::events::rate::rates;

const EVENTS: usize = 100_000;
const NOW: i64 = 1_800_000_000_000;

/// 500 workloads in 50 namespaces, 20 reasons.
fn event(n: usize, later_ms: i64) -> EventRow {
    let workload = n % 500;
    let age = i64::try_from(n % 3_600).unwrap() * 1000;
    let mut event = EventRow {
        kind: if n.is_multiple_of(7) {
            "Warning"
        } else {
            "Normal"
        }
        .into(),
        reason: format!("Reason{}", n % 20).into(),
        message: format!("attempt {n} of container main in pod w{workload} failed").into(),
        object_kind: "Pod".into(),
        object_name: format!("w{workload}-7d4b9c6f5-{:05}", n % 90_000).into(),
        first_ms: Some(NOW - age - 600_000),
        last_ms: Some(NOW - age + later_ms),
        count: 1 + i32::try_from(n % 40).unwrap(),
        ..EventRow::default()
    };
    event.meta.namespace = format!("n{}", workload % 50).into();
    event
}

#[test]
fn a_hundred_thousand_events_are_grouped_at_once_and_followed_one_by_one() {
    let events: Vec<EventRow> = (0..EVENTS).map(|n| event(n, 0)).collect();
    let mut groups = EventGroups::default();
    let begun = Instant::now();
    for (index, event) in events.iter().enumerate() {
        groups.put(index, Some(event), NOW);
    }
    let rows = groups.take_changed(|index| events.get(index)).len();
    let all = begun.elapsed();
    assert_eq!(rows, groups.len());
    assert!((500..=2_000).contains(&rows), "{rows} groups");

    let changes: Vec<EventRow> = (0..1_000).map(|n| event(n * 97, 5_000)).collect();
    let begun = Instant::now();
    for (n, change) in changes.iter().enumerate() {
        groups.put(n * 97, Some(change), NOW + 5_000);
    }
    let regrouped = groups.take_changed(|index| events.get(index)).len();
    let some = begun.elapsed();
    let begun = Instant::now();
    let rates = rates(&events, NOW);
    let scan = begun.elapsed();
    println!(
        "{EVENTS} events: {rows} groups in {all:?}; 1,000 changes ({regrouped} groups) in {some:?}; rates in {scan:?}"
    );
    assert!(rates.warnings.iter().sum::<u32>() > 10_000);
    // Bounds of a slow machine without optimisation; what matters is that a change costs nothing of the whole.
    assert!(
        all < Duration::from_secs(20) && some < all / 4,
        "{all:?}, {some:?}"
    );
}
