//! What of scaling is recorded, and how much of it is kept.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How much is kept of what is seen of scaling. What is beyond goes, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct RecordingLimits {
    /// For so many days.
    pub days: u32,
    /// So many megabytes on disk at most.
    pub megabytes: u32,
}

impl Default for RecordingLimits {
    /// Seven days, 200 MB.
    fn default() -> Self {
        Self {
            days: 7,
            megabytes: 200,
        }
    }
}

impl RecordingLimits {
    /// The least of both that can be chosen.
    pub const LEAST: Self = Self {
        days: 1,
        megabytes: 10,
    };
    /// The most of both that can be chosen: a year, 10 GB.
    pub const MOST: Self = Self {
        days: 366,
        megabytes: 10_000,
    };
}

/// Whether it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum RecordingState {
    /// It begins when a cluster is opened.
    Waiting,
    /// What is seen of open clusters is recorded.
    On,
    /// It is, but something is to be known of it.
    Warned,
    /// It is not.
    Off,
}

/// Answer of `recording`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordingInfo {
    /// Whether it is recorded.
    pub state: RecordingState,
    /// The same in a sentence or two.
    pub words: String,
    /// What lies on disk now: `12.4 MB`; empty where nothing does.
    pub size: String,
    /// Where it lies; empty where nothing is kept.
    pub file: String,
    /// The least that can be chosen.
    pub least: RecordingLimits,
    /// The most that can be chosen.
    pub most: RecordingLimits,
}
