//! Live tables: opening a view, pulling the rows it shows.

use serde::{Deserialize, Serialize};
use table::{Cell, Column};
use ts_rs::TS;

/// One column to sort by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SortBy {
    /// A column's id.
    pub column: String,
    /// Largest first.
    pub descending: bool,
}

/// Argument of `open_view`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OpenView {
    /// Which cluster.
    pub cluster: String,
    /// A [`crate::KindEntry::id`], or `scaling` for the table of all autoscalers.
    pub kind: String,
    /// Only these namespaces; empty is all.
    pub namespaces: Vec<String>,
    /// Filter text.
    pub filter: String,
    /// Empty is the kind's own order.
    pub sort: Vec<SortBy>,
}

/// Answer of `open_view`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ViewOpened {
    /// To be given to the other view commands.
    pub view: u32,
    /// Known at once for kinds with rows of their own; empty for others until [`Rows::columns`] says.
    pub columns: Vec<Column>,
}

/// Argument of `update_view`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateView {
    /// Which view.
    pub view: u32,
    /// Only these namespaces; empty is all.
    #[ts(optional)]
    pub namespaces: Option<Vec<String>>,
    /// Filter text.
    #[ts(optional)]
    pub filter: Option<String>,
    /// Columns to sort by.
    #[ts(optional)]
    pub sort: Option<Vec<SortBy>>,
}

/// Argument of `set_visible`: hidden views send no notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SetVisible {
    /// Which view.
    pub view: u32,
    /// Whether it is on screen.
    pub visible: bool,
}

/// Argument of `rows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RowsAsk {
    /// Which view.
    pub view: u32,
    /// First row wanted.
    pub from: u32,
    /// How many, at most 500.
    pub count: u32,
    /// The [`Rows::columns_version`] the UI has; columns are sent again only when it differs.
    pub columns_version: u32,
}

/// One row as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RowOut {
    /// Stable while the object lives; key for the DOM and the selection.
    pub key: String,
    /// Namespace; empty for objects of the cluster.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Kind id for `open_details` (a scaling row's own kind).
    pub kind: String,
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// Whether it is selected.
    pub selected: bool,
}

/// How far a list is, or how fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// The first list is arriving.
    Listing,
    /// Complete, and proven live.
    Live,
    /// Complete as of a time, connection in doubt.
    Stale,
    /// Nothing can be shown; `why` says it.
    Failed,
}

/// State of a view's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ViewState {
    /// Where it stands.
    pub phase: Phase,
    /// For a person: "as of 14:03:12, reconnecting: connection refused", "pods is forbidden: …".
    pub why: String,
    /// Objects received of the first list.
    pub received: u32,
    /// Objects expected, when the server says.
    pub expected: Option<u32>,
    /// Error code when failed.
    pub code: Option<crate::ErrorCode>,
    /// The right the account lacks, where that is why it failed.
    pub lack: Option<Box<crate::Lack>>,
    /// The namespaces shown where all were asked for and the account may not have them; else empty.
    pub limited_to: Vec<String>,
}

/// Argument of `place_of`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlaceAsk {
    /// Which view.
    pub view: u32,
    /// Namespace of the object; empty for objects of the cluster.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Answer of `rows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Rows {
    /// Version these rows belong to.
    pub version: u32,
    /// Rows in the view after filtering.
    pub matched: u32,
    /// Rows before the text filter.
    pub total: u32,
    /// Rows selected.
    pub selected: u32,
    /// Index of the first row sent (clamped).
    pub from: u32,
    /// The rows.
    pub rows: Vec<RowOut>,
    /// When the UI should pull again though nothing changed (an age ticks), in ms from now.
    pub next_tick_ms: Option<u32>,
    /// State of the source.
    pub state: ViewState,
    /// Changes when columns change (server Tables).
    pub columns_version: u32,
    /// The columns, when the UI's version differs.
    pub columns: Option<Vec<Column>>,
    /// What is wrong with the filter typed last; then the last good one filters.
    pub filter_problem: Option<FilterProblem>,
}

/// Why a filter text means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FilterProblem {
    /// A sentence that says what is wrong and what would be right.
    pub message: String,
    /// Characters before the piece that is wrong.
    pub at: u32,
    /// The piece; empty where something is missing.
    pub piece: String,
}

/// Argument of `close_view`, `close_details`, `close_log`, `close_graph`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloseId {
    /// The id the open command answered.
    pub id: u32,
}
