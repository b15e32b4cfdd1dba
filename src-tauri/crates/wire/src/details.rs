//! The drawer: one object in detail.

use serde::{Deserialize, Serialize};
use table::{Cell, Tone};
use ts_rs::TS;

/// A reference to an object, good for a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// A [`crate::KindEntry::id`]; empty when the kind is not known to the cluster (then no link).
    pub kind_id: String,
    /// `ReplicaSet`.
    pub kind: String,
    /// Namespace; empty for objects of the cluster.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// Argument of `open_details`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OpenDetails {
    /// Which cluster.
    pub cluster: String,
    /// A [`crate::KindEntry::id`].
    pub kind: String,
    /// Namespace; empty for objects of the cluster.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// Answer of `open_details`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DetailsOpened {
    /// To be given to `details`, `yaml` and `close_details`.
    pub details: u32,
}

/// A labelled fact, perhaps with links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// `Node`.
    pub label: String,
    /// Its value as text.
    pub value: Cell,
    /// Objects it names; shown as links in place of the text.
    pub links: Vec<ObjectRef>,
}

/// A status condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// `Ready`.
    pub name: String,
    /// `True`, `False`, `Unknown`.
    pub status: String,
    /// `MinimumReplicasAvailable`.
    pub reason: String,
    /// The controller's sentence.
    pub message: String,
    /// Age of the last transition; empty when unknown.
    pub since: String,
    /// Whether this is good or bad news.
    pub tone: Tone,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ContainerRole {
    /// Runs before the others.
    Init,
    /// Restartable init container.
    Sidecar,
    /// Ordinary.
    Main,
    /// Added for debugging.
    Ephemeral,
}

/// A value in the drawer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DetailValue {
    /// The value; may have lines.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
    /// The object the text names; shown as a link.
    pub link: Option<ObjectRef>,
    /// Of less weight, behind the value; may be empty.
    pub note: String,
    /// The key of a Secret the value comes from; the text is then a mask, and `reveal` gives the value.
    pub secret: Option<SecretKey>,
}

/// A key of a Secret (or `ConfigMap`) in the namespace of the drawer's object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretKey {
    /// Name of the Secret; empty is the drawer's own object.
    pub secret: String,
    /// Key.
    pub key: String,
}

/// A named value in the drawer, or several, one a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DetailFact {
    /// `Node`.
    pub label: String,
    /// Never empty.
    pub values: Vec<DetailValue>,
}

/// A group of facts, or of many of the same in columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DetailSection {
    /// Heading; empty for what is about the whole object.
    pub title: String,
    /// Facts in order.
    pub facts: Vec<DetailFact>,
    /// Headings of columns; empty if there are none.
    pub columns: Vec<String>,
    /// As many values a row as there are columns.
    pub rows: Vec<Vec<DetailValue>>,
    /// Rows there are; more than are here if they were cut.
    pub total: u32,
}

/// What is wrong with the object, with its cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// How grave.
    pub tone: Tone,
    /// A few words.
    pub headline: String,
    /// Sentences that say why; may be empty.
    pub explanation: String,
    /// The object that is the cause.
    pub cause: Option<ObjectRef>,
}

/// An autoscaler with what it does now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScaledBy {
    /// The HPA or `ScaledObject`.
    pub object: ObjectRef,
    /// `4 of 2 to 10`: replicas and their bounds.
    pub size: String,
    /// What it is doing, in a few words.
    pub status: Cell,
}

/// What a container uses and may use of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ResourceUse {
    /// `cpu`.
    pub resource: String,
    /// Measured; empty if it is not.
    pub used: String,
    /// Requested; empty if nothing is.
    pub request: String,
    /// Limit; empty if there is none.
    pub limit: String,
}

/// One container of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Name.
    pub name: String,
    /// Role.
    pub role: ContainerRole,
    /// Image as given.
    pub image: String,
    /// `running 2m`, `waiting: CrashLoopBackOff`.
    pub state: Cell,
    /// Message of the present state; may be empty.
    pub message: String,
    /// Whether it is ready.
    pub ready: bool,
    /// Restarts so far.
    pub restarts: u32,
    /// How the last run ended: `Error, exit 1, 40s ago`; may be empty.
    pub last: String,
    /// What the last run left as its message; may be empty.
    pub last_message: String,
    /// CPU, memory and what else it may use.
    pub resources: Vec<ResourceUse>,
    /// Ports, command, probes and the like.
    pub facts: Vec<DetailFact>,
    /// Environment.
    pub env: Vec<DetailFact>,
    /// Mounts by path.
    pub mounts: Vec<DetailFact>,
}

/// One key of a `ConfigMap` or Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DataEntry {
    /// Key.
    pub key: String,
    /// `12 B`, `3.4 KiB`.
    pub size: String,
    /// Whether it is not text.
    pub binary: bool,
    /// The value's beginning; empty for Secrets.
    pub preview: String,
    /// Whether the value goes on after the preview.
    pub cut: bool,
    /// Whether it is shown only when asked for.
    pub secret: bool,
}

/// One event about the object, or about what it owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ObjectEvent {
    /// Age of the last occurrence.
    pub age: String,
    /// Reason.
    pub reason: String,
    /// Message.
    pub message: String,
    /// How often.
    pub count: u32,
    /// Who reported it.
    pub source: String,
    /// Warn for warnings.
    pub tone: Tone,
    /// What it is about, if not the object itself.
    pub about: Option<ObjectRef>,
}

/// One object that the drawer's object owns, or that runs on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnedObject {
    /// Which.
    pub object: ObjectRef,
    /// `Running`, `3 of 3 ready`.
    pub state: Cell,
    /// Beside its state: `2/2`; may be empty.
    pub note: String,
    /// `5m`.
    pub age: String,
}

/// CPU and memory of the drawer's object over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsageHistory {
    /// Why there is nothing new to show; empty if there is.
    pub note: String,
    /// When it was measured, Unix ms, rising.
    pub times: Vec<f64>,
    /// All together first, then each container of a pod.
    pub lines: Vec<UsageLine>,
    /// Pods measured last.
    pub pods: u32,
}

/// CPU and memory of one container, or of all together; as many figures as there are times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsageLine {
    /// Name of the container; empty for all together.
    pub name: String,
    /// The present in words: `38m · request 250m`.
    pub cpu_words: String,
    /// Millicores; null is a gap.
    pub cpu: Vec<Option<f64>>,
    /// Millicores requested.
    pub cpu_request: Option<f64>,
    /// Millicores at most.
    pub cpu_limit: Option<f64>,
    /// The present in words.
    pub memory_words: String,
    /// Bytes; null is a gap.
    pub memory: Vec<Option<f64>>,
    /// Bytes requested.
    pub memory_request: Option<f64>,
    /// Bytes at most.
    pub memory_limit: Option<f64>,
}

/// Who set some of the object's fields last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldOwner {
    /// `kubectl-client-side-apply`.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// `status`; empty for the object itself.
    pub subresource: String,
    /// Version in which the paths are meant.
    pub api_version: String,
    /// How long ago; empty if unknown.
    pub since: String,
    /// Date and time; empty if unknown.
    pub at: String,
    /// `.spec.containers[name=web].image`; the first 5,000.
    pub paths: Vec<String>,
    /// How many there are.
    pub total: u32,
}

/// Labels or annotations of the drawer's object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PairKind {
    /// Labels.
    Labels,
    /// Annotations.
    Annotations,
}

/// Argument of `pairs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PairsAsk {
    /// Answer of `open_details`.
    pub id: u32,
    /// Which.
    pub kind: PairKind,
    /// Only those with this in their key or value.
    pub filter: String,
    /// First of those wanted.
    pub from: u32,
    /// How many, at most 200.
    pub count: u32,
}

/// Some of an object's labels or annotations, sorted by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Pairs {
    /// Those that match in all.
    pub total: u32,
    /// Those asked for.
    pub items: Vec<(String, String)>,
}

/// Argument of `reveal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RevealAsk {
    /// Answer of `open_details`.
    pub id: u32,
    /// Which value.
    pub secret: SecretKey,
}

/// Answer of `reveal`: one value, read when it was asked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Revealed {
    /// The value with hidden characters made visible; empty if it is not text.
    pub text: String,
    /// The value as it is, for the clipboard; empty if it is not text.
    pub exact: String,
    /// Whether it is not text.
    pub binary: bool,
    /// `12 B`.
    pub size: String,
}

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revealed")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Answer of `details`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools)] // what is known of its parts, each by itself
pub struct Details {
    /// Rises with each change.
    pub version: u32,
    /// What it shows.
    pub object: ObjectRef,
    /// Whether `usage_history` has anything of its kind.
    pub measures: bool,
    /// The command that tells of it in a terminal.
    pub command: String,
    /// False until the object has been read once.
    pub loaded: bool,
    /// The object was deleted while shown.
    pub deleted: bool,
    /// Why it could not be read; the last known content stays.
    pub problem: Option<crate::WireError>,
    /// Its status in a word or two.
    pub status: Cell,
    /// What is wrong, the gravest first.
    pub verdicts: Vec<Verdict>,
    /// The autoscalers of it or of its owners; more than one fight.
    pub scaled_by: Vec<ScaledBy>,
    /// Facts in groups.
    pub sections: Vec<DetailSection>,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Containers (pods and pod templates).
    pub containers: Vec<Container>,
    /// What a `ConfigMap` or Secret holds: the first 500 keys.
    pub data: Vec<DataEntry>,
    /// Keys it has in all.
    pub data_total: u32,
    /// The first labels; `pairs` gives all.
    pub labels: Pairs,
    /// The first annotations; `pairs` gives all.
    pub annotations: Pairs,
    /// Owners, nearest first.
    pub owners: Vec<ObjectRef>,
    /// Its events, newest first, at most 200.
    pub events: Vec<ObjectEvent>,
    /// Events known in all.
    pub events_total: u32,
    /// Whether its own events are still being read.
    pub events_loading: bool,
    /// What it owns, or the pods on a node; the first 100.
    pub owned: Vec<OwnedObject>,
    /// How much that is in all.
    pub owned_total: u32,
    /// Why that could not be read; empty if it could.
    pub owned_problem: String,
    /// Why events are not all here; empty if they are.
    pub events_problem: String,
    /// What the account may not do with it.
    pub actions: crate::Actions,
    /// When the UI should pull again though nothing changed, in ms from now.
    pub next_tick_ms: Option<u32>,
}

/// Asks for an object's YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct YamlAsk {
    /// The drawer.
    pub id: u32,
    /// Whether who set each line is asked for too.
    pub owners: bool,
}

/// Who set a line last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LineOwner {
    /// The one that wrote last: `kubectl-client-side-apply`.
    pub manager: String,
    /// How long ago it last wrote; empty if unknown.
    pub since: String,
    /// How many others set it to the same value.
    pub others: u32,
    /// All of them with what they did and when, one a line.
    pub told: String,
}

/// Answer of `yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Yaml {
    /// Read-only YAML without managedFields; secret values masked.
    pub text: String,
    /// managedFields as YAML; may be empty.
    pub managed_fields: String,
    /// Who set lines of `text`, if that was asked for.
    pub owners: Vec<LineOwner>,
    /// For each line of `text` its place in `owners`, -1 where the server names nobody; empty if not asked for.
    pub line_owners: Vec<i32>,
}
