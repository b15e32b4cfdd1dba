//! A pause that lasts.

use jiff::{SignedDuration, Timestamp};

use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::keda::metadata::{Metadata, PAUSED, PAUSED_REPLICAS, PAUSED_SCALE_IN, PAUSED_SCALE_OUT};

/// A pause of so long counts as forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// Paused, in both directions or one, for a day or more.
#[derive(Debug)]
pub(super) struct PausedForgotten;

impl Check for PausedForgotten {
    fn id(&self) -> &'static str {
        "paused-forgotten"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "Scaling has been paused for a day or more."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let objects = workload.scaled_objects.iter().map(|one| {
            let metadata = &one.situation.scaled_object.metadata;
            (pauses(metadata), one.paused_since)
        });
        let job = workload.scaled_job.iter().map(|one| {
            let job = &one.situation.scaled_job;
            let mut pauses = Vec::new();
            if job.is_paused() {
                pauses.extend(annotation(&job.metadata, PAUSED));
            }
            (pauses, one.paused_since)
        });
        let mut outcome = Outcome::default();
        for (mut evidence, since) in objects.chain(job) {
            if evidence.is_empty() {
                continue;
            }
            let Some(since) = since else {
                outcome.unknown = Some("since when it is paused".into());
                continue;
            };
            if is_long(since, workload.now) {
                evidence.push(Evidence::new("paused since", since.to_string()));
                outcome.seen.push(Seen::new(
                    format!("Scaling has been paused since {since}."),
                    evidence,
                    "Remove the annotation if the pause is no longer meant.",
                ));
            }
        }
        outcome
    }
}

fn is_long(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) >= FORGOTTEN
}

/// The annotations that pause a ScaledObject.
fn pauses(metadata: &Metadata) -> Vec<Evidence> {
    let switches = [PAUSED, PAUSED_SCALE_IN, PAUSED_SCALE_OUT];
    let on = switches
        .into_iter()
        .filter(|name| metadata.switched_on(name));
    on.chain([PAUSED_REPLICAS])
        .filter_map(|name| annotation(metadata, name))
        .collect()
}

fn annotation(metadata: &Metadata, name: &str) -> Option<Evidence> {
    let value = metadata.annotations.get(name)?;
    Some(Evidence::new(
        format!("metadata.annotations[{name}]"),
        value,
    ))
}
