//! One poll of KEDA's scale loop: the steps between 0, or the idle count, and `minReplicaCount`.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/scale_handler.go:checkScalers` and `handleResult`, and
//! `pkg/scaling/executor/scale_scaledobjects.go:RequestScale`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::active::{self, Activity, Asker, MetricDecision};
use super::condition::{
    self, ACTIVE, Condition, Event, FALSE, HPA_ACTIVE, PAUSED, READY, TRUE, UNKNOWN,
};
use super::decision::{Decision, Path, Rule, RuleStep};
use super::metadata::{FORCE_ACTIVATION, PAUSED_SCALE_IN, PAUSED_SCALE_OUT};
use super::pause;
use super::scaled_object::{COOLDOWN_PERIOD, ScaledObject, ScaledObjectStatus, TriggerActivity};
use super::situation::Situation;
use super::triggers::{MetricRecord, TriggerInput};
use super::{findings, next};
use crate::certainty::Certain;
use crate::finding::Finding;
use crate::hpa::status::ConditionStatus;

/// What KEDA does now: its reconciler in a pause, its scale loop otherwise.
pub fn decide(situation: &Situation) -> (Decision, Vec<Finding>) {
    let mut decision = match pause::pause(&situation.scaled_object) {
        Some(pause) => pause::paused(situation, pause),
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
            self.target.replicas = decision.replicas.clone();
            if decision.is_written {
                self.target.live_replicas = None;
            }
        }
        if let Some(activity) = &decision.activity {
            self.cache(activity);
        }
        self.last_poll = Some(decision.at);
        self
    }
}

impl Situation {
    /// Keeps what a poll saw for the HPA's queries; a poll that saw nothing of the kind leaves what there is (`checkScalers`).
    fn cache(&mut self, activity: &Activity) {
        let specs = &self.scaled_object.spec.triggers;
        let seen = specs.iter().zip(&activity.triggers);
        let records: Vec<Vec<MetricRecord>> = seen
            .map(|(spec, trigger)| {
                let metrics = trigger.metrics.iter().filter(|_| spec.use_cached_metrics);
                metrics.map(MetricDecision::record).collect()
            })
            .collect();
        if records.iter().all(Vec::is_empty) {
            return;
        }
        let inputs = records.len().max(self.triggers.len());
        self.triggers.resize_with(inputs, TriggerInput::default);
        for (input, records) in self.triggers.iter_mut().zip(records) {
            input.cached = records;
        }
    }
}

/// One poll of the scale loop, whatever the annotations say: a paused object has none, save in the moment before its loop ends.
pub fn poll(situation: &Situation) -> Decision {
    let asked = active::ask(situation, Asker::Poll);
    let object = &situation.scaled_object;
    let mut poll = Poll {
        situation,
        current: 0,
        replicas: situation.target.replicas.value,
        is_written: false,
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
                Ok(current) => {
                    if let Some(pause) = pause::pause(object) {
                        poll.set(PAUSED, TRUE, "ScaledObjectPaused", "ScaledObject is paused");
                        Path::Paused { pause }
                    } else {
                        poll.current = current;
                        poll.decide(&activity);
                        Path::Decided
                    }
                }
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
        is_written: poll.is_written,
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
    is_written: bool,
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
            self.is_written = true;
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
