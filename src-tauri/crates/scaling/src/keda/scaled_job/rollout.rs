//! Which Jobs a reconciliation deletes because they are of an older ScaledJob.
//!
//! Follows KEDA v2.21.0 `controllers/keda/scaledjob_controller.go:deletePreviousVersionScaleJobs`.

use super::jobs::Job;
use super::spec::ScaledJob;

/// Names of the Jobs that go, running ones too: all whose generation is another, or is not noted, unless the rollout is gradual.
pub fn deleted<'a>(scaled_job: &ScaledJob, jobs: &'a [Job]) -> Vec<&'a str> {
    let strategy = match scaled_job.spec.rollout_strategy.as_str() {
        "" => scaled_job.spec.rollout.strategy.as_str(),
        older => older,
    };
    if strategy == "gradual" {
        return Vec::new();
    }
    let generation = scaled_job.metadata.generation.to_string();
    jobs.iter()
        .filter(|job| job.generation.as_ref() != Some(&generation))
        .map(|job| job.name.as_str())
        .collect()
}
