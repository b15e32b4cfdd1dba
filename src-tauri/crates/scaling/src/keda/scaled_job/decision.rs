//! One poll of a ScaledJob.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/scale_handler.go:checkScalers` and `handleResult`, and
//! `pkg/scaling/executor/scale_jobs.go:RequestJobScale`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::history::{self, History};
use super::queue::{self, Calculation, Queue, Queues};
use super::situation::Situation;
use super::spec::{ScaledJob, ScaledJobStatus};
use super::strategy::{Arithmetic, Strategy};
use super::{findings, next, rollout};
use crate::certainty::Certainty;
use crate::finding::Finding;
use crate::hold::{Hold, NextChange};
use crate::keda::activation::whole_second;
use crate::keda::active::Stopped;
use crate::keda::condition::{self, ACTIVE, Condition, Event, FALSE, PAUSED, READY, TRUE, UNKNOWN};
use crate::keda::scaled_object::TriggerActivity;
use crate::keda::triggers::{self, BadTrigger, Outcome, Place, Reading, Trigger, TriggerInput};

/// What KEDA does at a poll, or in a pause, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaJobDecision"))]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// Whether there is no loop because it is paused.
    pub is_paused: bool,
    /// Why the triggers gave no answer, which counts as an error of all.
    pub stopped: Option<Stopped>,
    /// Each trigger's metrics as read; empty for cpu and memory, and where none were read.
    pub readings: Vec<Vec<Reading>>,
    /// What they come to.
    pub queues: Queues,
    /// Whether any metric failed.
    pub is_error: bool,
    /// Names of the active metrics.
    pub active_metrics: Vec<String>,
    /// How many Jobs that is worth.
    pub arithmetic: Arithmetic,
    /// Jobs created.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub created: i64,
    /// How sure that is.
    pub certainty: Certainty,
    /// Finished Jobs deleted: completed ones, failed ones.
    pub histories: Vec<History>,
    /// Jobs that the next reconciliation deletes because they are of an older generation.
    pub outdated: Vec<String>,
    /// The conditions that this poll sets, in order.
    pub conditions: Vec<Condition>,
    /// The events it records, in order.
    pub events: Vec<Event>,
    /// The status afterwards.
    pub status: ScaledJobStatus,
    /// What keeps Jobs from being created.
    pub holds: Vec<Hold>,
    /// The next poll that creates Jobs with inputs unchanged: those created now run and are pending. `replicas` is how many run then.
    pub next_change: Option<NextChange>,
}

/// What KEDA does now.
pub fn decide(situation: &Situation) -> (Decision, Vec<Finding>) {
    let mut decision = if situation.scaled_job.is_paused() {
        paused(situation)
    } else {
        poll(situation)
    };
    decision.outdated = rollout::deleted(&situation.scaled_job, &situation.jobs)
        .into_iter()
        .map(str::to_owned)
        .collect();
    decision.holds = next::holds(&decision);
    decision.next_change = next::next_change(situation, &decision);
    let findings = findings::found(situation, &decision);
    (decision, findings)
}

const ACTIVE_MESSAGE: &str = "Scaling is performed because triggers are active";
const NOT_ACTIVE_MESSAGE: &str = "Scaling is not performed because triggers are not active";

/// One poll of the scale loop, whatever the annotations say.
pub fn poll(situation: &Situation) -> Decision {
    let job = &situation.scaled_job;
    let asked = ask(situation);
    let calculation = Calculation::named(&job.spec.scaling_strategy.multiple_scalers_calculation);
    let queues = queue::together(asked.queues, calculation, job.min_jobs(), job.max_jobs());
    let arithmetic = arithmetic(situation, &queues);
    let is_active = queues.is_active;
    let wanted = if is_active { arithmetic.created() } else { 0 };
    let mut decision = Decision {
        at: situation.now,
        is_paused: false,
        stopped: asked.stopped,
        readings: asked.readings,
        is_error: asked.is_error,
        active_metrics: asked.active_metrics,
        created: if situation.create_error.is_none() {
            wanted
        } else {
            0
        },
        certainty: asked.certainty,
        histories: history::histories(&job.spec, &situation.jobs).into(),
        outdated: Vec::new(),
        conditions: Vec::new(),
        events: asked.events,
        status: job.status.clone(),
        holds: Vec::new(),
        next_change: None,
        queues,
        arithmetic,
    };
    decision.creations(situation, wanted);
    decision.ready(situation, wanted);
    decision.activity(job);
    for condition in &decision.conditions {
        condition::set(&mut decision.status.conditions, condition.clone());
    }
    if is_active {
        decision.status.last_active_time = Some(whole_second(situation.now));
    }
    decision.status.triggers_activity = asked
        .all_metrics
        .into_iter()
        .map(|metric| {
            let is_active = decision.active_metrics.contains(&metric);
            (metric, TriggerActivity { is_active })
        })
        .collect();
    decision
}

impl Decision {
    fn set(&mut self, kind: &str, status: &str, reason: &str, message: &str) {
        let condition = Condition::new(kind, status, reason, message);
        condition::set(&mut self.conditions, condition);
    }

    /// `createJobs`
    fn creations(&mut self, situation: &Situation, wanted: i64) {
        if let Some(error) = &situation.create_error {
            let name = &situation.scaled_job.metadata.name;
            let failed = Event::warning(
                "KEDAJobCreateFailed",
                format!("Failed to create job {name}-: {error}"),
            );
            let wanted = usize::try_from(wanted).unwrap_or(0).min(EVENTS);
            self.events.extend(std::iter::repeat_n(failed, wanted));
        } else if wanted > 0 {
            self.events.push(Event::normal(
                "KEDAJobsCreated",
                format!("Created {wanted} jobs"),
            ));
        }
    }

    fn ready(&mut self, situation: &Situation, wanted: i64) {
        let message = "ScaledJob is defined correctly and is ready for scaling";
        self.set(READY, TRUE, "ScaledJobReady", message);
        match (self.is_error, self.queues.is_active) {
            (true, true) => {
                let message = "Some triggers defined in ScaledJob are not working correctly";
                self.set(READY, UNKNOWN, "PartialTriggerError", message);
            }
            (true, false) => {
                let message = "Triggers defined in ScaledJob are not working correctly";
                self.set(READY, FALSE, "TriggerError", message);
            }
            (false, _) => {}
        }
        if let Some(error) = situation.create_error.as_ref().filter(|_| wanted > 0) {
            let errors = usize::try_from(wanted).unwrap_or(0).min(EVENTS);
            let message = vec![error.as_str(); errors].join("\n");
            self.set(READY, FALSE, "KEDAJobCreateFailed", &message);
        }
    }

    fn activity(&mut self, job: &ScaledJob) {
        let was_active = condition::status(&job.status.conditions, ACTIVE) == TRUE;
        if self.queues.is_active {
            if !was_active {
                self.events
                    .push(Event::normal("ScaledJobActive", ACTIVE_MESSAGE));
            }
            self.set(ACTIVE, TRUE, "ScalerActive", ACTIVE_MESSAGE);
        } else {
            if was_active {
                self.events
                    .push(Event::normal("ScaledJobInactive", NOT_ACTIVE_MESSAGE));
            }
            self.set(ACTIVE, FALSE, "ScalerNotActive", NOT_ACTIVE_MESSAGE);
        }
    }
}

/// So many failed creations are told one by one.
const EVENTS: usize = 10_000;

fn arithmetic(situation: &Situation, queues: &Queues) -> Arithmetic {
    let job = &situation.scaled_job;
    let named = &job.spec.scaling_strategy.pending_pod_conditions;
    let running = || situation.jobs.iter().filter(|job| job.end().is_none());
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let pending = running().filter(|job| job.is_pending(named)).count();
    Arithmetic::new(
        job,
        count(running().count()),
        count(pending),
        queues.scale_to,
        queues.max_scale,
    )
}

/// What the triggers say (`getScaledJobMetrics`).
struct Asked {
    stopped: Option<Stopped>,
    readings: Vec<Vec<Reading>>,
    queues: Vec<Queue>,
    is_error: bool,
    active_metrics: Vec<String>,
    all_metrics: Vec<String>,
    events: Vec<Event>,
    certainty: Certainty,
}

pub(super) fn build(job: &ScaledJob) -> Result<Vec<Trigger>, BadTrigger> {
    let triggers = job.spec.triggers.iter().enumerate();
    triggers
        .map(|(index, spec)| {
            Trigger::build(
                spec,
                Place {
                    index,
                    namespace: &job.metadata.namespace,
                    as_metric_source: false,
                },
            )
        })
        .collect()
}

fn ask(situation: &Situation) -> Asked {
    let job = &situation.scaled_job;
    let mut asked = Asked {
        stopped: None,
        readings: Vec::new(),
        queues: Vec::new(),
        is_error: false,
        active_metrics: Vec::new(),
        all_metrics: Vec::new(),
        events: Vec::new(),
        certainty: Certainty::Derived,
    };
    let built = match build(job) {
        Ok(built) => built,
        Err(bad) => {
            asked.stopped = Some(Stopped::BadTrigger(bad));
            asked.is_error = true;
            return asked;
        }
    };
    let silent = TriggerInput::default();
    for (index, trigger) in built.iter().enumerate() {
        let input = situation.triggers.get(index).unwrap_or(&silent);
        // A trigger without any metric is passed over in silence here.
        let readings = triggers::read(trigger, input, situation.now).unwrap_or_default();
        asked.trigger(&readings, job.max_jobs());
        asked.readings.push(readings);
    }
    asked
}

impl Asked {
    fn trigger(&mut self, readings: &[Reading], max_jobs: i64) {
        let targets: Vec<f64> = readings
            .iter()
            .map(|reading| {
                if reading.target.is_average() {
                    reading.target.amount.as_f64()
                } else {
                    0.0
                }
            })
            .collect();
        let mut is_active = false;
        for reading in readings {
            self.certainty = self.certainty.clone().and(reading.certainty.clone());
            self.all_metrics.push(reading.metric.clone());
            let value = match &reading.outcome {
                Outcome::Value(value) => value,
                Outcome::Failed { error } => {
                    self.events.push(Event::warning("KEDAScalerFailed", error));
                    self.is_error = true;
                    continue;
                }
            };
            if value.is_active {
                // It stays so for the trigger's further metrics.
                is_active = true;
                self.active_metrics.push(reading.metric.clone());
            }
            // Only values of the trigger's first metric count.
            let counts = readings
                .first()
                .is_some_and(|first| first.metric == reading.metric);
            let length = if counts { value.amount.as_f64() } else { 0.0 };
            self.queues.push(Queue::new(
                reading.metric.clone(),
                length,
                &targets,
                max_jobs,
                is_active,
            ));
        }
    }
}

/// What KEDA's reconciler does in a pause (`scaledjob_controller.go:checkIfPaused`).
fn paused(situation: &Situation) -> Decision {
    let mut decision = poll(situation);
    let job = &situation.scaled_job;
    let message = "ScaledJob is paused";
    let condition = Condition::new(PAUSED, TRUE, "ScaledJobPaused", message);
    decision.events = if condition::status(&job.status.conditions, PAUSED) == TRUE {
        Vec::new()
    } else {
        vec![Event::normal("ScaledJobPaused", message)]
    };
    decision.is_paused = true;
    decision.created = 0;
    decision.histories = Vec::new();
    decision.status = job.status.clone();
    condition::set(&mut decision.status.conditions, condition.clone());
    decision.conditions = vec![condition];
    decision
}

impl Decision {
    /// Whether the least number of Jobs is being filled up.
    pub fn fills_minimum(&self) -> bool {
        self.arithmetic.strategy == Strategy::FillMinimum
    }
}
