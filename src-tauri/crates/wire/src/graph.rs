//! The scaling graph of one autoscaler.
//!
//! Series cross as raw bytes (`graph_series`): little-endian `u32` magic `0x31524753` ("SGR1"),
//! `u32` number of series k, `u32` number of points n, `u32` zero, n `f64` of Unix seconds, then
//! k times n `f64` values in the order of [`GraphMeta::lanes`]; NaN is a gap (not seen).

use serde::{Deserialize, Serialize};
use table::Cell;
use ts_rs::TS;

/// Argument of `open_graph`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OpenGraph {
    /// Which cluster.
    pub cluster: String,
    /// `horizontalpodautoscalers`, `scaledobjects` or `scaledjobs`, or any name in commands that ends so.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// Answer of `open_graph`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GraphOpened {
    /// To be given to `graph`, `graph_series` and `close_graph`.
    pub graph: u32,
}

/// What a series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LaneRole {
    /// Ready replicas of the target.
    Ready,
    /// What load asks for before any rule holds it.
    Asked,
    /// Current replicas.
    Current,
    /// Desired replicas.
    Desired,
    /// minReplicas.
    Min,
    /// maxReplicas.
    Max,
    /// A metric's value; drawn in a lane of its own.
    Metric,
    /// That metric's target; in the lane of the metric before it.
    Target,
    /// The replicas that the metric before it asks for; written beside its steps.
    Asks,
}

/// One series of the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Lane {
    /// Stable name.
    pub id: String,
    /// Shown name: `cpu`, `ready`.
    pub title: String,
    /// What it is.
    pub role: LaneRole,
    /// Unit for the axis: `%`, `m`, empty.
    pub unit: String,
    /// Its latest value in words: `62% of 80%`.
    pub latest: String,
}

/// How an event is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FlagTone {
    /// It scaled.
    Scaled,
    /// Somebody edited it, or set a size beside it.
    Edited,
    /// Something else of note.
    Info,
    /// A warning.
    Warning,
}

/// An event on the time axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Flag {
    /// Unix ms.
    pub at_ms: i64,
    /// Short text: `→ 6`.
    pub label: String,
    /// Reason and message.
    pub text: String,
    /// How it is drawn.
    pub tone: FlagTone,
    /// The time in words, local.
    pub at: String,
}

/// A span of time that was watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeenSpan {
    /// Unix ms.
    pub from_ms: i64,
    /// Unix ms.
    pub to_ms: i64,
}

/// Answer of `graph`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GraphMeta {
    /// Rises with each change.
    pub version: u32,
    /// False until the autoscaler has been seen once.
    pub loaded: bool,
    /// It was deleted while shown.
    pub deleted: bool,
    /// What was seen before it was opened is still being read.
    pub recalling: bool,
    /// The backend's clock, Unix ms: the right edge.
    pub now_ms: i64,
    /// So many seconds pass on that clock in one of this computer's; 1 but in the demo cluster, 0 while it stands still.
    pub rate: u32,
    /// The earliest time anything is known of, Unix ms.
    pub known_from_ms: i64,
    /// Shown above the graph: what scales what, as references.
    pub target: crate::ObjectRef,
    /// The HPA KEDA made for it, or that made it; absent for a plain HPA.
    pub partner: Option<crate::ObjectRef>,
    /// Labelled figures: current, desired, min, max, last change, conditions in short.
    pub facts: Vec<crate::Fact>,
    /// What it is doing in a few words: `At max 10 of 10`.
    pub status: Cell,
    /// The controller's conditions.
    pub conditions: Vec<crate::Condition>,
    /// Series in the order of the bytes.
    pub lanes: Vec<Lane>,
    /// Events in order of time.
    pub flags: Vec<Flag>,
    /// Spans that were watched live.
    pub seen: Vec<SeenSpan>,
    /// State of the source.
    pub state: crate::ViewState,
}

/// Argument of `graph_series`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeriesAsk {
    /// Which graph.
    pub graph: u32,
    /// Left edge, Unix ms.
    pub from_ms: i64,
    /// Right edge, Unix ms.
    pub to_ms: i64,
    /// Width in device pixels.
    pub width: u32,
}
