//! Counts pods that ended, once each, and lets them go.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/job/job_controller.go:trackJobStatusAndRemoveFinalizers` and `canRemoveFinalizer`.

use serde_json::{Value, json};

use super::indexes::{self, index};
use super::{Finish, Round, TRACKED, has_failed, has_succeeded, policy};
use crate::World;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::write;

/// Whether a pod is still to be counted.
pub(super) fn is_tracked(pod: &Value) -> bool {
    let mut all = pod["metadata"]["finalizers"].items().iter();
    all.any(|one| one == TRACKED)
}

/// A pod may go, whether it was counted or its Job is gone (`syncOrphanPod`).
pub(crate) fn release(world: &mut World, pod: &Value) {
    if !is_tracked(pod) {
        return;
    }
    let mut changed = pod.clone();
    let mut left = changed["metadata"]["finalizers"].items().to_vec();
    left.retain(|one| one != TRACKED);
    let metadata = changed["metadata"].as_object_mut();
    if let Some(metadata) = metadata {
        if left.is_empty() {
            metadata.remove("finalizers");
        } else {
            metadata.insert("finalizers".to_owned(), Value::Array(left));
        }
    }
    let _ = write::update(world, "pods", changed, write::CONTROLLER_MANAGER);
}

/// Brings the counts in the status up to date.
pub(super) fn count(
    world: &mut World,
    round: &mut Round,
    changed: &mut Value,
    finish: Option<&Finish>,
) {
    let (mut succeeded, mut failed) = (0, 0);
    let job = &round.job;
    for pod in round.pods.iter().filter(|pod| is_tracked(pod)) {
        let is_failed = has_failed(job, pod);
        let may_go = job.is_deleted() || finish.is_some() || has_succeeded(pod) || is_failed;
        if !may_go {
            continue;
        }
        if has_succeeded(pod) {
            succeeded += 1;
        } else if is_failed || finish.is_some_and(|finish| !finish.is_success) {
            let has_place = round.indexes.is_none() || index(pod).is_some();
            if has_place && policy::counts(job, pod) {
                failed += 1;
            }
        }
        // It may have been deleted just now.
        if let Some(pod) = write::get(world, "pods", &pod.path()) {
            release(world, &pod);
        }
    }
    let succeeded = match &round.indexes {
        Some(indexes) => indexes.succeeded.len(),
        None => usize::try_from(job["status"]["succeeded"].number()).unwrap_or(0) + succeeded,
    };
    let status = &mut changed["status"];
    put(status, "active", round.running);
    put(status, "succeeded", succeeded);
    let failed = failed + usize::try_from(job["status"]["failed"].number()).unwrap_or(0);
    put(status, "failed", failed);
    status["ready"] = json!(round.ready);
    status["terminating"] = json!(round.terminating);
    status["uncountedTerminatedPods"] = json!({});
    if let Some(own) = &round.indexes {
        if !own.succeeded.is_empty() {
            status["completedIndexes"] = json!(indexes::print(&own.succeeded));
        }
        if let Some(failed) = &own.failed {
            status["failedIndexes"] = json!(indexes::print(failed));
        }
    }
}

/// A count that is left out where it is 0.
fn put(status: &mut Value, field: &str, count: usize) {
    if count > 0 {
        status[field] = json!(count);
    } else if let Some(fields) = status.as_object_mut() {
        fields.remove(field);
    }
}
