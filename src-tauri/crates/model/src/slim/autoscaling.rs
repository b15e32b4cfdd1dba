//! autoscaling/v2.

use super::{ObjectMeta, Quantity, Time, slim};

slim! {
    /// autoscaling/v2 `HorizontalPodAutoscaler`
    HorizontalPodAutoscaler {
        #[prost(message, optional, tag = "1")]
        metadata: Option<ObjectMeta>,
        #[prost(message, optional, tag = "2")]
        spec: Option<HorizontalPodAutoscalerSpec>,
        #[prost(message, optional, tag = "3")]
        status: Option<HorizontalPodAutoscalerStatus>,
    }
    /// What an HPA scales, between which bounds, by which metrics.
    HorizontalPodAutoscalerSpec {
        #[prost(message, optional, tag = "1")]
        scale_target_ref: Option<CrossVersionObjectReference>,
        #[prost(int32, optional, tag = "2")]
        min_replicas: Option<i32>,
        #[prost(int32, tag = "3")]
        max_replicas: i32,
        #[prost(message, repeated, tag = "4")]
        metrics: Vec<MetricSpec>,
    }
    /// What an HPA decided last.
    HorizontalPodAutoscalerStatus {
        #[prost(message, optional, tag = "2")]
        last_scale_time: Option<Time>,
        #[prost(int32, tag = "3")]
        current_replicas: i32,
        #[prost(int32, tag = "4")]
        desired_replicas: i32,
        #[prost(message, repeated, tag = "5")]
        current_metrics: Vec<MetricStatus>,
        #[prost(message, repeated, tag = "6")]
        conditions: Vec<Condition>,
    }
    /// A condition as HPAs and KEDA write it.
    Condition {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        status: Vec<u8>,
        #[prost(message, optional, tag = "3")]
        last_transition_time: Option<Time>,
        #[prost(bytes = "vec", tag = "4")]
        reason: Vec<u8>,
        #[prost(bytes = "vec", tag = "5")]
        message: Vec<u8>,
    }
    /// An object in the same namespace.
    CrossVersionObjectReference {
        #[prost(bytes = "vec", tag = "1")]
        kind: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        name: Vec<u8>,
        #[prost(bytes = "vec", tag = "3")]
        api_version: Vec<u8>,
    }
    /// A metric and its target; `type` says which member is set.
    MetricSpec {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(message, optional, tag = "2")]
        object: Option<ObjectMetricSource>,
        #[prost(message, optional, tag = "3")]
        pods: Option<IdentifiedMetricSource>,
        #[prost(message, optional, tag = "4")]
        resource: Option<ResourceMetricSource>,
        #[prost(message, optional, tag = "5")]
        external: Option<IdentifiedMetricSource>,
        #[prost(message, optional, tag = "7")]
        container_resource: Option<ResourceMetricSource>,
    }
    /// A metric's last value; `type` says which member is set.
    MetricStatus {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(message, optional, tag = "2")]
        object: Option<ObjectMetricStatus>,
        #[prost(message, optional, tag = "3")]
        pods: Option<CurrentMetric>,
        #[prost(message, optional, tag = "4")]
        resource: Option<CurrentMetric>,
        #[prost(message, optional, tag = "5")]
        external: Option<CurrentMetric>,
        #[prost(message, optional, tag = "7")]
        container_resource: Option<CurrentMetric>,
    }
    /// Pods and External metrics.
    IdentifiedMetricSource {
        #[prost(message, optional, tag = "1")]
        metric: Option<MetricIdentifier>,
        #[prost(message, optional, tag = "2")]
        target: Option<MetricTarget>,
    }
    /// Object metrics, whose members have other tags.
    ObjectMetricSource {
        #[prost(message, optional, tag = "1")]
        described_object: Option<CrossVersionObjectReference>,
        #[prost(message, optional, tag = "2")]
        target: Option<MetricTarget>,
        #[prost(message, optional, tag = "3")]
        metric: Option<MetricIdentifier>,
    }
    /// Resource and `ContainerResource` metrics.
    ResourceMetricSource {
        #[prost(bytes = "vec", tag = "1")]
        name: Vec<u8>,
        #[prost(message, optional, tag = "2")]
        target: Option<MetricTarget>,
        #[prost(bytes = "vec", tag = "3")]
        container: Vec<u8>,
    }
    /// The status of an Object metric.
    ObjectMetricStatus {
        #[prost(message, optional, tag = "2")]
        current: Option<MetricValueStatus>,
    }
    /// The status of every other metric: one tag, one member.
    CurrentMetric {
        #[prost(message, optional, tag = "2")]
        current: Option<MetricValueStatus>,
    }
    /// The name of a metric.
    MetricIdentifier {
        #[prost(bytes = "vec", tag = "1")]
        name: Vec<u8>,
    }
    /// A target of one of three kinds.
    MetricTarget {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(message, optional, tag = "2")]
        value: Option<Quantity>,
        #[prost(message, optional, tag = "3")]
        average_value: Option<Quantity>,
        #[prost(int32, optional, tag = "4")]
        average_utilization: Option<i32>,
    }
    /// A value of one of three kinds.
    MetricValueStatus {
        #[prost(message, optional, tag = "1")]
        value: Option<Quantity>,
        #[prost(message, optional, tag = "2")]
        average_value: Option<Quantity>,
        #[prost(int32, optional, tag = "3")]
        average_utilization: Option<i32>,
    }
}
