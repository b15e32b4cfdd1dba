//! Someone other than the autoscaler writes `spec.replicas`.

use super::workload::Author;
use super::{Check, EVIDENCE, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};

/// Recorded changes by another field manager, or a count in the last applied configuration. managedFields alone show neither values nor
/// earlier owners, so without the two it cannot be told.
#[derive(Debug)]
pub(super) struct WrittenElsewhere;

impl Check for WrittenElsewhere {
    fn id(&self) -> &'static str {
        "replicas-written-elsewhere"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "Someone other than the autoscaler writes the count."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        if workload.hpas.is_empty() && workload.scaled_objects.is_empty() {
            return Outcome::default();
        }
        let applied = workload.last_applied.and_then(|applied| applied.replicas);
        let mut evidence: Vec<Evidence> = applied
            .map(|count| {
                let annotation = "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration].spec.replicas";
                Evidence::new(annotation, count.to_string())
            })
            .into_iter()
            .collect();
        let changes = workload.recording.iter().flat_map(|one| &one.changes);
        let mut authors_known = workload.recording.is_some();
        let mut written = Vec::new();
        for change in changes {
            match &change.by {
                Some(Author::Other { manager }) => written.push(Evidence::new(
                    format!("spec.replicas at {}", change.at),
                    format!("{} to {} by {manager}", change.from, change.to),
                )),
                Some(Author::HpaController | Author::Keda) => {}
                None => authors_known = false,
            }
        }
        evidence.extend(written.into_iter().rev().take(EVIDENCE));
        if evidence.is_empty() {
            return if authors_known && workload.last_applied.is_some() {
                Outcome::default()
            } else {
                Outcome::unknown("who wrote spec.replicas, or what was last applied")
            };
        }
        let summary = if applied.is_some() {
            "The applied configuration holds a count, which each apply sets against the autoscaler's."
        } else {
            "Someone other than the autoscaler wrote the count."
        };
        let advice = "Leave spec.replicas out of what is applied, and change limits of the autoscaler instead.";
        [Seen::new(summary, evidence, advice)].into_iter().collect()
    }
}
