//! The Jobs of a `ScaledJob`, each with its pods.

use jiff::Timestamp;
use model::ObjectRow;
use model::fact::{Fact, JobState, Part, PodState, What};
use replay::Queue;
use scaling::keda::scaled_job::ScaledJob;
use scaling::keda::scaled_job::jobs::{End, JobCondition, JobPod};
use table::Tone;
use wire::{PodBar, PodPhase, PodSpan};

use super::role::Role;
use super::state::Graph;

/// The label by which a Job's pods are known, and its name before Kubernetes 1.27.
const JOB_NAME: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];

/// How many run, and how many of these wait.
pub(super) fn count_jobs<'a>(
    jobs: impl Iterator<Item = &'a JobState>,
    of: &ScaledJob,
) -> (usize, usize) {
    let conditions = &of.spec.scaling_strategy.pending_pod_conditions;
    let running = jobs.filter(|job| job.job.end().is_none());
    running.fold((0, 0), |(running, pending), job| {
        let is_pending = job.job.is_pending(conditions);
        (running + 1, pending + usize::from(is_pending))
    })
}

/// Values of a `ScaledJob`'s lanes.
pub(super) fn job_values<'a>(
    jobs: impl Iterator<Item = &'a JobState>,
    of: &ScaledJob,
) -> [(&'static str, f64); 4] {
    let (running, pending) = count_jobs(jobs, of);
    let least = of.min_jobs();
    #[allow(clippy::cast_precision_loss)] // nobody runs 2^53 Jobs
    [
        ("running", running as f64),
        ("pending", pending as f64),
        ("min", least as f64),
        ("max", (least + of.max_jobs()) as f64),
    ]
}

/// `about 5`, `at least 10`, `2 to 4`
pub(super) fn count_of_queue(queue: &Queue) -> String {
    match (queue.least, queue.most) {
        (_, None) if queue.asks().is_none() => "unknown, as the limit is reached".to_owned(),
        (least, None) => format!("at least {least}"),
        (0, Some(0)) => "0".to_owned(),
        (least, Some(most)) if least == most => format!("about {most}"),
        (least, Some(most)) => format!("{least} to {most}"),
    }
}

/// The name of the Job that a pod is of.
pub(super) fn job_of(row: &ObjectRow) -> Option<String> {
    match row {
        ObjectRow::Seen(seen) => match &seen.what {
            What::Pod(pod) => job_name(pod).map(str::to_owned),
            _ => None,
        },
        _ => None,
    }
}

fn job_name(pod: &PodState) -> Option<&str> {
    let label = JOB_NAME.iter().find_map(|key| pod.pod.labels.get(*key));
    label.map(|label| &**label)
}

impl Graph {
    /// What a Job is changes with its pods.
    pub(super) fn tell_job(&mut self, name: &str, now_ms: i64) {
        let watch = self.watches.iter().find(|watch| watch.role == Role::Jobs);
        if let Some(row) = watch.and_then(|watch| watch.rows.get(name)).cloned() {
            self.tell_row(&Role::Jobs, &row, now_ms);
        }
    }

    /// The Jobs that are there.
    pub(super) fn jobs(&self) -> Vec<JobState> {
        let watch = self.watches.iter().find(|watch| watch.role == Role::Jobs);
        let rows = watch.into_iter().flat_map(|watch| watch.rows.values());
        let jobs = rows.filter_map(|row| match row {
            ObjectRow::Seen(seen) => match &seen.what {
                What::Job(job) => Some(self.job_with_pods(job)),
                _ => None,
            },
            _ => None,
        });
        jobs.collect()
    }

    /// The fact of a Job tells of its pods, too.
    pub(super) fn with_pods(&self, fact: Fact) -> Fact {
        let what = match fact.what {
            What::Job(job) => What::Job(Box::new(self.job_with_pods(&job))),
            what => what,
        };
        Fact { what, ..fact }
    }

    fn job_with_pods(&self, job: &JobState) -> JobState {
        let mut job = job.clone();
        let of_job = |pod: &&PodState| job_name(pod) == Some(&*job.job.name);
        let pods = self.pods().filter(of_job).map(|pod| {
            let ready = pod.pod.ready.as_ref().map(|ready| JobCondition {
                kind: "Ready".to_owned(),
                status: String::from(ready.status.clone()),
            });
            JobPod {
                phase: String::from(pod.pod.phase.clone()),
                conditions: ready.into_iter().collect(),
            }
        });
        job.job.pods = pods.collect();
        job
    }

    /// The pods that are watched.
    pub(super) fn pods(&self) -> impl Iterator<Item = &PodState> {
        let watches = self
            .watches
            .iter()
            .filter(|watch| matches!(watch.role, Role::Pods(_)));
        let rows = watches.flat_map(|watch| watch.rows.values());
        rows.filter_map(|row| match row {
            ObjectRow::Seen(seen) => match &seen.what {
                What::Pod(pod) => Some(&**pod),
                _ => None,
            },
            _ => None,
        })
    }

    /// From when on the Jobs that are there tell all that was made since, as far as that is known: the story of the cluster began at
    /// `begun`, and finished Jobs are kept for a while only.
    pub(super) fn first_job(&self, begun: Timestamp, now: Timestamp) -> Timestamp {
        if !self.told.contains(&Part::Jobs) {
            return begun;
        }
        let created = self.jobs().into_iter().filter_map(|job| job.created).min();
        created.unwrap_or(now).max(begun)
    }

    /// A bar for each Job that was there in a span, the oldest first: how it ended is how its run is drawn.
    pub(super) fn job_bars(&self, from: Timestamp, to: Timestamp) -> Vec<PodBar> {
        // What was seen before it was opened, too.
        let jobs = self.past.jobs(from, to).into_iter();
        let bars = jobs.filter_map(|(job, gone)| {
            let created = job.created?;
            let begun = job.started.unwrap_or(to).min(to);
            let ended = job.ended.or(gone).unwrap_or(to).min(to);
            if ended < from || created > to {
                return None;
            }
            let (phase, why) = match job.job.end() {
                None => (PodPhase::Ready, "running"),
                Some(End::Complete) => (PodPhase::Succeeded, "completed"),
                Some(End::Failed) => (PodPhase::Failed, "failed"),
            };
            let span = |phase, from: Timestamp, until: Timestamp, why: &str| PodSpan {
                phase,
                from_ms: from.as_millisecond(),
                to_ms: until.as_millisecond(),
                why: why.to_owned(),
            };
            let waits = (begun > created).then(|| span(PodPhase::Pending, created, begun, ""));
            let runs = (ended > begun).then(|| span(phase, begun, ended, why));
            Some(PodBar {
                name: job.job.name.clone(),
                spans: waits.into_iter().chain(runs).collect(),
            })
        });
        bars.collect()
    }

    /// Whether a pod of this uid is there, as far as that is watched now.
    pub(super) fn is_there(&self, uid: &str) -> bool {
        self.told.contains(&Part::Pods) && self.pods().any(|pod| pod.uid == uid)
    }

    /// Notes how many Jobs there are.
    pub(super) fn record_jobs(&mut self, now_ms: i64) {
        let Some((_, job)) = self.job.clone() else {
            return;
        };
        for (lane, value) in job_values(self.jobs().iter(), &job) {
            self.series.push(lane, now_ms, value);
        }
    }

    /// KEDA's conditions of the `ScaledJob`; they have no times.
    pub(super) fn job_conditions(&self) -> Vec<wire::Condition> {
        let conditions = self.job.iter().flat_map(|(_, job)| &job.status.conditions);
        let told = conditions.map(|one| wire::Condition {
            name: one.kind.clone(),
            status: one.status.clone(),
            reason: one.reason.clone(),
            message: one.message.clone(),
            since: String::new(),
            tone: match (&*one.kind, &*one.status) {
                ("Ready" | "Active", "True") => Tone::Good,
                ("Ready", "False") => Tone::Bad,
                ("Paused", "True") | (_, "Unknown") => Tone::Warn,
                _ => Tone::Quiet,
            },
        });
        told.collect()
    }
}
