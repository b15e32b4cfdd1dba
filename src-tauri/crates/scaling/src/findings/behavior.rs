//! A behavior that says nothing still selects another algorithm.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/podautoscaler/horizontal.go` (`reconcileAutoscaler`): `nil` goes to
//! `normalizeDesiredReplicas`, anything else to `normalizeDesiredReplicasWithBehaviors`.

use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::hpa::defaults;
use crate::hpa::spec::{Behavior, Spec};

/// The behavior is what the API server makes of `{}`.
#[derive(Debug)]
pub(super) struct EmptyBehavior;

impl Check for EmptyBehavior {
    fn id(&self) -> &'static str {
        "behavior-empty"
    }

    fn severity(&self) -> Severity {
        Severity::Note
    }

    fn summary(&self) -> &'static str {
        "A behavior without a rule of its own changes the algorithm."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let hpas = workload.hpas.iter();
        hpas.filter_map(|hpa| seen(&hpa.situation.spec)).collect()
    }
}

fn seen(spec: &Spec) -> Option<Seen> {
    let written = spec.behavior.as_ref()?;
    let empty = Spec {
        behavior: Some(Behavior::default()),
        ..spec.clone()
    };
    (defaults::stored(spec).behavior == defaults::stored(&empty).behavior).then(|| {
        Seen::new(
            "The behavior holds defaults only, yet growth is limited and shrinking stabilized by other rules than without it.",
            vec![Evidence::new("spec.behavior", serde_json::to_string(written).unwrap_or_default())],
            "Remove the behavior if the older algorithm is meant, else write the rules that matter.",
        )
    })
}
