//! A kubeconfig's text as its parts, before anything in it is believed.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use model::text::visible;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::{Budget, Error as YamlError, Options};

use crate::error::KubeconfigError;

/// kubeconfigs nest five levels; extensions may nest a few more.
const DEPTH: usize = 64;
/// Mappings, sequences and scalars in all.
const NODES: usize = 500_000;
/// Nodes that aliases may repeat in all.
const REPEATED: usize = 50_000;

/// One file, or several merged. Names are made visible, so they can be shown and compared as they are.
#[derive(Clone, Default)]
pub(crate) struct Document {
    pub(crate) current: Option<String>,
    pub(crate) contexts: Vec<Context>,
    clusters: Vec<(String, Filed<Cluster>)>,
    users: Vec<(String, Filed<User>)>,
}

/// An entry with the file it stands in: paths in it start from that file's folder.
#[derive(Clone)]
pub(crate) struct Filed<T> {
    pub(crate) file: Arc<Path>,
    pub(crate) entry: T,
}

impl<T> Filed<T> {
    /// Folder of the file.
    pub(crate) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }
}

/// A pair of cluster and user.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) file: Arc<Path>,
    pub(crate) name: String,
    pub(crate) cluster: String,
    pub(crate) user: String,
    pub(crate) namespace: Option<String>,
}

/// Where a cluster is.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Cluster {
    pub(crate) server: Option<String>,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) insecure_skip_tls_verify: Option<bool>,
    pub(crate) certificate_authority: Option<String>,
    pub(crate) certificate_authority_data: Option<String>,
    pub(crate) proxy_url: Option<String>,
}

/// How to log in. What would run a program is noticed, never kept.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct User {
    pub(crate) token: Option<SecretString>,
    #[serde(rename = "tokenFile")]
    pub(crate) token_file: Option<IgnoredAny>,
    pub(crate) client_certificate: Option<String>,
    pub(crate) client_certificate_data: Option<String>,
    pub(crate) client_key: Option<String>,
    pub(crate) client_key_data: Option<SecretString>,
    pub(crate) username: Option<IgnoredAny>,
    pub(crate) password: Option<IgnoredAny>,
    pub(crate) exec: Option<Exec>,
    pub(crate) auth_provider: Option<AuthProvider>,
    #[serde(rename = "as")]
    pub(crate) impersonate: Option<String>,
    pub(crate) as_uid: Option<String>,
    pub(crate) as_groups: Option<Vec<String>>,
    pub(crate) as_user_extra: Option<std::collections::BTreeMap<String, Vec<String>>>,
}

/// Only what is shown of an exec entry.
#[derive(Clone, Deserialize)]
pub(crate) struct Exec {
    pub(crate) command: Option<String>,
}

/// Only what is shown of an auth-provider entry.
#[derive(Clone, Deserialize)]
pub(crate) struct AuthProvider {
    pub(crate) name: Option<String>,
}

#[derive(Deserialize)]
struct File {
    kind: Option<String>,
    #[serde(rename = "current-context")]
    current_context: Option<String>,
    contexts: Option<Vec<NamedContext>>,
    clusters: Option<Vec<NamedCluster>>,
    users: Option<Vec<NamedUser>>,
}

#[derive(Deserialize)]
struct NamedContext {
    name: String,
    context: Option<Pair>,
}

#[derive(Default, Deserialize)]
struct Pair {
    cluster: Option<String>,
    user: Option<String>,
    namespace: Option<String>,
}

#[derive(Deserialize)]
struct NamedCluster {
    name: String,
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
struct NamedUser {
    name: String,
    user: Option<User>,
}

impl Document {
    /// Takes in the next file of a list. What an earlier one has stays: each entry as a whole, by name
    /// (client-go 0.36 `tools/clientcmd/loader.go:ClientConfigLoadingRules.Load`).
    pub(crate) fn merge(&mut self, next: Self) {
        self.current = self.current.take().or(next.current);
        add(&mut self.contexts, next.contexts, |context| &context.name);
        add(&mut self.clusters, next.clusters, |(name, _)| name);
        add(&mut self.users, next.users, |(name, _)| name);
    }

    pub(crate) fn cluster(&self, name: &str) -> Option<&Filed<Cluster>> {
        self.clusters
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, cluster)| cluster)
    }

    pub(crate) fn user(&self, name: &str) -> Option<&Filed<User>> {
        self.users
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, user)| user)
    }
}

/// Parses the bytes of the file at `path`.
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Document, KubeconfigError> {
    let text = utf8(path, bytes)?;
    let other = |what: &str| KubeconfigError::NotKubeconfig {
        path: path.to_owned(),
        what: what.to_owned(),
    };
    if text.trim().is_empty() {
        return Err(other("it is empty"));
    }
    let file: Option<File> = serde_saphyr::from_str_with_options(text, limits())
        .map_err(|error| malformed(path, &error))?;
    let Some(file) = file else {
        return Err(other("it holds nothing but comments"));
    };
    if let Some(kind) = file.kind.as_deref().filter(|kind| *kind != "Config") {
        return Err(other(&format!("its kind is {}", visible(kind))));
    }
    if file.contexts.is_none() && file.clusters.is_none() && file.users.is_none() {
        return Err(other("it has no contexts, clusters or users"));
    }
    let origin: Arc<Path> = path.into();
    let document = Document {
        current: file
            .current_context
            .filter(|name| !name.is_empty())
            .map(|name| shown(&name)),
        contexts: file
            .contexts
            .unwrap_or_default()
            .into_iter()
            .map(|named| context(named, &origin))
            .collect(),
        clusters: file
            .clusters
            .unwrap_or_default()
            .into_iter()
            .map(|named| (shown(&named.name), filed(named.cluster, &origin)))
            .collect(),
        users: file
            .users
            .unwrap_or_default()
            .into_iter()
            .map(|named| (shown(&named.name), filed(named.user, &origin)))
            .collect(),
    };
    unique(
        path,
        "contexts",
        document
            .contexts
            .iter()
            .map(|context| context.name.as_str()),
    )?;
    unique(
        path,
        "clusters",
        document.clusters.iter().map(|(name, _)| name.as_str()),
    )?;
    unique(
        path,
        "users",
        document.users.iter().map(|(name, _)| name.as_str()),
    )?;
    Ok(document)
}

fn filed<T: Default>(entry: Option<T>, file: &Arc<Path>) -> Filed<T> {
    Filed {
        file: Arc::clone(file),
        entry: entry.unwrap_or_default(),
    }
}

fn context(named: NamedContext, file: &Arc<Path>) -> Context {
    let pair = named.context.unwrap_or_default();
    Context {
        file: Arc::clone(file),
        name: shown(&named.name),
        cluster: shown(&pair.cluster.unwrap_or_default()),
        user: shown(&pair.user.unwrap_or_default()),
        namespace: pair
            .namespace
            .filter(|namespace| !namespace.is_empty())
            .map(|name| shown(&name)),
    }
}

fn shown(name: &str) -> String {
    visible(name).into_owned()
}

/// Adds the entries whose names are new.
fn add<T>(all: &mut Vec<T>, more: Vec<T>, name: impl Fn(&T) -> &String) {
    let known: HashSet<String> = all.iter().map(|entry| name(entry).clone()).collect();
    let new = more
        .into_iter()
        .filter(|entry| !known.contains(name(entry)));
    all.extend(new);
}

/// kubectl refuses these too: which of the two would be meant?
fn unique<'a>(
    path: &Path,
    list: &str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), KubeconfigError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(KubeconfigError::Malformed {
                path: path.to_owned(),
                line: None,
                what: format!("two of its {list} have the name {name}"),
            });
        }
    }
    Ok(())
}

fn utf8<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, KubeconfigError> {
    let not_text = |what| KubeconfigError::NotText {
        path: path.to_owned(),
        what,
    };
    let bytes = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(not_text("it is UTF-16")),
        _ => bytes,
    };
    if bytes.contains(&0) {
        return Err(not_text(
            "it holds zero bytes, as programs and UTF-16 text do",
        ));
    }
    std::str::from_utf8(bytes).map_err(|_| not_text("it holds bytes of another encoding"))
}

fn limits() -> Options {
    let mut budget = Budget::default();
    budget.max_depth = DEPTH;
    // The scanner looks ahead by a kilobyte: let the depth be what is noticed first.
    budget.flow_nesting_limit = 2_048;
    budget.max_nodes = NODES;
    budget.max_documents = 2;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.alias_limits.max_total_replayed_events = REPEATED;
    options.with_snippet = false;
    options
}

/// The library's error in fixed words: its own may quote the file.
fn malformed(path: &Path, error: &YamlError) -> KubeconfigError {
    let error = innermost(error);
    let line = error
        .location()
        .map(|location| location.line())
        .filter(|line| *line > 0);
    let what = match error {
        YamlError::DuplicateMappingKey { .. } => "a key is given twice".to_owned(),
        YamlError::MultipleDocuments { .. } => "it holds several YAML documents".to_owned(),
        YamlError::Budget { .. } => "it is nested too deeply, or far too large".to_owned(),
        YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayStackDepthExceeded { .. }
        | YamlError::AliasReplayCounterOverflow { .. } => "its aliases repeat too much".to_owned(),
        YamlError::UnknownAnchor { .. } => "an alias names nothing".to_owned(),
        YamlError::SerdeMissingField { field, .. } => format!("an entry has no {field}"),
        YamlError::SerdeInvalidType { .. }
        | YamlError::SerdeInvalidValue { .. }
        | YamlError::Unexpected { .. }
        | YamlError::NullIntoString { .. }
        | YamlError::InvalidScalar { .. }
        | YamlError::InvalidBooleanStrict { .. } => {
            "a value is of the wrong kind (a text, list or mapping where another belongs)"
                .to_owned()
        }
        _ => "it is not valid YAML".to_owned(),
    };
    KubeconfigError::Malformed {
        path: path.to_owned(),
        line,
        what,
    }
}

/// Without the snippet, and for an alias the error in what it stands for.
fn innermost(error: &YamlError) -> &YamlError {
    match error.without_snippet() {
        YamlError::AliasError { error, .. } => innermost(error),
        error => error,
    }
}
