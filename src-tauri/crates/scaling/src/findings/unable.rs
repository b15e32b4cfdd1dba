//! An HPA whose controller says that it cannot scale.

use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::hpa::status::{Condition, ConditionKind, ConditionStatus};

/// The controller's own word for it: `AbleToScale` or `ScalingActive` is false. A target of no replicas is a choice.
#[derive(Debug)]
pub(super) struct HpaUnable;

/// `ScalingActive` is false on purpose: the target has no replicas (`horizontal.go:reconcileAutoscaler`).
const DISABLED: &str = "ScalingDisabled";

impl Check for HpaUnable {
    fn id(&self) -> &'static str {
        "hpa-unable"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "The HPA controller says that it cannot compute or write a size."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let kinds = [ConditionKind::AbleToScale, ConditionKind::ScalingActive];
        let statuses = workload.hpas.iter().map(|hpa| &hpa.situation.status);
        let failing = statuses.filter_map(|status| {
            let conditions = kinds.iter().filter_map(|kind| status.condition(kind));
            conditions
                .into_iter()
                .find(|one| one.status == ConditionStatus::False && one.reason != DISABLED)
        });
        failing.map(seen).collect()
    }
}

fn seen(condition: &Condition) -> Seen {
    let kind = String::from(condition.kind.clone());
    let reason = condition.reason.as_str();
    let mut evidence = vec![Evidence::new(
        format!("status.conditions[{kind}].reason"),
        reason,
    )];
    if !condition.message.is_empty() {
        let field = format!("status.conditions[{kind}].message");
        evidence.push(Evidence::new(field, condition.message.as_str()));
    }
    if let Some(since) = condition.last_transition_time {
        let field = format!("status.conditions[{kind}].lastTransitionTime");
        evidence.push(Evidence::new(field, since.to_string()));
    }
    Seen::new(
        format!("The size stays as it is: the HPA controller reports {reason}."),
        evidence,
        advice(reason),
    )
}

/// What to do by the controller's reason (`horizontal.go` and `replica_calculator.go` of Kubernetes 1.36).
fn advice(reason: &str) -> &'static str {
    match reason {
        "FailedGetResourceMetric" | "FailedGetContainerResourceMetric" => {
            "See that every container has a request of the resource, and that metrics-server answers for these pods."
        }
        "FailedGetPodsMetric" | "FailedGetObjectMetric" => {
            "See that the adapter behind custom.metrics.k8s.io serves this metric for these objects."
        }
        "FailedGetExternalMetric" => {
            "See that the source behind external.metrics.k8s.io answers: of a ScaledObject, its trigger."
        }
        "FailedGetScale" => "See that scaleTargetRef names a workload that is there.",
        "FailedUpdateScale" => {
            "See why the write of the scale is refused: a webhook, a quota, a right."
        }
        "AmbiguousSelector" => {
            "Let the pods of each target have labels that no other target selects."
        }
        "InvalidSelector" => "Correct the target's selector.",
        _ => "Do as the controller's message says.",
    }
}
