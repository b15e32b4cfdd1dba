//! The status of a `HorizontalPodAutoscaler` in the JSON shape of `autoscaling/v2`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::amount::Amount;
use super::spec::{MetricIdentifier, ObjectRef, SourceKind, null_as_default, text_enum};

/// `status` of a `HorizontalPodAutoscaler`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaStatus"))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Never written by the controller: a full status loses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wire", ts(type = "number | null"))]
    pub observed_generation: Option<i64>,
    /// When the controller last changed the size; whole seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub last_scale_time: Option<Timestamp>,
    /// The target's `spec.replicas` as the controller last saw it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub current_replicas: i32,
    /// What it last wanted.
    #[serde(default)]
    pub desired_replicas: i32,
    /// The metrics of the last pass that computed any; a failed one is an empty entry.
    #[serde(default, deserialize_with = "null_as_default")]
    pub current_metrics: Vec<MetricStatus>,
    /// The conditions in the order in which they were first set.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub conditions: Vec<Condition>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for it
fn is_zero(count: &i32) -> bool {
    *count == 0
}

impl Status {
    /// The condition of a type.
    pub fn condition(&self, kind: &ConditionKind) -> Option<&Condition> {
        self.conditions
            .iter()
            .find(|condition| condition.kind == *kind)
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaCondition"))]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Which.
    #[serde(rename = "type")]
    pub kind: ConditionKind,
    /// Whether it holds.
    pub status: ConditionStatus,
    /// When the status last flipped; whole seconds. A new reason does not move it.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub last_transition_time: Option<Timestamp>,
    /// One word.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub reason: SmolStr,
    /// A sentence.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub message: SmolStr,
}

text_enum! {
    /// The conditions of an autoscaler.
    ConditionKind {
        /// Whether the size can be read and written.
        AbleToScale,
        /// Whether metrics give a count.
        ScalingActive,
        /// Whether a limit changed the count.
        ScalingLimited,
        /// Whether the controller itself took the target to zero.
        ScaledToZero,
    }
}

text_enum! {
    /// Whether a condition holds.
    ConditionStatus {
        /// It holds.
        True,
        /// It does not.
        False,
        /// It is not known.
        Unknown,
    }
}

/// The last values of one metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaMetricStatus"))]
#[serde(rename_all = "camelCase")]
pub struct MetricStatus {
    /// Which source; empty if the metric failed.
    #[serde(default, rename = "type")]
    pub kind: SourceKind,
    /// For [`SourceKind::Object`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Box<ObjectStatus>>,
    /// For [`SourceKind::Pods`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pods: Option<Box<PodsStatus>>,
    /// For [`SourceKind::Resource`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Box<ResourceStatus>>,
    /// For [`SourceKind::ContainerResource`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_resource: Option<Box<ContainerResourceStatus>>,
    /// For [`SourceKind::External`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<Box<ExternalStatus>>,
}

/// Last values of an Object metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaObjectStatus"))]
#[serde(rename_all = "camelCase")]
pub struct ObjectStatus {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// Its value.
    pub current: CurrentValue,
    /// Which object.
    pub described_object: ObjectRef,
}

/// Last values of a Pods metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPodsStatus"))]
#[serde(rename_all = "camelCase")]
pub struct PodsStatus {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// Its value.
    pub current: CurrentValue,
}

/// Last values of a Resource metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaResourceStatus"))]
#[serde(rename_all = "camelCase")]
pub struct ResourceStatus {
    /// Which resource.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub name: SmolStr,
    /// Its value.
    pub current: CurrentValue,
}

/// Last values of a `ContainerResource` metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaContainerResourceStatus"))]
#[serde(rename_all = "camelCase")]
pub struct ContainerResourceStatus {
    /// Which resource.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub name: SmolStr,
    /// Its value.
    pub current: CurrentValue,
    /// Of which container.
    #[cfg_attr(feature = "wire", ts(as = "String"))]
    pub container: SmolStr,
}

/// Last values of an External metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaExternalStatus"))]
#[serde(rename_all = "camelCase")]
pub struct ExternalStatus {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// Its value.
    pub current: CurrentValue,
}

/// The value of a metric; of the first computation, before unready and missing pods are accounted for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaCurrentValue"))]
#[serde(rename_all = "camelCase")]
pub struct CurrentValue {
    /// A total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// The mean over the pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_value: Option<Amount>,
    /// Per cent of the requests, truncated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_utilization: Option<i32>,
}
