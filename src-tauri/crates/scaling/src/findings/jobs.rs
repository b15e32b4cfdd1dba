//! A ScaledJob whose condition goes on after its Jobs have ended.

use jiff::Timestamp;

use super::workload::{AskedJobs, DecidedScaledJob};
use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::keda::triggers::{Place, Trigger};

/// A trigger that no Job can satisfy: a cron window stays open however many Jobs complete, and each poll creates new ones for those
/// that ended. Of other triggers it is seen where what they measure never fell while Jobs completed; where that was not recorded, where
/// what polls asked for did not, as the Jobs of a single trigger tell.
#[derive(Debug)]
pub(super) struct ConditionOutlivesJobs;

impl Check for ConditionOutlivesJobs {
    fn id(&self) -> &'static str {
        "job-condition-outlives-jobs"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "A ScaledJob creates Jobs anew as long as its condition lasts, which no Job ends."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let Some(one) = &workload.scaled_job else {
            return Outcome::default();
        };
        let job = &one.situation.scaled_job;
        let mut outcome = Outcome::default();
        for (index, spec) in job.spec.triggers.iter().enumerate() {
            let place = Place {
                index,
                namespace: &job.metadata.namespace,
                as_metric_source: false,
            };
            match Trigger::build(spec, place) {
                Ok(Trigger::Cron(cron)) if cron.desired_replicas > 0 => {
                    let path = |field: &str| format!("spec.triggers[{index}].metadata.{field}");
                    let field = |name: &str| {
                        let value = spec.metadata.get(name).cloned().unwrap_or_default();
                        Evidence::new(path(name), value)
                    };
                    outcome.seen.push(Seen::new(
                        "While the cron window is open, each Job that ends is followed by a new one.",
                        vec![field("start"), field("end"), field("desiredReplicas")],
                        "Use a CronJob for one run at a time of day, or a trigger that falls as Jobs complete.",
                    ));
                }
                // cpu and memory ask for no Job; what cannot be built is found elsewhere.
                Ok(Trigger::Cron(_) | Trigger::Resource(_)) | Err(_) => {}
                Ok(Trigger::Workload(_) | Trigger::Prometheus(_) | Trigger::External { .. }) => {
                    match outlived(one, index) {
                        Outlived::Asked { completed, floor } => outcome.seen.push(Seen::new(
                            "Polls found work again and again while Jobs completed: nothing shows that a Job consumes what the trigger measures.",
                            vec![
                                Evidence::new(format!("spec.triggers[{index}].type"), &spec.kind),
                                Evidence::new("asked for, estimated", format!("at least {floor}")),
                                Evidence::new("completed", completed.to_string()),
                            ],
                            "Make sure that each Job consumes what the trigger measures; if it does, new work comes as fast.",
                        )),
                        Outlived::Unknown => {
                            outcome.unknown = Some(format!(
                                "whether Jobs consume what the trigger {} measures",
                                spec.kind
                            ));
                        }
                        Outlived::Falls => {}
                        Outlived::Never { completed, value } => outcome.seen.push(Seen::new(
                            "What the trigger measures did not fall while Jobs completed.",
                            vec![
                                Evidence::new(format!("spec.triggers[{index}].type"), &spec.kind),
                                Evidence::new("measured", value.to_string()),
                                Evidence::new("completed", completed.to_string()),
                            ],
                            "Make each Job consume what the trigger measures, or use a Deployment if the work does not end.",
                        )),
                    }
                }
            }
        }
        outcome
    }
}

/// Whether a trigger outlives Jobs.
enum Outlived {
    /// Not enough was seen.
    Unknown,
    /// It fell at least once.
    Falls,
    /// It never fell below this value, while so many Jobs completed.
    Never { completed: usize, value: f64 },
    /// What it measured is not known; so many Jobs were asked for at least, by each poll, while so many completed.
    Asked { completed: usize, floor: i64 },
}

/// So many Jobs must have completed: new work may come as the first ones end.
const COMPLETED: usize = 3;

fn outlived(one: &DecidedScaledJob, trigger: usize) -> Outlived {
    let measured = || one.measured.iter().filter(|value| value.trigger == trigger);
    let (Some(first), Some(last)) = (measured().next(), measured().next_back()) else {
        return outlived_by_jobs(one);
    };
    let pairs = measured().zip(measured().skip(1));
    if first.value <= 0.0
        || pairs
            .into_iter()
            .any(|(before, after)| after.value < before.value)
    {
        return Outlived::Falls;
    }
    let completed = completed(one, first.at, last.at);
    if completed < COMPLETED {
        return Outlived::Unknown;
    }
    Outlived::Never {
        completed,
        value: first.value,
    }
}

/// The same from the Jobs that were made: of one trigger alone, as they tell what all of them asked for.
fn outlived_by_jobs(one: &DecidedScaledJob) -> Outlived {
    let job = &one.situation.scaled_job;
    let [begin, .., end] = one.asked.as_slice() else {
        return Outlived::Unknown;
    };
    if job.spec.triggers.len() != 1 {
        return Outlived::Unknown;
    }
    let falls = |pair: &[AskedJobs]| pair[1].most.is_some_and(|most| most < pair[0].least);
    // A poll that made none beside one that runs tells no more than that it asked for one at most.
    let is_over = |asked: &AskedJobs| asked.most.is_some_and(|most| most <= job.min_jobs());
    if one.asked.windows(2).any(falls) || one.asked.iter().any(is_over) {
        return Outlived::Falls;
    }
    // Where the limit cut it, a long queue that is worked off looks the same.
    if one.asked.iter().any(|asked| asked.most.is_none()) {
        return Outlived::Unknown;
    }
    let sure = one.asked.iter().map(|asked| asked.least);
    let Some(floor) = sure.filter(|least| *least > job.min_jobs()).min() else {
        return Outlived::Unknown;
    };
    let completed = completed(one, begin.at, end.at);
    if completed < COMPLETED {
        return Outlived::Unknown;
    }
    Outlived::Asked { completed, floor }
}

/// Jobs that completed between two moments.
fn completed(one: &DecidedScaledJob, from: Timestamp, to: Timestamp) -> usize {
    let jobs = one.situation.jobs.iter();
    let times = jobs.filter_map(|job| job.completion_time);
    times.filter(|at| from < *at && *at < to).count()
}
