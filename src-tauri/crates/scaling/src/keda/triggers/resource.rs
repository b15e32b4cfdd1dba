//! The cpu and memory triggers (KEDA v2.21.0 `pkg/scalers/cpu_memory_scaler.go`): only the HPA acts on them.

use super::parameters::Parameters;
use super::{BadField, TriggerSpec};
use crate::hpa::amount::Amount;
use crate::hpa::spec::{
    ContainerResourceSource, MetricSpec, ResourceSource, SourceKind, Target, TargetKind,
};
use crate::keda::go;

/// A cpu or memory trigger understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceTrigger {
    /// `cpu` or `memory`
    pub resource: String,
    /// What to reach.
    pub target: Target,
    /// Of this container only; of whole pods if empty.
    pub container: String,
}

impl ResourceTrigger {
    pub(super) fn build(spec: &TriggerSpec) -> Result<Self, Vec<BadField>> {
        let mut parameters = Parameters::of(spec);
        if parameters.optional("type").is_some() {
            parameters.refuse("type", "it was removed: metricType says it now");
        }
        let value = parameters.required("value");
        let mut target = Target {
            kind: TargetKind::from(spec.metric_type.clone()),
            ..Target::default()
        };
        match &target.kind {
            TargetKind::AverageValue => {
                let amount = Amount::parse(value);
                if amount.quantity().is_none() {
                    parameters.refuse(
                        "value",
                        "it is no quantity, at which KEDA's operator panics",
                    );
                }
                target.average_value = Some(amount);
            }
            TargetKind::Utilization => {
                let per_cent = go::parse_int(value).and_then(|n| i32::try_from(n).ok());
                if per_cent.is_none() {
                    parameters.refuse("value", "it is no whole number of per cent");
                }
                target.average_utilization = per_cent;
            }
            TargetKind::Value | TargetKind::Other(_) => parameters.add(vec![BadField {
                field: "metricType".into(),
                value: spec.metric_type.clone(),
                why: "it must be Utilization or AverageValue".into(),
            }]),
        }
        let container = parameters.optional("containerName").unwrap_or_default();
        parameters.finish(Self {
            resource: spec.kind.clone(),
            target,
            container: container.to_owned(),
        })
    }

    pub(super) fn metric_spec(&self) -> MetricSpec {
        let name = self.resource.clone();
        let target = self.target.clone();
        if self.container.is_empty() {
            MetricSpec {
                kind: SourceKind::Resource,
                resource: Some(ResourceSource { name, target }),
                ..MetricSpec::default()
            }
        } else {
            MetricSpec {
                kind: SourceKind::ContainerResource,
                container_resource: Some(ContainerResourceSource {
                    name,
                    target,
                    container: self.container.clone(),
                }),
                ..MetricSpec::default()
            }
        }
    }
}
