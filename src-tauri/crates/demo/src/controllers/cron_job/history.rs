//! What became of a `CronJob`'s Jobs, and which of them are kept.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{NAME, job};
use crate::World;
use crate::controllers::events::Told;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::{Controllers, write};

/// Takes finished and missing Jobs out of `status.active` and notes the last success.
pub(super) fn note(
    hub: &mut Controllers,
    world: &mut World,
    changed: &mut Value,
    jobs: &[Arc<Value>],
) {
    for job in jobs {
        let is_listed = is_active(changed, job.uid());
        let is_finished = job::is_finished(job);
        if !is_listed && !is_finished {
            let message = format!(
                "Saw a job that the controller did not create or forgot: {}",
                job.name()
            );
            hub.tell(
                world,
                changed,
                &Told::warning(NAME, "UnexpectedJob", message),
            );
        }
        if is_listed && is_finished {
            let end = if job.holds("Complete") {
                "Complete"
            } else {
                "Failed"
            };
            remove(changed, job.uid());
            let message = format!("Saw completed job: {}, condition: {end}", job.name());
            hub.tell(
                world,
                changed,
                &Told::normal(NAME, "SawCompletedJob", message),
            );
        }
        let completed = job["status"]["completionTime"].time();
        if job.holds("Complete") && completed > changed["status"]["lastSuccessfulTime"].time() {
            changed["status"]["lastSuccessfulTime"] = job["status"]["completionTime"].clone();
        }
    }
    for one in changed["status"]["active"].items().to_vec() {
        let (uid, name) = (one["uid"].text(), one["name"].text());
        if jobs.iter().all(|job| job.uid() != uid) {
            let message = format!("Active job went missing: {name}");
            hub.tell(world, changed, &Told::normal(NAME, "MissingJob", message));
            remove(changed, uid);
        }
    }
}

fn is_active(changed: &Value, uid: &str) -> bool {
    let mut all = changed["status"]["active"].items().iter();
    all.any(|one| one["uid"] == *uid)
}

fn remove(changed: &mut Value, uid: &str) {
    let mut left = changed["status"]["active"].items().to_vec();
    left.retain(|one| one["uid"] != *uid);
    if !left.is_empty() {
        changed["status"]["active"] = json!(left);
    } else if let Some(status) = changed["status"].as_object_mut() {
        status.remove("active");
    }
}

/// Deletes finished Jobs beyond their limits, those that started first (`removeOldestJobs`).
pub(super) fn clear(
    hub: &mut Controllers,
    world: &mut World,
    changed: &mut Value,
    jobs: &[Arc<Value>],
) {
    for (condition, limit) in [
        ("Complete", "successfulJobsHistoryLimit"),
        ("Failed", "failedJobsHistoryLimit"),
    ] {
        let Some(limit) = changed["spec"][limit].as_u64() else {
            continue;
        };
        let mut ended: Vec<&Arc<Value>> = jobs
            .iter()
            .filter(|job| job.holds(condition) && !job.is_deleted())
            .collect();
        ended.sort_by_cached_key(|job| (started(job), job.name().to_owned()));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let surplus = ended.len().saturating_sub(limit);
        for job in ended.into_iter().take(surplus) {
            delete(hub, world, changed, job);
        }
    }
}

/// A Job that never started comes last.
fn started(job: &Value) -> (Reverse<bool>, Option<Timestamp>) {
    let at = job["status"]["startTime"].time();
    (Reverse(at.is_some()), at)
}

/// Deletes a Job with its pods (`deleteJob`); whether it did.
pub(super) fn delete(
    hub: &mut Controllers,
    world: &mut World,
    changed: &mut Value,
    job: &Value,
) -> bool {
    let path = job.path();
    let deleted = write::reap(world, job::RESOURCE, &path, write::CONTROLLER_MANAGER);
    if let Err(error) = deleted {
        let message = format!("Deleted job: {error}");
        hub.tell(
            world,
            changed,
            &Told::warning(NAME, "FailedDelete", message),
        );
        return false;
    }
    remove(changed, job.uid());
    let message = format!("Deleted job {}", job.name());
    hub.tell(
        world,
        changed,
        &Told::normal(NAME, "SuccessfulDelete", message),
    );
    true
}
