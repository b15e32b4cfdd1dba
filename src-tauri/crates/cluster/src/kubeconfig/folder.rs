//! The kubeconfigs in a folder.

use std::path::{Path, PathBuf};

use model::text::visible;

use super::{LIMIT, Opened, opened, parsed};
use crate::error::KubeconfigError;
use crate::gate::files::{self, Refusal};

/// Most files of one folder that are read.
const FILES: usize = 1_000;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct FolderListing {
    /// Its kubeconfigs, sorted by path, with why one that seems to be one cannot be read.
    pub opened: Vec<(PathBuf, Result<Opened, KubeconfigError>)>,
    /// What of it is not listed, or why nothing is: a sentence, else empty.
    pub left_out: String,
}

/// Reads the kubeconfigs that stand directly in `folder`: regular files named `config`, `kubeconfig…`, `*.kubeconfig`,
/// `*.yaml`, `*.yml` or `*.conf`, at most 1,000. Other files of these names are passed over. Contacts nobody, runs nothing. Blocks.
pub fn in_folder(folder: &Path) -> FolderListing {
    let (paths, more) = match files::names_in(folder, FILES, |name| is_candidate(name)) {
        Ok(found) => found,
        Err(refusal) => {
            return FolderListing {
                opened: Vec::new(),
                left_out: unreadable(folder, &refusal),
            };
        }
    };
    let opened = paths
        .into_iter()
        .filter_map(|path| seeming(&path).map(|result| (path, result)))
        .collect();
    let left_out = if more == 0 {
        String::new()
    } else {
        format!("{more} more files are not read: {FILES} of a folder are, by name.")
    };
    FolderListing { opened, left_out }
}

fn unreadable(folder: &Path, refusal: &Refusal) -> String {
    let folder = folder.to_string_lossy();
    let folder = visible(&folder);
    match refusal {
        Refusal::Missing => format!("There is no folder {folder}. Choose another, or make it."),
        Refusal::NotAFile(what) => format!("{folder} is a {what}, not a folder. Choose a folder."),
        Refusal::TooLarge => format!("{folder} is too large to be listed."),
        Refusal::Unreadable(why) => {
            format!("{folder} cannot be read: {why}. Check the folder's permissions.")
        }
    }
}

fn is_candidate(name: &str) -> bool {
    is_telling(name) || has_extension(name, &["yaml", "yml", "conf"])
}

/// Only a kubeconfig has such a name.
fn is_telling(name: &str) -> bool {
    name == "config" || name.starts_with("kubeconfig") || has_extension(name, &["kubeconfig"])
}

fn has_extension(name: &str, known: &[&str]) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|own| known.iter().any(|known| own.eq_ignore_ascii_case(known)))
}

/// None for what is something else.
fn seeming(path: &Path) -> Option<Result<Opened, KubeconfigError>> {
    let telling = path
        .file_name()
        .is_some_and(|name| is_telling(&name.to_string_lossy()));
    let (bytes, standing) = match files::read_standing(path, LIMIT) {
        Ok(read) => read,
        // It went away since, or is none of the regular files this is about.
        Err(Refusal::Missing | Refusal::NotAFile(_)) => return None,
        Err(Refusal::TooLarge) if !telling => return None,
        Err(refusal @ (Refusal::TooLarge | Refusal::Unreadable(_))) => {
            return Some(Err(refusal.of_kubeconfig(path, LIMIT)));
        }
    };
    match parsed(path, &bytes, standing) {
        Ok((document, warnings)) => Some(Ok(opened(vec![path.to_owned()], warnings, document))),
        Err(KubeconfigError::NotKubeconfig { .. }) => None,
        Err(error) => (telling || mentions_contexts(&bytes)).then_some(Err(error)),
    }
}

/// Whether a text that is no YAML was meant to be a kubeconfig.
fn mentions_contexts(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).lines().any(|line| {
        let line: String = line
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | ','))
            .collect();
        line == "kind:Config" || line.starts_with("contexts:")
    })
}
