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
    /// Requests and limits in words: `cpu 250m / 1 · memory 128Mi / 256Mi`; may be empty.
    pub resources: String,
}

/// One event about the object.
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
    /// Warn for warnings.
    pub tone: Tone,
}

/// Answer of `details`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// Rises with each change.
    pub version: u32,
    /// What it shows.
    pub object: ObjectRef,
    /// False until the object has been read once.
    pub loaded: bool,
    /// The object was deleted while shown.
    pub deleted: bool,
    /// Why it could not be read; the last known content stays.
    pub problem: Option<crate::WireError>,
    /// Its status in a word or two.
    pub status: Cell,
    /// Facts in order.
    pub facts: Vec<Fact>,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Containers (pods and pod templates).
    pub containers: Vec<Container>,
    /// Labels, sorted.
    pub labels: Vec<(String, String)>,
    /// Annotations, sorted.
    pub annotations: Vec<(String, String)>,
    /// Owners, nearest first.
    pub owners: Vec<ObjectRef>,
    /// Its events, newest first.
    pub events: Vec<ObjectEvent>,
    /// Why events could not be read; empty if they could.
    pub events_problem: String,
    /// What the account may not do with it.
    pub actions: crate::Actions,
    /// When the UI should pull again though nothing changed, in ms from now.
    pub next_tick_ms: Option<u32>,
}

/// Answer of `yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Yaml {
    /// Read-only YAML without managedFields; secret values masked.
    pub text: String,
    /// managedFields as YAML; may be empty.
    pub managed_fields: String,
}
