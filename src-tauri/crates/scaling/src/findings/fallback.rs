//! A fallback of KEDA in force.

use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::keda::condition::{self, FALLBACK, TRUE};
use crate::keda::fallback;

/// The condition `Fallback` holds.
#[derive(Debug)]
pub(super) struct FallbackActive;

impl Check for FallbackActive {
    fn id(&self) -> &'static str {
        "fallback-active"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "A failing trigger is replaced by its fallback."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let objects = workload.scaled_objects.iter();
        objects
            .filter_map(|one| {
                let object = &one.situation.scaled_object;
                let status = &object.status;
                if condition::status(&status.conditions, FALLBACK) != TRUE {
                    return None;
                }
                let threshold = fallback::valid(object)?.failure_threshold;
                let mut evidence = vec![Evidence::new("status.conditions[Fallback].status", TRUE)];
                evidence.extend(status.health.iter().filter_map(|(metric, health)| {
                    let failures = health.number_of_failures.unwrap_or(0);
                    (failures > threshold).then(|| {
                        let field = format!("status.health[{metric}].numberOfFailures");
                        Evidence::new(field, failures.to_string())
                    })
                }));
                Some(Seen::new(
                    "Replicas follow the fallback, not load: a trigger fails.",
                    evidence,
                    "Repair the source of the trigger.",
                ))
            })
            .collect()
    }
}
