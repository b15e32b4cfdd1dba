//! The indexes of an indexed Job: which succeeded, which failed for good, which are to be run.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/job/indexed_job_utils.go`. How often an index failed is counted over its pods, which stay
//! as long as the Job.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Finish, backoff, count, has_failed, has_succeeded, policy};
use crate::controllers::fields::{Fields, Scalar};

/// The annotation and label that names a pod's index.
const INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// The annotation that counts the failures before a pod.
const FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";

/// Indexes by what became of them.
#[derive(Clone, Debug)]
pub(super) struct Indexes {
    pub(super) succeeded: BTreeSet<u32>,
    /// With `backoffLimitPerIndex` only.
    pub(super) failed: Option<BTreeSet<u32>>,
    count: u32,
}

impl Indexes {
    /// What the status knows and what pods that are not counted yet add (`calculateSucceededIndexes`, `calculateFailedIndexes`).
    pub(super) fn of(job: &Value, pods: &[Arc<Value>]) -> Self {
        let count = u32::try_from(job["spec"]["completions"].number()).unwrap_or(0);
        let new = |is_of: &dyn Fn(&Value) -> bool| {
            let tracked = pods.iter().filter(|pod| count::is_tracked(pod));
            let those: Vec<u32> = tracked
                .filter(|pod| is_of(pod))
                .filter_map(|pod| index(pod).filter(|index| *index < count))
                .collect();
            those
        };
        let mut succeeded = parse(job["status"]["completedIndexes"].text());
        succeeded.extend(new(&has_succeeded));
        let failed = job["spec"]["backoffLimitPerIndex"].as_u64().map(|limit| {
            let mut failed = parse(job["status"]["failedIndexes"].text());
            failed.extend(new(&|pod| {
                let earlier = pod.annotation(FAILURES).parse::<u64>().unwrap_or(0);
                has_failed(job, pod)
                    && (policy::fails_index(job, pod)
                        || policy::counts(job, pod) && earlier >= limit)
            }));
            failed
        });
        Self {
            succeeded,
            failed,
            count,
        }
    }

    /// Whether the indexes end the Job, one way or the other.
    pub(super) fn finish(&self, job: &Value) -> Option<Finish> {
        if let Some(failed) = &self.failed {
            let most = job["spec"]["maxFailedIndexes"].as_u64();
            if most.is_some_and(|most| failed.len() as u64 > most) {
                let message = "Job has exceeded the specified maximal number of failed indexes";
                return Some(Finish::failure("MaxFailedIndexesExceeded", message));
            }
            if !failed.is_empty() && failed.len() + self.succeeded.len() >= self.count as usize {
                return Some(Finish::failure("FailedIndexes", "Job has failed indexes"));
            }
        }
        let message = policy::success(job, &self.succeeded)?;
        Some(Finish::success("SuccessPolicy", message))
    }

    /// The first indexes that have no pod and need one (`firstPendingIndexes`).
    pub(super) fn pending(&self, active: &[Arc<Value>], count: usize) -> Vec<u32> {
        let active: BTreeSet<u32> = active.iter().filter_map(|pod| index(pod)).collect();
        let is_done = |index: &u32| {
            let failed = self.failed.as_ref();
            self.succeeded.contains(index) || failed.is_some_and(|failed| failed.contains(index))
        };
        (0..self.count)
            .filter(|index| !active.contains(index) && !is_done(index))
            .take(count)
            .collect()
    }

    /// Pods whose index another one has already, or that are none (`appendDuplicatedIndexPodsForRemoval`).
    pub(super) fn surplus(&self, active: &[Arc<Value>]) -> Vec<Arc<Value>> {
        let mut seen = BTreeSet::new();
        let is_surplus =
            |pod: &&Arc<Value>| index(pod).is_none_or(|own| own >= self.count || !seen.insert(own));
        active.iter().filter(is_surplus).cloned().collect()
    }
}

/// Failures of an index so far, and until when it waits for another try (`getRemainingTimePerIndex`).
pub(super) fn failures(job: &Value, pods: &[Arc<Value>], own: u32) -> (u32, Option<Timestamp>) {
    let failed = pods
        .iter()
        .filter(|pod| index(pod) == Some(own) && has_failed(job, pod) && policy::counts(job, pod));
    let times: Vec<_> = failed.filter_map(|pod| backoff::finished_at(pod)).collect();
    let count = u32::try_from(times.len()).unwrap_or(u32::MAX);
    let last = times.into_iter().max();
    (count, last.and_then(|last| backoff::until(count, last)))
}

/// Makes a pod the one of an index.
pub(super) fn mark(pod: &mut Value, job: &Value, index: u32, failures: Option<u32>) {
    let text = index.to_string();
    pod["metadata"]["generateName"] = json!(format!("{}-{index}-", job.name()));
    pod["metadata"]["annotations"][INDEX] = json!(text);
    pod["metadata"]["labels"][INDEX] = json!(text);
    if let Some(failures) = failures {
        pod["metadata"]["annotations"][FAILURES] = json!(failures.to_string());
    }
    pod["spec"]["hostname"] = json!(format!("{}-{index}", job.name()));
    let variable = json!({"name": "JOB_COMPLETION_INDEX",
        "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": format!("metadata.labels['{INDEX}']")}}});
    for list in ["initContainers", "containers"] {
        let Some(containers) = pod["spec"][list].as_array_mut() else {
            continue;
        };
        for container in containers {
            let mut env = container["env"].items().to_vec();
            if env.iter().all(|one| one["name"] != variable["name"]) {
                env.push(variable.clone());
                container["env"] = Value::Array(env);
            }
        }
    }
}

/// The index of a pod.
pub(super) fn index(pod: &Value) -> Option<u32> {
    pod.annotation(INDEX).parse().ok()
}

/// `1-3,5`
pub(super) fn parse(text: &str) -> BTreeSet<u32> {
    let parts = text.split(',').filter_map(|part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?)
    });
    parts.flatten().collect()
}

/// `1-3,5`; two that follow each other stand as `1,2`.
pub(super) fn print(indexes: &BTreeSet<u32>) -> String {
    let mut text = String::new();
    let mut rest = indexes.iter().copied().peekable();
    while let Some(first) = rest.next() {
        let mut last = first;
        while rest.next_if_eq(&(last + 1)).is_some() {
            last += 1;
        }
        let comma = if text.is_empty() { "" } else { "," };
        let _ = match last - first {
            0 => write!(text, "{comma}{first}"),
            1 => write!(text, "{comma}{first},{last}"),
            _ => write!(text, "{comma}{first}-{last}"),
        };
    }
    text
}
