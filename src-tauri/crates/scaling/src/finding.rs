//! Something wrong or surprising about how a workload is scaled.

use serde::{Deserialize, Serialize};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Scaling is not what it seems.
    Warning,
    /// Scaling does not work.
    Error,
}

/// What is wrong, with what shows it and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// A stable name in kebab case, also the anchor in the documentation.
    pub id: String,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence: what is wrong.
    pub summary: String,
    /// What shows it, at least one.
    pub evidence: Vec<Evidence>,
    /// One sentence: what to do.
    pub advice: String,
}

/// One field or fact with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The field's path as in the object (`spec.triggers[0].metadata.timezone`), or the name of the fact.
    pub field: String,
    /// Its value as written.
    pub value: String,
}

impl Evidence {
    /// A field with its value.
    pub fn new(field: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            value: value.into(),
        }
    }
}
