//! The older algorithm, for autoscalers without a behavior.
//!
//! Follows `horizontal.go` (`normalizeDesiredReplicas`, `stabilizeRecommendation`, `convertDesiredReplicasWithRules`,
//! `calculateScaleUpLimit`).

use jiff::{SignedDuration, Timestamp};

use super::decision::Rule;
use super::go;
use super::normalize::{
    Bounds, HELD_UP, Normalized, READY, Steps, TOO_FEW, TOO_MANY, UP_RATE, WITHIN,
};
use super::situation::Config;
use super::time;
use crate::certainty::Certainty;

/// Stabilizes, then limits.
pub(crate) fn normalize(bounds: &Bounds<'_>, desired: i32, certainty: &Certainty) -> Normalized {
    let mut steps = Steps::new(bounds, desired, certainty);
    let window = bounds.config.downscale_stabilization.duration();
    let (highest, from) = stabilized(bounds, desired, window);
    steps.apply(highest, || Rule::LegacyStabilization {
        window: i32::try_from(window.as_secs()).unwrap_or(i32::MAX),
        from,
    });
    let able = if highest == desired { READY } else { HELD_UP };

    let limit = scale_up_limit(bounds.current);
    let (allowed, above, above_rule) = if bounds.max > limit {
        (limit, UP_RATE, Rule::LegacyScaleUpLimit { limit })
    } else {
        (
            bounds.max,
            TOO_MANY,
            Rule::MaxReplicas { limit: bounds.max },
        )
    };
    let reason = if highest < bounds.min {
        steps.apply(bounds.min, || Rule::MinReplicas { limit: bounds.min });
        TOO_FEW
    } else if highest > allowed {
        steps.apply(allowed, || above_rule);
        above
    } else {
        WITHIN
    };
    Normalized {
        replicas: steps.count,
        stabilized: highest,
        able,
        limit: reason,
        rules: steps.rules,
    }
}

/// The highest recommendation of the window, the new one included. It is not capped at the present size: an old one makes the target
/// grow. With the time of the latest that is as high, if it is not the new one.
fn stabilized(
    bounds: &Bounds<'_>,
    desired: i32,
    window: SignedDuration,
) -> (i32, Option<Timestamp>) {
    let mut highest = (desired, None);
    for recommendation in &bounds.memory.recommendations {
        if is_old(recommendation.at, bounds.now, window) || recommendation.replicas < highest.0 {
            continue;
        }
        let (replicas, from) = highest;
        if recommendation.replicas > replicas {
            highest = (recommendation.replicas, Some(recommendation.at));
        } else if from.is_some() {
            highest.1 = from.max(Some(recommendation.at));
        }
    }
    highest
}

/// Whether a recommendation no longer counts: exactly as old as the window, it still does.
pub(crate) fn is_old(at: Timestamp, now: Timestamp, window: SignedDuration) -> bool {
    at < time::before(now, window)
}

/// How old a recommendation is when it no longer counts.
pub(crate) fn past(config: &Config) -> SignedDuration {
    let window = config.downscale_stabilization.duration();
    let past = window.checked_add(SignedDuration::from_nanos(1));
    past.unwrap_or(window)
}

/// Twice the size, at least 4.
pub(crate) fn scale_up_limit(current: i32) -> i32 {
    go::int32((2.0 * f64::from(current)).max(4.0))
}
