//! The demo cluster: which time it is there, and how it is moved.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The demo cluster on the start page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DemoEntry {
    /// To be given to `connect`.
    pub context: String,
    /// Its name, whatever title it was given.
    pub name: String,
    /// What stands for the address of its server.
    pub server: String,
    /// Its own settings.
    pub settings: crate::ContextSettings,
    /// It is opened by itself: the program has just begun, and there is nothing else to show.
    pub opens: bool,
}

/// Which time it is in the demo cluster. It goes on at `rate` from when this was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DemoTime {
    /// Its time, Unix ms.
    pub now_ms: i64,
    /// How far back it can go, Unix ms.
    pub begin_ms: i64,
    /// How far it can go, Unix ms; as long as this is shown it goes on as this computer's time does.
    pub present_ms: i64,
    /// So many of its seconds pass in one second; 0 stands still.
    pub rate: u32,
    /// Whether its time is the present.
    pub is_present: bool,
    /// Name of the zone its times are shown in: `Europe/Oslo`.
    pub zone: String,
}

/// Argument of `set_demo_rate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DemoRateAsk {
    /// Which cluster.
    pub cluster: String,
    /// So many of its seconds in one second, up to 60; 0 stands still.
    pub rate: u32,
}

/// Argument of `go_to_demo_time`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DemoTimeAsk {
    /// Which cluster.
    pub cluster: String,
    /// Unix ms, within its day; the present without one.
    pub to_ms: Option<i64>,
}
