//! Selecting rows, and copying them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A row by its object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RowKey {
    /// [`crate::RowOut::key`].
    pub key: String,
    /// [`crate::RowOut::kind`].
    pub kind: String,
    /// [`crate::RowOut::namespace`].
    pub namespace: String,
    /// [`crate::RowOut::name`].
    pub name: String,
}

/// What is selected otherwise. Only rows that a view shows are ever selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Pick {
    /// The row is, or is no more.
    Toggle {
        /// Which.
        row: RowKey,
    },
    /// Exactly the rows from one to another, in the view's order.
    Range {
        /// One end.
        from: RowKey,
        /// The other.
        to: RowKey,
    },
    /// Every row of the view.
    All,
    /// None.
    Nothing,
}

/// Argument of `select`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SelectAsk {
    /// Which view.
    pub view: u32,
    /// What.
    pub pick: Pick,
}

/// What is made of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CopyForm {
    /// A name a line.
    Names,
    /// The namespaces, each once, a line each.
    Namespaces,
    /// `namespace/name`, a line each.
    Qualified,
    /// Comma-separated cells with headings (RFC 4180).
    Csv,
    /// The same with tabs.
    Tsv,
    /// `kubectl get`, for a POSIX shell; a line for each kind and namespace.
    Kubectl,
}

/// Argument of `copy_rows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CopyAsk {
    /// Which view.
    pub view: u32,
    /// The row that is meant where none is selected.
    pub row: Option<RowKey>,
    /// As what.
    pub form: CopyForm,
    /// Ids of the shown columns in their order, for cells.
    pub columns: Vec<String>,
}

/// Rows as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Copied {
    /// For the clipboard.
    pub text: String,
    /// What that is: `3 names`.
    pub said: String,
}

/// Argument of `open_yaml_copy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct YamlCopyAsk {
    /// Which view.
    pub view: u32,
    /// The row that is meant where none is selected.
    pub row: Option<RowKey>,
}

/// Answer of `open_yaml_copy`: objects are being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct YamlCopyOpened {
    /// To be given to `yaml_copy`.
    pub copy: u32,
    /// Objects to read.
    pub total: u32,
}

/// How far reading objects is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct YamlCopy {
    /// Objects read, or failed.
    pub done: u32,
    /// What could not be read, and why; the text says it at the same places.
    pub failed: Vec<String>,
    /// All documents, once the last object was read.
    pub text: Option<String>,
}
