//! A kubeconfig's text as its parts, before anything in it is believed.

mod entries;
pub(crate) mod yaml;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use model::text::visible;
use serde::Deserialize;

use crate::error::KubeconfigError;

pub(crate) use entries::{AuthProvider, Cluster, Exec, User};

/// One file, or several merged. Names are made visible, so they can be shown and compared as they are.
#[derive(Clone, Default)]
pub(crate) struct Document {
    pub(crate) current: Option<String>,
    pub(crate) contexts: Vec<Context>,
    by_name: HashMap<String, usize>,
    clusters: HashMap<String, Filed<Cluster>>,
    users: HashMap<String, Filed<User>>,
}

/// Where a text came from.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Path of the file as it was given, or what else the text is called.
    pub(crate) path: Arc<Path>,
    /// Whole path of the folder that names in it start from; a pasted text has none.
    pub(crate) folder: Option<Box<Path>>,
}

/// An entry with the file it stands in.
#[derive(Clone)]
pub(crate) struct Filed<T> {
    pub(crate) origin: Arc<Origin>,
    pub(crate) entry: T,
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
        for context in next.contexts {
            self.add(context);
        }
        for (name, cluster) in next.clusters {
            self.clusters.entry(name).or_insert(cluster);
        }
        for (name, user) in next.users {
            self.users.entry(name).or_insert(user);
        }
    }

    fn add(&mut self, context: Context) {
        if !self.by_name.contains_key(&context.name) {
            self.by_name
                .insert(context.name.clone(), self.contexts.len());
            self.contexts.push(context);
        }
    }

    pub(crate) fn context(&self, name: &str) -> Option<&Context> {
        self.by_name.get(name).map(|at| &self.contexts[*at])
    }

    pub(crate) fn cluster(&self, name: &str) -> Option<&Filed<Cluster>> {
        self.clusters.get(name)
    }

    pub(crate) fn user(&self, name: &str) -> Option<&Filed<User>> {
        self.users.get(name)
    }
}

/// Parses the bytes that came from `origin`.
pub(crate) fn parse(origin: Origin, bytes: &[u8]) -> Result<Document, KubeconfigError> {
    let path = &*Arc::clone(&origin.path);
    let text = yaml::utf8(path, bytes)?;
    let other = |what: &str| KubeconfigError::NotKubeconfig {
        path: path.to_owned(),
        what: what.to_owned(),
    };
    if text.trim().is_empty() {
        return Err(other("it is empty"));
    }
    let Some(file) = yaml::parse::<File>(path, text)? else {
        return Err(other("it holds nothing but comments"));
    };
    if let Some(kind) = file.kind.as_deref().filter(|kind| *kind != "Config") {
        return Err(other(&format!("its kind is {}", visible(kind))));
    }
    if file.contexts.is_none() && file.clusters.is_none() && file.users.is_none() {
        return Err(other("it has no contexts, clusters or users"));
    }
    let contexts = file.contexts.unwrap_or_default();
    let clusters = file.clusters.unwrap_or_default();
    let users = file.users.unwrap_or_default();
    unique(path, "contexts", contexts.iter().map(|named| &named.name))?;
    unique(path, "clusters", clusters.iter().map(|named| &named.name))?;
    unique(path, "users", users.iter().map(|named| &named.name))?;
    let origin = Arc::new(origin);
    let mut document = Document {
        current: file
            .current_context
            .filter(|name| !name.is_empty())
            .map(|name| shown(&name)),
        clusters: clusters
            .into_iter()
            .map(|named| (shown(&named.name), filed(named.cluster, &origin)))
            .collect(),
        users: users
            .into_iter()
            .map(|named| (shown(&named.name), filed(named.user, &origin)))
            .collect(),
        ..Document::default()
    };
    for named in contexts {
        document.add(context(named, &origin.path));
    }
    Ok(document)
}

fn filed<T: Default>(entry: Option<T>, origin: &Arc<Origin>) -> Filed<T> {
    Filed {
        origin: Arc::clone(origin),
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

/// kubectl refuses these too: which of the two would be meant?
fn unique<'a>(
    path: &Path,
    list: &str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), KubeconfigError> {
    let mut seen = HashSet::new();
    for name in names.map(|name| visible(name)) {
        if seen.contains(&name) {
            return Err(KubeconfigError::Malformed {
                path: path.to_owned(),
                line: None,
                what: format!("two of its {list} have the name {name}"),
            });
        }
        seen.insert(name);
    }
    Ok(())
}
