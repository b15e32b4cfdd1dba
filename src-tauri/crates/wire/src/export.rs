//! A file that leaves the window: a picture or a table of what is shown.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Argument of `save_export`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SaveExport {
    /// The name proposed, with its ending; the person chooses the folder and may choose another.
    pub name: String,
    /// Its bytes, in base64.
    pub base64: String,
}

/// Answer of `save_export`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedExport {
    /// Where it was saved; absent if the person chose no place.
    pub path: Option<String>,
}
