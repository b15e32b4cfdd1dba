//! How the controller's memory of an autoscaler changes.
//!
//! Follows `horizontal.go` (`recordInitialRecommendation`, the recording parts of `stabilizeRecommendation…`, `storeScaleEvent`,
//! `markScaleEventsOutdated`, `getReplicasChangePerPeriod`).

use jiff::Timestamp;

use super::situation::{Memory, Recommendation, ScaleEvent};
use super::spec::{ScalingRules, Spec};
use super::time;

/// The memory before a pass, which most often records one recommendation more.
pub(crate) fn kept(memory: &Memory) -> Memory {
    let before = &memory.recommendations;
    let mut recommendations = Vec::with_capacity(before.len() + 1);
    recommendations.extend_from_slice(before);
    Memory {
        recommendations,
        scale_up_events: memory.scale_up_events.clone(),
        scale_down_events: memory.scale_down_events.clone(),
        certainty: memory.certainty.clone(),
    }
}

/// The first sight of an autoscaler counts its present size as a recommendation.
pub(crate) fn see(memory: &mut Memory, current: i32, now: Timestamp) {
    if memory.recommendations.is_empty() {
        memory.recommendations.push(Recommendation {
            replicas: current,
            at: now,
        });
    }
}

/// Records what metrics asked for, in the last slot that is too old, else in a new one.
pub(crate) fn record(
    memory: &mut Memory,
    replicas: i32,
    now: Timestamp,
    is_old: impl Fn(Timestamp) -> bool,
) {
    let recommendation = Recommendation { replicas, at: now };
    let slots = &mut memory.recommendations;
    match slots.iter().rposition(|slot| is_old(slot.at)) {
        Some(index) => slots[index] = recommendation,
        None => slots.push(recommendation),
    }
}

/// Stores a change of size; only an autoscaler with a behavior has this memory.
pub(crate) fn store(memory: &mut Memory, spec: &Spec, before: i32, after: i32, now: Timestamp) {
    let Some(behavior) = &spec.behavior else {
        return;
    };
    let (events, rules, change) = if after > before {
        let change = after.wrapping_sub(before);
        (&mut memory.scale_up_events, &behavior.scale_up, change)
    } else {
        let change = before.wrapping_sub(after);
        (&mut memory.scale_down_events, &behavior.scale_down, change)
    };
    let cutoff = time::before(now, time::seconds(longest_period(rules.as_ref())));
    for event in events.iter_mut() {
        // The mark stays: a longer period later does not bring the slot back.
        event.outdated |= event.at < cutoff;
    }
    let event = ScaleEvent {
        change,
        at: now,
        outdated: false,
    };
    match events.iter().rposition(|slot| slot.outdated) {
        Some(index) => events[index] = event,
        None => events.push(event),
    }
}

/// The sum of the changes within the last `period` seconds.
pub(crate) fn change_within(events: &[ScaleEvent], period: i32, now: Timestamp) -> i32 {
    let cutoff = time::before(now, time::seconds(period));
    events
        .iter()
        .filter(|event| event.at > cutoff)
        .fold(0, |sum: i32, event| sum.wrapping_add(event.change))
}

fn longest_period(rules: Option<&ScalingRules>) -> i32 {
    let policies = rules.and_then(|rules| rules.policies.as_deref());
    let periods = policies.unwrap_or_default().iter();
    periods
        .map(|policy| policy.period_seconds)
        .fold(0, i32::max)
}
