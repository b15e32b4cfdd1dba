//! Finds and reads kubeconfigs. Contacts nobody, runs nothing, opens no file but those.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::document::{self, Document};
use crate::error::{ConnectError, KubeconfigError};
use crate::plan::{Plan, Proposal};
use crate::surroundings::Surroundings;
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
    /// Reads the files this source comes down to. Several paths in `KUBECONFIG` are merged as kubectl does: those that do not exist
    /// are passed over, and of entries with one name the first counts. One that cannot be read fails them all, as which entry
    /// would count is then not known.
    pub fn open(&self) -> Result<Opened, KubeconfigError> {
        match self {
            Self::Argument(path) | Self::Home(path) => open(path),
            Self::Environment(paths) => merged(paths),
            Self::None => Err(KubeconfigError::Nowhere),
        }
    }
}

/// A kubeconfig that was read. `Debug` shows no credential.
#[derive(Clone)]
pub struct Opened {
    /// The files, at least one.
    pub files: Vec<PathBuf>,
    /// In the files' order.
    pub contexts: Vec<ContextEntry>,
    /// `current-context`, if it names one of them.
    pub current: Option<String>,
    document: Document,
}

/// One context as the start page lists it. All text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextEntry {
    /// The file it stands in.
    pub file: PathBuf,
    /// Unique among all that were opened together.
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
    Ok(opened(vec![path.to_owned()], read(path)?))
}

fn read(path: &Path) -> Result<Document, KubeconfigError> {
    let bytes = regular::read(path, LIMIT).map_err(|refusal| refusal.of_kubeconfig(path, LIMIT))?;
    document::parse(path, &bytes)
}

/// Several merged; it is an error if there is none.
fn merged(paths: &[PathBuf]) -> Result<Opened, KubeconfigError> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut document = Document::default();
    for path in paths {
        if files.contains(path) {
            continue;
        }
        match read(path) {
            Ok(next) => {
                document.merge(next);
                files.push(path.clone());
            }
            Err(KubeconfigError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    if files.is_empty() {
        let first = paths.first().ok_or(KubeconfigError::Nowhere)?;
        return Err(KubeconfigError::NotFound(first.clone()));
    }
    Ok(opened(files, document))
}

fn opened(files: Vec<PathBuf>, document: Document) -> Opened {
    let contexts: Vec<ContextEntry> = document
        .contexts
        .iter()
        .map(|context| vet::entry(&document, context))
        .collect();
    let current = document
        .current
        .clone()
        .filter(|name| contexts.iter().any(|context| context.name == *name));
    Opened {
        files,
        contexts,
        current,
        document,
    }
}

impl Opened {
    /// What connecting `context` would do. Reads nothing but the folders of the search path, runs and contacts nothing.
    pub fn propose(&self, context: &str, around: &Surroundings) -> Result<Proposal, ConnectError> {
        let _ = around;
        vet::target(&self.document, context)?;
        Ok(Proposal::default())
    }

    /// The same with digests: reads the files and programs it names (regular ones within limits), runs and contacts
    /// nothing. May block on a slow disk.
    pub fn look(&self, context: &str, around: &Surroundings) -> Result<Proposal, ConnectError> {
        self.propose(context, around)
    }

    /// Gathers what is needed to connect `context`, reading the files it names (regular files up to 1 MiB). Contacts
    /// nobody, runs nothing. [`ConnectError::NotAgreed`] if that is not what `agreed` says. May block on a slow disk.
    pub fn target(
        &self,
        context: &str,
        around: &Surroundings,
        agreed: &Plan,
    ) -> Result<Target, ConnectError> {
        let _ = (around, agreed);
        vet::target(&self.document, context)
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("files", &self.files)
            .field("contexts", &self.contexts)
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}
