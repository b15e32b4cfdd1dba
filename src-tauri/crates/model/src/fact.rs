//! One thing that was seen of how a workload is scaled, as the recorder keeps it.
//!
//! A fact tells what *changed*; what was told before holds until it is told anew, or until [`What::Unwatched`]. Objects are kept in the
//! shapes that `scaling` decides upon. Values of Secrets have no place here.

mod measured;
mod seen;

use jiff::Timestamp;
use scaling::hpa::situation::{Answer, ExternalAnswer, ObjectAnswer, Pod, PodUsage, PodsAnswer};
use scaling::hpa::spec::Spec;
use scaling::hpa::status::Status;
use scaling::keda::ScaledObject;
use scaling::keda::scaled_job::ScaledJob;
use scaling::keda::scaled_job::jobs::Job;
use serde::{Deserialize, Serialize};

pub use measured::MeasuredMetric;
pub(crate) use seen::seen_as;
pub use seen::{
    SeenRow, decode_both, decode_seen, external_values, object_value, pod_usages, pod_values,
};

/// A fact with its times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// When it reached this program, on the cluster's clock as the session keeps it.
    pub received: Timestamp,
    /// When it happened as its source says, on the source's clock; `None` if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Timestamp>,
    /// What was seen.
    pub what: What,
}

/// The autoscaler whose workload a fact is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// What decides.
    pub kind: SubjectKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// What decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SubjectKind {
    /// An HPA that belongs to no `ScaledObject`.
    Hpa,
    /// A `ScaledObject`, with its HPA where there is one.
    ScaledObject,
    /// A `ScaledJob`.
    ScaledJob,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "camelCase")]
pub enum What {
    /// From here on this part is watched without a break; what is there follows at once.
    Watched(Part),
    /// From here on it is not: what held until here need not hold any more.
    Unwatched(Part),
    /// The HPA as it is now; `None`: it is gone.
    Hpa(Option<Box<HpaState>>),
    /// The `ScaledObject` as it is now; `None`: it is gone.
    ScaledObject(Option<Box<ScaledObject>>),
    /// The `ScaledJob` as it is now; `None`: it is gone.
    ScaledJob(Option<Box<ScaledJob>>),
    /// The workload as it is now; `None`: it is gone.
    Target(Option<Box<TargetState>>),
    /// A pod of the workload as it is now.
    Pod(Box<PodState>),
    /// A pod of the workload is gone: its name.
    PodGone(String),
    /// A Job of the `ScaledJob` as it is now.
    Job(Box<JobState>),
    /// A Job of the `ScaledJob` is gone: its name.
    JobGone(String),
    /// What `metrics.k8s.io` answered for the workload's pods.
    Usage(Answer<Vec<PodUsage>>),
    /// What `custom.metrics.k8s.io` answered for pods.
    PodsMetric(PodsAnswer),
    /// What `custom.metrics.k8s.io` answered for an object.
    ObjectMetric(ObjectAnswer),
    /// What `external.metrics.k8s.io` answered.
    ExternalMetric(ExternalAnswer),
    /// An event about the autoscaler, its HPA, the workload or one of its pods.
    Event(Box<EventState>),
}

/// What can be watched by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// The autoscaler: HPA, `ScaledObject`, `ScaledJob`.
    Autoscaler,
    /// The workload.
    Target,
    /// Its pods.
    Pods,
    /// The `ScaledJob`'s Jobs.
    Jobs,
    /// Events.
    Events,
    /// The metrics APIs: asked at least once a pass.
    Metrics,
}

/// An HPA.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HpaState {
    /// Its name.
    pub name: String,
    /// Its uid: another one is another object of the same name.
    pub uid: String,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// `metadata.resourceVersion`
    pub resource_version: String,
    /// Its spec as stored.
    pub spec: Spec,
    /// Its status.
    pub status: Status,
    /// Who wrote the spec last, if that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec_by: Option<Author>,
}

/// What is scaled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetState {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// `spec.replicas`: what is asked for; `None` where the kind has no such field.
    pub replicas: Option<i32>,
    /// `status.replicas`: the pods that exist.
    pub existing: i32,
    /// `status.readyReplicas`
    pub ready: i32,
    /// The selector in its text form.
    pub selector: String,
    /// Who wrote `spec.replicas` last, if that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas_by: Option<Author>,
}

/// Who wrote a field, from `metadata.managedFields`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// The field manager: `kubectl-edit`, `kube-controller-manager`, `keda`.
    pub manager: String,
    /// Through which subresource: `scale`; empty if the object itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subresource: String,
    /// When, to the second.
    pub at: Option<Timestamp>,
}

/// A pod of the workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodState {
    /// What the HPA controller looks at.
    pub pod: Pod,
    /// Its uid.
    pub uid: String,
    /// Its node; empty while it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node: String,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When a node was chosen: `PodScheduled` became true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<Timestamp>,
    /// When the last of its containers started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// kubectl's word for its state: `ContainerCreating`, `CrashLoopBackOff`.
    pub state: String,
    /// Why no node takes it, if that is told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unschedulable: String,
}

/// A Job of a `ScaledJob`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobState {
    /// What KEDA looks at.
    pub job: Job,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// `status.startTime`
    pub started: Option<Timestamp>,
    /// When it completed or failed.
    pub ended: Option<Timestamp>,
    /// `status.ready`: its pods that are ready, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<i32>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventState {
    /// Its name: a later fact of the same name takes its place.
    pub name: String,
    /// Kind of the object that it is about.
    pub about_kind: String,
    /// Name of that object.
    pub about: String,
    /// `SuccessfulRescale`
    pub reason: String,
    /// What it says.
    pub message: String,
    /// Whether it is a warning.
    pub is_warning: bool,
    /// How often it was seen.
    pub count: i32,
    /// When it was first seen.
    pub first: Option<Timestamp>,
    /// When it was last seen.
    pub last: Option<Timestamp>,
}
