//! More replicas are asked for than the upper limit ever allows.

use super::{Check, Outcome, Seen, Workload, is_sure};
use crate::finding::{Evidence, Severity};
use crate::hpa::decision::MetricResult;
use crate::keda::triggers::{Place, Trigger};

/// At the upper limit the largest proposal lies above it, or a cron trigger names a count above it.
#[derive(Debug)]
pub(super) struct AskedAboveMax;

impl Check for AskedAboveMax {
    fn id(&self) -> &'static str {
        "asked-above-max"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "The count that is asked for lies above the upper limit."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        proposals(workload).chain(windows(workload)).collect()
    }
}

fn proposals(workload: &Workload) -> impl Iterator<Item = Seen> {
    workload.hpas.iter().filter_map(|hpa| {
        let max = hpa.situation.spec.max_replicas;
        let winner = usize::try_from(hpa.decision.winner?).ok()?;
        let metric = hpa.decision.metrics.get(winner)?;
        let MetricResult::Proposed { replicas } = metric.result else {
            return None;
        };
        let is_at_max = hpa.decision.current.is_some_and(|current| current >= max);
        (is_at_max && replicas > max && is_sure(&metric.certainty)).then(|| {
            Seen::new(
                format!(
                    "{} asks for {replicas} replicas, so its target cannot be met with {max}.",
                    metric.name
                ),
                vec![
                    Evidence::new("spec.maxReplicas", max.to_string()),
                    Evidence::new(&metric.name, replicas.to_string()),
                ],
                "Raise the upper limit, or give each replica more to work with.",
            )
        })
    })
}

fn windows(workload: &Workload) -> impl Iterator<Item = Seen> {
    workload.scaled_objects.iter().flat_map(|one| {
        let object = &one.situation.scaled_object;
        let max = object.hpa_max_replicas();
        let triggers = object.spec.triggers.iter().enumerate();
        triggers.filter_map(move |(index, spec)| {
            let place = Place {
                index,
                namespace: &object.metadata.namespace,
                as_metric_source: object.modifiers().is_some(),
            };
            let Ok(Trigger::Cron(cron)) = Trigger::build(spec, place) else {
                return None;
            };
            let wanted = cron.desired_replicas;
            (object.modifiers().is_none() && wanted > i64::from(max)).then(|| {
                Seen::new(
                    format!("The cron window asks for {wanted} replicas and gets {max}."),
                    vec![
                        Evidence::new(
                            format!("spec.triggers[{index}].metadata.desiredReplicas"),
                            wanted.to_string(),
                        ),
                        Evidence::new("spec.maxReplicaCount", max.to_string()),
                    ],
                    "Raise maxReplicaCount, or lower desiredReplicas.",
                )
            })
        })
    })
}
