//! The parts an object's details consist of.

use table::Tone;

use crate::rows::{ContainerPhase, ContainerRole};

/// Everything the drawer shows but the YAML and who set which field.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectDetails {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// `None` if cluster-scoped.
    pub namespace: Option<String>,
    /// Uid.
    pub uid: String,
    /// When it was created.
    pub created: Option<Moment>,
    /// When its deletion was asked for (plus grace).
    pub deleted: Option<Moment>,
    /// Its status in one word, as in its table.
    pub status: Option<Words>,
    /// What is wrong, the gravest first; empty if nothing is.
    pub verdicts: Vec<Verdict>,
    /// What its table's columns and its fields say, in groups; the first is about the whole.
    pub sections: Vec<Section>,
    /// Conditions, in the object's order.
    pub conditions: Vec<ConditionDetail>,
    /// Containers of the pod, or of the pod template.
    pub containers: Vec<ContainerDetail>,
    /// What a `ConfigMap` or Secret holds, by key.
    pub data: Vec<DataEntry>,
    /// Events about it and what it owns, the latest first.
    pub events: Vec<EventDetail>,
}

/// What is wrong, with its cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How grave.
    pub tone: Tone,
    /// A few words: `sidecar is not ready`.
    pub headline: String,
    /// Sentences that say why; may be empty.
    pub explanation: String,
    /// The object that is the cause.
    pub cause: Option<ObjectLink>,
}

/// A time, with how long ago it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Unix ms.
    pub at_ms: i64,
    /// `5m`, as kubectl prints it.
    pub text: String,
    /// When that text changes, Unix ms.
    pub until_ms: Option<i64>,
}

/// Words in a colour.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// Words.
    pub text: String,
    /// Colour.
    pub tone: Tone,
}

/// A group of facts with its heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Heading: `Ports`.
    pub title: String,
    /// Facts, in order.
    pub facts: Vec<Fact>,
    /// What is many of the same.
    pub grid: Option<Grid>,
}

/// Many of the same, in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Headings.
    pub columns: Vec<String>,
    /// As many values a row as there are columns.
    pub rows: Vec<Vec<FactValue>>,
    /// How many rows there are; more than are here if it was cut.
    pub total: usize,
}

/// A named value, or several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fact {
    /// `Node`.
    pub label: String,
    /// Values, one a line; never empty.
    pub values: Vec<FactValue>,
}

/// One value of a fact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FactValue {
    /// Value; several lines where the object has them.
    pub text: String,
    /// Colour.
    pub tone: Tone,
    /// The object that the text names.
    pub link: Option<ObjectLink>,
    /// Of less weight, behind the value; may be empty.
    pub note: String,
    /// The key of a Secret that the value comes from; then the text is a mask.
    pub secret: Option<SecretKey>,
}

/// A key of a Secret in the object's namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretKey {
    /// Name of the Secret.
    pub secret: String,
    /// Key.
    pub key: String,
}

/// Where to find another object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectLink {
    /// `apps/v1`; empty if unknown.
    pub api_version: String,
    /// `ReplicaSet`.
    pub kind: String,
    /// `None` if cluster-scoped.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// Empty if unknown.
    pub uid: String,
}

/// A label or annotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionDetail {
    /// `Available`.
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// One word; may be empty.
    pub reason: String,
    /// For people; may be empty.
    pub message: String,
    /// Since when.
    pub since: Option<Moment>,
    /// Whether the status is as it should be.
    pub tone: Tone,
}

/// One container.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerDetail {
    /// Name.
    pub name: String,
    /// What it is for.
    pub role: ContainerRole,
    /// Image asked for.
    pub image: String,
    /// How it is; `None` in a pod template, and before kubelet spoke.
    pub state: Option<ContainerStateDetail>,
    /// Whether it passes its readiness probe.
    pub ready: bool,
    /// Restarts so far.
    pub restarts: i32,
    /// How it ended before the last restart.
    pub last: Option<ContainerStateDetail>,
    /// Requests and limits, a line a resource.
    pub resources: Vec<ResourceLine>,
    /// Ports, command, probes and the like.
    pub facts: Vec<Fact>,
    /// Environment: each label is the variable's name; what is taken whole comes first.
    pub env: Vec<Fact>,
    /// Mounts: each label is a path.
    pub mounts: Vec<Fact>,
}

/// What a container may use of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceLine {
    /// `cpu`.
    pub resource: String,
    /// As the object spells it; empty if not set.
    pub request: String,
    /// As the object spells it; empty if not set.
    pub limit: String,
}

/// One state of a container.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerStateDetail {
    /// Where it is in its life.
    pub phase: ContainerPhase,
    /// `CrashLoopBackOff`, `Completed`; may be empty.
    pub reason: String,
    /// For people; may be empty.
    pub message: String,
    /// If it ended.
    pub exit_code: Option<i32>,
    /// If a signal ended it.
    pub signal: Option<i32>,
    /// When it started.
    pub started: Option<Moment>,
    /// When it ended.
    pub finished: Option<Moment>,
    /// Colour.
    pub tone: Tone,
}

/// One key of a `ConfigMap` or Secret.
#[derive(Clone, Debug, PartialEq)]
pub struct DataEntry {
    /// Key.
    pub key: String,
    /// Bytes of the value.
    pub bytes: usize,
    /// Whether it is not text.
    pub binary: bool,
    /// The value's beginning; empty for a Secret's and for what is not text.
    pub preview: String,
    /// Whether the value goes on after the preview.
    pub cut: bool,
    /// Whether it has to be asked for.
    pub secret: bool,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDetail {
    /// `Normal` or `Warning`.
    pub kind: String,
    /// One word.
    pub reason: String,
    /// For people; may have lines.
    pub message: String,
    /// How often.
    pub count: i32,
    /// Who reported it.
    pub source: String,
    /// Last time seen.
    pub last: Option<Moment>,
    /// Colour.
    pub tone: Tone,
    /// What it is about, if not the object itself.
    pub about: Option<ObjectLink>,
}
