//! Which finished Jobs a poll deletes (KEDA v2.21.0 `pkg/scaling/executor/scale_jobs.go:cleanUp`).

use serde::{Deserialize, Serialize};

use super::jobs::{End, Job};
use super::spec::ScaledJobSpec;

/// Finished Jobs of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaHistory"))]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// How they ended.
    pub end: End,
    /// How many are kept.
    pub limit: i32,
    /// How many there are.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub finished: usize,
    /// How many are deleted.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub deleted: usize,
    /// Which, the longest ago first; `None` where it depends on the order in which the API lists Jobs without a completion time, or with
    /// the same one.
    pub names: Option<Vec<String>>,
}

/// Jobs of each kind to keep when no limit is given.
const LIMIT: i32 = 100;

/// The completed Jobs and the failed ones. A negative limit deletes nothing here; upstream it ends the operator.
pub fn histories(spec: &ScaledJobSpec, jobs: &[Job]) -> [History; 2] {
    [
        (End::Complete, spec.successful_jobs_history_limit),
        (End::Failed, spec.failed_jobs_history_limit),
    ]
    .map(|(end, limit)| history(end, limit.unwrap_or(LIMIT), jobs))
}

fn history(end: End, limit: i32, jobs: &[Job]) -> History {
    let mut finished: Vec<&Job> = jobs.iter().filter(|job| job.end() == Some(end)).collect();
    let keep = usize::try_from(limit).unwrap_or(usize::MAX);
    let deleted = finished.len().saturating_sub(keep);
    finished.sort_by_key(|job| job.completion_time);
    let known = finished.iter().all(|job| job.completion_time.is_some());
    let (gone, kept) = finished.split_at(deleted.min(finished.len()));
    let ties = match (gone.last(), kept.first()) {
        (Some(last), Some(first)) => last.completion_time == first.completion_time,
        _ => false,
    };
    let all_or_none = gone.is_empty() || kept.is_empty();
    let names =
        (all_or_none || known && !ties).then(|| gone.iter().map(|job| job.name.clone()).collect());
    History {
        end,
        limit,
        finished: finished.len(),
        deleted,
        names,
    }
}
