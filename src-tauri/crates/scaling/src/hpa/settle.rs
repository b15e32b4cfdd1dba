//! The size that a pass wants: which way it takes, and what comes of it.
//!
//! Follows the middle of `horizontal.go` (`reconcileAutoscaler`, `shouldComputeMetricsForZeroReplicas`).

use jiff::Timestamp;

use super::behavior::Windows;
use super::decision::{Rule, RuleStep};
use super::metrics::{self, Inputs, Outcome, Proposals};
use super::normalize::{Bounds, Normalized, normalize};
use super::situation::{Memory, Pod, Scale, Situation, Version};
use super::spec::{SourceKind, Spec};
use super::tolerance::Tolerances;
use super::trace::Depth;
use super::{history, legacy};
use crate::certainty::Certainty;

/// What a pass starts from.
#[derive(Clone, Copy)]
pub(crate) struct Start<'a> {
    pub(crate) situation: &'a Situation,
    /// As stored.
    pub(crate) spec: &'a Spec,
    pub(crate) scale: &'a Scale,
    /// The scale's `spec.replicas`, which follows the decisions.
    pub(crate) current: i32,
    pub(crate) now: Timestamp,
    /// Whether the condition `ScaledToZero` holds.
    pub(crate) scaled_to_zero: bool,
}

/// Which way it takes.
pub(crate) enum Way {
    Disabled,
    AboveMax,
    BelowMin,
    Metrics,
}

impl Start<'_> {
    /// The lower limit.
    pub(crate) fn min(&self) -> i32 {
        self.spec.min_replicas.unwrap_or(1)
    }

    /// The upper limit.
    pub(crate) fn max(&self) -> i32 {
        self.spec.max_replicas
    }

    /// Whether the condition `ScaledToZero` matters and holds.
    pub(crate) fn went_to_zero(&self) -> bool {
        self.situation.config.gates.scale_to_zero && self.scaled_to_zero
    }

    /// By the present size alone.
    pub(crate) fn way(&self) -> Way {
        if self.current == 0 {
            if self.leaves_zero() {
                Way::Metrics
            } else {
                Way::Disabled
            }
        } else if self.current > self.max() {
            Way::AboveMax
        } else if self.current < self.min() {
            Way::BelowMin
        } else {
            Way::Metrics
        }
    }

    /// Whether metrics are looked at while the target stands at zero.
    fn leaves_zero(&self) -> bool {
        if self.situation.config.version < Version::V1_36 {
            return self.min() == 0;
        }
        self.went_to_zero() && (self.min() != 0 || has_total(self.spec))
    }

    /// What the metrics ask for, with the pods under the selector.
    pub(crate) fn propose_for(&self, selected: &[&Pod], depth: Depth) -> Proposals {
        metrics::propose(&Inputs {
            situation: self.situation,
            spec: self.spec,
            now: self.now,
            spec_replicas: self.current,
            status_replicas: self.scale.status_replicas,
            selected,
            tolerances: Tolerances::of(self.spec, &self.situation.config),
            depth,
        })
    }

    /// What is made of the metrics' count.
    pub(crate) fn settle(
        &self,
        memory: &Memory,
        proposed: i32,
        certainty: &Certainty,
        depth: Depth,
    ) -> Settled {
        let explains = depth > Depth::Pass;
        let desired = proposed.max(0);
        let mut rules = Vec::new();
        if explains && desired != proposed {
            rules.push(RuleStep {
                rule: Rule::NotNegative,
                before: proposed,
                after: desired,
                certainty: certainty.clone(),
            });
        }
        let bounds = Bounds {
            spec: self.spec,
            config: &self.situation.config,
            memory,
            now: self.now,
            current: self.current,
            min: self.min(),
            max: self.max(),
            explains,
        };
        let mut normalized = normalize(&bounds, desired, certainty);
        rules.append(&mut normalized.rules);
        let mut replicas = normalized.replicas;
        let lifted = self.current == 0
            && self.min() != 0
            && self.went_to_zero()
            && replicas < self.min()
            && self.situation.config.version >= Version::V1_36;
        if lifted {
            if explains {
                let last = rules.last().map(|step| step.certainty.clone());
                rules.push(RuleStep {
                    rule: Rule::MinReplicas { limit: self.min() },
                    before: replicas,
                    after: self.min(),
                    certainty: last.unwrap_or_else(|| certainty.clone()),
                });
            }
            replicas = self.min();
        }
        Settled {
            desired,
            replicas,
            lifted,
            normalized,
            rules,
        }
    }
}

/// What is made of the metrics' count.
pub(crate) struct Settled {
    /// The metrics' count, not below zero: the recommendation.
    pub(crate) desired: i32,
    pub(crate) replicas: i32,
    /// Whether it was raised to the minimum on leaving zero.
    pub(crate) lifted: bool,
    pub(crate) normalized: Normalized,
    pub(crate) rules: Vec<RuleStep>,
}

impl Settled {
    /// Records the recommendation.
    pub(crate) fn remember(&self, start: &Start<'_>, memory: &mut Memory) {
        let now = start.now;
        let config = &start.situation.config;
        match &start.spec.behavior {
            None => {
                let window = config.downscale_stabilization.duration();
                history::record(memory, self.desired, now, |at| {
                    legacy::is_old(at, now, window)
                });
            }
            Some(behavior) => {
                let windows = Windows::of(behavior, config);
                history::record(memory, self.desired, now, |at| windows.is_old(at, now));
            }
        }
    }
}

/// The count of the metrics, if there is one.
pub(crate) fn count(proposals: &Proposals) -> Option<i32> {
    match proposals.outcome {
        Outcome::Count { replicas, .. } => Some(replicas),
        Outcome::Failed { .. } => None,
    }
}

/// Whether the spec has an Object or External metric.
pub(crate) fn has_total(spec: &Spec) -> bool {
    spec.metrics.iter().any(|metric| match metric.kind {
        SourceKind::Object | SourceKind::External => true,
        SourceKind::Pods
        | SourceKind::Resource
        | SourceKind::ContainerResource
        | SourceKind::Other(_) => false,
    })
}
