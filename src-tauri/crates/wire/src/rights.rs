//! What the account may not do, in words that help to change it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A right the account lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Lack {
    /// `list`.
    pub verb: String,
    /// `pods`, `pods/log`.
    pub resource: String,
    /// API group; empty is core.
    pub group: String,
    /// Namespace; empty for all of them, and for what lies in none.
    pub namespace: String,
    /// "Your account lacks the verb list on pods in namespace shop."
    pub sentence: String,
    /// What to ask the cluster's administrator for.
    pub advice: String,
    /// A line for a terminal that asks the server the same.
    pub command: String,
}

/// Argument of `actions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActionsAsk {
    /// Which cluster.
    pub cluster: String,
    /// A [`crate::KindEntry::id`].
    pub kind: String,
    /// Namespace of the object; empty for objects of the cluster.
    pub namespace: String,
}

/// What cannot be done with an object, and why not. What is not known counts as possible: the server has the last word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Actions {
    /// Why its logs cannot be read; absent for all that is no pod.
    pub logs: Option<Lack>,
    /// Why it cannot be read whole.
    pub yaml: Option<Lack>,
    /// Why its events cannot be read.
    pub events: Option<Lack>,
    /// Why it cannot be followed over time.
    pub graph: Option<Lack>,
}
