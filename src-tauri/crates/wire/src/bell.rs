//! Whether the desktop tells that a workload came to need attention.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Argument of `bell`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BellAsk {
    /// Which cluster.
    pub cluster: String,
    /// A [`crate::KindEntry::id`] of autoscalers.
    pub kind: String,
    /// Namespace of the autoscaler.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Argument of `set_bell`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SetBell {
    /// Which cluster.
    pub cluster: String,
    /// A [`crate::KindEntry::id`] of autoscalers.
    pub kind: String,
    /// Namespace of the autoscaler.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Whether the desktop shall tell of it.
    pub on: bool,
}

/// Answer of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BellTold {
    /// Whether the desktop is to tell of it.
    pub on: bool,
    /// Why it does not though it is to: a sentence; empty otherwise.
    pub problem: String,
}
