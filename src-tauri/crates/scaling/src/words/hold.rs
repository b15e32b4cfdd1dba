//! Holds, and what comes after them.

use super::clock::Clock;
use super::figure::sure;
use crate::certainty::Certainty;
use crate::hold::{HoldRule, NextCause, NextChange};

/// What a hold is, as the end of a sentence.
pub fn reason(rule: HoldRule) -> &'static str {
    match rule {
        HoldRule::ScaleDownStabilization => "an earlier, higher recommendation still counts",
        HoldRule::ScaleUpStabilization => "an earlier, lower recommendation still counts",
        HoldRule::ScaleUpRate => "the rate limit upwards allows no more yet",
        HoldRule::ScaleDownRate => "the rate limit downwards allows no fewer yet",
        HoldRule::ScaleUpDisabled => "scaling up is disabled",
        HoldRule::ScaleDownDisabled => "scaling down is disabled",
        HoldRule::Tolerance => "the load lies within the tolerance",
        HoldRule::MaxReplicas => "the upper limit allows no more",
        HoldRule::MinReplicas => "the lower limit allows no fewer",
        HoldRule::FailedMetrics => "metrics fail",
        HoldRule::UnreadyPods => "pods that are not ready or not measured temper the load",
        HoldRule::ScalingDisabled => "at 0 this autoscaler does nothing",
        HoldRule::Cooldown => "the cooldown is not over",
        HoldRule::Paused => "scaling is paused",
        HoldRule::Fallback => "a fallback stands in for a failing trigger",
        HoldRule::FailedTrigger => "a trigger fails",
        HoldRule::NotActive => "no trigger is active",
    }
}

/// What happens when a hold lets go.
pub fn release(rule: HoldRule) -> &'static str {
    match rule {
        HoldRule::ScaleDownStabilization => {
            "the highest recommendation leaves the scale-down window"
        }
        HoldRule::ScaleUpStabilization => "the lowest recommendation leaves the scale-up window",
        HoldRule::ScaleUpRate => "the rate limit upwards has room again",
        HoldRule::ScaleDownRate => "the rate limit downwards has room again",
        HoldRule::ScaleUpDisabled => "scaling up is no longer disabled",
        HoldRule::ScaleDownDisabled => "scaling down is no longer disabled",
        HoldRule::Tolerance => "the load leaves the tolerance",
        HoldRule::MaxReplicas => "the upper limit has room again",
        HoldRule::MinReplicas => "the lower limit has room again",
        HoldRule::FailedMetrics => "the metrics work again",
        HoldRule::UnreadyPods => "pods that were too young count",
        HoldRule::ScalingDisabled => "the target no longer stands at 0",
        HoldRule::Cooldown => "the cooldown is over",
        HoldRule::Paused => "the pause ends",
        HoldRule::Fallback => "the fallback ends",
        HoldRule::FailedTrigger => "the trigger works again",
        HoldRule::NotActive => "a trigger becomes active",
    }
}

/// Why a count changes, as the end of a sentence.
pub fn cause(cause: NextCause) -> &'static str {
    match cause {
        NextCause::Pass => "a coming pass does it",
        NextCause::Released(rule) => release(rule),
        NextCause::CronWindow => "a cron window begins or ends",
        NextCause::Poll => "a coming poll does it",
    }
}

/// The next change; `subject` begins the sentence, `none` stands where there is none.
pub(super) fn next(
    change: Option<&NextChange>,
    subject: &str,
    none: &str,
    certainty: &Certainty,
    clock: &Clock,
) -> String {
    if let Certainty::Unknown { why } = certainty {
        return format!("What comes next is unknown: {why}.");
    }
    match change {
        None => none.to_owned(),
        Some(change) => format!(
            "{subject} {} {}, if inputs stay as they are: {}.",
            sure(change.replicas, certainty),
            clock.at(change.at, certainty),
            cause(change.cause)
        ),
    }
}
