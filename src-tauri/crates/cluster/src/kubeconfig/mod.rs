//! Finds and reads kubeconfigs. Contacts nobody, runs nothing, opens no file but those.

mod folder;
mod pasted;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::document::{self, Document, Origin};
use crate::error::{ConnectError, KubeconfigError};
use crate::gate::files::{self, Standing};
use crate::plan::{Plan, Proposal};
use crate::surroundings::Surroundings;
use crate::target::Target;
use crate::{propose, vet};

pub use folder::{FolderListing, in_folder};
pub use pasted::pasted;

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
    /// The files, at least one; the name of a pasted text.
    pub files: Vec<PathBuf>,
    /// What a person should know of the files themselves, in sentences.
    pub file_warnings: Vec<String>,
    /// In the files' order.
    pub contexts: Vec<ContextEntry>,
    /// `current-context`, if it names one of them.
    pub current: Option<String>,
    document: Arc<Document>,
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
    /// A bearer token in a file of its own.
    TokenFile,
    /// A client certificate with its key.
    ClientCertificate,
    /// A user name and password.
    Basic,
    /// A program prints the credentials; its name as written, made visible.
    Program(String),
    /// A sign-in at an OIDC issuer; its address.
    Oidc(String),
    /// No credentials at all.
    Anonymous,
    /// Not at all: the entry is incomplete or contradictory, or asks for what no longer exists; a sentence says how, what
    /// to do, and names the field.
    Broken(String),
}

/// Reads one kubeconfig: a regular file of UTF-8 YAML or JSON, up to 4 MiB.
pub fn open(path: &Path) -> Result<Opened, KubeconfigError> {
    let (document, warnings) = read(path)?;
    Ok(opened(vec![path.to_owned()], warnings, document))
}

fn read(path: &Path) -> Result<(Document, Vec<String>), KubeconfigError> {
    let (bytes, standing) =
        files::read_standing(path, LIMIT).map_err(|refusal| refusal.of_kubeconfig(path, LIMIT))?;
    parsed(path, &bytes, standing)
}

fn parsed(
    path: &Path,
    bytes: &[u8],
    standing: Standing,
) -> Result<(Document, Vec<String>), KubeconfigError> {
    // The folder's whole path, by the text of the file's alone; without a current folder there is none to start from.
    let folder = std::path::absolute(path)
        .ok()
        .and_then(|path| path.parent().map(Box::from));
    let origin = Origin {
        path: path.into(),
        folder,
    };
    Ok((document::parse(origin, bytes)?, warnings(path, standing)))
}

fn warnings(path: &Path, standing: Standing) -> Vec<String> {
    let shown = path.display().to_string();
    let shown = model::text::visible(&shown);
    let mut words = Vec::new();
    if standing.anyone_writes {
        words.push(format!(
            "Any account on this computer may change {shown}: what it says need not come from you. Take that right away (chmod o-w)."
        ));
    }
    if standing.anothers {
        words.push(format!(
            "{shown} belongs to another account of this computer, which may change what it says at any time."
        ));
    }
    words
}

/// Several merged; it is an error if there is none.
fn merged(paths: &[PathBuf]) -> Result<Opened, KubeconfigError> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut document = Document::default();
    let mut warnings: Vec<String> = Vec::new();
    for path in paths {
        if files.contains(path) {
            continue;
        }
        match read(path) {
            Ok((next, more)) => {
                document.merge(next);
                warnings.extend(more);
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
    Ok(opened(files, warnings, document))
}

fn opened(files: Vec<PathBuf>, file_warnings: Vec<String>, document: Document) -> Opened {
    let mut judge = vet::Judge::new(&document);
    let contexts = document
        .contexts
        .iter()
        .map(|context| judge.entry(context))
        .collect();
    let current = document
        .current
        .clone()
        .filter(|name| document.context(name).is_some());
    Opened {
        files,
        file_warnings,
        contexts,
        current,
        document: Arc::new(document),
    }
}

impl Opened {
    /// What connecting `context` would do. Looks at nothing but names in the folders of the search path, runs and contacts
    /// nothing. Inline data has digests; files and programs have none yet.
    pub fn propose(&self, context: &str, around: &Surroundings) -> Result<Proposal, ConnectError> {
        let parts = vet::parts(&self.document, context)?;
        Ok(propose::draft(&parts, around).proposal)
    }

    /// The same with digests: reads the files (regular ones up to 1 MiB) and programs (up to 512 MiB) it names, runs and
    /// contacts nothing. What cannot be read makes it refused. Blocks: for seconds on a slow disk.
    pub fn look(&self, context: &str, around: &Surroundings) -> Result<Proposal, ConnectError> {
        let parts = vet::parts(&self.document, context)?;
        Ok(propose::look(propose::draft(&parts, around)).draft.proposal)
    }

    /// Gathers what is needed to connect `context`: looks again, and gives a target if that is what `agreed` says. Contacts
    /// nobody, runs nothing. [`Target::plan`] is the plan with its digests, to be remembered in place of `agreed`.
    ///
    /// [`ConnectError::Broken`] if it is refused or cannot be used, [`ConnectError::NotAgreed`] if it differs. Blocks as
    /// [`Self::look`] does.
    pub fn target(
        &self,
        context: &str,
        around: &Surroundings,
        agreed: &Plan,
    ) -> Result<Target, ConnectError> {
        let parts = vet::parts(&self.document, context)?;
        let looked = propose::look(propose::draft(&parts, around));
        propose::target(&parts, looked, around, agreed)
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("files", &self.files)
            .field("file_warnings", &self.file_warnings)
            .field("contexts", &self.contexts)
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}
