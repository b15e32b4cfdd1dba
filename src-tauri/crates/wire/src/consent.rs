//! What connecting a context would do, and the person's answer to it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ClusterInfo;

/// How far connecting has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Connecting {
    /// It is connected.
    Connected {
        /// Where.
        cluster: ClusterInfo,
    },
    /// A person has to answer first.
    Asks {
        /// What.
        question: Question,
    },
    /// A person said no, or stopped it.
    Closed,
}

/// What a person is asked before a context is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Opaque, to be given to `answer_consent`.
    pub id: String,
    /// The context's id.
    pub context: String,
    /// The context's name.
    pub name: String,
    /// Path of the file it stands in, or how else it came.
    pub file: String,
    /// Something else was agreed to before; the items say what differs.
    pub again: bool,
    /// The files and programs were looked at: digests are there.
    pub looked: bool,
    /// What would happen, in the order it would.
    pub sections: Vec<ConsentSection>,
    /// What is unusual about it; each must be confirmed to trust it.
    pub dangers: Vec<Danger>,
    /// Why it cannot be trusted at all (kubectl's credential plugin policy forbids the program; a
    /// named file is a device): sentence, else empty.
    pub refused: String,
}

/// One group of what would happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConsentSection {
    /// `Connects to`, `Runs`, `Reads`, `Logs in with`.
    pub title: String,
    /// In order.
    pub items: Vec<ConsentItem>,
}

/// One thing that would happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConsentItem {
    /// `Server`, `Program`, `Argument 1`.
    pub label: String,
    /// The value as it will be used; safe to show.
    pub value: String,
    /// Where its content goes, or what it means; may be empty.
    pub note: String,
    /// SHA-256 of what was read, in hexadecimal; empty while nothing was.
    pub digest: String,
    /// Against what was agreed to before.
    pub change: ConsentChange,
}

/// How an item differs from what was agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum ConsentChange {
    /// Not at all, or nothing was agreed to.
    None,
    /// It is new.
    Added,
    /// It was this before.
    Changed {
        /// The value before.
        before: String,
        /// The digest before; empty where none was taken or it is the same.
        before_digest: String,
    },
    /// It is gone; the value is what it was.
    Removed,
}

/// One unusual thing, to be confirmed by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Danger {
    /// Opaque, to be given back when confirmed.
    pub id: String,
    /// What it is: `The server's certificate is not checked`.
    pub title: String,
    /// What that means, in a sentence or two.
    pub why: String,
}

/// A person's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Consent {
    /// Look at the files and programs, run and contact nothing, ask again.
    Look,
    /// Do it, now and each time it is the same.
    Trust,
    /// Do not open.
    Refuse,
}

/// Argument of `answer_consent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AnswerConsent {
    /// A [`Question::id`]; each can be answered once.
    pub question: String,
    /// The answer.
    pub answer: Consent,
    /// Ids of the dangers that were confirmed.
    pub confirmed: Vec<String>,
}

/// Something agreed to and remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConsentEntry {
    /// Opaque, to be given to `revoke_consent`.
    pub id: String,
    /// The context's name.
    pub name: String,
    /// Path of its file.
    pub file: String,
    /// Address of the server.
    pub server: String,
    /// When, in words of the local zone.
    pub agreed: String,
    /// What was agreed to.
    pub sections: Vec<ConsentSection>,
}

/// Everything agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConsentList {
    /// Newest first.
    pub entries: Vec<ConsentEntry>,
    /// Path of the file it is kept in.
    pub kept_in: String,
    /// What is wrong with that file (it was damaged and set aside): sentence, else empty.
    pub problem: String,
}

/// Argument of `revoke_consent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConsentAsk {
    /// A [`ConsentEntry::id`].
    pub id: String,
}
