//! KEDA that is not there, or fails.

use super::workload::KedaPresence;
use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::keda::condition::{Condition, FALSE, READY};

/// A ScaledObject or ScaledJob in a cluster without KEDA.
#[derive(Debug)]
pub(super) struct KedaAbsent;

impl Check for KedaAbsent {
    fn id(&self) -> &'static str {
        "keda-absent"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "KEDA is needed but not installed."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let objects = objects(workload);
        if objects.is_empty() {
            return Outcome::default();
        }
        match &workload.keda {
            None => Outcome::unknown("whether KEDA is installed"),
            Some(KedaPresence::Present { .. }) => Outcome::default(),
            Some(KedaPresence::Absent) => objects
                .into_iter()
                .map(|(object, _)| {
                    Seen::new(
                        "Nothing acts on the object, because KEDA is not installed.",
                        vec![
                            Evidence::new(object, "present"),
                            Evidence::new("KEDA", "absent"),
                        ],
                        "Install KEDA, or remove the object.",
                    )
                })
                .collect(),
        }
    }
}

/// A part of KEDA without a ready pod, or an object whose condition `Ready` is false.
#[derive(Debug)]
pub(super) struct KedaFailing;

impl Check for KedaFailing {
    fn id(&self) -> &'static str {
        "keda-failing"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "KEDA does not run, or cannot handle the object."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let objects = objects(workload);
        if objects.is_empty() {
            return Outcome::default();
        }
        let components = match &workload.keda {
            Some(KedaPresence::Present { components }) => components.as_slice(),
            Some(KedaPresence::Absent) | None => &[],
        };
        let down = components
            .iter()
            .filter(|one| one.ready_replicas < 1)
            .map(|one| {
                Seen::new(
                    format!("{} has no ready pod.", one.name),
                    vec![Evidence::new(
                        format!("{} status.readyReplicas", one.name),
                        one.ready_replicas.to_string(),
                    )],
                    "See why its pods do not run.",
                )
            });
        let not_ready = objects.iter().flat_map(|(object, conditions)| {
            let failed = |one: &&Condition| one.kind == READY && one.status == FALSE;
            conditions.iter().filter(failed).map(move |condition| {
                Seen::new(
                    format!("KEDA reports that it cannot handle the {object}."),
                    vec![
                        Evidence::new("status.conditions[Ready].reason", &condition.reason),
                        Evidence::new("status.conditions[Ready].message", &condition.message),
                    ],
                    "Correct what the message names.",
                )
            })
        });
        let seen: Vec<Seen> = down.chain(not_ready).collect();
        Outcome {
            seen,
            unknown: workload
                .keda
                .is_none()
                .then(|| "whether KEDA's pods run".to_owned()),
        }
    }
}

/// What KEDA handles here, with the conditions it noted.
fn objects(workload: &Workload) -> Vec<(String, &[Condition])> {
    let objects = workload.scaled_objects.iter().map(|one| {
        let object = &one.situation.scaled_object;
        (
            format!("ScaledObject {}", object.metadata.name),
            object.status.conditions.as_slice(),
        )
    });
    let job = workload.scaled_job.iter().map(|one| {
        let job = &one.situation.scaled_job;
        (
            format!("ScaledJob {}", job.metadata.name),
            job.status.conditions.as_slice(),
        )
    });
    objects.chain(job).collect()
}
