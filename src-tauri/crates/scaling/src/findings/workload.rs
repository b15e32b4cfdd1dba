//! What is known about a workload and everything that scales it.
//!
//! What is not known is `None`; a list that is there is complete.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hpa;
use crate::hpa::amount::Amount;
use crate::hpa::spec::text_enum;
use crate::keda;
use crate::keda::scaled_job;

/// A workload at `now`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// The moment that is looked at.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub now: Timestamp,
    /// What is scaled; for a ScaledJob the ScaledJob itself.
    pub target: WorkloadTarget,
    /// The HPAs on the target that were decided about, those that KEDA made included.
    #[serde(default)]
    pub hpas: Vec<DecidedHpa>,
    /// The ScaledObjects on the target that were decided about.
    #[serde(default)]
    pub scaled_objects: Vec<DecidedScaledObject>,
    /// The ScaledJob, if the workload is one.
    #[serde(default)]
    pub scaled_job: Option<DecidedScaledJob>,
    /// All autoscalers on the target, those above among them.
    #[serde(default)]
    pub autoscalers: Option<Vec<AutoscalerRef>>,
    /// How the target's `spec.replicas` changed.
    #[serde(default)]
    pub recording: Option<Recording>,
    /// What the annotation of the last `kubectl apply` holds.
    #[serde(default)]
    pub last_applied: Option<LastApplied>,
    /// The metrics APIs that the cluster registers.
    #[serde(default)]
    pub metrics_apis: Option<Vec<MetricsApi>>,
    /// Whether KEDA is there.
    #[serde(default)]
    pub keda: Option<KedaPresence>,
    /// Budgets that select the target's pods.
    #[serde(default)]
    pub disruption_budgets: Option<Vec<DisruptionBudget>>,
    /// Quotas of the namespace, one entry a resource.
    #[serde(default)]
    pub quotas: Option<Vec<Quota>>,
    /// Pods of the target that no node takes.
    #[serde(default)]
    pub unschedulable: Option<Vec<UnschedulablePod>>,
    /// Vertical autoscalers on the target.
    #[serde(default)]
    pub vertical: Option<Vec<VerticalAutoscaler>>,
    /// The containers and sidecars of the target's pod template.
    #[serde(default)]
    pub containers: Option<Vec<TemplateContainer>>,
}

/// What is scaled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WorkloadTarget {
    /// `Deployment`
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// An HPA with what it decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DecidedHpa {
    /// What its controller has.
    pub situation: hpa::Situation,
    /// What it decides.
    pub decision: hpa::Decision,
    /// The ScaledObject that it was made for, from its owner reference.
    #[serde(default)]
    pub made_for: Option<String>,
}

/// A ScaledObject with what KEDA decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DecidedScaledObject {
    /// What KEDA has.
    pub situation: keda::Situation,
    /// What it decides.
    pub decision: keda::Decision,
    /// Since when it is paused, if it is; `None` if that was not seen. KEDA's conditions have no times.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub paused_since: Option<Timestamp>,
}

/// A ScaledJob with what KEDA decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DecidedScaledJob {
    /// What KEDA has.
    pub situation: scaled_job::Situation,
    /// What it decides.
    pub decision: scaled_job::Decision,
    /// Since when it is paused, if it is; `None` if that was not seen.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub paused_since: Option<Timestamp>,
    /// What its triggers measured, the oldest first.
    #[serde(default)]
    pub measured: Vec<Measured>,
    /// What polls asked for as the Jobs tell that they made, the oldest first.
    #[serde(default)]
    pub asked: Vec<AskedJobs>,
}

/// For how many Jobs a poll asked, estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AskedJobs {
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// So many at least.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub least: i64,
    /// So many at most; `None`: the limit cut it.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "number | null"))]
    pub most: Option<i64>,
}

/// A recorded value of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// The trigger's position in `spec.triggers`.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub trigger: usize,
    /// The value; of several metrics their sum.
    pub value: f64,
}

/// An autoscaler by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AutoscalerRef {
    /// What it is.
    pub kind: AutoscalerKind,
    /// Its name.
    pub name: String,
    /// The ScaledObject that an HPA was made for, from its owner reference.
    #[serde(default)]
    pub made_for: Option<String>,
}

/// What writes `spec.replicas` by load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
pub enum AutoscalerKind {
    /// An HPA.
    HorizontalPodAutoscaler,
    /// A ScaledObject of KEDA.
    ScaledObject,
}

/// Changes of `spec.replicas` as they were seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Recording {
    /// Since when, without a gap until `now`.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub since: Timestamp,
    /// Each change, the oldest first.
    pub changes: Vec<ReplicaChange>,
}

/// One change of `spec.replicas`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ReplicaChange {
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// The count before.
    pub from: i32,
    /// The count after.
    pub to: i32,
    /// Who made it; `None` if that cannot be told.
    #[serde(default)]
    pub by: Option<Author>,
}

/// Who changed `spec.replicas`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Author {
    /// The HPA controller: its event or the field manager says so.
    HpaController,
    /// KEDA's operator.
    Keda,
    /// Anyone else.
    Other {
        /// The name of the field manager: `kubectl-edit`, `argocd-controller`.
        manager: String,
    },
}

/// The annotation `kubectl.kubernetes.io/last-applied-configuration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LastApplied {
    /// `spec.replicas` in it; `None` if it has none, or there is no such annotation.
    pub replicas: Option<i32>,
}

/// An aggregated metrics API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MetricsApi {
    /// `metrics.k8s.io`
    pub group: String,
    /// Whether its server answers.
    pub is_available: bool,
    /// Message of the condition `Available`.
    #[serde(default)]
    pub message: String,
}

/// Whether KEDA is in the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum KedaPresence {
    /// Neither operator nor metrics server.
    Absent,
    /// These of its parts are known.
    Present {
        /// Its deployments.
        components: Vec<KedaComponent>,
    },
}

/// A deployment of KEDA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KedaComponent {
    /// `keda-operator`
    pub name: String,
    /// Its pods that are ready.
    pub ready_replicas: i32,
}

/// A `PodDisruptionBudget`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DisruptionBudget {
    /// Its name.
    pub name: String,
    /// `status.disruptionsAllowed`
    pub disruptions_allowed: i32,
}

/// One resource of a `ResourceQuota`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Quota {
    /// Name of the quota. One with scopes that leave the target's pods out does not belong here.
    pub name: String,
    /// `requests.cpu`, `pods`
    pub resource: String,
    /// `status.hard`
    pub hard: Amount,
    /// `status.used`
    pub used: Amount,
}

/// A pod that no node takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UnschedulablePod {
    /// Its name.
    pub name: String,
    /// Message of its condition `PodScheduled`.
    pub message: String,
}

/// A `VerticalPodAutoscaler`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct VerticalAutoscaler {
    /// Its name.
    pub name: String,
    /// `spec.updatePolicy.updateMode`
    pub update_mode: UpdateMode,
    /// The resources whose requests it sets in some container: `cpu`, `memory`.
    pub resources: Vec<String>,
}

text_enum! {
    /// When a vertical autoscaler changes requests.
    UpdateMode {
        /// Never.
        Off,
        /// When a pod is created.
        Initial,
        /// By evicting pods.
        Recreate,
        /// In place, else by evicting.
        InPlaceOrRecreate,
        /// As the version sees fit.
        Auto,
    }
}

/// A container or sidecar of the pod template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct TemplateContainer {
    /// Its name.
    pub name: String,
    /// `resources.requests`
    pub requests: BTreeMap<String, Amount>,
    /// `resources.limits`
    pub limits: BTreeMap<String, Amount>,
}
