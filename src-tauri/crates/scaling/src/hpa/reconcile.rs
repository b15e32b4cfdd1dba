//! One pass of the controller, from the target's scale to the written status.
//!
//! Follows `horizontal.go` (`reconcileAutoscaler`, `setStatus`, `updateStatusIfNeeded`).

use std::borrow::Cow;

use jiff::Timestamp;
use smol_str::SmolStr;

use super::decision::{Decision, Event, EventKind, Path};
use super::metrics::{Failure, Outcome, runners_up};
use super::selection::{Unusable, select};
use super::settle::{Settled, Start, Way, has_total};
use super::situation::{Answered, Pod, Scale, Situation, Version};
use super::spec::Spec;
use super::status::{ConditionKind, MetricStatus, Status};
use super::trace::Depth;
use super::{conditions, defaults, history, holds, metric, next, time, validate};
use crate::certainty::Certainty;
use crate::finding::Finding;

/// What the controller decides in a pass at the situation's `now`, with all its reasons, and what is wrong with the spec.
pub fn decide(situation: &Situation) -> (Decision, Vec<Finding>) {
    let decision = decided(situation, Depth::Reasons);
    (decision, validate::findings(situation))
}

/// As [`decide`], several times as fast, without what only explains: no metrics, rules, holds, next change, findings, and no more
/// certainty than the scale's.
#[must_use]
pub fn pass(situation: &Situation) -> Decision {
    decided(situation, Depth::Pass)
}

/// As [`pass`], with `next_change`.
pub(crate) fn foreseeing(situation: &Situation) -> Decision {
    decided(situation, Depth::NextChange)
}

fn decided(situation: &Situation, depth: Depth) -> Decision {
    let spec = defaults::stored(&situation.spec);
    let mut pass = Pass::new(situation, &spec, depth);
    pass.run();
    let selected = pass.selected.take();
    let mut decision = pass.decision;
    if depth == Depth::Pass {
        return decision;
    }
    let judged = Judged {
        situation,
        spec: &spec,
        decision: &decision,
        selected: selected.as_deref(),
    };
    let next_change = next::next_change(&judged);
    let holds = if depth == Depth::Reasons {
        holds::holds(&judged)
    } else {
        Vec::new()
    };
    decision.holds = holds;
    decision.next_change = next_change;
    decision
}

/// The situation of the pass at `now` that follows a decision, with all else unchanged: the target follows, the controller
/// remembers, the status is as it was written.
#[must_use]
pub fn following(situation: &Situation, decision: &Decision, now: Timestamp) -> Situation {
    let mut next = situation.clone();
    follow(&mut next, decision, now);
    next
}

/// As [`following`], in place.
pub fn follow(situation: &mut Situation, decision: &Decision, now: Timestamp) {
    situation.now = now;
    situation.memory.clone_from(&decision.memory);
    if decision.status_written && situation.writes.status_error.is_none() {
        situation.status.clone_from(&decision.status);
    }
    if let (Answered::Value(scale), Some(replicas)) =
        (&mut situation.scale.result, decision.replicas)
    {
        scale.follow(replicas);
    }
}

/// A decision with what it was made from.
pub(crate) struct Judged<'a> {
    pub(crate) situation: &'a Situation,
    /// As stored.
    pub(crate) spec: &'a Spec,
    pub(crate) decision: &'a Decision,
    /// The pods under the selector; `None` if they were not looked at or the selector cannot be used.
    pub(crate) selected: Option<&'a [&'a Pod]>,
}

/// The status as it was, to be filled: all ways of a pass but one make its metrics anew.
fn without_metrics(status: &Status) -> Status {
    Status {
        observed_generation: status.observed_generation,
        last_scale_time: status.last_scale_time,
        current_replicas: status.current_replicas,
        desired_replicas: status.desired_replicas,
        current_metrics: Vec::new(),
        conditions: status.conditions.clone(),
    }
}

/// A pass while it runs.
struct Pass<'a> {
    situation: &'a Situation,
    spec: &'a Spec,
    depth: Depth,
    decision: Decision,
    selected: Option<Vec<&'a Pod>>,
}

impl<'a> Pass<'a> {
    fn new(situation: &'a Situation, spec: &'a Spec, depth: Depth) -> Self {
        let decision = Decision {
            at: situation.now,
            path: Path::Disabled,
            current: None,
            desired: None,
            replicas: None,
            rescale: false,
            rescale_error: None,
            reason: String::new(),
            metrics: Vec::new(),
            winner: None,
            runners_up: Vec::new(),
            rules: Vec::new(),
            holds: Vec::new(),
            next_change: None,
            events: Vec::new(),
            status: without_metrics(&situation.status),
            status_written: false,
            memory: history::kept(&situation.memory),
            certainty: situation.scale.certainty.clone().derived(),
        };
        Self {
            situation,
            spec,
            depth,
            decision,
            selected: None,
        }
    }

    fn run(&mut self) {
        let scale = match self.scale() {
            Ok(scale) => scale,
            Err(error) => return self.without_scale(error),
        };
        self.condition(
            ConditionKind::AbleToScale,
            true,
            "SucceededGetScale",
            "the HPA controller was able to get the target's current scale",
        );
        let current = scale.spec_replicas;
        self.decision.current = Some(current);
        self.decision.replicas = Some(current);
        history::see(&mut self.decision.memory, current, self.situation.now);
        let start = Start {
            situation: self.situation,
            spec: self.spec,
            scale,
            current,
            now: self.situation.now,
            scaled_to_zero: conditions::holds(&self.situation.status, &ConditionKind::ScaledToZero),
        };
        match start.way() {
            Way::Disabled => self.disabled(),
            Way::AboveMax => {
                self.decision.path = Path::AboveMax;
                self.reason("Current number of replicas above Spec.MaxReplicas");
                self.rescale(&start, start.max(), Vec::new());
            }
            Way::BelowMin => {
                self.decision.path = Path::BelowMin;
                self.reason("Current number of replicas below Spec.MinReplicas");
                self.rescale(&start, start.min(), Vec::new());
            }
            Way::Metrics => self.by_metrics(&start),
        }
    }

    /// The scale of the target, or why it cannot be had.
    fn scale(&self) -> Result<&'a Scale, String> {
        let version = &self.spec.scale_target_ref.api_version;
        if version != "/" && version.matches('/').count() > 1 {
            return Err(format!("unexpected GroupVersion string: {version}"));
        }
        match &self.situation.scale.result {
            Answered::Value(scale) => Ok(scale),
            Answered::Error(error) => Err(error.clone()),
        }
    }

    fn without_scale(&mut self, error: String) {
        self.event(EventKind::Warning, "FailedGetScale", error.clone());
        self.condition(
            ConditionKind::AbleToScale,
            false,
            "FailedGetScale",
            format!("the HPA controller was unable to get the target's current scale: {error}"),
        );
        self.decision.path = Path::NoScale { error };
        let metrics = &self.situation.status.current_metrics;
        self.decision.status.current_metrics.clone_from(metrics);
        self.write_status();
    }

    fn disabled(&mut self) {
        let config = &self.situation.config;
        self.condition(
            ConditionKind::ScalingActive,
            false,
            "ScalingDisabled",
            "scaling is disabled since the replica count of the target is zero",
        );
        if config.version >= Version::V1_36 && !config.gates.scale_to_zero {
            conditions::remove(&mut self.decision.status, &ConditionKind::ScaledToZero);
        }
        self.decision.path = Path::Disabled;
        self.decision.desired = Some(0);
        self.set_status(0, 0, Vec::new());
        self.write_status();
    }

    fn by_metrics(&mut self, start: &Start<'_>) {
        let selected = match select(self.situation, &start.scale.selector) {
            Ok(selected) => selected,
            Err(unusable) => return self.without_selector(start, unusable),
        };
        let proposals = start.propose_for(&selected, self.depth);
        self.selected = Some(selected);
        for evaluation in &proposals.evaluations {
            let certainty = std::mem::replace(&mut self.decision.certainty, Certainty::Derived);
            self.decision.certainty = certainty.and(evaluation.certainty.clone());
        }
        for failure in &proposals.failures {
            self.event(EventKind::Warning, failure.reason, failure.error.clone());
        }
        let statuses = proposals.statuses;
        match proposals.outcome {
            Outcome::Failed { error } => {
                if let Some(Failure { reason, error }) = proposals.failures.first() {
                    self.condition(
                        ConditionKind::ScalingActive,
                        false,
                        reason,
                        format!("the HPA was unable to compute the replica count: {error}"),
                    );
                }
                self.decision.runners_up = runners_up(&proposals.evaluations, None);
                self.decision.metrics = proposals.evaluations;
                self.without_count(start, error, statuses);
            }
            Outcome::Count {
                replicas,
                winner,
                error,
            } => {
                let name = winner
                    .and_then(|winner| self.spec.metrics.get(winner))
                    .map(metric::words)
                    .unwrap_or_default();
                self.condition(
                    ConditionKind::ScalingActive,
                    true,
                    "ValidMetricFound",
                    format!(
                        "the HPA was able to successfully calculate a replica count from {name}"
                    ),
                );
                self.decision.winner = winner.and_then(|winner| u32::try_from(winner).ok());
                self.decision.runners_up = runners_up(&proposals.evaluations, winner);
                self.decision.metrics = proposals.evaluations;
                self.decision.path = Path::Metrics { error };
                let decision = &self.decision;
                let settled =
                    start.settle(&decision.memory, replicas, &decision.certainty, self.depth);
                self.with_count(start, settled, &name, statuses);
            }
        }
    }

    fn without_selector(&mut self, start: &Start<'_>, unusable: Unusable) {
        let Unusable {
            event_reason,
            condition_reason,
            event,
            condition,
        } = unusable;
        self.event(EventKind::Warning, event_reason, event.clone());
        self.condition(
            ConditionKind::ScalingActive,
            false,
            condition_reason,
            condition,
        );
        self.without_count(start, event, Vec::new());
    }

    fn without_count(&mut self, start: &Start<'_>, error: String, statuses: Vec<MetricStatus>) {
        let desired = self.decision.status.desired_replicas;
        self.set_status(start.current, desired, statuses);
        self.write_status();
        self.event(
            EventKind::Warning,
            "FailedComputeMetricsReplicas",
            error.clone(),
        );
        self.decision.path = Path::NoMetrics { error };
    }

    fn with_count(
        &mut self,
        start: &Start<'_>,
        settled: Settled,
        name: &str,
        statuses: Vec<MetricStatus>,
    ) {
        let current = start.current;
        if settled.desired > current {
            let named = if settled.desired > 0 { name } else { "" };
            self.decision.reason = format!("{named} above target");
        } else if settled.desired < current {
            self.reason("All metrics below target");
        }
        if settled.lifted && self.decision.reason.is_empty() {
            self.reason("Current number of replicas below Spec.MinReplicas");
        }
        settled.remember(start, &mut self.decision.memory);
        let normalized = &settled.normalized;
        let (reason, message) = normalized.able;
        self.condition(ConditionKind::AbleToScale, true, reason, message);
        let (reason, message) = normalized.limit;
        let is_limited = normalized.replicas != normalized.stabilized;
        self.condition(ConditionKind::ScalingLimited, is_limited, reason, message);
        if let Some(last) = settled.rules.last() {
            self.decision.certainty = last.certainty.clone();
        }
        self.decision.rules = settled.rules;
        if settled.replicas == current {
            self.decision.reason = String::new();
            self.decision.desired = Some(current);
            self.set_status(current, current, statuses);
            self.write_status();
        } else {
            self.rescale(start, settled.replicas, statuses);
        }
    }

    /// Writes a new size and what follows from it.
    fn rescale(&mut self, start: &Start<'_>, desired: i32, statuses: Vec<MetricStatus>) {
        let current = start.current;
        self.decision.desired = Some(desired);
        self.decision.rescale = true;
        let reason = &self.decision.reason;
        if let Some(error) = &self.situation.writes.scale_error {
            let message = format!("New size: {desired}; reason: {reason}; error: {error}");
            self.event(EventKind::Warning, "FailedRescale", message);
            self.condition(
                ConditionKind::AbleToScale,
                false,
                "FailedUpdateScale",
                format!("the HPA controller was unable to update the target scale: {error}"),
            );
            self.decision.rescale_error = Some(error.clone());
            let kept = self.decision.status.desired_replicas;
            self.set_status(current, kept, statuses);
            return self.write_status();
        }
        let message = format!("New size: {desired}; reason: {reason}");
        self.condition(
            ConditionKind::AbleToScale,
            true,
            "SucceededRescale",
            format!("the HPA controller was able to update the target scale to {desired}"),
        );
        self.event(EventKind::Normal, "SuccessfulRescale", message);
        let written = self.moment();
        history::store(
            &mut self.decision.memory,
            self.spec,
            current,
            desired,
            written,
        );
        self.scaled_to_zero(start, desired);
        self.decision.replicas = Some(desired);
        self.set_status(current, desired, statuses);
        self.decision.status.last_scale_time = Some(time::stored(written));
        self.decision.status_written = true;
        self.write_status();
    }

    /// The condition `ScaledToZero` after a rescale.
    fn scaled_to_zero(&mut self, start: &Start<'_>, desired: i32) {
        let config = &self.situation.config;
        if config.version < Version::V1_36 {
            return;
        }
        if !config.gates.scale_to_zero {
            conditions::remove(&mut self.decision.status, &ConditionKind::ScaledToZero);
            return;
        }
        let went = start.current > 0 && desired == 0 && start.min() == 0 && has_total(self.spec);
        let (reason, message) = if went {
            (
                "ScaledToZero",
                "the HPA controller scaled the workload to zero",
            )
        } else {
            (
                "NotScaledToZero",
                "the HPA controller did not scale the workload to zero",
            )
        };
        self.condition(ConditionKind::ScaledToZero, went, reason, message);
    }

    fn reason(&mut self, words: &str) {
        words.clone_into(&mut self.decision.reason);
    }

    /// The present: later than `now` once the size was written with delay.
    fn moment(&self) -> Timestamp {
        let now = self.situation.now;
        let written = self.situation.writes.scale_at;
        written
            .filter(|_| self.decision.rescale)
            .map_or(now, |at| at.max(now))
    }

    fn condition(
        &mut self,
        kind: ConditionKind,
        holds: bool,
        reason: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) {
        let message = match message.into() {
            Cow::Borrowed(text) => SmolStr::new_static(text),
            Cow::Owned(text) => SmolStr::from(text),
        };
        let now = self.moment();
        let status = &mut self.decision.status;
        conditions::set(status, kind, holds, reason, message, now);
    }

    fn event(&mut self, kind: EventKind, reason: &str, message: String) {
        self.decision.events.push(Event {
            kind,
            reason: reason.to_owned(),
            message,
        });
    }

    /// A status is made anew but for the conditions and the time of the last rescale.
    fn set_status(&mut self, current: i32, desired: i32, metrics: Vec<MetricStatus>) {
        let status = &mut self.decision.status;
        *status = Status {
            observed_generation: None,
            last_scale_time: status.last_scale_time,
            current_replicas: current,
            desired_replicas: desired,
            current_metrics: metrics,
            conditions: std::mem::take(&mut status.conditions),
        };
    }

    /// Written only if it differs.
    fn write_status(&mut self) {
        let decision = &mut self.decision;
        decision.status_written =
            decision.status_written || decision.status != self.situation.status;
        let error = self.situation.writes.status_error.clone();
        if let Some(error) = error.filter(|_| decision.status_written) {
            self.event(EventKind::Warning, "FailedUpdateStatus", error);
        }
    }
}
