//! One group of events.

use serde::{Deserialize, Serialize};
use table::Cell;
use ts_rs::TS;

use crate::ObjectRef;

/// Argument of `event_group`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventGroupAsk {
    /// Which cluster.
    pub cluster: String,
    /// [`crate::RowOut::key`] in the table of grouped events.
    pub key: String,
}

/// Answer of `event_group`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventGroup {
    /// `Warning`.
    pub kind: Cell,
    /// `BackOff`.
    pub reason: String,
    /// Kind of the objects: `Pod`.
    pub object: String,
    /// What their names have in common: `web-*`.
    pub name: String,
    /// Namespace of the events.
    pub namespace: String,
    /// The latest event's message.
    pub message: String,
    /// Events in the group.
    pub events: u32,
    /// Occurrences they count.
    pub count: String,
    /// How long ago the earliest was; may be empty.
    pub first: String,
    /// How long ago the latest was; may be empty.
    pub last: String,
    /// Distinct objects.
    pub total: u32,
    /// Of them the first 500, the one seen last first.
    pub objects: Vec<EventGroupObject>,
}

/// One object of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventGroupObject {
    /// Which.
    pub object: ObjectRef,
    /// Occurrences that its events count.
    pub count: String,
    /// How long ago the latest was; may be empty.
    pub last: String,
    /// The latest event's message.
    pub message: String,
}
