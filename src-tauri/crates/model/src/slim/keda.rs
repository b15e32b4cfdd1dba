//! keda.sh/v1alpha1, which exists as JSON only: the tags here are our own and never sent.

use std::collections::BTreeMap;

use super::{AnnotatedMeta, Condition, CrossVersionObjectReference, Time, slim};

slim! {
    /// keda.sh/v1alpha1 `ScaledObject`
    ScaledObject {
        #[prost(message, optional, tag = "1")]
        metadata: Option<AnnotatedMeta>,
        #[prost(message, optional, tag = "2")]
        spec: Option<ScaledObjectSpec>,
        #[prost(message, optional, tag = "3")]
        status: Option<ScaledObjectStatus>,
    }
    /// What a `ScaledObject` scales, between which bounds, by which triggers.
    ScaledObjectSpec {
        #[prost(message, optional, tag = "1")]
        scale_target_ref: Option<CrossVersionObjectReference>,
        #[prost(int32, optional, tag = "2")]
        min_replica_count: Option<i32>,
        #[prost(int32, optional, tag = "3")]
        max_replica_count: Option<i32>,
        #[prost(int32, optional, tag = "4")]
        idle_replica_count: Option<i32>,
        #[prost(int32, optional, tag = "5")]
        polling_interval: Option<i32>,
        #[prost(int32, optional, tag = "6")]
        cooldown_period: Option<i32>,
        #[prost(message, repeated, tag = "7")]
        triggers: Vec<Trigger>,
    }
    /// A source of load.
    Trigger {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        name: Vec<u8>,
        #[prost(bytes = "vec", tag = "3")]
        metric_type: Vec<u8>,
        #[prost(btree_map = "string, bytes", tag = "4")]
        metadata: BTreeMap<String, Vec<u8>>,
    }
    /// keda.sh/v1alpha1 `ScaledJob`
    ScaledJob {
        #[prost(message, optional, tag = "1")]
        metadata: Option<AnnotatedMeta>,
        #[prost(message, optional, tag = "2")]
        spec: Option<ScaledJobSpec>,
        #[prost(message, optional, tag = "3")]
        status: Option<ScaledJobStatus>,
    }
    /// How many Jobs run at a time, by which triggers.
    ScaledJobSpec {
        #[prost(int32, optional, tag = "1")]
        min_replica_count: Option<i32>,
        #[prost(int32, optional, tag = "2")]
        max_replica_count: Option<i32>,
        #[prost(message, repeated, tag = "3")]
        triggers: Vec<Trigger>,
    }
    /// What KEDA says of a `ScaledJob`.
    ScaledJobStatus {
        #[prost(bytes = "vec", optional, tag = "1")]
        triggers_types: Option<Vec<u8>>,
        #[prost(bytes = "vec", optional, tag = "2")]
        authentications_types: Option<Vec<u8>>,
        #[prost(message, optional, tag = "3")]
        last_active_time: Option<Time>,
        #[prost(message, repeated, tag = "4")]
        conditions: Vec<Condition>,
    }
    /// What KEDA says of a `ScaledObject`.
    ScaledObjectStatus {
        #[prost(bytes = "vec", tag = "1")]
        scale_target_kind: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        hpa_name: Vec<u8>,
        #[prost(bytes = "vec", optional, tag = "3")]
        triggers_types: Option<Vec<u8>>,
        #[prost(bytes = "vec", optional, tag = "4")]
        authentications_types: Option<Vec<u8>>,
        #[prost(message, optional, tag = "5")]
        last_active_time: Option<Time>,
        #[prost(int32, optional, tag = "6")]
        paused_replica_count: Option<i32>,
        #[prost(message, repeated, tag = "7")]
        conditions: Vec<Condition>,
        #[prost(int32, optional, tag = "8")]
        original_replica_count: Option<i32>,
    }
}
