//! Limits that leave no choice.

use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};

/// The least count is the most. A ScaledObject that goes to 0 or an idle count still has a choice.
#[derive(Debug)]
pub(super) struct MinEqualsMax;

impl Check for MinEqualsMax {
    fn id(&self) -> &'static str {
        "min-equals-max"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "The lower limit is the upper limit, so nothing scales."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let hpas = workload.hpas.iter().filter_map(|hpa| {
            let spec = &hpa.situation.spec;
            let (min, max) = (spec.min_replicas.unwrap_or(1), spec.max_replicas);
            let fields = ("spec.minReplicas", "spec.maxReplicas");
            (hpa.made_for.is_none() && min == max).then_some((fields, max))
        });
        let objects = workload.scaled_objects.iter().filter_map(|one| {
            let object = &one.situation.scaled_object;
            let (min, max) = (object.min_replicas(), object.hpa_max_replicas());
            let fields = ("spec.minReplicaCount", "spec.maxReplicaCount");
            (object.spec.idle_replica_count.is_none() && min == max).then_some((fields, max))
        });
        hpas.chain(objects)
            .map(|((least, most), count)| {
                Seen::new(
                    format!("Both limits are {count}, so load changes nothing."),
                    vec![
                        Evidence::new(least, count.to_string()),
                        Evidence::new(most, count.to_string()),
                    ],
                    "Move the limits apart, or remove the autoscaler.",
                )
            })
            .collect()
    }
}
