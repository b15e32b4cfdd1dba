//! The cluster page: each part with a state of its own, so that none waits for another.

use serde::{Deserialize, Serialize};
use table::{Cell, Tone};
use ts_rs::TS;

use crate::{ObjectRef, ViewState};

/// Answer of `open_overview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OverviewOpened {
    /// To be given to `overview` and `close_overview`.
    pub overview: u32,
}

/// Answer of `overview`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Rises with each change.
    pub version: u32,
    /// The API server's health.
    pub health: HealthPart,
    /// What runs in which version.
    pub versions: VersionsPart,
    /// What nodes offer, and what is held of it.
    pub capacity: CapacityPart,
    /// How workloads fare, a line a kind.
    pub workloads: Vec<WorkloadLine>,
    /// Warnings of the last hour.
    pub warnings: WarningsPart,
    /// Resource quotas.
    pub quotas: QuotasPart,
    /// Deprecated APIs that somebody asks for.
    pub deprecated: DeprecatedPart,
    /// cluster-autoscaler.
    pub autoscaler: AutoscalerPart,
    /// When the UI should pull again though nothing changed, in ms from now.
    pub next_tick_ms: Option<u32>,
}

/// `/livez` and `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HealthPart {
    /// Both, in order.
    pub probes: Vec<Probe>,
    /// When they were asked: `14:03:12`; empty before the first answer.
    pub as_of: String,
}

/// One of the API server's own health questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// `livez`, `readyz`.
    pub name: String,
    /// Where it stands.
    pub state: ViewState,
    /// `53 checks pass`, `1 of 53 checks fails`.
    pub verdict: Cell,
    /// Each check, failed ones first.
    pub checks: Vec<CheckOut>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckOut {
    /// `etcd`.
    pub name: String,
    /// `ok`, `failed: reason withheld`.
    pub result: Cell,
}

/// Versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VersionsPart {
    /// State of the nodes.
    pub state: ViewState,
    /// Of the API server: `v1.36.3`.
    pub server: String,
    /// Whether kubelets are as the version-skew policy wants them, in a sentence.
    pub skew: Cell,
    /// Kubelets by version, the newest first: version, nodes and what is to say of it.
    pub kubelets: Vec<VersionCount>,
    /// Container runtimes, the most frequent first.
    pub runtimes: Vec<VersionCount>,
    /// Operating systems with architecture.
    pub platforms: Vec<VersionCount>,
    /// Images of operating systems.
    pub images: Vec<VersionCount>,
}

/// How many nodes have something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VersionCount {
    /// What they have.
    pub name: String,
    /// How many.
    pub nodes: u32,
    /// What is to say of it: `2 minor versions older`; may be empty.
    pub remark: Cell,
}

/// What nodes offer, and what is held and used of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CapacityPart {
    /// State of nodes and pods.
    pub state: ViewState,
    /// Nodes.
    pub nodes: u32,
    /// `12 ready`, `1 not ready`, `2 closed to new pods`, each with its tone.
    pub counts: Vec<Cell>,
    /// Over all nodes.
    pub resources: Vec<ResourceBar>,
    /// Why CPU and memory in use are not told, or of how many nodes they are; may be empty.
    pub usage_note: String,
    /// `3 pods wait for a node; they ask for 2 cores and 4 GiB.`; may be empty.
    pub waiting: String,
    /// Nodes that are not well or are the fullest, worst first.
    pub worst: Vec<NodeLine>,
}

/// One resource over all nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ResourceBar {
    /// `CPU`, `nvidia.com/gpu`.
    pub title: String,
    /// What there is: `128 cores`.
    pub allocatable: String,
    /// What pods hold.
    pub requested: Bar,
    /// What they may use at most; absent for pods.
    pub limits: Option<Bar>,
    /// What is used, where that is measured.
    pub used: Option<Bar>,
}

/// A part of a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Bar {
    /// `12.5 cores`.
    pub amount: String,
    /// `38%`; empty of nothing.
    pub percent: String,
    /// From 0; may be above 1.
    pub share: f64,
    /// Whether that is much.
    pub tone: Tone,
}

/// One node among the worst.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NodeLine {
    /// Which.
    pub node: ObjectRef,
    /// `Ready`, `NotReady,MemoryPressure`.
    pub status: Cell,
    /// Pods of those it may have.
    pub pods: Bar,
    /// CPU requested.
    pub cpu: Bar,
    /// Memory requested.
    pub memory: Bar,
}

/// How the objects of one kind fare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadLine {
    /// A [`crate::KindEntry::id`].
    pub kind: String,
    /// `Deployments`.
    pub title: String,
    /// State of its list.
    pub state: ViewState,
    /// Objects.
    pub total: u32,
    /// How many are how, the most frequent first.
    pub counts: Vec<WorkloadCount>,
    /// Those that are not well, at most a few, worst first.
    pub troubled: Vec<Troubled>,
    /// How many more are not well.
    pub more: u32,
}

/// Objects of one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadCount {
    /// How many.
    pub count: u32,
    /// `Running`, `not all ready`.
    pub word: Cell,
    /// Filter of the kind's table that shows them; empty shows all.
    pub filter: String,
}

/// One object that is not well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Troubled {
    /// Which.
    pub object: ObjectRef,
    /// `1/3 ready`.
    pub words: Cell,
}

/// Warnings of the last hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WarningsPart {
    /// State of the events.
    pub state: ViewState,
    /// Groups in all.
    pub total: u32,
    /// The most frequent.
    pub groups: Vec<WarningLine>,
}

/// Warnings of one reason about objects of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WarningLine {
    /// `FailedScheduling`.
    pub reason: String,
    /// `Pod`.
    pub object_kind: String,
    /// How often.
    pub count: u32,
    /// Age of the latest: `2m`.
    pub last: String,
    /// Namespaces: `shop, bank and 3 more`.
    pub namespaces: String,
    /// The latest one's message.
    pub message: String,
    /// The latest one's object.
    pub object: ObjectRef,
}

/// Resource quotas, the fullest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuotasPart {
    /// State of their list.
    pub state: ViewState,
    /// Quotas in all.
    pub quotas: u32,
    /// Limited resources in all.
    pub total: u32,
    /// The fullest.
    pub lines: Vec<QuotaLine>,
}

/// One resource of one quota.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuotaLine {
    /// The quota.
    pub quota: ObjectRef,
    /// `requests.cpu`.
    pub resource: String,
    /// Used of hard.
    pub used: Bar,
    /// What is allowed.
    pub hard: String,
}

/// Deprecated APIs that were asked for since the API server started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeprecatedPart {
    /// Where the answer stands.
    pub state: ViewState,
    /// When it was asked: `14:03:12`.
    pub as_of: String,
    /// Sorted by the release that removes them.
    pub apis: Vec<DeprecatedLine>,
}

/// A deprecated API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeprecatedLine {
    /// `policy/v1beta1 podsecuritypolicies`.
    pub api: String,
    /// `removed in 1.25`.
    pub removed: Cell,
    /// The kind's table, where it is served; else empty.
    pub kind_id: String,
}

/// cluster-autoscaler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AutoscalerPart {
    /// Where reading its status stands.
    pub state: ViewState,
    /// What is to say in one line: that there is none, or since when it has said nothing new.
    pub note: String,
    /// The cluster as a whole, then each node group.
    pub groups: Vec<NodeGroupLine>,
}

/// The cluster, or a node group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NodeGroupLine {
    /// Name; `Whole cluster`.
    pub name: String,
    /// `Healthy`.
    pub health: Cell,
    /// `3 of 4 ready`.
    pub ready: String,
    /// `2 wanted (1 to 5)`; may be empty.
    pub target: String,
    /// `NoActivity`.
    pub scale_up: Cell,
    /// `NoCandidates`.
    pub scale_down: Cell,
    /// Why it does not scale up; may be empty.
    pub words: String,
}

/// Argument of `event_rate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventRateAsk {
    /// Which cluster.
    pub cluster: String,
    /// Only events of these namespaces; empty is all.
    pub namespaces: Vec<String>,
}

/// Answer of `event_rate`: events a minute over the last hour, of what is held of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventRate {
    /// State of the events.
    pub state: ViewState,
    /// Warnings in each minute, the present one last.
    pub warnings: Vec<u32>,
    /// Others in each minute.
    pub normal: Vec<u32>,
    /// When each minute began: `14:03`.
    pub minutes: Vec<String>,
}
