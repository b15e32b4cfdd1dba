//! How long a Job waits before it replaces pods that failed.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/job/backoff_utils.go`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::count::is_tracked;
use super::{has_failed, has_succeeded};
use crate::controllers::fields::{Fields, Scalar};

/// The first wait in seconds, which doubles with each failure (`DefaultJobPodFailureBackOff`),
const FIRST: i64 = 10;
/// up to this (`MaxJobPodFailureBackOff`).
const LONGEST: i64 = 600;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Backoff {
    uid: String,
    /// Failures since the last success.
    failures: u32,
    last: Option<Timestamp>,
}

/// Failures of Jobs that are not finished, by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backoffs(BTreeMap<String, Backoff>);

impl Backoffs {
    pub(super) fn forget(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Takes in pods that ended and are not counted yet (`newBackoffRecord`).
    pub(super) fn note(&mut self, job: &Value, pods: &[Arc<Value>]) {
        let tracked = || pods.iter().filter(|pod| is_tracked(pod));
        let ended = |is_of: &dyn Fn(&Value) -> bool| {
            let mut times: Vec<_> = tracked()
                .filter(|pod| is_of(pod))
                .filter_map(|pod| finished_at(pod))
                .collect();
            times.sort();
            times
        };
        let (succeeded, failed) = (ended(&has_succeeded), ended(&|pod| has_failed(job, pod)));
        if succeeded.is_empty() && failed.is_empty() {
            return;
        }
        let new = || Backoff {
            uid: job.uid().to_owned(),
            failures: 0,
            last: None,
        };
        let known = self.0.entry(job.path()).or_insert_with(new);
        if known.uid != job.uid() {
            *known = new();
        }
        let mut later = failed;
        if let Some(success) = succeeded.last() {
            *known = new();
            later.retain(|at| at > success);
        }
        known.failures += u32::try_from(later.len()).unwrap_or(u32::MAX);
        known.last = later.last().copied().or(known.last);
    }

    /// When pods may be created again; `None` for now.
    pub(super) fn until(&self, job: &Value, now: Timestamp) -> Option<Timestamp> {
        let known = self
            .0
            .get(&job.path())
            .filter(|known| known.uid == job.uid())?;
        until(known.failures, known.last?).filter(|at| *at > now)
    }
}

/// When pods may be created again after so many failures (`getRemainingTimeForFailuresCount`).
pub(super) fn until(failures: u32, last: Timestamp) -> Option<Timestamp> {
    let doublings = failures.checked_sub(1)?.min(16);
    let wait = (FIRST << doublings).min(LONGEST);
    last.checked_add(SignedDuration::from_secs(wait)).ok()
}

/// When a pod ended (`getFinishedTime`).
pub(super) fn finished_at(pod: &Value) -> Option<Timestamp> {
    let statuses = pod["status"]["containerStatuses"].items();
    let times = statuses
        .iter()
        .map(|one| one["state"]["terminated"]["finishedAt"].time());
    let times: Option<Vec<Timestamp>> = times.collect();
    let unready = || {
        let ready = pod.condition("Ready")?;
        (ready["status"] == "False").then(|| ready["lastTransitionTime"].time())?
    };
    let deleted = || {
        let grace = pod["metadata"]["deletionGracePeriodSeconds"].number();
        let at = pod["metadata"]["deletionTimestamp"].time()?;
        at.checked_sub(SignedDuration::from_secs(grace)).ok()
    };
    times
        .and_then(|times| times.into_iter().max())
        .or_else(unready)
        .or_else(deleted)
        .or_else(|| pod["metadata"]["creationTimestamp"].time())
}
