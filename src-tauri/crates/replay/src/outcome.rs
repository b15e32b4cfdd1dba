//! What the conditions of an HPA tell of its last pass.

use scaling::hold::HoldRule;
use scaling::hpa::spec::{PolicySelect, Spec};
use scaling::hpa::status::{ConditionKind, ConditionStatus, Status};

/// What `AbleToScale` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// No recommendation changed the count.
    Ready,
    /// An earlier recommendation holds the count up.
    HeldUp,
    /// An earlier recommendation holds the count down.
    HeldDown,
    /// The size was changed.
    Rescaled,
    /// Nothing of these.
    Other,
}

/// What `ScalingLimited` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Nothing limited the count.
    Within,
    /// The rate upwards.
    UpRate,
    /// The rate downwards.
    DownRate,
    /// `maxReplicas`
    Max,
    /// `minReplicas`
    Min,
    /// Nothing of these.
    Other,
}

/// What the conditions tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) able: Outcome,
    pub(crate) limit: Limit,
    pub(crate) is_limited: bool,
    /// Reason of `ScalingActive` if it is false.
    pub(crate) inactive: Option<String>,
}

impl Told {
    pub(crate) fn of(status: &Status) -> Self {
        let able = status.condition(&ConditionKind::AbleToScale);
        let limited = status.condition(&ConditionKind::ScalingLimited);
        let active = status.condition(&ConditionKind::ScalingActive);
        Self {
            able: match able.map(|condition| condition.reason.as_str()) {
                Some("ReadyForNewScale") => Outcome::Ready,
                Some("ScaleDownStabilized") => Outcome::HeldUp,
                Some("ScaleUpStabilized") => Outcome::HeldDown,
                Some("SucceededRescale") => Outcome::Rescaled,
                Some(_) | None => Outcome::Other,
            },
            limit: match limited.map(|condition| condition.reason.as_str()) {
                Some("DesiredWithinRange") => Limit::Within,
                Some("ScaleUpLimit") => Limit::UpRate,
                Some("ScaleDownLimit") => Limit::DownRate,
                Some("TooManyReplicas") => Limit::Max,
                Some("TooFewReplicas") => Limit::Min,
                Some(_) | None => Limit::Other,
            },
            is_limited: limited.is_some_and(|condition| condition.status == ConditionStatus::True),
            inactive: active
                .filter(|condition| condition.status == ConditionStatus::False)
                .map(|condition| condition.reason.to_string()),
        }
    }

    /// Whether the pass came to a count by metrics.
    pub(crate) fn looked_at_metrics(&self, status: &Status, spec: &Spec) -> bool {
        let size = status.current_replicas;
        let is_within =
            size != 0 && size <= spec.max_replicas && size >= spec.min_replicas.unwrap_or(1);
        self.inactive.is_none() && (is_within || !status.current_metrics.is_empty())
    }

    /// Whether a pass that wrote this status changed the size.
    pub(crate) fn is_rescaled(&self, before: &Status, after: &Status) -> bool {
        self.able == Outcome::Rescaled
            && after.desired_replicas != after.current_replicas
            && (after.last_scale_time != before.last_scale_time
                || after.desired_replicas != before.desired_replicas)
    }

    /// Whether a pass that was run again came to the same.
    pub(crate) fn fits(&self, found: &Status, told: &Status) -> bool {
        let other = Self::of(found);
        found.desired_replicas == told.desired_replicas
            && other.able == self.able
            && other.limit == self.limit
            && other.is_limited == self.is_limited
    }

    /// What metrics asked for within what the outcome leaves possible, and whether that is sure.
    pub(crate) fn bound(
        &self,
        status: &Status,
        is_rescaled: bool,
        wanted: Option<i32>,
        is_sure: bool,
        spec: &Spec,
    ) -> (i32, bool) {
        let (size, after) = (status.current_replicas, status.desired_replicas);
        let is_possible = |wanted: i32| match self.able {
            Outcome::Ready => self.is_limited || wanted == size,
            Outcome::HeldUp => spec.behavior.is_none() || wanted < size,
            Outcome::HeldDown => wanted >= size,
            Outcome::Rescaled | Outcome::Other => true,
        };
        if let Some(wanted) = wanted.filter(|wanted| is_sure && is_possible(*wanted)) {
            return (wanted, true);
        }
        let guess = wanted.unwrap_or(after);
        match self.able {
            Outcome::Ready if !self.is_limited => (size, true),
            Outcome::Ready | Outcome::Other => match self.limit {
                Limit::Max | Limit::UpRate => (guess.max(size + 1), false),
                Limit::Min | Limit::DownRate => (guess.min(size - 1), false),
                Limit::Within | Limit::Other => (guess, false),
            },
            Outcome::HeldUp => (guess.min(size - 1), false),
            Outcome::HeldDown => (guess.max(size + 1), false),
            Outcome::Rescaled if is_rescaled && !self.is_limited => {
                let has_up_window = spec.behavior.as_ref().is_some_and(|behavior| {
                    let rules = behavior.scale_up.as_ref();
                    rules
                        .and_then(|rules| rules.stabilization_window_seconds)
                        .unwrap_or(0)
                        > 0
                });
                if after > size && spec.behavior.is_some() && !has_up_window {
                    (after, true)
                } else if after > size {
                    (guess.max(after), false)
                } else {
                    (guess.min(after), false)
                }
            }
            Outcome::Rescaled if after > size => (guess.max(after), false),
            Outcome::Rescaled if after < size => (guess.min(after), false),
            Outcome::Rescaled => (guess, false),
        }
    }

    /// The rules that kept the size from going where metrics asked it to go.
    pub(crate) fn holds(&self, wanted: Option<i32>, after: i32, spec: &Spec) -> Vec<HoldRule> {
        let mut holds = Vec::new();
        if let Some(reason) = &self.inactive {
            holds.push(if reason == "ScalingDisabled" {
                HoldRule::ScalingDisabled
            } else {
                HoldRule::FailedMetrics
            });
            return holds;
        }
        let Some(wanted) = wanted else { return holds };
        match self.able {
            Outcome::HeldUp => holds.push(HoldRule::ScaleDownStabilization),
            Outcome::HeldDown => holds.push(HoldRule::ScaleUpStabilization),
            Outcome::Ready | Outcome::Rescaled | Outcome::Other => {}
        }
        if wanted == after || !self.is_limited {
            return holds;
        }
        let is_disabled = |is_up: bool| {
            let rules = spec.behavior.as_ref().and_then(|behavior| {
                if is_up {
                    behavior.scale_up.as_ref()
                } else {
                    behavior.scale_down.as_ref()
                }
            });
            rules.and_then(|rules| rules.select_policy.as_ref()) == Some(&PolicySelect::Disabled)
        };
        match self.limit {
            Limit::UpRate if is_disabled(true) => holds.push(HoldRule::ScaleUpDisabled),
            Limit::UpRate => holds.push(HoldRule::ScaleUpRate),
            Limit::DownRate if is_disabled(false) => holds.push(HoldRule::ScaleDownDisabled),
            Limit::DownRate => holds.push(HoldRule::ScaleDownRate),
            Limit::Max => holds.push(HoldRule::MaxReplicas),
            Limit::Min => holds.push(HoldRule::MinReplicas),
            Limit::Within | Limit::Other => {}
        }
        holds
    }
}
