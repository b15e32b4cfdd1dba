//! One row of any kind, decoded from one object's bytes.

use prost::Message;
use serde::de::DeserializeOwned;
use table::{Cell, Row, SortKey};

use crate::fact::SeenRow;
use crate::generic::GenericRow;
use crate::kind::Kind;
use crate::links::LinkedRow;
use crate::meta::Meta;
use crate::rows::{
    DeploymentRow, EventRow, HpaRow, NamespaceRow, NodeRow, PodRow, ReplicaSetRow, ScaledJobRow,
    ScaledObjectRow,
};
use crate::slim;
use crate::usage::Usage;

/// A compact row of any kind: what its columns and the scaling page need, and nothing more.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectRow {
    /// core/v1 Pod
    Pod(Box<PodRow>),
    /// apps/v1 Deployment
    Deployment(Box<DeploymentRow>),
    /// apps/v1 `ReplicaSet`
    ReplicaSet(Box<ReplicaSetRow>),
    /// autoscaling/v2 `HorizontalPodAutoscaler`
    Hpa(Box<HpaRow>),
    /// keda.sh/v1alpha1 `ScaledObject`
    ScaledObject(Box<ScaledObjectRow>),
    /// keda.sh/v1alpha1 `ScaledJob`
    ScaledJob(Box<ScaledJobRow>),
    /// core/v1 Node
    Node(Box<NodeRow>),
    /// core/v1 Event
    Event(Box<EventRow>),
    /// core/v1 Namespace
    Namespace(Box<NamespaceRow>),
    /// Any kind, as the server's Table has it
    Generic(Box<GenericRow>),
    /// Any kind, with what it refers to
    Linked(Box<LinkedRow>),
    /// Any kind, with what it tells of scaling
    Seen(Box<SeenRow>),
}

/// Bytes that are no object of the kind asked for.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or cut short. Asking again may help; the same bytes never will.
    #[error("the server's answer is not the JSON expected: {0}")]
    Json(#[from] serde_json::Error),
    /// Not protobuf, or cut short. Asking again may help; the same bytes never will.
    #[error("the server's answer is not the protobuf expected: {0}")]
    Proto(#[from] prost::DecodeError),
    /// A kind that exists as JSON only was given as protobuf; asking again does not help.
    #[error("{0} exist as JSON only, never as protobuf")]
    JsonOnly(&'static str),
    /// JSON without a Table's columns, or of another kind; asking again does not help.
    #[error("the server's answer is not the table asked for")]
    NoTable,
    /// An object without a name, which no row could stand for; asking again does not help.
    #[error("the server sent an object of {0} without a name")]
    Nameless(&'static str),
}

/// One object (also the object of a watch event) from JSON.
pub fn decode_json(kind: Kind, json: &[u8]) -> Result<ObjectRow, DecodeError> {
    fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, DecodeError> {
        Ok(serde_json::from_slice(json)?)
    }
    let row = match kind {
        Kind::Pods => ObjectRow::from(parse::<slim::Pod>(json)?),
        Kind::Deployments => parse::<slim::Deployment>(json)?.into(),
        Kind::ReplicaSets => parse::<slim::ReplicaSet>(json)?.into(),
        Kind::HorizontalPodAutoscalers => parse::<slim::HorizontalPodAutoscaler>(json)?.into(),
        Kind::ScaledObjects => parse::<slim::ScaledObject>(json)?.into(),
        Kind::ScaledJobs => parse::<slim::ScaledJob>(json)?.into(),
        Kind::Nodes => parse::<slim::Node>(json)?.into(),
        Kind::Events => parse::<slim::Event>(json)?.into(),
        Kind::Namespaces => parse::<slim::Namespace>(json)?.into(),
    };
    named(kind, row)
}

/// One item of a list as protobuf: the bare message, without the `k8s\0` envelope.
pub fn decode_proto(kind: Kind, message: &[u8]) -> Result<ObjectRow, DecodeError> {
    let row = match kind {
        Kind::Pods => ObjectRow::from(slim::Pod::decode(message)?),
        Kind::Deployments => slim::Deployment::decode(message)?.into(),
        Kind::ReplicaSets => slim::ReplicaSet::decode(message)?.into(),
        Kind::HorizontalPodAutoscalers => slim::HorizontalPodAutoscaler::decode(message)?.into(),
        Kind::ScaledObjects => return Err(DecodeError::JsonOnly("ScaledObjects")),
        Kind::ScaledJobs => return Err(DecodeError::JsonOnly("ScaledJobs")),
        Kind::Nodes => slim::Node::decode(message)?.into(),
        Kind::Events => slim::Event::decode(message)?.into(),
        Kind::Namespaces => slim::Namespace::decode(message)?.into(),
    };
    named(kind, row)
}

fn named(kind: Kind, row: ObjectRow) -> Result<ObjectRow, DecodeError> {
    if row.meta().name.is_empty() {
        return Err(DecodeError::Nameless(kind.spec().title));
    }
    Ok(row)
}

macro_rules! boxed {
    ($($slim:ident => $variant:ident),* $(,)?) => {$(
        impl From<slim::$slim> for ObjectRow {
            fn from(object: slim::$slim) -> Self {
                Self::$variant(Box::new((&object).into()))
            }
        }
    )*};
}
boxed! {
    Pod => Pod,
    Deployment => Deployment,
    ReplicaSet => ReplicaSet,
    HorizontalPodAutoscaler => Hpa,
    ScaledObject => ScaledObject,
    ScaledJob => ScaledJob,
    Node => Node,
    Event => Event,
    Namespace => Namespace,
}

/// The same expression for the row of whichever kind.
macro_rules! each {
    ($row:expr, $r:ident => $e:expr) => {
        match $row {
            ObjectRow::Pod($r) => $e,
            ObjectRow::Deployment($r) => $e,
            ObjectRow::ReplicaSet($r) => $e,
            ObjectRow::Hpa($r) => $e,
            ObjectRow::ScaledObject($r) => $e,
            ObjectRow::ScaledJob($r) => $e,
            ObjectRow::Node($r) => $e,
            ObjectRow::Event($r) => $e,
            ObjectRow::Namespace($r) => $e,
            ObjectRow::Generic($r) => $e,
            ObjectRow::Linked($r) => $e,
            ObjectRow::Seen($r) => $e,
        }
    };
}

impl ObjectRow {
    /// Identity, version and age.
    pub fn meta(&self) -> &Meta {
        each!(self, r => &r.meta)
    }

    /// Puts measured CPU and memory on a pod or node (`None`: not measured); other kinds have none.
    pub fn set_usage(&mut self, usage: Option<Usage>) {
        match self {
            Self::Pod(r) => r.usage = usage,
            Self::Node(r) => r.usage = usage,
            Self::Deployment(_)
            | Self::ReplicaSet(_)
            | Self::Hpa(_)
            | Self::ScaledObject(_)
            | Self::ScaledJob(_)
            | Self::Event(_)
            | Self::Namespace(_)
            | Self::Generic(_)
            | Self::Linked(_)
            | Self::Seen(_) => {}
        }
    }
}

impl Row for ObjectRow {
    fn identity(&self) -> (&str, &str) {
        self.meta().identity()
    }
    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        each!(self, r => r.cell(column, now_ms))
    }
    fn sort_key(&self, column: usize) -> SortKey<'_> {
        each!(self, r => r.sort_key(column))
    }
    fn tag(&self, key: &str) -> Option<&str> {
        self.meta().labels.get(key)
    }
    fn lists_tags(&self, column: usize) -> bool {
        each!(self, r => r.lists_tags(column))
    }
}
