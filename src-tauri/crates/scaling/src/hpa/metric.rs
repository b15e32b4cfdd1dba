//! One metric of a spec: which computation it takes.
//!
//! Follows `horizontal.go` (`computeReplicasForMetric`).

use super::amount::Amount;
use super::decision::{Basis, MetricEvaluation, MetricResult, TargetValue};
use super::metrics::Inputs;
use super::resource::{self, ResourceParts};
use super::selector::quoted;
use super::spec::{MetricSpec, SourceKind};
use super::status::MetricStatus;
use super::trace::{Depth, Trace};
use super::{custom, external, object};
use crate::quantity::{Format, Quantity};

/// What a metric's own computation gives.
pub(crate) struct Computed {
    pub(crate) replicas: i32,
    pub(crate) status: MetricStatus,
}

/// A failure: the error in the event and condition, and as it stands in the joint error.
pub(crate) struct Failed {
    pub(crate) reason: &'static str,
    pub(crate) event: String,
    pub(crate) joint: String,
}

/// The evaluation of a metric for those who want to know how it came about.
pub(crate) fn explained(
    inputs: &Inputs<'_>,
    spec: &MetricSpec,
    computed: Result<&Computed, &Failed>,
    mut trace: Trace,
) -> MetricEvaluation {
    let about = about(spec);
    let (count, basis) = match about.basis {
        Basis::Spec => (inputs.spec_replicas, Basis::Spec),
        Basis::Status => (inputs.status_replicas, Basis::Status),
    };
    let (name, result, status) = match computed {
        Ok(computed) => {
            let status = match inputs.depth {
                Depth::Reasons => computed.status.clone(),
                Depth::NextChange | Depth::Pass => MetricStatus::default(),
            };
            let replicas = computed.replicas;
            (words(spec), MetricResult::Proposed { replicas }, status)
        }
        Err(failed) => {
            let result = MetricResult::Failed {
                reason: failed.reason.to_owned(),
                error: failed.event.clone(),
            };
            (about.metric.to_owned(), result, MetricStatus::default())
        }
    };
    trace.used(&inputs.situation.scale.certainty);
    trace.used(&inputs.situation.config.certainty);
    MetricEvaluation {
        source: spec.kind.clone(),
        name,
        metric: about.metric.to_owned(),
        container: about.container.map(str::to_owned),
        target: about.target,
        basis,
        count,
        groups: trace.groups,
        inputs: trace.inputs,
        arithmetic: trace.arithmetic,
        result,
        status,
        certainty: trace.certainty,
    }
}

/// A metric that gave a count, in the controller's words.
pub(crate) fn words(spec: &MetricSpec) -> String {
    let resource = |name, container, target| {
        resource::words(&ResourceParts {
            name,
            container,
            target,
        })
    };
    let words = match &spec.kind {
        SourceKind::Object => spec.object.as_ref().map(object::words),
        SourceKind::Pods => spec.pods.as_ref().map(custom::words),
        SourceKind::Resource => {
            let source = spec.resource.as_ref();
            source.map(|source| resource(&source.name, None, &source.target))
        }
        SourceKind::ContainerResource => {
            let source = spec.container_resource.as_ref();
            source.map(|source| resource(&source.name, Some(&source.container), &source.target))
        }
        SourceKind::External => spec.external.as_ref().map(external::words),
        SourceKind::Other(_) => None,
    };
    words.unwrap_or_default()
}

/// What a metric is about, whatever comes of it.
struct About<'s> {
    metric: &'s str,
    container: Option<&'s str>,
    target: Option<TargetValue>,
    basis: Basis,
}

fn about(spec: &MetricSpec) -> About<'_> {
    let of = |metric, container, target, basis| About {
        metric,
        container,
        target,
        basis,
    };
    let per_pod = |target: Option<TargetValue>| match target {
        Some(TargetValue::AverageValue(_)) => Basis::Status,
        Some(TargetValue::Utilization(_) | TargetValue::Value(_)) | None => Basis::Spec,
    };
    match &spec.kind {
        SourceKind::Object => spec.object.as_ref().map(|source| {
            let target = object::target(&source.target).map(TargetValue::from);
            of(source.metric.name.as_str(), None, target, per_pod(target))
        }),
        SourceKind::Pods => spec.pods.as_ref().map(|source| {
            let target = source.target.average_value.as_ref();
            let target = target.map(|amount| TargetValue::AverageValue(amount.milli()));
            of(source.metric.name.as_str(), None, target, Basis::Spec)
        }),
        SourceKind::Resource => spec.resource.as_ref().map(|source| {
            let target = resource::target(&source.target);
            of(source.name.as_str(), None, target, Basis::Spec)
        }),
        SourceKind::ContainerResource => spec.container_resource.as_ref().map(|source| {
            let target = resource::target(&source.target);
            let container = Some(source.container.as_str());
            of(source.name.as_str(), container, target, Basis::Spec)
        }),
        SourceKind::External => spec.external.as_ref().map(|source| {
            let target = external::target(&source.target).map(TargetValue::from);
            of(source.metric.name.as_str(), None, target, per_pod(target))
        }),
        SourceKind::Other(_) => None,
    }
    .unwrap_or_else(|| of("", None, None, Basis::Spec))
}

/// What a metric asks for.
pub(crate) fn compute(
    inputs: &Inputs<'_>,
    spec: &MetricSpec,
    trace: &mut Trace,
) -> Result<Computed, Failed> {
    let kind = &spec.kind;
    match kind {
        SourceKind::Object => match &spec.object {
            Some(source) => object::compute(inputs, source, trace),
            None => Err(no_source(kind)),
        },
        SourceKind::Pods => match &spec.pods {
            Some(source) => custom::compute(inputs, source, trace),
            None => Err(no_source(kind)),
        },
        SourceKind::Resource => match &spec.resource {
            Some(source) => {
                let parts = ResourceParts {
                    name: &source.name,
                    container: None,
                    target: &source.target,
                };
                resource::compute(inputs, &parts, trace)
            }
            None => Err(no_source(kind)),
        },
        SourceKind::ContainerResource => match &spec.container_resource {
            Some(source) => {
                let parts = ResourceParts {
                    name: &source.name,
                    container: Some(&source.container),
                    target: &source.target,
                };
                resource::compute(inputs, &parts, trace)
            }
            None => Err(no_source(kind)),
        },
        SourceKind::External => match &spec.external {
            Some(source) => external::compute(inputs, source, trace),
            None => Err(no_source(kind)),
        },
        SourceKind::Other(text) => {
            let error = format!("unknown metric source type {}", quoted(text));
            Err(Failed {
                reason: "InvalidMetricSourceType",
                event: error.clone(),
                joint: error,
            })
        }
    }
}

/// A metric that lacks the part its type names. The API server stores none; the controller would crash.
fn no_source(kind: &SourceKind) -> Failed {
    let error = format!("the metric has no {} source", kind.as_str());
    Failed {
        reason: "InvalidMetricSourceType",
        event: error.clone(),
        joint: error,
    }
}

/// An amount as the status has it.
pub(crate) fn decimal(milli: i64) -> Amount {
    Quantity::from_milli(milli, Format::DecimalSi).into()
}
