//! Finding anything by a few letters, and going to a kind by its name.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{KindEntry, RowKey};

/// What a found line is. On a tie the earlier comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FindSort {
    /// A kind, or a page.
    Kind,
    /// A view under a name.
    View,
    /// A namespace to be shown.
    Namespace,
    /// A command of the window.
    Command,
    /// An open cluster, or a context to connect.
    Context,
    /// An object.
    Object,
}

/// Something that only the window knows of, to be found among the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindEntry {
    /// The window's own name for it.
    pub id: String,
    /// What it is.
    pub sort: FindSort,
    /// What is shown.
    pub title: String,
    /// Other words that find it.
    pub words: Vec<String>,
}

/// Argument of `find`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindAsk {
    /// The cluster to look in, if any; it then holds what people look for most until `end_find`.
    pub cluster: Option<String>,
    /// What was typed. Of several words the last is looked for, the others narrow kinds and namespaces down.
    pub text: String,
    /// Most lines wanted.
    pub limit: u32,
    /// What the window adds.
    pub entries: Vec<FindEntry>,
}

/// One line, the best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundItem {
    /// Unique among the lines: the window's own for what it added, a kind id for a kind, a name for a namespace.
    pub id: String,
    /// What it is.
    pub sort: FindSort,
    /// What is shown.
    pub title: String,
    /// What it is in words: `Pod · shop`.
    pub about: String,
    /// Places of the title's characters that were found.
    pub marks: Vec<u32>,
    /// The object, if it is one.
    pub object: Option<RowKey>,
    /// Why it leads nowhere; empty otherwise.
    pub lack: String,
}

/// Answer of `find`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The lines.
    pub items: Vec<FoundItem>,
    /// Everything that fits, of which the lines are the best.
    pub matched: u32,
    /// Kinds whose objects were looked through, with how many: `Pods 50,000`.
    pub searched: Vec<String>,
    /// Kinds that are still arriving.
    pub loading: Vec<String>,
    /// Kinds that cannot be looked through, and why.
    pub unsearched: Vec<String>,
}

/// Argument of `go`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GoAsk {
    /// Which cluster.
    pub cluster: String,
    /// What was typed: `deploy`, `po kube-system`, `ns shop`, `ctx dev`.
    pub text: String,
}

/// Where that leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GoTo {
    /// The kind to show.
    pub kind: Option<KindEntry>,
    /// The namespaces to show; empty is all.
    pub namespaces: Option<Vec<String>>,
    /// The context to go to; an empty name is the list of them.
    pub context: Option<String>,
    /// What is wrong with it: sentence, else empty.
    pub problem: String,
    /// What may have been meant, to be typed in its place.
    pub near: Vec<String>,
}
