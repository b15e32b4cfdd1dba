//! The newer algorithm, for autoscalers with a behavior.
//!
//! Follows `horizontal.go` (`normalizeDesiredReplicasWithBehaviors`, `stabilizeRecommendationWithBehaviors`,
//! `convertDesiredReplicasWithBehaviorRate`, `maybeInitScaleDownStabilizationWindow`).

use std::cmp::Ordering;

use jiff::Timestamp;

use super::decision::Rule;
use super::normalize::{
    Bounds, DOWN_RATE, HELD_DOWN, HELD_UP, Normalized, READY, Steps, TOO_FEW, TOO_MANY, UP_RATE,
    WITHIN,
};
use super::policies::{self, Direction};
use super::situation::Config;
use super::spec::Behavior;
use super::{go, time};
use crate::certainty::Certainty;

/// Stabilizes, then limits the rate.
pub(crate) fn normalize(
    bounds: &Bounds<'_>,
    behavior: &Behavior,
    desired: i32,
    certainty: &Certainty,
) -> Normalized {
    let mut steps = Steps::new(bounds, desired, certainty);
    let windows = Windows::of(behavior, bounds.config);
    let (stabilized, rule) = stabilize(bounds, windows, desired);
    steps.apply(stabilized, || rule);
    let able = if stabilized == desired {
        READY
    } else if desired >= bounds.current {
        HELD_DOWN
    } else {
        HELD_UP
    };
    let limit = match stabilized.cmp(&bounds.current) {
        Ordering::Greater => limit_up(bounds, behavior, &mut steps),
        Ordering::Less => limit_down(bounds, behavior, &mut steps),
        Ordering::Equal => WITHIN,
    };
    Normalized {
        replicas: steps.count,
        stabilized,
        able,
        limit,
        rules: steps.rules,
    }
}

/// The stabilization windows in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Windows {
    pub(crate) up: i32,
    pub(crate) down: i32,
}

impl Windows {
    /// From the spec; downwards without one the controller's flag, in whole seconds.
    pub(crate) fn of(behavior: &Behavior, config: &Config) -> Self {
        let up = behavior.scale_up.as_ref();
        let down = behavior.scale_down.as_ref();
        let flag = config.downscale_stabilization.duration();
        Self {
            up: up
                .and_then(|rules| rules.stabilization_window_seconds)
                .unwrap_or(0),
            down: down
                .and_then(|rules| rules.stabilization_window_seconds)
                .unwrap_or_else(|| go::int32(flag.as_secs_f64())),
        }
    }

    /// Whether a recommendation may be overwritten: older than both windows.
    pub(crate) fn is_old(self, at: Timestamp, now: Timestamp) -> bool {
        at < time::before(now, time::seconds(self.up))
            && at < time::before(now, time::seconds(self.down))
    }
}

/// Whether a recommendation counts: exactly as old as the window, it no longer does.
pub(crate) fn counts(at: Timestamp, now: Timestamp, window: i32) -> bool {
    at > time::before(now, time::seconds(window))
}

/// Moves the present size only as far as all recommendations of both windows agree.
fn stabilize(bounds: &Bounds<'_>, windows: Windows, desired: i32) -> (i32, Rule) {
    let (mut up, mut up_from) = (desired, None);
    let (mut down, mut down_from) = (desired, None);
    for recommendation in &bounds.memory.recommendations {
        let (replicas, at) = (recommendation.replicas, recommendation.at);
        if counts(at, bounds.now, windows.up) {
            if replicas < up {
                (up, up_from) = (replicas, Some(at));
            } else if replicas == up && up_from.is_some() {
                up_from = up_from.max(Some(at));
            }
        }
        if counts(at, bounds.now, windows.down) {
            if replicas > down {
                (down, down_from) = (replicas, Some(at));
            } else if replicas == down && down_from.is_some() {
                down_from = down_from.max(Some(at));
            }
        }
    }
    let rule = Rule::Stabilization {
        up,
        up_from,
        up_window: windows.up,
        down,
        down_from,
        down_window: windows.down,
    };
    // In this order: `up` may lie above `down` only if both are the new recommendation.
    (bounds.current.max(up).min(down), rule)
}

/// Upwards: the policies or the maximum, whichever is lower.
fn limit_up(
    bounds: &Bounds<'_>,
    behavior: &Behavior,
    steps: &mut Steps,
) -> (&'static str, &'static str) {
    let allowance = policies::allowance(bounds, behavior, Direction::Up);
    let limit = allowance.limit.max(bounds.current);
    let has_room = bounds.max > limit;
    let (allowed, reason) = if has_room {
        (limit, UP_RATE)
    } else {
        (bounds.max, TOO_MANY)
    };
    if steps.count > allowed {
        steps.apply(allowed, || {
            if has_room {
                allowance.rule(limit)
            } else {
                Rule::MaxReplicas { limit: bounds.max }
            }
        });
        return reason;
    }
    steps.apply(steps.count, || allowance.rule(limit));
    WITHIN
}

/// Downwards: the policies or the minimum, whichever is higher.
fn limit_down(
    bounds: &Bounds<'_>,
    behavior: &Behavior,
    steps: &mut Steps,
) -> (&'static str, &'static str) {
    let allowance = policies::allowance(bounds, behavior, Direction::Down);
    let limit = allowance.limit.min(bounds.current);
    let has_room = bounds.min < limit;
    let (allowed, reason) = if has_room {
        (limit, DOWN_RATE)
    } else {
        (bounds.min, TOO_FEW)
    };
    if steps.count < allowed {
        steps.apply(allowed, || {
            if has_room {
                allowance.rule(limit)
            } else {
                Rule::MinReplicas { limit: bounds.min }
            }
        });
        return reason;
    }
    steps.apply(steps.count, || allowance.rule(limit));
    WITHIN
}
