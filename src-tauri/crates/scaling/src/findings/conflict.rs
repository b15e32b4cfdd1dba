//! Two autoscalers on one target.

use std::collections::BTreeSet;

use super::workload::{AutoscalerKind, AutoscalerRef};
use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};

/// At least two of HPA and ScaledObject, not counting an HPA that KEDA made for one of these ScaledObjects.
#[derive(Debug)]
pub(super) struct TwoAutoscalers;

impl Check for TwoAutoscalers {
    fn id(&self) -> &'static str {
        "two-autoscalers"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "More than one autoscaler writes the count of one target."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let known = known(workload);
        let makers: BTreeSet<&str> = known
            .iter()
            .filter(|one| one.kind == AutoscalerKind::ScaledObject)
            .map(|one| one.name.as_str())
            .collect();
        let independent: Vec<&AutoscalerRef> = known
            .iter()
            .filter(|one| {
                let maker = one.made_for.as_deref();
                maker.is_none_or(|maker| !makers.contains(maker))
            })
            .collect();
        if independent.len() < 2 {
            return Outcome {
                seen: Vec::new(),
                unknown: (workload.autoscalers.is_none() && !known.is_empty())
                    .then(|| "which other autoscalers the target has".to_owned()),
            };
        }
        let evidence = independent.iter().map(|one| {
            let kind = match one.kind {
                AutoscalerKind::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
                AutoscalerKind::ScaledObject => "ScaledObject",
            };
            Evidence::new(format!("{kind} {}", one.name), &workload.target.name)
        });
        let summary = format!(
            "{} autoscalers write the count of {} {}, each against the other.",
            independent.len(),
            workload.target.kind,
            workload.target.name
        );
        [Seen::new(
            summary,
            evidence.collect(),
            "Keep one; a ScaledObject can hold all metrics.",
        )]
        .into_iter()
        .collect()
    }
}

/// Each autoscaler once.
fn known(workload: &Workload) -> BTreeSet<AutoscalerRef> {
    let mut known: BTreeSet<AutoscalerRef> =
        workload.autoscalers.iter().flatten().cloned().collect();
    let decided = workload
        .hpas
        .iter()
        .map(|hpa| AutoscalerRef {
            kind: AutoscalerKind::HorizontalPodAutoscaler,
            name: hpa.situation.name.clone(),
            made_for: hpa.made_for.clone(),
        })
        .chain(workload.scaled_objects.iter().map(|one| AutoscalerRef {
            kind: AutoscalerKind::ScaledObject,
            name: one.situation.scaled_object.metadata.name.clone(),
            made_for: None,
        }));
    for one in decided {
        if !known
            .iter()
            .any(|other| other.kind == one.kind && other.name == one.name)
        {
            known.insert(one);
        }
    }
    known
}
