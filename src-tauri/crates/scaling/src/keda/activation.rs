//! One poll of KEDA's scale loop: the steps between 0, or the idle count, and `minReplicaCount`.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/scale_handler.go:checkScalers` and `handleResult`, and
//! `pkg/scaling/executor/scale_scaledobjects.go:RequestScale`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::active::{self, Activity, Because, Stopped};
use super::condition::{
    self, ACTIVE, Condition, Event, FALSE, HPA_ACTIVE, PAUSED, READY, TRUE, UNKNOWN,
};
use super::metadata::{FORCE_ACTIVATION, PAUSED_SCALE_IN, PAUSED_SCALE_OUT};
use super::pause::{self, Pause};
use super::scaled_object::{COOLDOWN_PERIOD, ScaledObject, ScaledObjectStatus, TriggerActivity};
use super::situation::Situation;
use super::{fallback, findings, next};
use crate::certainty::{Certain, Certainty};
use crate::finding::Finding;
use crate::hold::{Hold, NextChange};
use crate::hpa::status::ConditionStatus;

/// What KEDA does at a poll, or in a pause, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaDecision"))]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// How far it came.
    pub path: Path,
    /// The count before; `None` if it could not be read.
    pub current: Option<i32>,
    /// The count after; not written if it is the same.
    pub replicas: Certain<i32>,
    /// What the triggers say; `None` if they gave no answer, or were not asked.
    pub activity: Option<Activity>,
    /// Each case that was looked at, in order; the last one fits.
    pub rules: Vec<RuleStep>,
    /// The conditions that this poll sets, in order.
    pub conditions: Vec<Condition>,
    /// The events it records, in order; those of failing triggers come in any order.
    pub events: Vec<Event>,
    /// The status afterwards.
    pub status: ScaledObjectStatus,
    /// What keeps the count where it is.
    pub holds: Vec<Hold>,
    /// The next moment at which the loop changes the count with inputs unchanged.
    pub next_change: Option<NextChange>,
}

/// How far a poll came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaPath"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Path {
    /// All cases were looked at.
    Decided,
    /// There is no loop: the object is paused.
    Paused {
        /// How.
        pause: Pause,
    },
    /// The triggers gave no answer.
    Stopped {
        /// Why.
        stopped: Stopped,
    },
    /// The count could not be read.
    NoTarget {
        /// The error.
        error: String,
    },
}

/// One case of the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaRuleStep"))]
#[serde(rename_all = "camelCase")]
pub struct RuleStep {
    /// Which.
    pub rule: Rule,
    /// Whether it is the one that counts.
    pub fits: bool,
    /// The count before.
    pub before: i32,
    /// The count after.
    pub after: i32,
}

/// The cases, in the order in which they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaRule"))]
#[serde(rename_all = "camelCase")]
pub enum Rule {
    /// Active at 0, or below the least count in idle mode: up to `minReplicaCount`, or 1.
    Activate,
    /// The same, but scaling out is paused.
    ActivateIsPaused,
    /// Active, and some trigger failed: nothing, and the last active time stays.
    ActiveWithError,
    /// Active: nothing to do.
    StayActive,
    /// Not active, some trigger failed, a fallback may come: nothing.
    WaitForFallback,
    /// Not active, some trigger failed: nothing.
    TriggerError,
    /// Not active: down to the idle count, or 0.
    Deactivate,
    /// The same, but scaling in is paused.
    DeactivateIsPaused,
    /// The same, but the cooldown is not over.
    Cooldown,
    /// Not active, below `minReplicaCount`: up to it.
    RaiseToMin,
    /// Not active: nothing to do.
    StayInactive,
}

/// What KEDA does now: its reconciler in a pause, its scale loop otherwise.
pub fn decide(situation: &Situation) -> (Decision, Vec<Finding>) {
    let mut decision = match pause::pause(&situation.scaled_object) {
        Some(pause) => paused(situation, pause),
        None => poll(situation),
    };
    decision.holds = next::holds(situation, &decision);
    decision.next_change = next::next_change(situation, &decision);
    let findings = findings::findings(situation, &decision);
    (decision, findings)
}

impl Situation {
    /// The situation right after a decision, at the same time with the same inputs.
    #[must_use]
    pub fn after(mut self, decision: &Decision) -> Self {
        self.scaled_object.status = decision.status.clone();
        if decision.current.is_some() {
            let changed = Some(decision.replicas.value) != decision.current;
            self.target.replicas = decision.replicas.clone();
            if changed {
                self.target.live_replicas = None;
            }
        }
        self.last_poll = Some(decision.at);
        self
    }
}

/// `reconcileScaledObject` with `handlePause`, and what `Reconcile` writes after it.
fn paused(situation: &Situation, pause: Pause) -> Decision {
    let object = &situation.scaled_object;
    let mut status = object.status.clone();
    let mut events = Vec::new();
    if !condition::are_initialized(&status.conditions) {
        status.conditions = condition::initial();
    }
    let mut conditions = Vec::new();
    let mut replicas = situation.target.replicas.clone();
    let outcome = paused_count(situation, &pause, &mut replicas);
    let message = "ScaledObject is paused";
    let was_paused = condition::status(&status.conditions, PAUSED) == TRUE;
    if !was_paused {
        events.push(Event::normal("ScaledObjectPaused", message));
    }
    if !was_paused || outcome.is_ok() {
        conditions.push(Condition::new(PAUSED, TRUE, "ScaledObjectPaused", message));
    }
    match outcome {
        Ok(count) => {
            status.paused_replica_count = count;
            if matches!(
                condition::status(&status.conditions, READY),
                FALSE | UNKNOWN
            ) {
                events.push(Event::normal(
                    "ScaledObjectReady",
                    "ScaledObject is ready for scaling",
                ));
            }
            conditions.push(Condition::new(READY, TRUE, "ScaledObjectReady", message));
        }
        Err(error) => {
            let error = format!("failed to scale target to paused replica count: {error}");
            events.push(Event::warning("ScaledObjectCheckFailed", &error));
            conditions.push(Condition::new(
                READY,
                FALSE,
                "ScaledObjectCheckFailed",
                error,
            ));
            let message = "ScaledObject check failed";
            conditions.push(Condition::new(ACTIVE, UNKNOWN, "UnknownState", message));
        }
    }
    if fallback::valid(object).is_none() {
        conditions.push(fallback::none());
    }
    for condition in &conditions {
        condition::set(&mut status.conditions, condition.clone());
    }
    Decision {
        at: situation.now,
        path: Path::Paused { pause },
        current: situation.target.current().ok(),
        replicas,
        activity: None,
        rules: Vec::new(),
        conditions,
        events,
        status,
        holds: Vec::new(),
        next_change: None,
    }
}

/// Sets the target to the count of the pause (`scaleTargetToPausedCount`); the count that the status then notes, or the error.
fn paused_count(
    situation: &Situation,
    pause: &Pause,
    replicas: &mut Certain<i32>,
) -> Result<Option<i32>, String> {
    let target = &situation.target;
    match pause {
        Pause::Frozen => Ok(None),
        Pause::BadCount { value } => {
            let reason = if pause::is_int(value) {
                "value out of range"
            } else {
                "invalid syntax"
            };
            Err(format!(
                "failed to parse paused replica count: strconv.ParseInt: parsing {value:?}: {reason}"
            ))
        }
        Pause::At { replicas: wanted } => {
            let (found, written) = target.set_scale();
            if let Some(error) = &target.scale_read_error {
                return Err(format!("failed to get scale for target resource: {error}"));
            }
            if found != *wanted {
                written.map_err(|error| {
                    format!("failed to scale target to paused replica count: {error}")
                })?;
            }
            *replicas = Certain {
                value: *wanted,
                certainty: replicas.certainty.clone().derived(),
            };
            Ok(Some(*wanted))
        }
    }
}

/// One poll of the scale loop, whatever the annotations say: a paused object has none, save in the moment before its loop ends.
pub fn poll(situation: &Situation) -> Decision {
    let asked = active::ask(situation);
    let object = &situation.scaled_object;
    let mut poll = Poll {
        situation,
        current: 0,
        replicas: situation.target.replicas.value,
        rules: Vec::new(),
        conditions: Vec::new(),
        events: asked.events,
        last_active_time: None,
    };
    let current = situation.target.current();
    let (path, activity) = match (asked.answer, current) {
        (Err(stopped), _) => (Path::Stopped { stopped }, None),
        (Ok(activity), current) => {
            poll.fallback_events(&activity);
            poll.set(READY, TRUE, "ScaledObjectReady", READY_MESSAGE);
            let path = match current {
                Err(error) => {
                    let message =
                        format!("Error getting current replicas count for ScaleTarget: {error}");
                    poll.set(READY, FALSE, "ErrorGettingCurrentReplicas", &message);
                    Path::NoTarget {
                        error: error.to_owned(),
                    }
                }
                Ok(current) => match pause::pause(object) {
                    Some(pause) => {
                        poll.set(PAUSED, TRUE, "ScaledObjectPaused", "ScaledObject is paused");
                        Path::Paused { pause }
                    }
                    None => {
                        poll.current = current;
                        poll.decide(&activity);
                        Path::Decided
                    }
                },
            };
            (path, Some(activity))
        }
    };
    let status = poll.status(asked.status, activity.as_ref());
    let certainty = situation.target.replicas.certainty.clone().derived();
    let certainty = match &activity {
        Some(activity) if !forced(object) => certainty.and(activity.certainty.clone()),
        _ => certainty,
    };
    Decision {
        at: situation.now,
        path,
        current: current.ok(),
        replicas: Certain {
            value: poll.replicas,
            certainty,
        },
        activity,
        rules: poll.rules,
        conditions: poll.conditions,
        events: poll.events,
        status,
        holds: Vec::new(),
        next_change: None,
    }
}

/// Whether an annotation makes the object count as active.
pub(crate) fn forced(object: &ScaledObject) -> bool {
    object.metadata.switched_on(FORCE_ACTIVATION)
}

const READY_MESSAGE: &str = "ScaledObject is defined correctly and is ready for scaling";
const NOT_ACTIVE_MESSAGE: &str = "Scaling is not performed because triggers are not active";

/// A poll under way.
struct Poll<'a> {
    situation: &'a Situation,
    current: i32,
    replicas: i32,
    rules: Vec<RuleStep>,
    conditions: Vec<Condition>,
    events: Vec<Event>,
    last_active_time: Option<Timestamp>,
}

impl Poll<'_> {
    fn set(&mut self, kind: &str, status: &str, reason: &str, message: &str) {
        let condition = Condition::new(kind, status, reason, message);
        condition::set(&mut self.conditions, condition);
    }

    fn fallback_events(&mut self, activity: &Activity) {
        let was = condition::status(
            &self.situation.scaled_object.status.conditions,
            condition::FALLBACK,
        );
        let event = match (activity.fallback_active, was == TRUE) {
            (true, false) => Event::normal(
                "ScaledObjectFallbackActivated",
                "ScaledObject fallback is active",
            ),
            (false, true) => Event::normal(
                "ScaledObjectFallbackDeactivated",
                "ScaledObject fallback is no longer active",
            ),
            (true, true) | (false, false) => return,
        };
        self.events.push(event);
    }

    /// `RequestScale` from the point where the count is known.
    fn decide(&mut self, activity: &Activity) {
        let object = &self.situation.scaled_object;
        let forced = forced(object);
        if activity.is_active || forced {
            let message = if forced {
                "Scaling is performed because activation is being forced by annotation"
            } else {
                "Scaling is performed because triggers are active"
            };
            self.set(ACTIVE, TRUE, "ScalerActive", message);
            self.active(activity, forced);
        } else {
            self.set(ACTIVE, FALSE, "ScalerNotActive", NOT_ACTIVE_MESSAGE);
            self.inactive(activity);
        }
        self.hpa_health();
    }

    /// Notes a case; `fits` ends the search.
    fn rule(&mut self, rule: Rule, fits: bool) -> bool {
        self.rules.push(RuleStep {
            rule,
            fits,
            before: self.current,
            after: self.current,
        });
        fits
    }

    fn active(&mut self, activity: &Activity, forced: bool) {
        let object = &self.situation.scaled_object;
        let idle_below_min =
            object.spec.idle_replica_count.is_some() && self.current < object.min_replicas();
        if idle_below_min || self.current == 0 {
            if object.metadata.switched_on(PAUSED_SCALE_OUT) {
                self.rule(Rule::ActivateIsPaused, true);
            } else {
                self.rule(Rule::Activate, true);
                self.activate(activity, forced);
            }
            return;
        }
        self.rule(Rule::Activate, false);
        if self.rule(Rule::ActiveWithError, activity.is_error) {
            let message = "Some triggers defined in ScaledObject are not working correctly";
            self.set(READY, UNKNOWN, "PartialTriggerError", message);
        } else {
            self.rule(Rule::StayActive, true);
            self.last_active_time = Some(self.situation.now);
        }
    }

    fn inactive(&mut self, activity: &Activity) {
        let object = &self.situation.scaled_object;
        let fallback = object.spec.fallback.as_ref();
        let (min, idle) = (object.min_replicas(), object.spec.idle_replica_count);
        let waits = fallback.is_some_and(|fallback| fallback.replicas != 0);
        if self.rule(Rule::WaitForFallback, activity.is_error && waits) {
            return;
        }
        if self.rule(Rule::TriggerError, activity.is_error && fallback.is_none()) {
            let message = "Triggers defined in ScaledObject are not working correctly";
            self.set(READY, FALSE, "TriggerError", message);
            return;
        }
        let goes_down =
            idle.is_some_and(|idle| self.current > idle) || (self.current > 0 && min == 0);
        if goes_down {
            if object.metadata.switched_on(PAUSED_SCALE_IN) {
                self.rule(Rule::DeactivateIsPaused, true);
            } else if cooled_down(object, self.situation.now) {
                self.rule(Rule::Deactivate, true);
                self.deactivate(idle.unwrap_or(min));
            } else {
                self.rule(Rule::Cooldown, true);
                let message = "Scaler cooling down because triggers are not active";
                self.set(ACTIVE, FALSE, "ScalerCooldown", message);
            }
            return;
        }
        self.rule(Rule::Deactivate, false);
        if self.rule(Rule::RaiseToMin, idle.is_none() && self.current < min) {
            if let (_, Err(error)) = self.scale_to(min) {
                let message = format!(
                    "error setting ScaleTarget replicas count to ScaledObject minReplicaCount: {error}"
                );
                self.set(READY, FALSE, "ErrorScalingTarget", &message);
            }
        } else {
            self.rule(Rule::StayInactive, true);
        }
    }

    /// Writes the count; the count found there, and the error.
    fn scale_to(&mut self, replicas: i32) -> (i32, Result<(), String>) {
        let (found, result) = self.situation.target.set_scale();
        if result.is_ok() {
            self.replicas = replicas;
            if let Some(step) = self.rules.last_mut() {
                step.after = replicas;
            }
        }
        (found, result.map_err(str::to_owned))
    }

    /// `scaleFromZeroOrIdle`
    fn activate(&mut self, activity: &Activity, forced: bool) {
        let wanted = self.situation.scaled_object.min_replicas().max(1);
        let (found, result) = self.scale_to(wanted);
        let what = self.target_words();
        match result {
            Ok(()) => {
                let cause = if forced {
                    "caused by forced activation annotation".to_owned()
                } else {
                    format!("triggered by {}", activity.active_metrics.join(";"))
                };
                self.events.push(Event::normal(
                    "KEDAScaleTargetActivated",
                    format!("Scaled {what} from {found} to {wanted}, {cause}"),
                ));
                self.last_active_time = Some(self.situation.now);
            }
            Err(error) => {
                let message = format!("error activating ScaleTarget: {error}");
                self.set(READY, FALSE, "ErrorScalingTarget", &message);
                self.events.push(Event::warning(
                    "KEDAScaleTargetActivationFailed",
                    format!("Failed to scale {what} from {found} to {wanted}: {error}"),
                ));
            }
        }
    }

    /// `scaleToZeroOrIdle` once the cooldown is over.
    fn deactivate(&mut self, wanted: i32) {
        let (found, result) = self.scale_to(wanted);
        let what = self.target_words();
        match result {
            Ok(()) => self.events.push(Event::normal(
                "KEDAScaleTargetDeactivated",
                format!("Deactivated {what} from {found} to {wanted}"),
            )),
            Err(error) => {
                let message = format!("error deactivating ScaleTarget: {error}");
                self.set(READY, FALSE, "ErrorScalingTarget", &message);
                self.events.push(Event::warning(
                    "KEDAScaleTargetDeactivationFailed",
                    format!("Failed to deactivate {what} from {found} to {wanted}: {error}"),
                ));
            }
        }
    }

    fn target_words(&self) -> String {
        let object = &self.situation.scaled_object;
        format!(
            "{} {}/{}",
            object.status.scale_target_kind,
            object.metadata.namespace,
            object.spec.scale_target_ref.name
        )
    }

    /// `checkHPAHealth`
    fn hpa_health(&mut self) {
        if self.situation.scaled_object.status.hpa_name.is_empty() {
            return;
        }
        let Some(scaling) = self.situation.scaling_active().cloned() else {
            return;
        };
        if scaling.status == ConditionStatus::True {
            self.set(HPA_ACTIVE, TRUE, "HPAActive", "HPA is actively scaling");
        } else if scaling.reason == "ScalingDisabled" {
            self.set(HPA_ACTIVE, TRUE, "ScalingDisabled", &scaling.message);
        } else {
            let reason = match scaling.reason.as_str() {
                "" => "HPAMetricsUnavailable",
                reason => reason,
            };
            let message = format!("HPA is not actively scaling: {}", scaling.message);
            self.set(HPA_ACTIVE, FALSE, reason, &message);
        }
    }

    /// `handleResult`; without an answer of the triggers nothing is written.
    fn status(
        &self,
        mut status: ScaledObjectStatus,
        activity: Option<&Activity>,
    ) -> ScaledObjectStatus {
        let Some(activity) = activity else {
            return status;
        };
        for condition in &self.conditions {
            condition::set(&mut status.conditions, condition.clone());
        }
        if let Some(at) = self.last_active_time {
            status.last_active_time = Some(whole_second(at));
        }
        status.triggers_activity = status
            .external_metric_names
            .iter()
            .map(|metric| {
                let is_active = activity.active_metrics.contains(metric);
                (metric.clone(), TriggerActivity { is_active })
            })
            .collect::<BTreeMap<_, _>>();
        status
    }
}

/// The moment after which an object that is not active may go down: strictly later.
pub(crate) fn cooled_down_after(object: &ScaledObject) -> Timestamp {
    let (since, period) = match object.status.last_active_time {
        Some(at) => (at, object.spec.cooldown_period.unwrap_or(COOLDOWN_PERIOD)),
        None => (
            object.metadata.creation_timestamp.unwrap_or(Timestamp::MIN),
            object.spec.initial_cooldown_period.unwrap_or(0),
        ),
    };
    since
        .saturating_add(SignedDuration::from_secs(i64::from(period)))
        .unwrap_or(since)
}

fn cooled_down(object: &ScaledObject, now: Timestamp) -> bool {
    cooled_down_after(object) < now
}

/// Times in a status are kept to the second.
pub(crate) fn whole_second(at: Timestamp) -> Timestamp {
    let second = at.as_nanosecond().div_euclid(1_000_000_000);
    i64::try_from(second)
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .unwrap_or(at)
}

impl Decision {
    /// Whether the object counts as active, by its triggers or by an annotation; `None` if that was not asked.
    pub fn is_active(&self, object: &ScaledObject) -> Option<bool> {
        let activity = self.activity.as_ref()?;
        Some(activity.is_active || forced(object))
    }

    /// Why the triggers count as active or not.
    pub fn because(&self) -> Option<Because> {
        self.activity.as_ref().map(|activity| activity.because)
    }
}
