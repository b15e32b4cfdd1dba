//! A ScaledJob whose condition goes on after its Jobs have ended.

use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::keda::triggers::{Place, Trigger};

/// A trigger that no Job can satisfy: a cron window stays open however many Jobs complete, and each poll creates new ones for those
/// that ended. Of other triggers it cannot be told whether the Jobs consume what they measure.
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
                    outcome.unknown = Some(format!(
                        "whether Jobs consume what the trigger {} measures",
                        spec.kind
                    ));
                }
            }
        }
        outcome
    }
}
