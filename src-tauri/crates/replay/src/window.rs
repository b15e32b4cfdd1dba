//! Windows of cron triggers.

use std::sync::Arc;

use jiff::Timestamp;
use scaling::keda::ScaledObject;
use scaling::keda::triggers::{Place, Trigger};

use crate::facts::Facts;

/// A window of a cron trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The trigger's position in `spec.triggers`.
    pub trigger: usize,
    /// Its metric: `s0-cron-…`.
    pub metric: String,
    /// Its zone as written.
    pub zone: String,
    /// Replicas that it asks for.
    pub replicas: i64,
    /// When it begins; where it began before the span that was asked for, that span's begin.
    pub from: Timestamp,
    /// When it ends; where it ends after the span that was asked for, that span's end.
    pub until: Timestamp,
    /// Whether it began at `from`.
    pub begins: bool,
    /// Whether it ends at `until`.
    pub ends: bool,
}

/// The windows of all cron triggers that a span touches.
pub(crate) fn windows(facts: &Facts, from: Timestamp, to: Timestamp) -> Vec<Window> {
    let mut windows = Vec::new();
    // Each spec counts from when it was seen until the next one; the first also before, the last also ahead.
    let points: Vec<_> = facts.scaled_object.all().iter().collect();
    let mut index = points
        .partition_point(|(at, _)| *at <= from)
        .saturating_sub(1);
    while let Some((seen, object)) = points.get(index) {
        let begin = if index == 0 { from } else { (*seen).max(from) };
        if begin > to {
            break;
        }
        let same = |other: &Option<Arc<ScaledObject>>| match (object, other) {
            (Some(one), Some(other)) => one.spec.triggers == other.spec.triggers,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let next = points[index..].iter().position(|(_, other)| !same(other));
        let next = next.map(|offset| index + offset);
        let end = next.map_or(to, |next| points[next].0.min(to));
        if let Some(object) = object {
            of(object, begin, end, &mut windows);
        }
        match next {
            Some(next) => index = next,
            None => break,
        }
    }
    windows.sort_by_key(|window| (window.from, window.trigger));
    windows
}

/// So many windows of a trigger are told at most.
const MOST: usize = 2000;

fn of(object: &ScaledObject, from: Timestamp, to: Timestamp, windows: &mut Vec<Window>) {
    for (index, spec) in object.spec.triggers.iter().enumerate() {
        let place = Place {
            index,
            namespace: &object.metadata.namespace,
            as_metric_source: object.modifiers().is_some(),
        };
        let Ok(Trigger::Cron(cron)) = Trigger::build(spec, place) else {
            continue;
        };
        let mut at = from;
        let Some(mut is_active) = cron.window(at).map(|window| window.is_active) else {
            continue;
        };
        let mut is_first = true;
        for _ in 0..MOST {
            let turn = cron.turns_after(at).filter(|turn| *turn <= to);
            if is_active {
                windows.push(Window {
                    trigger: index,
                    metric: cron.metric.clone(),
                    zone: spec.metadata.get("timezone").cloned().unwrap_or_default(),
                    replicas: cron.desired_replicas.max(0),
                    from: at,
                    until: turn.unwrap_or(to),
                    begins: !is_first,
                    ends: turn.is_some(),
                });
            }
            let Some(turn) = turn else { break };
            at = turn;
            is_active = !is_active;
            is_first = false;
        }
    }
}
