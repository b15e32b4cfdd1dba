//! The start page, connecting, and what is known of a connected cluster.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a context would log in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "type", content = "why")]
pub enum Access {
    /// A bearer token in the file.
    Token,
    /// A bearer token in a file of its own.
    TokenFile,
    /// A client certificate.
    ClientCertificate,
    /// A user name and password.
    Basic,
    /// A program prints the credentials; its name as written.
    Program(String),
    /// A sign-in at an OIDC issuer; its address.
    Oidc(String),
    /// No credentials.
    Anonymous,
    /// It cannot be used: the file is wrong here, or it asks for what no longer exists. Says what to do.
    Broken(String),
}

/// One context of the opened kubeconfigs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContextEntry {
    /// Opaque, to be given to `connect`.
    pub id: String,
    /// The [`SourceEntry::id`] it came with.
    pub source: String,
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
    /// Whether it is the current context of its source.
    pub current: bool,
    /// How it logs in.
    pub access: Access,
    /// Telling settings in words (TLS not verified, plain http).
    pub warnings: Vec<String>,
    /// When it was last connected, in words of the local zone; empty if never.
    pub last_used: String,
    /// Unix ms of the same; 0 if never.
    pub last_used_ms: i64,
    /// Its own settings.
    pub settings: ContextSettings,
}

/// What a person set for one context; kept between starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct ContextSettings {
    /// Colour in the rail, 1 to 8; 0 is chosen by its name.
    pub colour: u8,
    /// Shown instead of its name; empty is its name.
    pub title: String,
    /// Namespace to begin with instead of the file's; empty is the file's.
    pub namespace: String,
}

/// Argument of `set_context`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SetContext {
    /// A [`ContextEntry::id`].
    pub context: String,
    /// What it shall be.
    pub settings: ContextSettings,
}

/// How a kubeconfig was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// Given on the command line, opened from the desktop, chosen, or dropped.
    Opened,
    /// The list in `KUBECONFIG`, merged.
    Environment,
    /// `~/.kube/config`.
    Home,
    /// A file of a watched folder.
    Folder,
    /// Pasted text; kept in memory only.
    Pasted,
}

/// One kubeconfig, or a merged list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceEntry {
    /// Opaque.
    pub id: String,
    /// How it was found.
    pub origin: Origin,
    /// Short: `config`, `KUBECONFIG`, `Pasted at 14:03`.
    pub title: String,
    /// Paths of its files, or of the watched folder.
    pub files: Vec<String>,
    /// Why it could not be read, if so: sentence, what to do.
    pub problem: Option<crate::WireError>,
    /// What a person should know of the file itself (anyone may write it, it was downloaded); may be empty.
    pub warnings: Vec<String>,
    /// It was opened since the page was last looked at: bring it into sight.
    pub fresh: bool,
    /// `remove_source` can take it off the page.
    pub removable: bool,
}

/// A folder whose kubeconfigs are listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FolderEntry {
    /// Opaque, to be given to `forget_folder`.
    pub id: String,
    /// Its path.
    pub path: String,
    /// How many kubeconfigs it holds.
    pub files: u32,
    /// Why it cannot be read, or what of it is not listed: sentence, else empty.
    pub problem: String,
}

/// What the start page shows; reading it contacts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StartPage {
    /// Opened ones first, then pasted, `KUBECONFIG`, the usual place, folders.
    pub sources: Vec<SourceEntry>,
    /// In the sources' order, then the files'.
    pub contexts: Vec<ContextEntry>,
    /// Watched folders.
    pub folders: Vec<FolderEntry>,
    /// The demo cluster, which needs none.
    pub demo: crate::DemoEntry,
    /// Where a kubeconfig is looked for when none was opened.
    pub usual_place: String,
    /// This program's version.
    pub app_version: String,
}

/// Argument of commands about one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceAsk {
    /// A [`SourceEntry::id`] or [`FolderEntry::id`].
    pub id: String,
}

/// Argument of `paste_kubeconfig`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Paste {
    /// The text, up to 4 MiB.
    pub text: String,
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
    /// Id of its context; another one once the context was edited.
    pub context: String,
    /// The context's name, or the title it was given.
    pub name: String,
    /// Colour in the rail, 1 to 8.
    pub colour: u8,
    /// Two letters for the rail.
    pub initials: String,
    /// Address of the server.
    pub server: String,
    /// The server's version: `v1.36.3`.
    pub version: String,
    /// Namespace to begin with; empty is all.
    pub namespace: String,
    /// Whether it is the demo cluster: nothing in it is real.
    pub demo: bool,
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
    /// `pods`.
    pub plural: String,
    /// `pod`; may be empty.
    pub singular: String,
    /// Heading of the sidebar it stands under: `Workloads`, or the API group of custom resources; empty for a link of its own.
    pub section: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// `po`, `deploy`.
    pub short_names: Vec<String>,
    /// `all`, `api-extensions`: groups of kinds that kubectl gets together.
    pub categories: Vec<String>,
    /// Every served version, the one shown first; `group/version/plural` (`core/…` for the core group) opens another.
    pub versions: Vec<String>,
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
    /// In the order of the sidebar: kinds of one section stand together.
    pub kinds: Vec<KindEntry>,
    /// API groups that did not answer discovery: `metrics.k8s.io`.
    pub failed_groups: Vec<String>,
    /// Why only kinds of every cluster are known; empty when all are.
    pub problem: String,
    /// Whether the account may list none of them.
    pub nothing: bool,
}
