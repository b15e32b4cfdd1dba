//! apps/v1.

use super::{AnnotatedMeta, LabelSelector, PodSpec, slim};

slim! {
    /// apps/v1 Deployment
    Deployment {
        #[prost(message, optional, tag = "1")]
        metadata: Option<AnnotatedMeta>,
        #[prost(message, optional, tag = "2")]
        spec: Option<DeploymentSpec>,
        #[prost(message, optional, tag = "3")]
        status: Option<DeploymentStatus>,
    }
    /// What is asked of a Deployment.
    DeploymentSpec {
        #[prost(int32, optional, tag = "1")]
        replicas: Option<i32>,
        #[prost(message, optional, tag = "2")]
        selector: Option<LabelSelector>,
        #[prost(message, optional, tag = "3")]
        template: Option<PodTemplateSpec>,
        #[prost(bool, tag = "7")]
        paused: bool,
    }
    /// What its controller says of a Deployment.
    DeploymentStatus {
        #[prost(message, repeated, tag = "6")]
        conditions: Vec<WorkloadCondition>,
        #[prost(int32, tag = "2")]
        replicas: i32,
        #[prost(int32, tag = "3")]
        updated_replicas: i32,
        #[prost(int32, tag = "4")]
        available_replicas: i32,
        #[prost(int32, tag = "7")]
        ready_replicas: i32,
    }
    /// A condition of a workload.
    WorkloadCondition {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        status: Vec<u8>,
    }
    /// The pods to make.
    PodTemplateSpec {
        #[prost(message, optional, tag = "2")]
        spec: Option<PodSpec>,
    }
    /// apps/v1 `ReplicaSet`
    ReplicaSet {
        #[prost(message, optional, tag = "1")]
        metadata: Option<AnnotatedMeta>,
        #[prost(message, optional, tag = "2")]
        spec: Option<ReplicaSetSpec>,
        #[prost(message, optional, tag = "3")]
        status: Option<ReplicaSetStatus>,
    }
    /// What is asked of a `ReplicaSet`.
    ReplicaSetSpec {
        #[prost(int32, optional, tag = "1")]
        replicas: Option<i32>,
        #[prost(message, optional, tag = "2")]
        selector: Option<LabelSelector>,
        #[prost(message, optional, tag = "3")]
        template: Option<PodTemplateSpec>,
    }
    /// What its controller says of a `ReplicaSet`.
    ReplicaSetStatus {
        #[prost(int32, tag = "1")]
        replicas: i32,
        #[prost(int32, tag = "4")]
        ready_replicas: i32,
        #[prost(int32, tag = "5")]
        available_replicas: i32,
    }
}
