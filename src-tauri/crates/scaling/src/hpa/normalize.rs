//! From what metrics ask for to the final count.

use jiff::Timestamp;

use super::decision::{Rule, RuleStep};
use super::situation::{Config, Memory};
use super::spec::Spec;
use super::{behavior, legacy};
use crate::certainty::Certainty;

/// What a normalization looks at.
pub(crate) struct Bounds<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) config: &'a Config,
    pub(crate) memory: &'a Memory,
    pub(crate) now: Timestamp,
    pub(crate) current: i32,
    pub(crate) min: i32,
    pub(crate) max: i32,
    /// Whether the rules are noted.
    pub(crate) explains: bool,
}

/// What it makes of a count.
pub(crate) struct Normalized {
    pub(crate) replicas: i32,
    /// The count after stabilization.
    pub(crate) stabilized: i32,
    /// Reason and message of the condition `AbleToScale`.
    pub(crate) able: (&'static str, &'static str),
    /// Reason and message of the condition `ScalingLimited`, which holds if the limits changed the count.
    pub(crate) limit: (&'static str, &'static str),
    pub(crate) rules: Vec<RuleStep>,
}

/// By the algorithm that the spec selects; the memory is left as it is.
pub(crate) fn normalize(bounds: &Bounds<'_>, desired: i32, certainty: &Certainty) -> Normalized {
    match &bounds.spec.behavior {
        None => legacy::normalize(bounds, desired, certainty),
        Some(behavior) => behavior::normalize(bounds, behavior, desired, certainty),
    }
}

/// The reason when stabilization changed nothing.
pub(crate) const READY: (&str, &str) =
    ("ReadyForNewScale", "recommended size matches current size");
/// The reason when an earlier recommendation keeps the count up.
pub(crate) const HELD_UP: (&str, &str) = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);
/// The reason when an earlier recommendation keeps the count down.
pub(crate) const HELD_DOWN: (&str, &str) = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);
/// The reason when no limit changed the count.
pub(crate) const WITHIN: (&str, &str) = (
    "DesiredWithinRange",
    "the desired count is within the acceptable range",
);
/// The reason when the rate upwards may change the count.
pub(crate) const UP_RATE: (&str, &str) = (
    "ScaleUpLimit",
    "the desired replica count is increasing faster than the maximum scale rate",
);
/// The reason when `maxReplicas` may change the count.
pub(crate) const TOO_MANY: (&str, &str) = (
    "TooManyReplicas",
    "the desired replica count is more than the maximum replica count",
);
/// The reason when the rate downwards may change the count.
pub(crate) const DOWN_RATE: (&str, &str) = (
    "ScaleDownLimit",
    "the desired replica count is decreasing faster than the maximum scale rate",
);
/// The reason when `minReplicas` may change the count.
pub(crate) const TOO_FEW: (&str, &str) = (
    "TooFewReplicas",
    "the desired replica count is less than the minimum replica count",
);

/// Applies rules one after the other, noting each.
pub(crate) struct Steps {
    pub(crate) rules: Vec<RuleStep>,
    pub(crate) count: i32,
    certainty: Option<Certainty>,
}

impl Steps {
    /// From a count that is so sure.
    pub(crate) fn new(bounds: &Bounds<'_>, count: i32, certainty: &Certainty) -> Self {
        let certainty = || certainty.clone().and(bounds.memory.certainty.clone());
        Self {
            rules: Vec::new(),
            count,
            certainty: bounds.explains.then(certainty),
        }
    }

    /// A rule that makes `after` of the count.
    pub(crate) fn apply(&mut self, after: i32, rule: impl FnOnce() -> Rule) {
        if let Some(certainty) = &self.certainty {
            self.rules.push(RuleStep {
                rule: rule(),
                before: self.count,
                after,
                certainty: certainty.clone(),
            });
        }
        self.count = after;
    }
}
