//! Jobs: pods that run to their end, each counted once.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/job/job_controller.go:syncJob`. What upstream writes in two steps around the removal of
//! finalizers, uncounted pods and interim conditions, is written at once here, as nothing can come between.

mod backoff;
mod count;
mod indexes;
mod pods;
mod policy;
#[cfg(test)]
mod tests;
mod ttl;

pub(crate) use backoff::Backoffs;
pub(super) use count::release;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::events::{Told, Tone};
use super::fields::{Condition, Fields, Scalar, set_condition};
use super::index::{controlled, is_over};
use super::{Controllers, write};
use crate::World;
use crate::writes::seconds;
use indexes::Indexes;

const NAME: &str = "job-controller";
pub(super) const RESOURCE: &str = "jobs.batch";
/// Pods have this finalizer until they are counted.
const TRACKED: &str = "batch.kubernetes.io/job-tracking";

/// How a Job comes to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finish {
    is_success: bool,
    reason: String,
    message: String,
}

impl Finish {
    fn failure(reason: &str, message: impl Into<String>) -> Self {
        Self {
            is_success: false,
            reason: reason.to_owned(),
            message: message.into(),
        }
    }

    fn success(reason: &str, message: impl Into<String>) -> Self {
        Self {
            is_success: true,
            ..Self::failure(reason, message)
        }
    }

    /// What an interim condition said at an earlier look.
    fn known(job: &Value) -> Option<Self> {
        let of = |kind: &str, is_success: bool| {
            let condition = job.condition(kind).filter(|_| job.holds(kind))?;
            Some(Self {
                is_success,
                reason: condition["reason"].text().to_owned(),
                message: condition["message"].text().to_owned(),
            })
        };
        of("SuccessCriteriaMet", true).or_else(|| of("FailureTarget", false))
    }

    /// The condition that tells it before and after the last pod has stopped.
    fn kinds(&self) -> [&'static str; 2] {
        if self.is_success {
            ["SuccessCriteriaMet", "Complete"]
        } else {
            ["FailureTarget", "Failed"]
        }
    }
}

/// One look at a Job and its pods.
struct Round {
    job: Arc<Value>,
    pods: Vec<Arc<Value>>,
    active: Vec<Arc<Value>>,
    /// Pods that are active after what this look did.
    running: usize,
    ready: usize,
    terminating: usize,
    succeeded: usize,
    failed: usize,
    /// Of an indexed Job.
    indexes: Option<Indexes>,
}

impl Round {
    fn new(hub: &Controllers, world: &World, job: Arc<Value>) -> Self {
        let pods = controlled(&hub.index, world, &job, "pods");
        let active: Vec<Arc<Value>> = pods
            .iter()
            .filter(|pod| !pod.is_deleted() && !is_over(pod))
            .cloned()
            .collect();
        let indexes = is_indexed(&job).then(|| Indexes::of(&job, &pods));
        let newly = |is_of: &dyn Fn(&Value) -> bool| {
            let tracked = pods.iter().filter(|pod| count::is_tracked(pod));
            tracked.filter(|pod| is_of(pod)).count()
        };
        let known = |field: &str| usize::try_from(job["status"][field].number()).unwrap_or(0);
        let succeeded = match &indexes {
            Some(indexes) => indexes.succeeded.len(),
            None => known("succeeded") + newly(&has_succeeded),
        };
        let failed =
            known("failed") + newly(&|pod| has_failed(&job, pod) && policy::counts(&job, pod));
        Self {
            running: active.len(),
            ready: active.iter().filter(|pod| pod.holds("Ready")).count(),
            terminating: pods
                .iter()
                .filter(|pod| pod.is_deleted() && !is_over(pod))
                .count(),
            succeeded,
            failed,
            indexes,
            active,
            pods,
            job,
        }
    }

    /// These active pods are on their way out.
    fn stopped(&mut self, pods: &[Arc<Value>]) {
        self.running -= pods.len().min(self.running);
        self.terminating += pods.len();
        let ready = pods.iter().filter(|pod| pod.holds("Ready")).count();
        self.ready -= ready.min(self.ready);
    }
}

/// Creates, counts and deletes pods; when to look again if only time brings something.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let Some(job) = write::get(world, RESOURCE, path) else {
        hub.backoffs.forget(path);
        return None;
    };
    let by = job["spec"]["managedBy"].text();
    if !matches!(by, "" | "kubernetes.io/job-controller") {
        return None;
    }
    if is_finished(&job) {
        hub.backoffs.forget(path);
        return ttl::sync(world, &job);
    }
    let now = world.now();
    let mut round = Round::new(hub, world, Arc::clone(&job));
    hub.backoffs.note(&job, &round.pods);
    let mut changed = Value::clone(&job);
    if changed["status"]["startTime"].is_null() && !is_suspended(&job) {
        changed["status"]["startTime"] = json!(seconds(now));
    }
    let deadline = deadline(&changed);
    let mut again = deadline.filter(|at| *at > now);
    let mut finish = Finish::known(&job).or_else(|| failing(&round, deadline, now));
    if finish.is_none() {
        finish = round.indexes.as_ref().and_then(|own| own.finish(&job));
    }
    if finish.is_some() {
        let active = round.active.clone();
        pods::delete(hub, world, &mut round, &active, false);
    } else {
        if !job.is_deleted() {
            let later = pods::manage(hub, world, &mut round);
            again = again.into_iter().chain(later).min();
        }
        if is_complete(&round) {
            let message = "Reached expected number of succeeded pods";
            finish = Some(Finish::success("CompletionsReached", message));
        } else if !job.is_deleted() {
            suspension(hub, world, &mut changed);
        }
    }
    count::count(world, &mut round, &mut changed, finish.as_ref());
    let ended = finish.filter(|finish| conclude(&mut changed, &round, finish, now));
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
    if let Some(ended) = ended {
        tell_end(hub, world, &round, &ended);
    }
    again
}

/// What ends a Job without success, in the order in which it is asked for.
fn failing(round: &Round, deadline: Option<Timestamp>, now: Timestamp) -> Option<Finish> {
    let job = &round.job;
    if let Some(message) = policy::failure(job, &round.pods) {
        return Some(Finish::failure("PodFailurePolicy", message));
    }
    let limit = job["spec"]["backoffLimit"].as_i64().unwrap_or(6);
    let failed = i64::try_from(round.failed).unwrap_or(i64::MAX);
    if failed > limit || has_restarted_too_often(job, &round.pods, limit) {
        let message = "Job has reached the specified backoff limit";
        return Some(Finish::failure("BackoffLimitExceeded", message));
    }
    if deadline.is_some_and(|at| at <= now) {
        let message = "Job was active longer than specified deadline";
        return Some(Finish::failure("DeadlineExceeded", message));
    }
    None
}

/// `pastBackoffLimitOnFailure`: restarts of containers count where pods are not replaced.
fn has_restarted_too_often(job: &Value, pods: &[Arc<Value>], limit: i64) -> bool {
    if job["spec"]["template"]["spec"]["restartPolicy"] != "OnFailure" {
        return false;
    }
    let live = pods.iter().filter(|pod| !is_over(pod));
    let lists = live.flat_map(|pod| {
        ["initContainerStatuses", "containerStatuses"].map(|field| &pod["status"][field])
    });
    let all = lists.flat_map(Scalar::items);
    let restarts: i64 = all.map(|one| one["restartCount"].number()).sum();
    restarts > 0 && restarts >= limit
}

fn is_complete(round: &Round) -> bool {
    let reached = match round.job["spec"]["completions"].as_u64() {
        Some(wanted) => round.succeeded as u64 >= wanted,
        None => round.succeeded > 0,
    };
    reached && round.running == 0
}

/// When `activeDeadlineSeconds` have passed.
fn deadline(job: &Value) -> Option<Timestamp> {
    let seconds = job["spec"]["activeDeadlineSeconds"].as_i64()?;
    let started = job["status"]["startTime"].time()?;
    if is_suspended(job) {
        return None;
    }
    started.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// Tells whether a Job is suspended; one that goes on begins anew.
fn suspension(hub: &mut Controllers, world: &mut World, changed: &mut Value) {
    let now = world.now();
    let wanted = is_suspended(changed);
    if wanted == changed.holds("Suspended") {
        return;
    }
    let (reason, message, event) = if wanted {
        ("JobSuspended", "Job suspended", "Suspended")
    } else {
        ("JobResumed", "Job resumed", "Resumed")
    };
    set(changed, "Suspended", wanted, reason, message, now);
    let told = Told::normal(NAME, event, message);
    hub.tell(world, changed, &told);
    if !wanted {
        changed["status"]["startTime"] = json!(seconds(now));
    } else if let Some(status) = changed["status"].as_object_mut() {
        // Gate `MutableSchedulingDirectivesForSuspendedJobs`, on since 1.36.
        status.remove("startTime");
    }
}

/// Sets the interim condition and, once no pod is on its way out, the last one; whether that came (`enactJobFinished`).
fn conclude(changed: &mut Value, round: &Round, finish: &Finish, now: Timestamp) -> bool {
    let [interim, last] = finish.kinds();
    if !changed.holds(interim) {
        set(changed, interim, true, &finish.reason, &finish.message, now);
    }
    if round.terminating > 0 {
        return false;
    }
    set(changed, last, true, &finish.reason, &finish.message, now);
    if finish.is_success {
        changed["status"]["completionTime"] = json!(seconds(now));
    }
    true
}

fn set(changed: &mut Value, kind: &str, holds: bool, reason: &str, message: &str, now: Timestamp) {
    let condition = Condition {
        kind,
        holds,
        reason,
        message: message.to_owned(),
    };
    let entry = set_condition(changed, &condition, now);
    entry["lastProbeTime"] = json!(seconds(now));
}

/// `recordJobFinished`
fn tell_end(hub: &mut Controllers, world: &mut World, round: &Round, finish: &Finish) {
    let wanted = round.job["spec"]["completions"].as_u64();
    if finish.is_success && wanted.is_some_and(|wanted| round.succeeded as u64 > wanted) {
        let message = "Too many succeeded pods running after completion count reached";
        let told = Told::warning(NAME, "TooManySucceededPods", message);
        hub.tell(world, &round.job, &told);
    }
    let told = if finish.is_success {
        Told::normal(NAME, "Completed", "Job completed")
    } else {
        Told {
            tone: Tone::Warning,
            ..Told::normal(NAME, &finish.reason, finish.message.as_str())
        }
    };
    hub.tell(world, &round.job, &told);
}

/// Whether it completed or failed for good.
pub(super) fn is_finished(job: &Value) -> bool {
    job.holds("Complete") || job.holds("Failed")
}

fn is_indexed(job: &Value) -> bool {
    job["spec"]["completionMode"] == "Indexed"
}

fn is_suspended(job: &Value) -> bool {
    job["spec"]["suspend"] == true
}

fn has_succeeded(pod: &Value) -> bool {
    pod["status"]["phase"] == "Succeeded"
}

/// Whether a pod counts as failed: one that is being deleted too, unless only failed ones are replaced (`isPodFailed`).
fn has_failed(job: &Value, pod: &Value) -> bool {
    pod["status"]["phase"] == "Failed"
        || !replaces_failed_only(job) && pod.is_deleted() && !has_succeeded(pod)
}

/// `onlyReplaceFailedPods`
fn replaces_failed_only(job: &Value) -> bool {
    let spec = &job["spec"];
    spec["podReplacementPolicy"] == "Failed" || !spec["podFailurePolicy"].is_null()
}
