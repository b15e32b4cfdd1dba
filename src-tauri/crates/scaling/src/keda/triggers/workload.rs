//! The kubernetes-workload trigger (KEDA v2.21.0 `pkg/scalers/kubernetes_workload_scaler.go`): counts pods.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use super::{
    BadField, MetricTarget, MetricValue, Outcome, Place, Selector, Source, TriggerSpec, metric_name,
};
use crate::certainty::Certainty;
use crate::keda::amount::Amount;

/// A kubernetes-workload trigger understood.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadTrigger {
    /// `s0-workload-<namespace>`
    pub metric: String,
    /// Which pods of the object's namespace. Whoever gives the pods applies it.
    pub pod_selector: Selector,
    /// Pods for each replica.
    pub target: MetricTarget,
    /// Active above this many.
    pub activation_value: f64,
    /// Counts nodes that have such pods in place of pods.
    pub group_by_node: bool,
}

/// What counts of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaWorkloadPod"))]
#[serde(rename_all = "camelCase", default)]
pub struct WorkloadPod {
    /// `status.phase`; pods that succeeded or failed do not count, terminating ones do.
    pub phase: String,
    /// `spec.nodeName`
    pub node_name: String,
}

impl WorkloadTrigger {
    pub(super) fn build(spec: &TriggerSpec, place: Place<'_>) -> Result<Self, Vec<BadField>> {
        let mut parameters = Parameters::of(spec);
        let text = parameters.required("podSelector");
        let pod_selector = Selector::parse(text);
        if let Err(error) = &pod_selector {
            parameters.refuse("podSelector", error.clone());
        }
        let value = parameters.float("value", 0.0);
        let activation_value = parameters.float("activationValue", 0.0);
        let group_by_node = parameters.bool("groupByNode", false);
        if value <= 0.0 && !place.as_metric_source {
            parameters.refuse("value", "it must be above 0");
        }
        let target = MetricTarget::new(&spec.metric_type, Amount::Float(value));
        let target = target.unwrap_or_else(|bad| {
            parameters.add(bad);
            MetricTarget {
                kind: String::new(),
                amount: Amount::Whole(0),
            }
        });
        let built = pod_selector.ok().map(|pod_selector| Self {
            metric: metric_name(place.index, &format!("workload-{}", place.namespace)),
            pod_selector,
            target,
            activation_value,
            group_by_node,
        });
        // A selector that was refused was noted.
        parameters.finish(built)?.ok_or_else(Vec::new)
    }

    /// What the pods come to; `Err` where none are given.
    pub(super) fn outcome(&self, source: &Source) -> Result<Outcome, Certainty> {
        match source {
            Source::Pods { pods } => {
                let number = self.count(pods) as f64;
                Ok(Outcome::Value(MetricValue {
                    amount: Amount::Float(number),
                    number,
                    activation_threshold: Some(self.activation_value),
                    is_active: number > self.activation_value,
                }))
            }
            Source::Failed { error } => Ok(Outcome::Failed {
                error: format!("error inspecting kubernetes workload: {error}"),
            }),
            Source::Silent | Source::Prometheus { .. } | Source::Metrics { .. } => {
                Err(Certainty::Unknown {
                    why: "the pods that the trigger counts are not known".into(),
                })
            }
        }
    }

    fn count(&self, pods: &[WorkloadPod]) -> usize {
        let counted = pods
            .iter()
            .filter(|pod| !matches!(pod.phase.as_str(), "Succeeded" | "Failed"));
        if self.group_by_node {
            let nodes: BTreeSet<&str> = counted
                .map(|pod| pod.node_name.as_str())
                .filter(|node| !node.is_empty())
                .collect();
            nodes.len()
        } else {
            counted.count()
        }
    }
}
