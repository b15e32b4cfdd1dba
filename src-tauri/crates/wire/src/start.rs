//! The start page, connecting, and what is known of a connected cluster.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a context would log in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "type", content = "why")]
pub enum Access {
    /// A bearer token in the file.
    Token,
    /// A client certificate.
    ClientCertificate,
    /// No credentials.
    Anonymous,
    /// Cannot be opened by this version; says what it would need.
    NotYet(String),
    /// The file is wrong here; says what.
    Broken(String),
}

/// One context of the opened kubeconfigs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContextEntry {
    /// Opaque, to be given to `connect`.
    pub id: String,
    /// Path of the file it stands in.
    pub file: String,
    /// Its name in the file.
    pub name: String,
    /// Name of its cluster entry.
    pub cluster: String,
    /// Address of the server.
    pub server: String,
    /// Name of its user entry.
    pub user: String,
    /// Namespace it begins with; empty if none is given.
    pub namespace: String,
    /// Whether it is the current context.
    pub current: bool,
    /// How it logs in.
    pub access: Access,
    /// Telling settings in words (TLS not verified, plain http).
    pub warnings: Vec<String>,
}

/// What the start page shows; reading it contacts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StartPage {
    /// Paths of the kubeconfigs; none when there was no kubeconfig.
    pub files: Vec<String>,
    /// How they were found: "given as argument", "from KUBECONFIG", "the usual place".
    pub origin: String,
    /// In the files' order.
    pub contexts: Vec<ContextEntry>,
    /// Why they could not be read, if so: sentence, what to do.
    pub problem: Option<crate::WireError>,
    /// This program's version.
    pub app_version: String,
}

/// Argument of `connect`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Connect {
    /// A [`ContextEntry::id`].
    pub context: String,
}

/// Argument of commands about one connected cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClusterAsk {
    /// A [`ClusterInfo::cluster`].
    pub cluster: String,
}

/// A connected cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClusterInfo {
    /// Opaque id of the connection.
    pub cluster: String,
    /// The context's name.
    pub name: String,
    /// Two letters for the rail.
    pub initials: String,
    /// Address of the server.
    pub server: String,
    /// The server's version: `v1.36.3`.
    pub version: String,
    /// Namespace to begin with; empty is all.
    pub namespace: String,
}

/// What the status bar shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClusterStatus {
    /// Whether the connection is proven alive now.
    pub live: bool,
    /// Unix ms of the last proof of life.
    pub as_of_ms: i64,
    /// The as-of time in words in the local zone: `14:03:12`.
    pub as_of: String,
    /// Why it is not live; empty when it is.
    pub why: String,
    /// Last round trip in ms.
    pub latency_ms: u32,
    /// Open watches.
    pub watches: u32,
    /// Objects held.
    pub objects: u32,
    /// Bytes received since connecting, in words: `3.2 MB`.
    pub received: String,
    /// Bytes received since connecting.
    pub received_bytes: u64,
    /// Time zone of every shown time: `Europe/Oslo`.
    pub zone: String,
    /// Something inside Scalescope failed (a task panicked): sentence, else empty.
    pub problem: String,
}

/// A kind the sidebar or palette can go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KindEntry {
    /// To be given to `open_view`: `pods`, or `group/version/plural` for others.
    pub id: String,
    /// `Pods`.
    pub title: String,
    /// `Pod`.
    pub kind: String,
    /// API group; empty is core.
    pub group: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// `po`, `deploy`.
    pub short_names: Vec<String>,
    /// Whether it comes from a custom resource definition.
    pub custom: bool,
    /// The right to list it, where the account is known to have it in no namespace in question.
    pub lack: Option<crate::Lack>,
    /// Whether the server could not say if the account may list it.
    pub unsure: bool,
}

/// What a cluster serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KindList {
    /// Kinds with rows of their own first, then every other listable kind.
    pub kinds: Vec<KindEntry>,
    /// API groups that did not answer discovery: `metrics.k8s.io`.
    pub failed_groups: Vec<String>,
    /// Why only kinds of every cluster are known; empty when all are.
    pub problem: String,
    /// Whether the account may list none of them.
    pub nothing: bool,
}

/// Colour theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// What is kept between starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Colour theme.
    pub theme: Theme,
    /// Width of the details drawer in CSS pixels; 0 is the default.
    pub drawer_width: u16,
    /// Height of the dock in CSS pixels; 0 is the default.
    pub dock_height: u16,
}
