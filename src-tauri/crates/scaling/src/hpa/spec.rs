//! The spec of a `HorizontalPodAutoscaler` in the JSON shape of `autoscaling/v2`.
//!
//! Follows Kubernetes 1.36.3, `staging/src/k8s.io/api/autoscaling/v2/types.go`. Everything that decodes here is accepted, nonsense
//! included: see [`validate`](super::validate).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::amount::Amount;

/// `spec` of a `HorizontalPodAutoscaler`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaSpec"))]
#[serde(rename_all = "camelCase")]
pub struct Spec {
    /// What is scaled.
    #[serde(default)]
    pub scale_target_ref: ObjectRef,
    /// Lower limit; the API server stores 1 where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_replicas: Option<i32>,
    /// Upper limit, at least 1.
    #[serde(default)]
    pub max_replicas: i32,
    /// The metrics; the API server stores cpu at 80 % where none is given.
    #[serde(default, deserialize_with = "null_as_default")]
    pub metrics: Vec<MetricSpec>,
    /// How fast to scale; `None` selects the older algorithm, `Some` of anything the newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<Behavior>,
}

/// A reference to an object of the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaObjectRef"))]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// `Deployment`
    #[serde(default)]
    pub kind: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// `apps/v1`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_version: String,
}

/// One metric: the source named by `type` is the one that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaMetricSpec"))]
#[serde(rename_all = "camelCase")]
pub struct MetricSpec {
    /// Which source.
    #[serde(default, rename = "type")]
    pub kind: SourceKind,
    /// For [`SourceKind::Object`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectSource>,
    /// For [`SourceKind::Pods`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pods: Option<PodsSource>,
    /// For [`SourceKind::Resource`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceSource>,
    /// For [`SourceKind::ContainerResource`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_resource: Option<ContainerResourceSource>,
    /// For [`SourceKind::External`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalSource>,
}

/// Requests of a resource, over whole pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaResourceSource"))]
#[serde(rename_all = "camelCase")]
pub struct ResourceSource {
    /// `cpu`
    #[serde(default)]
    pub name: String,
    /// What to reach.
    #[serde(default)]
    pub target: Target,
}

/// Requests of a resource, of one container of each pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaContainerResourceSource"))]
#[serde(rename_all = "camelCase")]
pub struct ContainerResourceSource {
    /// `cpu`
    #[serde(default)]
    pub name: String,
    /// What to reach.
    #[serde(default)]
    pub target: Target,
    /// Which container.
    #[serde(default)]
    pub container: String,
}

/// A custom metric that each pod has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPodsSource"))]
#[serde(rename_all = "camelCase")]
pub struct PodsSource {
    /// Which metric.
    #[serde(default)]
    pub metric: MetricIdentifier,
    /// What to reach.
    #[serde(default)]
    pub target: Target,
}

/// A custom metric of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaObjectSource"))]
#[serde(rename_all = "camelCase")]
pub struct ObjectSource {
    /// Which object.
    #[serde(default)]
    pub described_object: ObjectRef,
    /// What to reach.
    #[serde(default)]
    pub target: Target,
    /// Which metric.
    #[serde(default)]
    pub metric: MetricIdentifier,
}

/// A metric from outside the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaExternalSource"))]
#[serde(rename_all = "camelCase")]
pub struct ExternalSource {
    /// Which metric.
    #[serde(default)]
    pub metric: MetricIdentifier,
    /// What to reach.
    #[serde(default)]
    pub target: Target,
}

/// Name and labels of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaMetricIdentifier"))]
#[serde(rename_all = "camelCase")]
pub struct MetricIdentifier {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which series of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// What a metric shall reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaTarget"))]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Which kind of target; looked at for Object metrics only.
    #[serde(default, rename = "type")]
    pub kind: TargetKind,
    /// A total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// An amount for each pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_value: Option<Amount>,
    /// Per cent of the requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_utilization: Option<i32>,
}

/// A label selector as an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaLabelSelector"))]
#[serde(rename_all = "camelCase")]
pub struct LabelSelector {
    /// Labels that must have these values.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub match_labels: BTreeMap<String, String>,
    /// Further requirements.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub match_expressions: Vec<LabelRequirement>,
}

/// One requirement of a [`LabelSelector`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaLabelRequirement"))]
#[serde(rename_all = "camelCase")]
pub struct LabelRequirement {
    /// The label.
    #[serde(default)]
    pub key: String,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`; anything else is an error of the metric.
    #[serde(default)]
    pub operator: String,
    /// For `In`, `NotIn`.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub values: Vec<String>,
}

/// How fast to scale, each way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaBehavior"))]
#[serde(rename_all = "camelCase")]
pub struct Behavior {
    /// Upwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_up: Option<ScalingRules>,
    /// Downwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_down: Option<ScalingRules>,
}

/// How fast to scale one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaScalingRules"))]
#[serde(rename_all = "camelCase")]
pub struct ScalingRules {
    /// Seconds for which earlier recommendations count, 0 to 3600. `None` downwards means the controller's flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stabilization_window_seconds: Option<i32>,
    /// Which of the policies decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select_policy: Option<PolicySelect>,
    /// The policies; `None` is replaced by the defaults, an empty list is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<Policy>>,
    /// Tolerance in this direction, as a fraction; `None` means the controller's flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Amount>,
}

/// The change allowed within a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "HpaPolicy"))]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// What `value` counts.
    #[serde(default, rename = "type")]
    pub kind: PolicyKind,
    /// Pods or per cent, above 0.
    #[serde(default)]
    pub value: i32,
    /// Seconds, 1 to 1800.
    #[serde(default)]
    pub period_seconds: i32,
}

/// An enum that the API writes as text and that keeps what it does not know.
macro_rules! text_enum {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "wire", derive(ts_rs::TS))]
        #[cfg_attr(feature = "wire", ts(type = "string"))]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// Anything else, as written; empty where nothing is given.
            Other(String),
        }

        impl $name {
            /// As the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                    Self::Other(text) => text,
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $(stringify!($variant) => Self::$variant,)+
                    _ => Self::Other(text),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                match value {
                    $name::Other(text) => text,
                    named => named.as_str().to_owned(),
                }
            }
        }
    };
}
pub(crate) use text_enum;

text_enum! {
    /// Where a metric comes from.
    SourceKind {
        /// A custom metric of one object.
        Object,
        /// A custom metric that each pod has.
        Pods,
        /// Usage of a resource, over whole pods.
        Resource,
        /// Usage of a resource, of one container of each pod.
        ContainerResource,
        /// A metric from outside the cluster.
        External,
    }
}

text_enum! {
    /// What a target's figure means.
    TargetKind {
        /// Per cent of the requests.
        Utilization,
        /// A total.
        Value,
        /// An amount for each pod.
        AverageValue,
    }
}

text_enum! {
    /// Which policy decides.
    PolicySelect {
        /// The one that allows the largest change.
        Max,
        /// The one that allows the smallest change.
        Min,
        /// None: no change in this direction.
        Disabled,
    }
}

text_enum! {
    /// What a policy counts.
    PolicyKind {
        /// Pods.
        Pods,
        /// Per cent of the size at the start of the period.
        Percent,
    }
}

/// `null` as the default, as Go decodes it.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
