//! Slim Kubernetes objects: the few fields rows need, each decoded from JSON or protobuf alike.
//!
//! Tags are those of k8s.io/api's generated.proto. Strings stay bytes until [`crate::text`] makes
//! them safe. A field that is null, of another type or out of range counts as absent, as do
//! fields and enum words nobody knows yet; only malformed input fails.

mod apps;
mod autoscaling;
mod core;
mod keda;
mod lenient;
mod meta;
mod values;

pub(crate) use apps::{Deployment, PodTemplateSpec, ReplicaSet, WorkloadCondition};
pub(crate) use autoscaling::{
    Condition, CrossVersionObjectReference, HorizontalPodAutoscaler, MetricSpec, MetricStatus,
    MetricTarget, MetricValueStatus,
};
pub(crate) use core::{
    Container, ContainerState, ContainerStateTerminated, ContainerStatus, Event, Namespace, Node,
    Pod, PodSpec, PodStatus, ResourceRequirements,
};
pub(crate) use keda::{ScaledJob, ScaledObject, Trigger};
pub(crate) use lenient::{Lenient, field};
pub(crate) use meta::{AnnotatedMeta, LabelSelector, ObjectMeta, OwnerReference};
pub(crate) use values::{Quantity, Time};

/// Declares messages that decode from protobuf by tag, and from JSON by camelCase name with
/// every field lenient.
macro_rules! slim {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$attr:meta])* $field:ident: $ty:ty,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, prost::Message, serde::Deserialize)]
        #[serde(default, rename_all = "camelCase", expecting = "an object")]
        #[allow(clippy::struct_field_names)] // the API's own names
        pub(crate) struct $name {
            $(
                $(#[$attr])*
                #[serde(deserialize_with = "crate::slim::field")]
                pub(crate) $field: $ty,
            )*
        }
        impl crate::slim::Lenient for $name {
            fn map<'de, A: serde::de::MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
                let map = serde::de::value::MapAccessDeserializer::new(map);
                serde::Deserialize::deserialize(map).map(Some)
            }
        }
    )*};
}
pub(crate) use slim;
