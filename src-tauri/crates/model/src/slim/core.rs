//! core/v1.

use std::collections::BTreeMap;

use super::{AnnotatedMeta, ObjectMeta, Quantity, Time, slim};

slim! {
    /// core/v1 Pod
    Pod {
        #[prost(message, optional, tag = "1")]
        metadata: Option<ObjectMeta>,
        #[prost(message, optional, tag = "2")]
        spec: Option<PodSpec>,
        #[prost(message, optional, tag = "3")]
        status: Option<PodStatus>,
    }
    /// Also the spec of a pod template.
    PodSpec {
        #[prost(message, repeated, tag = "2")]
        containers: Vec<Container>,
        #[prost(bytes = "vec", tag = "8")]
        service_account_name: Vec<u8>,
        #[prost(bytes = "vec", tag = "10")]
        node_name: Vec<u8>,
        #[prost(message, repeated, tag = "20")]
        init_containers: Vec<Container>,
        #[prost(bytes = "vec", tag = "24")]
        priority_class_name: Vec<u8>,
        #[prost(message, repeated, tag = "28")]
        readiness_gates: Vec<PodReadinessGate>,
        #[prost(btree_map = "string, message", tag = "32")]
        overhead: BTreeMap<String, Quantity>,
        #[prost(message, optional, tag = "40")]
        resources: Option<ResourceRequirements>,
    }
    /// What is asked for, and the most that may be used.
    ResourceRequirements {
        #[prost(btree_map = "string, message", tag = "1")]
        limits: BTreeMap<String, Quantity>,
        #[prost(btree_map = "string, message", tag = "2")]
        requests: BTreeMap<String, Quantity>,
    }
    /// A container as asked for.
    Container {
        #[prost(bytes = "vec", tag = "1")]
        name: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        image: Vec<u8>,
        #[prost(message, optional, tag = "8")]
        resources: Option<ResourceRequirements>,
        #[prost(bytes = "vec", tag = "24")]
        restart_policy: Vec<u8>,
    }
    /// A condition a pod also needs to be ready.
    PodReadinessGate {
        #[prost(bytes = "vec", tag = "1")]
        condition_type: Vec<u8>,
    }
    /// What kubelet and scheduler say of a pod.
    PodStatus {
        #[prost(bytes = "vec", tag = "1")]
        phase: Vec<u8>,
        #[prost(message, repeated, tag = "2")]
        conditions: Vec<PodCondition>,
        #[prost(bytes = "vec", tag = "4")]
        reason: Vec<u8>,
        #[serde(rename = "podIP")]
        #[prost(bytes = "vec", tag = "6")]
        pod_ip: Vec<u8>,
        #[prost(message, repeated, tag = "8")]
        container_statuses: Vec<ContainerStatus>,
        #[prost(bytes = "vec", tag = "9")]
        qos_class: Vec<u8>,
        #[prost(message, repeated, tag = "10")]
        init_container_statuses: Vec<ContainerStatus>,
        #[prost(bytes = "vec", tag = "11")]
        nominated_node_name: Vec<u8>,
        #[serde(rename = "podIPs")]
        #[prost(message, repeated, tag = "12")]
        pod_ips: Vec<PodIp>,
    }
    /// An address of a pod.
    PodIp {
        #[prost(bytes = "vec", tag = "1")]
        ip: Vec<u8>,
    }
    /// A condition of a pod.
    PodCondition {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        status: Vec<u8>,
        #[prost(bytes = "vec", tag = "5")]
        reason: Vec<u8>,
    }
    /// A container as it is.
    ContainerStatus {
        #[prost(bytes = "vec", tag = "1")]
        name: Vec<u8>,
        #[prost(message, optional, tag = "2")]
        state: Option<ContainerState>,
        #[prost(message, optional, tag = "3")]
        last_state: Option<ContainerState>,
        #[prost(bool, tag = "4")]
        ready: bool,
        #[prost(int32, tag = "5")]
        restart_count: i32,
        #[prost(bool, optional, tag = "9")]
        started: Option<bool>,
        #[prost(btree_map = "string, message", tag = "10")]
        allocated_resources: BTreeMap<String, Quantity>,
        #[prost(message, optional, tag = "11")]
        resources: Option<ResourceRequirements>,
    }
    /// One of three; none means waiting.
    ContainerState {
        #[prost(message, optional, tag = "1")]
        waiting: Option<ContainerStateWaiting>,
        #[prost(message, optional, tag = "2")]
        running: Option<ContainerStateRunning>,
        #[prost(message, optional, tag = "3")]
        terminated: Option<ContainerStateTerminated>,
    }
    /// Not started.
    ContainerStateWaiting {
        #[prost(bytes = "vec", tag = "1")]
        reason: Vec<u8>,
    }
    /// Started.
    ContainerStateRunning {
        #[prost(message, optional, tag = "1")]
        started_at: Option<Time>,
    }
    /// Ended.
    ContainerStateTerminated {
        #[prost(int32, tag = "1")]
        exit_code: i32,
        #[prost(int32, tag = "2")]
        signal: i32,
        #[prost(bytes = "vec", tag = "3")]
        reason: Vec<u8>,
        #[prost(message, optional, tag = "6")]
        finished_at: Option<Time>,
    }
    /// core/v1 Node
    Node {
        #[prost(message, optional, tag = "1")]
        metadata: Option<AnnotatedMeta>,
        #[prost(message, optional, tag = "2")]
        spec: Option<NodeSpec>,
        #[prost(message, optional, tag = "3")]
        status: Option<NodeStatus>,
    }
    /// What is asked of a node.
    NodeSpec {
        #[prost(bool, tag = "4")]
        unschedulable: bool,
    }
    /// What kubelet says of a node.
    NodeStatus {
        #[prost(btree_map = "string, message", tag = "1")]
        capacity: BTreeMap<String, Quantity>,
        #[prost(btree_map = "string, message", tag = "2")]
        allocatable: BTreeMap<String, Quantity>,
        #[prost(message, repeated, tag = "4")]
        conditions: Vec<NodeCondition>,
        #[prost(message, repeated, tag = "5")]
        addresses: Vec<NodeAddress>,
        #[prost(message, optional, tag = "7")]
        node_info: Option<NodeSystemInfo>,
    }
    /// A condition of a node.
    NodeCondition {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        status: Vec<u8>,
    }
    /// An address of a node.
    NodeAddress {
        #[prost(bytes = "vec", tag = "1")]
        r#type: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        address: Vec<u8>,
    }
    /// Versions on a node.
    NodeSystemInfo {
        #[prost(bytes = "vec", tag = "4")]
        kernel_version: Vec<u8>,
        #[prost(bytes = "vec", tag = "5")]
        os_image: Vec<u8>,
        #[prost(bytes = "vec", tag = "6")]
        container_runtime_version: Vec<u8>,
        #[prost(bytes = "vec", tag = "7")]
        kubelet_version: Vec<u8>,
        #[prost(bytes = "vec", tag = "9")]
        operating_system: Vec<u8>,
        #[prost(bytes = "vec", tag = "10")]
        architecture: Vec<u8>,
    }
    /// core/v1 Event
    Event {
        #[prost(message, optional, tag = "1")]
        metadata: Option<ObjectMeta>,
        #[prost(message, optional, tag = "2")]
        involved_object: Option<ObjectReference>,
        #[prost(bytes = "vec", tag = "3")]
        reason: Vec<u8>,
        #[prost(bytes = "vec", tag = "4")]
        message: Vec<u8>,
        #[prost(message, optional, tag = "5")]
        source: Option<EventSource>,
        #[prost(message, optional, tag = "6")]
        first_timestamp: Option<Time>,
        #[prost(message, optional, tag = "7")]
        last_timestamp: Option<Time>,
        #[prost(int32, tag = "8")]
        count: i32,
        #[prost(bytes = "vec", tag = "9")]
        r#type: Vec<u8>,
        #[prost(message, optional, tag = "10")]
        event_time: Option<Time>,
        #[prost(message, optional, tag = "11")]
        series: Option<EventSeries>,
        #[prost(bytes = "vec", tag = "14")]
        reporting_component: Vec<u8>,
        #[prost(bytes = "vec", tag = "15")]
        reporting_instance: Vec<u8>,
    }
    /// What an event is about.
    ObjectReference {
        #[prost(bytes = "vec", tag = "1")]
        kind: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        namespace: Vec<u8>,
        #[prost(bytes = "vec", tag = "3")]
        name: Vec<u8>,
        #[prost(bytes = "vec", tag = "4")]
        uid: Vec<u8>,
        #[prost(bytes = "vec", tag = "5")]
        api_version: Vec<u8>,
        #[prost(bytes = "vec", tag = "7")]
        field_path: Vec<u8>,
    }
    /// Who reported an event.
    EventSource {
        #[prost(bytes = "vec", tag = "1")]
        component: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        host: Vec<u8>,
    }
    /// A repeated event.
    EventSeries {
        #[prost(int32, tag = "1")]
        count: i32,
        #[prost(message, optional, tag = "2")]
        last_observed_time: Option<Time>,
    }
    /// core/v1 Namespace
    Namespace {
        #[prost(message, optional, tag = "1")]
        metadata: Option<ObjectMeta>,
        #[prost(message, optional, tag = "3")]
        status: Option<NamespaceStatus>,
    }
    /// The phase of a namespace.
    NamespaceStatus {
        #[prost(bytes = "vec", tag = "1")]
        phase: Vec<u8>,
    }
}
