//! One poll of a ScaledJob.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/scale_handler.go:checkScalers` and `handleResult`, and
//! `pkg/scaling/executor/scale_jobs.go:RequestJobScale`.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::history::{self, History};
use super::jobs::{Job, JobPod};
use super::queue::{self, Calculation, Queue, Queues};
use super::rollout;
use super::spec::{ScaledJob, ScaledJobStatus};
use super::strategy::{Arithmetic, Strategy};
use crate::certainty::Certainty;
use crate::finding::{Evidence, Finding, Severity};
use crate::hold::{Hold, HoldRule, NextCause, NextChange, When};
use crate::keda::activation::whole_second;
use crate::keda::active::Stopped;
use crate::keda::condition::{self, ACTIVE, Condition, Event, FALSE, PAUSED, READY, TRUE, UNKNOWN};
use crate::keda::scaled_object::TriggerActivity;
use crate::keda::triggers::{self, BadTrigger, Outcome, Place, Reading, Trigger, TriggerInput};
use crate::keda::{findings, go};

/// All that a poll depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaJobSituation"))]
#[serde(rename_all = "camelCase")]
pub struct Situation {
    /// The time of the poll.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub now: Timestamp,
    /// The ScaledJob with the status of the last poll.
    pub scaled_job: ScaledJob,
    /// What each trigger's source says, in the order of `spec.triggers`; missing ones are silent.
    #[serde(default)]
    pub triggers: Vec<TriggerInput>,
    /// All its Jobs.
    #[serde(default)]
    pub jobs: Vec<Job>,
    /// Why the API server refuses new Jobs.
    #[serde(default)]
    pub create_error: Option<String>,
    /// When the loop last polled; `None` if that is not known, and then times of polls are ranges.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub last_poll: Option<Timestamp>,
}

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
    decision.holds = holds(&decision);
    decision.next_change = next_change(situation, &decision);
    let findings = found(situation, &decision);
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

fn build(job: &ScaledJob) -> Result<Vec<Trigger>, BadTrigger> {
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

fn holds(decision: &Decision) -> Vec<Hold> {
    let mut holds = Vec::new();
    let mut add = |rule| holds.push(Hold { rule, until: None });
    if decision.is_paused {
        add(HoldRule::Paused);
    }
    if decision.is_error && !decision.queues.is_active {
        add(HoldRule::FailedTrigger);
    } else if !decision.queues.is_active {
        add(HoldRule::NotActive);
    } else if decision.arithmetic.scale_to > decision.arithmetic.effective_max_scale {
        add(HoldRule::MaxReplicas);
    }
    holds
}

/// So many windows are looked at.
const TURNS: usize = 20;

fn next_change(situation: &Situation, decision: &Decision) -> Option<NextChange> {
    if decision.is_paused || matches!(decision.certainty, Certainty::Unknown { .. }) {
        return None;
    }
    let seconds = i64::from(situation.scaled_job.polling_interval().max(1));
    let interval = SignedDuration::from_secs(seconds);
    let phase = situation.last_poll.unwrap_or(situation.now);
    let built = build(&situation.scaled_job).ok()?;
    let mut at = situation.clone().after(decision);
    let mut cause = NextCause::Poll;
    let mut moment = situation.now;
    for _ in 0..TURNS {
        let step = interval.as_nanos().max(1);
        let passed = moment.as_nanosecond() - phase.as_nanosecond();
        let next = phase.as_nanosecond() + (passed.div_euclid(step) + 1) * step;
        at.now = Timestamp::from_nanosecond(next).ok()?;
        let later = poll(&at);
        if later.created > 0 {
            let margin = situation.last_poll.is_none().then_some(interval);
            let margin = margin.unwrap_or_default();
            return Some(NextChange {
                at: When {
                    earliest: at.now.checked_sub(margin).ok()?.max(situation.now),
                    latest: at.now.checked_add(margin).ok()?,
                },
                replicas: i32::try_from(later.arithmetic.running.saturating_add(later.created))
                    .unwrap_or(i32::MAX),
                cause,
            });
        }
        let now = at.now;
        at = at.after(&later);
        let turn = built
            .iter()
            .filter_map(|trigger| match trigger {
                Trigger::Cron(cron) => cron.turns_after(now),
                Trigger::Workload(_)
                | Trigger::Prometheus(_)
                | Trigger::Resource(_)
                | Trigger::External { .. } => None,
            })
            .min()?;
        // A poll at the very moment finds the window turned.
        moment = turn
            .checked_sub(SignedDuration::from_nanos(1))
            .ok()?
            .max(now);
        cause = NextCause::CronWindow;
    }
    None
}

impl Situation {
    /// The situation right after a decision: Jobs that it created run and are pending, those that it deleted are gone.
    #[must_use]
    pub fn after(mut self, decision: &Decision) -> Self {
        for history in &decision.histories {
            match &history.names {
                Some(names) => self.jobs.retain(|job| !names.contains(&job.name)),
                None => {
                    let mut left = history.deleted;
                    self.jobs.retain(|job| {
                        let goes = left > 0 && job.end() == Some(history.end);
                        left -= usize::from(goes);
                        !goes
                    });
                }
            }
        }
        let first = self.jobs.len();
        for number in 0..usize::try_from(decision.created).unwrap_or(0).min(EVENTS) {
            self.jobs.push(Job {
                name: format!(
                    "{}-{}-{}",
                    self.scaled_job.metadata.name,
                    decision.at.as_second(),
                    first + number
                ),
                generation: Some(self.scaled_job.metadata.generation.to_string()),
                pods: vec![JobPod {
                    phase: "Pending".into(),
                    conditions: Vec::new(),
                }],
                ..Job::default()
            });
        }
        self.scaled_job.status = decision.status.clone();
        self.last_poll = Some(decision.at);
        self
    }
}

fn found(situation: &Situation, decision: &Decision) -> Vec<Finding> {
    let job = &situation.scaled_job;
    let mut found = Vec::new();
    let mut add = |id: &str, severity, summary: &str, evidence, advice: &str| {
        found.push(Finding {
            id: id.into(),
            severity,
            summary: summary.into(),
            evidence: vec![evidence],
            advice: advice.into(),
        });
    };
    for (index, trigger) in job.spec.triggers.iter().enumerate() {
        if !trigger.metric_type.is_empty() {
            add(
                "keda-job-metric-type",
                Severity::Error,
                "Triggers of a ScaledJob take no metric type: KEDA refuses the object.",
                Evidence::new(
                    format!("spec.triggers[{index}].metricType"),
                    &trigger.metric_type,
                ),
                "Remove the field.",
            );
        }
    }
    let strategy = &job.spec.scaling_strategy;
    let share = &strategy.custom_scaling_running_job_percentage;
    if strategy.strategy == "custom" && go::parse_float(share).is_none() {
        add(
            "keda-job-bad-percentage",
            Severity::Warning,
            "The share of running Jobs is no number, so the default strategy is taken.",
            Evidence::new(
                "spec.scalingStrategy.customScalingRunningJobPercentage",
                share,
            ),
            "Write a number such as 0.5.",
        );
    }
    let named = &strategy.pending_pod_conditions;
    if let Some(twice) = named
        .iter()
        .find(|&one| named.iter().filter(|&other| one == other).count() > 1)
    {
        add(
            "keda-job-condition-twice",
            Severity::Warning,
            "A pod condition is named twice, which no pod can fulfil: every running Job counts as pending.",
            Evidence::new("spec.scalingStrategy.pendingPodConditions", twice),
            "Name each condition once.",
        );
    }
    for history in &decision.histories {
        if history.limit < 0 {
            add(
                "keda-job-negative-limit",
                Severity::Error,
                "A negative history limit ends KEDA's operator.",
                Evidence::new(
                    format!("{:?} Jobs to keep", history.end),
                    history.limit.to_string(),
                ),
                "Write 0 or more.",
            );
        }
    }
    if job.spec.min_replica_count > job.spec.max_replica_count
        && job.spec.max_replica_count.is_some()
    {
        add(
            "keda-min-above-max",
            Severity::Warning,
            "The least count lies above the most, which it is then cut to; as many Jobs again may be created above it.",
            Evidence::new("spec.minReplicaCount", job.min_jobs().to_string()),
            "Keep minReplicaCount at maxReplicaCount or below.",
        );
    }
    if let Some(Stopped::BadTrigger(bad)) = &decision.stopped {
        found.push(findings::bad_trigger(bad));
    }
    found
}

impl Decision {
    /// Whether the least number of Jobs is being filled up.
    pub fn fills_minimum(&self) -> bool {
        self.arithmetic.strategy == Strategy::FillMinimum
    }
}
