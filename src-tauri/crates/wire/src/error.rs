//! What a command answers when it cannot do what was asked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A code exists only while the UI acts on it; everything else is [`ErrorCode::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// The server cannot be reached: offer to try again.
    Unreachable,
    /// The server's certificate is not trusted, expired, or for another name: no retry by itself.
    Untrusted,
    /// The credentials were refused (401).
    Unauthorized,
    /// The user may not do this (403): offer another namespace.
    Forbidden,
    /// The file or the request is malformed.
    Malformed,
    /// The object, view, log or cluster is no longer there: close what shows it.
    Gone,
    /// Anything else.
    Other,
}

/// An error as the UI shows it: a sentence, then what to do or what was meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WireError {
    /// What the UI can act on.
    pub code: ErrorCode,
    /// What happened, in one sentence.
    pub message: String,
    /// What to do, or the server's own words; may be empty.
    pub detail: String,
    /// The right the account lacks, where that is the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lack: Option<Box<crate::Lack>>,
}

impl WireError {
    /// An error of `code`.
    pub fn new(code: ErrorCode, message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: detail.into(),
            lack: None,
        }
    }

    /// For want of a right; `detail` is the server's own words, or empty.
    pub fn forbidden(lack: crate::Lack, detail: impl Into<String>) -> Self {
        Self {
            message: lack.sentence.clone(),
            lack: Some(Box::new(lack)),
            ..Self::new(ErrorCode::Forbidden, "", detail)
        }
    }
}
