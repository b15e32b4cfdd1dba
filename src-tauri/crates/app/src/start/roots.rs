//! Where kubeconfigs come from, each read on its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cluster::{KubeconfigError, Opened, Source};
use wire::{ErrorCode, Origin, WireError};

use super::about_file;
use crate::watching::Places;
use crate::{errors, shown};

/// One place that a person or this computer named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    /// A file given as argument, opened from the desktop, chosen or dropped.
    Opened(PathBuf),
    /// The n-th text pasted since the program began.
    Pasted(u32),
    /// The list of `KUBECONFIG`.
    Environment(Vec<PathBuf>),
    /// `~/.kube/config`, which need not exist.
    Home(PathBuf),
    /// A watched folder.
    Folder(PathBuf),
}

/// What makes one source the same as another: it is listed once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// Whole path without links; as given where there is no such file.
    File(PathBuf),
    /// Several files merged.
    Merged,
    Pasted(u32),
}

/// One kubeconfig, or a merged list of them, as it was read.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) key: Key,
    /// Paths as given.
    pub(crate) files: Vec<PathBuf>,
    /// The same files without links, those that exist.
    pub(crate) real: Vec<PathBuf>,
    pub(crate) opened: Result<Arc<Opened>, WireError>,
    /// What a person should know of the files themselves.
    pub(crate) warnings: Vec<String>,
}

/// What one root came down to.
#[derive(Clone, Default)]
pub(crate) struct Reading {
    pub(crate) found: Vec<Found>,
    /// Of a folder: what is wrong with it. Else empty.
    pub(crate) problem: String,
    /// What to watch to notice that it changed.
    pub(crate) places: Places,
}

impl Root {
    /// How it is told on the page.
    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self::Opened(_) => Origin::Opened,
            Self::Pasted(_) => Origin::Pasted,
            Self::Environment(_) => Origin::Environment,
            Self::Home(_) => Origin::Home,
            Self::Folder(_) => Origin::Folder,
        }
    }

    /// Place in the page's order.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Opened(_) => 0,
            Self::Pasted(_) => 1,
            Self::Environment(_) => 2,
            Self::Home(_) => 3,
            Self::Folder(_) => 4,
        }
    }

    /// Reads it as it is now; contacts and runs nothing. Nothing for what is not on disk. May block for as long as the disk
    /// does.
    pub(crate) fn read(&self) -> Reading {
        match self {
            Self::Pasted(_) => Reading::default(),
            Self::Opened(path) => Reading::of(vec![file(path)], &[]),
            Self::Environment(paths) => Reading::of(vec![listed(paths)], &[]),
            // The usual place is only looked at: no file there is no mistake of anybody's.
            Self::Home(path) => match cluster::open(path) {
                Err(KubeconfigError::NotFound(_)) => Reading {
                    places: Places::of(std::slice::from_ref(path), &[]),
                    ..Reading::default()
                },
                opened => Reading::of(vec![found(path, opened)], &[]),
            },
            Self::Folder(path) => {
                let listing = cluster::in_folder(path);
                let inside = listing.opened.into_iter();
                let found = inside.map(|(path, opened)| found(&path, opened)).collect();
                Reading {
                    problem: listing.left_out,
                    ..Reading::of(found, std::slice::from_ref(path))
                }
            }
        }
    }

    /// What stands in for it while its disk does not answer.
    pub(crate) fn silent(&self) -> Reading {
        let error = WireError::new(
            ErrorCode::Unreachable,
            "The disk or share it is on does not answer.",
            "It is listed as soon as it does.",
        );
        let files = match self {
            Self::Opened(path) | Self::Home(path) => vec![path.clone()],
            Self::Environment(paths) => paths.clone(),
            Self::Folder(_) => {
                return Reading {
                    problem: format!("{} {}", error.message, error.detail),
                    ..Reading::default()
                };
            }
            Self::Pasted(_) => return Reading::default(),
        };
        let key = match &files[..] {
            [path] => Key::File(path.clone()),
            _ => Key::Merged,
        };
        Reading {
            found: vec![Found {
                key,
                files,
                real: Vec::new(),
                opened: Err(error),
                warnings: Vec::new(),
            }],
            ..Reading::default()
        }
    }
}

impl Reading {
    fn of(found: Vec<Found>, folders: &[PathBuf]) -> Self {
        let files: Vec<PathBuf> = found.iter().flat_map(|one| one.files.clone()).collect();
        Self {
            found,
            problem: String::new(),
            places: Places::of(&files, folders),
        }
    }
}

fn file(path: &Path) -> Found {
    found(path, cluster::open(path))
}

fn found(path: &Path, opened: Result<Opened, KubeconfigError>) -> Found {
    let real = about_file::real(path);
    Found {
        key: Key::File(real.clone().unwrap_or_else(|| path.to_owned())),
        files: vec![path.to_owned()],
        real: real.into_iter().collect(),
        warnings: warnings(&opened, &[path.to_owned()]),
        opened: opened.map(Arc::new).map_err(|e| errors::kubeconfig(&e)),
    }
}

/// `KUBECONFIG`: merged, unless it names one file.
fn listed(paths: &[PathBuf]) -> Found {
    if let [path] = paths {
        return file(path);
    }
    let opened = Source::Environment(paths.to_vec()).open();
    let files = opened
        .as_ref()
        .map_or_else(|_| paths.to_vec(), |opened| opened.files.clone());
    Found {
        key: Key::Merged,
        real: files
            .iter()
            .filter_map(|path| about_file::real(path))
            .collect(),
        warnings: warnings(&opened, &files),
        files,
        opened: opened.map(Arc::new).map_err(|e| errors::kubeconfig(&e)),
    }
}

fn warnings(opened: &Result<Opened, KubeconfigError>, files: &[PathBuf]) -> Vec<String> {
    let read = opened
        .iter()
        .flat_map(|opened| opened.file_warnings.clone());
    let marked = files.iter().filter_map(|path| about_file::downloaded(path));
    read.chain(marked).collect()
}

/// Short name of a source on the page.
pub(crate) fn title(found: &Found) -> String {
    match (&found.key, &found.files[..]) {
        (Key::Merged, _) => "KUBECONFIG".to_owned(),
        (Key::File(_) | Key::Pasted(_), [path, ..]) => match path.file_name() {
            Some(name) => shown(Path::new(name)),
            None => shown(path),
        },
        (Key::File(_) | Key::Pasted(_), []) => String::new(),
    }
}
