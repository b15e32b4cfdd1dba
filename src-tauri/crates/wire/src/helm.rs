//! Helm releases.

use serde::{Deserialize, Serialize};
use table::Cell;
use ts_rs::TS;

use crate::ObjectRef;

/// Argument of `open_release`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseAsk {
    /// Which cluster.
    pub cluster: String,
    /// Namespace of the release.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Answer of `open_release`: notices tell when the release is to be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseOpened {
    /// To be given to `close_release`.
    pub release: u32,
}

/// Argument of `helm_release`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HelmAsk {
    /// Which cluster.
    pub cluster: String,
    /// Namespace of the release.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The revision; absent for the newest.
    pub revision: Option<u32>,
}

/// Answer of `helm_release`: one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HelmRelease {
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// The revision shown.
    pub revision: u32,
    /// The newest there is.
    pub newest: u32,
    /// `deployed`, `failed`.
    pub status: Cell,
    /// What Helm says of the status.
    pub description: String,
    /// `web-1.2.3`.
    pub chart: String,
    /// Version of what the chart installs; may be empty.
    pub app_version: String,
    /// When this revision was deployed, in words.
    pub updated: String,
    /// When the release was first deployed, in words.
    pub first: String,
    /// The chart's notes; may be empty.
    pub notes: String,
    /// What the user supplied, as YAML.
    pub values: String,
    /// The chart's defaults with those over them, as YAML.
    pub computed: String,
    /// What was rendered; values of Secrets are masked.
    pub manifest: String,
    /// Hooks, likewise.
    pub hooks: String,
    /// Documents in which values are masked.
    pub masked: u32,
    /// What the manifest makes.
    pub resources: Vec<ObjectRef>,
    /// Revisions that are kept, the newest first.
    pub history: Vec<HelmRevision>,
    /// What is not shown, and why; may be empty.
    pub note: String,
}

/// A revision in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HelmRevision {
    /// Its number.
    pub revision: u32,
    /// Its status.
    pub status: Cell,
    /// When it last changed, in words.
    pub updated: String,
}

/// A text of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum HelmPart {
    /// What the user supplied.
    Values,
    /// With the chart's defaults.
    Computed,
    /// What was rendered.
    Manifest,
    /// The chart's notes.
    Notes,
}

/// Argument of `helm_diff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HelmDiffAsk {
    /// Which cluster.
    pub cluster: String,
    /// Namespace of the release.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The older revision.
    pub from: u32,
    /// The newer one.
    pub to: u32,
    /// Which text.
    pub part: HelmPart,
}

/// Answer of `helm_diff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HelmDiff {
    /// Changed lines with those around them; none where nothing differs.
    pub lines: Vec<DiffLine>,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// What is left out; may be empty.
    pub note: String,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum DiffKind {
    /// In both.
    Same,
    /// Only in the newer.
    Added,
    /// Only in the older.
    Removed,
    /// Lines that are the same are left out here.
    Gap,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DiffLine {
    /// What became of it.
    pub kind: DiffKind,
    /// Its number in the older text.
    pub old: Option<u32>,
    /// Its number in the newer.
    pub new: Option<u32>,
    /// The line.
    pub text: String,
}
