//! The HPA that KEDA makes of a ScaledObject.
//!
//! Follows KEDA v2.21.0 `controllers/keda/hpa.go:newHPAForScaledObject` with `getScaledObjectMetricSpecs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::active::Stopped;
use super::amount::Amount;
use super::go;
use super::metadata::{PAUSED_SCALE_IN, PAUSED_SCALE_OUT};
use super::modifiers;
use super::scaled_object::{COMPOSITE_METRIC, GroupVersionKindResource, Health, ScaledObject};
use super::triggers::{
    ExternalMetric, MetricTarget, Place, Source, Trigger, TriggerInput, external_spec,
};
use crate::hpa::spec::{
    Behavior, LabelSelector, MetricSpec, ObjectRef, PolicySelect, ScalingRules, SourceKind, Spec,
};

/// The label that ties a metric to its ScaledObject.
pub const OWNER_LABEL: &str = "scaledobject.keda.sh/name";
/// The annotation that keeps labels from being copied.
pub const EXCLUDED_LABELS: &str = "scaledobject.keda.sh/hpa-excluded-labels";

/// The HPA of a ScaledObject, with what making it leaves in the status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProducedHpa {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its labels, without `app.kubernetes.io/version`, which is KEDA's own version, unless the ScaledObject has that label.
    pub labels: BTreeMap<String, String>,
    /// All of the ScaledObject's.
    pub annotations: BTreeMap<String, String>,
    /// What it asks for; defaults are the API server's to fill in.
    pub spec: Spec,
    /// `status.externalMetricNames`
    pub external_metric_names: Vec<String>,
    /// `status.resourceMetricNames`, which leave out containers' resources.
    pub resource_metric_names: Vec<String>,
    /// `status.compositeScalerName`, unless unchanged.
    pub composite_scaler_name: Option<String>,
    /// `status.health`: only that of metrics that are still there.
    pub health: BTreeMap<String, Health>,
}

/// Why no HPA is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum NoHpa {
    /// The triggers, or the formula, are refused.
    Stopped {
        /// Why.
        stopped: Stopped,
    },
    /// No trigger gives a metric.
    NoMetrics,
    /// Two metrics have one name.
    DuplicateMetric {
        /// The name.
        metric: String,
    },
    /// What metrics a trigger gives is not known.
    UnknownMetrics {
        /// Its position in `spec.triggers`.
        #[cfg_attr(feature = "wire", ts(type = "number"))]
        index: usize,
    },
}

/// `getHPAName`
pub fn hpa_name(object: &ScaledObject) -> String {
    object
        .spec
        .advanced
        .as_ref()
        .and_then(|advanced| advanced.horizontal_pod_autoscaler_config.as_ref())
        .map(|config| config.name.clone())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| format!("keda-hpa-{}", object.metadata.name))
}

/// The HPA for a workload of this kind. Metrics of triggers whose type is not computed here are taken from `inputs`.
pub fn produce(
    object: &ScaledObject,
    target: &GroupVersionKindResource,
    inputs: &[TriggerInput],
) -> Result<ProducedHpa, NoHpa> {
    let mut metrics = metric_specs(object, inputs)?;
    let mut external_metric_names: Vec<String> = Vec::new();
    let mut resource_metric_names = Vec::new();
    for metric in &mut metrics {
        if let Some(resource) = &metric.resource {
            resource_metric_names.push(resource.name.clone());
        }
        if let Some(external) = &mut metric.external {
            let name = external.metric.name.clone();
            if external_metric_names.contains(&name) {
                return Err(NoHpa::DuplicateMetric { metric: name });
            }
            external.metric.selector = Some(owner(object));
            external_metric_names.push(name);
        }
    }
    metrics.sort_by(|a, b| a.kind.as_str().cmp(b.kind.as_str()));
    let health = object
        .status
        .health
        .iter()
        .filter(|(metric, _)| external_metric_names.contains(metric))
        .map(|(metric, health)| (metric.clone(), health.clone()))
        .collect();
    let mut composite_scaler_name = None;
    if let Some((kind, amount)) = composite_target(object) {
        metrics.retain(|metric| metric.resource.is_some());
        let target = MetricTarget { kind, amount };
        let mut composite = external_spec(COMPOSITE_METRIC, &target);
        if let Some(external) = &mut composite.external {
            external.metric.selector = Some(owner(object));
        }
        metrics.push(composite);
        composite_scaler_name = Some(COMPOSITE_METRIC.to_owned());
    }
    Ok(ProducedHpa {
        name: hpa_name(object),
        namespace: object.metadata.namespace.clone(),
        labels: labels(object),
        annotations: object.metadata.annotations.clone(),
        spec: Spec {
            scale_target_ref: ObjectRef {
                kind: target.kind.clone(),
                name: object.spec.scale_target_ref.name.clone(),
                api_version: target.api_version(),
            },
            min_replicas: Some(object.hpa_min_replicas()),
            max_replicas: object.hpa_max_replicas(),
            metrics,
            behavior: behavior(object),
        },
        external_metric_names,
        resource_metric_names,
        composite_scaler_name,
        health,
    })
}

fn metric_specs(object: &ScaledObject, inputs: &[TriggerInput]) -> Result<Vec<MetricSpec>, NoHpa> {
    let mut metrics = Vec::new();
    for (index, spec) in object.spec.triggers.iter().enumerate() {
        let place = Place {
            index,
            namespace: &object.metadata.namespace,
            as_metric_source: object.modifiers().is_some(),
        };
        let trigger = Trigger::build(spec, place).map_err(|bad| NoHpa::Stopped {
            stopped: Stopped::BadTrigger(bad),
        })?;
        match (
            trigger.metric_spec(),
            inputs.get(index).map(|input| &input.source),
        ) {
            (Some(metric), _) => metrics.push(metric),
            (None, Some(Source::Metrics { metrics: given })) => {
                metrics.extend(given.iter().map(ExternalMetric::metric_spec));
            }
            (None, _) => return Err(NoHpa::UnknownMetrics { index }),
        }
    }
    if let Some(modifiers) = object.modifiers().filter(|m| !m.formula.is_empty()) {
        modifiers::compile(modifiers, &object.spec.triggers).map_err(|error| NoHpa::Stopped {
            stopped: Stopped::BadFormula { error },
        })?;
    }
    if metrics.is_empty() {
        return Err(NoHpa::NoMetrics);
    }
    Ok(metrics)
}

/// Type and target of the composite metric, if there is one.
fn composite_target(object: &ScaledObject) -> Option<(String, Amount)> {
    let modifiers = object.modifiers()?;
    let target = go::parse_float(&modifiers.target).filter(|&target| target > 0.0)?;
    let kind = match modifiers.metric_type.as_str() {
        "" => "AverageValue",
        kind => kind,
    };
    Some((kind.to_owned(), Amount::truncated(target)))
}

fn owner(object: &ScaledObject) -> LabelSelector {
    LabelSelector {
        match_labels: [(OWNER_LABEL.to_owned(), object.metadata.name.clone())].into(),
        match_expressions: Vec::new(),
    }
}

/// The behavior asked for, with the directions that are paused switched off.
fn behavior(object: &ScaledObject) -> Option<Behavior> {
    let mut behavior = object
        .spec
        .advanced
        .as_ref()
        .and_then(|advanced| advanced.horizontal_pod_autoscaler_config.as_ref())
        .and_then(|config| config.behavior.clone());
    let off = |rules: &mut Option<ScalingRules>| {
        rules.get_or_insert_default().select_policy = Some(PolicySelect::Disabled);
    };
    if object.metadata.switched_on(PAUSED_SCALE_IN) {
        off(&mut behavior.get_or_insert_default().scale_down);
    }
    if object.metadata.switched_on(PAUSED_SCALE_OUT) {
        off(&mut behavior.get_or_insert_default().scale_up);
    }
    behavior
}

fn labels(object: &ScaledObject) -> BTreeMap<String, String> {
    let own = [
        ("app.kubernetes.io/name", label_value(&hpa_name(object))),
        ("app.kubernetes.io/part-of", object.metadata.name.clone()),
        ("app.kubernetes.io/managed-by", "keda-operator".to_owned()),
    ];
    let copied = object
        .metadata
        .labels_without(EXCLUDED_LABELS)
        .map(|(name, value)| (name.clone(), value.clone()));
    own.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(copied)
        .collect()
}

/// At most 63 bytes, without signs at the end that cutting leaves there.
fn label_value(name: &str) -> String {
    match name.get(..63) {
        Some(cut) if name.len() > 63 => cut
            .trim_end_matches(|c: char| !c.is_alphanumeric())
            .to_owned(),
        _ => name.to_owned(),
    }
}

impl ExternalMetric {
    fn metric_spec(&self) -> MetricSpec {
        external_spec(&self.metric, &self.target)
    }
}

impl ProducedHpa {
    /// The targets of its external metrics that are 0, which the API server refuses.
    pub fn zero_targets(&self) -> impl Iterator<Item = &str> {
        self.spec.metrics.iter().filter_map(|metric| {
            let external = metric.external.as_ref()?;
            let target = &external.target;
            let amount = target.average_value.as_ref().or(target.value.as_ref())?;
            (metric.kind == SourceKind::External && amount.milli() <= 0)
                .then_some(external.metric.name.as_str())
        })
    }
}
