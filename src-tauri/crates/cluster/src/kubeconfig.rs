//! Finds and reads one kubeconfig. Contacts nobody, runs nothing, opens no file but that one.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::document::{self, Document};
use crate::error::{ConnectError, KubeconfigError};
use crate::target::Target;
use crate::{regular, vet};

/// Largest kubeconfig read, in bytes.
const LIMIT: u64 = 4 << 20;

/// Where the kubeconfig comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Named on the command line or by opening a file.
    Argument(PathBuf),
    /// The paths in `KUBECONFIG`, at least one.
    Environment(Vec<PathBuf>),
    /// `~/.kube/config`, which need not exist.
    Home(PathBuf),
    /// Nothing is named and there is no home folder.
    None,
}

/// Decides as kubectl does: the argument, else `KUBECONFIG`, else `~/.kube/config`. `home` is the
/// home folder. Looks at no file.
pub fn locate(
    argument: Option<PathBuf>,
    kubeconfig_env: Option<OsString>,
    home: Option<PathBuf>,
) -> Source {
    if let Some(path) = argument {
        return Source::Argument(path);
    }
    let listed: Vec<PathBuf> = kubeconfig_env
        .map(|list| {
            std::env::split_paths(&list)
                .filter(|path| !path.as_os_str().is_empty())
                .collect()
        })
        .unwrap_or_default();
    if !listed.is_empty() {
        return Source::Environment(listed);
    }
    home.map_or(Source::None, |home| {
        Source::Home(home.join(".kube").join("config"))
    })
}

impl Source {
    /// Reads the file this source comes down to. Of several paths in `KUBECONFIG` the first that
    /// exists is used, and a warning says so: they are not merged.
    pub fn open(&self) -> Result<Opened, KubeconfigError> {
        match self {
            Self::Argument(path) | Self::Home(path) => open(path),
            Self::Environment(paths) => {
                let first = paths
                    .iter()
                    .find(|path| path.symlink_metadata().is_ok())
                    .or(paths.first());
                let mut opened = open(first.ok_or(KubeconfigError::Nowhere)?)?;
                if paths.len() > 1 {
                    opened.warnings.push(format!(
                        "KUBECONFIG names {} files; only {} is used, because merging them is not supported yet.",
                        paths.len(),
                        opened.path.display()
                    ));
                }
                Ok(opened)
            }
            Self::None => Err(KubeconfigError::Nowhere),
        }
    }
}

/// A kubeconfig that was read. `Debug` shows no credential.
#[derive(Clone)]
pub struct Opened {
    /// The file.
    pub path: PathBuf,
    /// In the file's order.
    pub contexts: Vec<ContextEntry>,
    /// `current-context`, if it names one of them.
    pub current: Option<String>,
    /// What a person should know about the file as a whole.
    pub warnings: Vec<String>,
    document: Document,
}

/// One context as the start page lists it. All text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextEntry {
    /// Unique in its file.
    pub name: String,
    /// Name of its cluster entry.
    pub cluster: String,
    /// Address of the server; empty if the file has none.
    pub server: String,
    /// Name of its user entry; empty if it has none.
    pub user: String,
    /// Namespace it starts in, if it names one.
    pub namespace: Option<String>,
    /// How it logs in, or why it cannot be used.
    pub access: Access,
    /// What weakens it, in words.
    pub warnings: Vec<String>,
}

/// How a context logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// A bearer token in the file.
    Token,
    /// A client certificate with its key.
    ClientCertificate,
    /// No credentials at all.
    Anonymous,
    /// In a way that is not supported yet; a sentence says which.
    NotYet(String),
    /// Not at all: the entry is incomplete or contradictory; a sentence says how.
    Broken(String),
}

/// Reads one kubeconfig: a regular file of UTF-8 YAML or JSON, up to 4 MiB.
pub fn open(path: &Path) -> Result<Opened, KubeconfigError> {
    let bytes = regular::read(path, LIMIT).map_err(|refusal| refusal.of_kubeconfig(path, LIMIT))?;
    let document = document::parse(path, &bytes)?;
    let contexts: Vec<ContextEntry> = document
        .contexts
        .iter()
        .map(|context| vet::entry(&document, context))
        .collect();
    let current = document
        .current
        .clone()
        .filter(|name| contexts.iter().any(|context| context.name == *name));
    Ok(Opened {
        path: path.to_owned(),
        contexts,
        current,
        warnings: Vec::new(),
        document,
    })
}

impl Opened {
    /// Gathers what is needed to connect `context`, reading the certificate and key files it names
    /// (regular files up to 1 MiB). Contacts nobody. Refuses whatever would run a program, use a
    /// proxy or be misread by the server. May block on a slow disk.
    pub fn target(&self, context: &str) -> Result<Target, ConnectError> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        vet::target(&self.document, context, folder)
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("path", &self.path)
            .field("contexts", &self.contexts)
            .field("current", &self.current)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}
