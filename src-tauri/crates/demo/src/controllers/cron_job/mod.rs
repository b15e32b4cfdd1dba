//! `CronJob`s: Jobs at their times.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/cronjob/cronjob_controllerv2.go:syncCronJob`, `cleanupFinishedJobs`.

mod history;
mod schedule;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::events::Told;
use super::fields::{Fields, Scalar, owned_by};
use super::index::controlled;
use super::{Controllers, job, write};
use crate::World;
use crate::writes::seconds;
use schedule::{Due, Times};

const NAME: &str = "cronjob-controller";
const RESOURCE: &str = "cronjobs.batch";
/// So much later than due a start is looked at (`nextScheduleDelta`).
const LATER: SignedDuration = SignedDuration::from_millis(100);

/// Notes what became of its Jobs, starts the one that is due, clears old ones away; when the next is due.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let cron_job = write::get(world, RESOURCE, path)?;
    let jobs = controlled(&hub.index, world, &cron_job, job::RESOURCE);
    let mut changed = Value::clone(&cron_job);
    if !changed["status"].is_object() {
        changed["status"] = json!({});
    }
    history::note(hub, world, &mut changed, &jobs);
    let next = start(hub, world, &mut changed);
    history::clear(hub, world, &mut changed, &jobs);
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
    next
}

/// Starts what is due; when to look again.
fn start(hub: &mut Controllers, world: &mut World, changed: &mut Value) -> Option<Timestamp> {
    if changed.is_deleted() {
        return None;
    }
    let now = world.now();
    let times = match Times::of(changed) {
        Err(bad) if changed["spec"]["suspend"] != true || bad.reason == "UnknownTimeZone" => {
            let told = Told::warning(NAME, bad.reason, bad.message);
            hub.tell(world, changed, &told);
            return None;
        }
        Err(_) => return None,
        Ok(_) if changed["spec"]["suspend"] == true => return None,
        Ok(times) => times,
    };
    if let Some(due) = times.due(changed, now)
        && is_wanted(hub, world, changed, &due)
    {
        create(hub, world, changed, &times, due.at);
    }
    times.next(now)?.checked_add(LATER).ok()
}

/// Whether a start that is due takes place; Jobs that it replaces go.
fn is_wanted(hub: &mut Controllers, world: &mut World, changed: &mut Value, due: &Due) -> bool {
    let now = world.now();
    if due.has_missed_many {
        let message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
        let told = Told::warning(NAME, "TooManyMissedTimes", message);
        hub.tell(world, changed, &told);
    }
    let name = job_name(changed, due.at);
    let active = changed["status"]["active"].items().to_vec();
    let is_known = active.iter().any(|one| one["name"] == *name)
        || changed["status"]["lastScheduleTime"].time() == Some(due.at);
    let deadline = changed["spec"]["startingDeadlineSeconds"].as_i64();
    let is_late = deadline.is_some_and(|seconds| now.duration_since(due.at).as_secs() > seconds);
    if is_late {
        let at = due.at.strftime("%a, %d %b %Y %H:%M:%S +0000");
        let message = format!("Missed scheduled time to start a job: {at}");
        hub.tell(
            world,
            changed,
            &Told::warning(NAME, "MissSchedule", message),
        );
        return false;
    }
    if is_known {
        return false;
    }
    match changed["spec"]["concurrencyPolicy"].text() {
        "Forbid" if !active.is_empty() => {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            let told = Told::normal(NAME, "JobAlreadyActive", message);
            hub.tell(world, changed, &told);
            false
        }
        "Replace" => active.iter().all(|one| {
            let path = format!("{}/{}", changed.namespace(), one["name"].text());
            let job = write::get(world, job::RESOURCE, &path);
            job.is_some_and(|job| history::delete(hub, world, changed, &job))
        }),
        _ => true,
    }
}

/// `getJobFromTemplate2`
fn create(
    hub: &mut Controllers,
    world: &mut World,
    changed: &mut Value,
    times: &Times,
    at: Timestamp,
) {
    let template = &changed["spec"]["jobTemplate"];
    let mut metadata = json!({"name": job_name(changed, at), "namespace": changed.namespace(), "ownerReferences": owned_by(changed)});
    for field in ["labels", "annotations"] {
        if template["metadata"][field].is_object() {
            metadata[field] = template["metadata"][field].clone();
        }
    }
    let annotation = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    metadata["annotations"][annotation] = json!(times.print(at));
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template["spec"]});
    match write::create(world, job::RESOURCE, job, write::CONTROLLER_MANAGER) {
        Ok(job) => {
            let message = format!("Created job {}", job.name());
            let told = Told::normal(NAME, "SuccessfulCreate", message);
            hub.tell(world, changed, &told);
            let mut active = changed["status"]["active"].items().to_vec();
            active.push(reference(&job));
            changed["status"]["active"] = Value::Array(active);
            changed["status"]["lastScheduleTime"] = json!(seconds(at));
        }
        Err(error) => {
            let message = format!("Error creating job: {error}");
            hub.tell(
                world,
                changed,
                &Told::warning(NAME, "FailedCreate", message),
            );
        }
    }
}

fn reference(job: &Arc<Value>) -> Value {
    let metadata = &job["metadata"];
    json!({"kind": "Job", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"],
        "apiVersion": "batch/v1", "resourceVersion": metadata["resourceVersion"]})
}

/// Named after the minute, so that no start is taken twice.
fn job_name(cron_job: &Value, at: Timestamp) -> String {
    format!("{}-{}", cron_job.name(), at.as_second().div_euclid(60))
}
