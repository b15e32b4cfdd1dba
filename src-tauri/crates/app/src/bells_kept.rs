//! Whose need of attention is told by the desktop, kept between starts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use model::fact::Subject;
use serde::{Deserialize, Serialize};
use wire::{ErrorCode, WireError};

use crate::kept::{self, Kept};

const NAME: &str = "bells.json";
const VERSION: u32 = 1;
/// Of one cluster; nobody chooses more by hand.
const MOST: usize = 10_000;

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    /// By the cluster's identity: the uid of its `kube-system`.
    clusters: BTreeMap<String, BTreeSet<Subject>>,
}

/// Kept in `bells.json`: none is on until somebody wants it. A file that cannot be read is no reason to stop: the log says so.
pub(crate) struct BellsKept {
    folder: PathBuf,
    /// None until it was read.
    state: Mutex<Option<State>>,
}

struct State {
    all: BTreeMap<String, BTreeSet<Subject>>,
    /// It may be written.
    ours: bool,
}

impl BellsKept {
    /// Those kept in `folder`, which is read when they are first asked for.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            state: Mutex::default(),
        }
    }

    /// Those of a cluster that are on.
    pub(crate) fn of(&self, cluster: &str) -> BTreeSet<Subject> {
        self.with(|state| state.all.get(cluster).cloned().unwrap_or_default())
    }

    /// Turns one on or off. Writes the file.
    ///
    /// # Errors
    /// If it cannot be written: then it is as it was said until the program ends.
    pub(crate) fn set(&self, cluster: &str, subject: &Subject, on: bool) -> Result<(), WireError> {
        let saved = self.with(|state| {
            let of_cluster = state.all.entry(cluster.to_owned()).or_default();
            if on && of_cluster.len() < MOST {
                of_cluster.insert(subject.clone());
            } else {
                of_cluster.remove(subject);
            }
            state.all.retain(|_, bells| !bells.is_empty());
            if !state.ours {
                return Ok(());
            }
            let file = File {
                version: VERSION,
                clusters: state.all.clone(),
            };
            kept::save(&self.folder, NAME, &file)
        });
        saved.map_err(|error| {
            WireError::new(
                ErrorCode::Other,
                format!(
                    "The notifications that you want cannot be saved in {}.",
                    crate::shown(&self.folder)
                ),
                format!("{error}. Check the folder's permissions and free space."),
            )
        })
    }

    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        what(state.get_or_insert_with(|| self.load()))
    }

    fn load(&self) -> State {
        let (all, ours) = match kept::load::<File>(&self.folder, NAME, VERSION) {
            Kept::Nothing => (BTreeMap::new(), true),
            Kept::Read(file) => (file.clusters, true),
            Kept::SetAside(why) => {
                tracing::warn!(why, "notifications");
                (BTreeMap::new(), true)
            }
            Kept::LeftAlone(why) => {
                tracing::warn!(why, "notifications");
                (BTreeMap::new(), false)
            }
        };
        State { all, ours }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]

    use model::fact::SubjectKind;

    use super::*;

    fn subject(name: &str) -> Subject {
        Subject {
            kind: SubjectKind::ScaledObject,
            namespace: "shop".to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn they_are_kept_by_cluster_and_workload() {
        let folder = tempfile::tempdir().unwrap();
        let bells = BellsKept::in_folder(folder.path().to_owned());
        assert!(bells.of("one").is_empty());
        bells.set("one", &subject("cart"), true).unwrap();
        bells.set("one", &subject("orders"), true).unwrap();
        bells.set("two", &subject("cart"), true).unwrap();
        bells.set("two", &subject("cart"), false).unwrap();
        let again = BellsKept::in_folder(folder.path().to_owned());
        assert_eq!(again.of("one"), [subject("cart"), subject("orders")].into());
        assert!(again.of("two").is_empty());
    }

    #[test]
    fn a_damaged_file_costs_what_it_held() {
        let folder = tempfile::tempdir().unwrap();
        BellsKept::in_folder(folder.path().to_owned())
            .set("one", &subject("cart"), true)
            .unwrap();
        std::fs::write(folder.path().join(NAME), "{\"version\":1,").unwrap();
        let bells = BellsKept::in_folder(folder.path().to_owned());
        assert!(bells.of("one").is_empty());
        bells.set("one", &subject("orders"), true).unwrap();
        let again = BellsKept::in_folder(folder.path().to_owned());
        assert_eq!(again.of("one"), [subject("orders")].into());
    }
}
