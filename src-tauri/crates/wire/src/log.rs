//! Container logs: a bounded ring in the backend, of which the UI pulls what it shows.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Argument of `open_log`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OpenLog {
    /// Which cluster.
    pub cluster: String,
    /// Namespace.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Container; empty takes the pod's default container.
    pub container: String,
    /// The run before this one.
    pub previous: bool,
}

/// Answer of `open_log`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogOpened {
    /// To be given to `log_lines` and `close_log`.
    pub log: u32,
    /// The container taken.
    pub container: String,
    /// All containers of the pod, init and ephemeral ones too.
    pub containers: Vec<String>,
}

/// Where a log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LogPhase {
    /// Asked for, nothing came yet.
    Opening,
    /// Lines arrive as they are written.
    Following,
    /// The container ended, or this is the previous run.
    Ended,
    /// The stream was cut and is being opened again.
    Reconnecting,
    /// It cannot be read; `why` says it.
    Failed,
}

/// Text in one style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogSpan {
    /// The text, safe to show.
    pub text: String,
    /// Colour: empty, `0`..`15` of the palette, or `#rrggbb`.
    pub color: String,
    /// Bold.
    pub bold: bool,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// Its number, counted from the opening of the log, dropped lines included.
    pub n: u32,
    /// When the container wrote it, local `14:03:12.123`; may be empty.
    pub at: String,
    /// The text.
    pub spans: Vec<LogSpan>,
}

/// Argument of `log_lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogAsk {
    /// Which log.
    pub log: u32,
    /// Number of the first line wanted.
    pub from: u32,
    /// How many, at most 500.
    pub count: u32,
    /// Give the newest `count` lines instead.
    pub tail: bool,
}

/// Answer of `log_lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogWindow {
    /// Rises with each change.
    pub version: u32,
    /// Number of the oldest line kept.
    pub first: u32,
    /// Number the next line will have.
    pub next: u32,
    /// Lines dropped from the ring so far.
    pub dropped: u32,
    /// Only so many of the newest lines were asked for at the opening, and as many came: there may be older ones. 0 when
    /// everything written is here.
    pub opened_at: u32,
    /// Where it stands.
    pub phase: LogPhase,
    /// Why it failed or ended; may be empty.
    pub why: String,
    /// The lines asked for, shorter at the edges.
    pub lines: Vec<LogLine>,
}
