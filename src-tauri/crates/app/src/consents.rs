//! What a person agreed to.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cluster::Plan;
use serde::{Deserialize, Serialize};

use crate::kept::{self, Kept};
use crate::whose::Whose;

const NAME: &str = "consents.json";
const VERSION: u32 = 1;
/// The oldest ones beyond are forgotten.
const MOST: usize = 5_000;

/// One thing agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agreed {
    /// Opaque; the same while the context is.
    pub(crate) id: String,
    pub(crate) whose: Whose,
    /// With the digests found then.
    pub(crate) plan: Plan,
    /// Ids of the dangers that were confirmed.
    pub(crate) dangers: Vec<String>,
    /// Unix ms.
    pub(crate) at_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    /// Oldest first.
    consents: Vec<Agreed>,
}

/// Everything agreed to, kept in `consents.json`. What was pasted counts until the program ends.
pub(crate) struct Consents {
    folder: PathBuf,
    /// None until it was read.
    state: Mutex<Option<State>>,
}

struct State {
    /// Oldest first.
    all: Vec<Agreed>,
    /// What is wrong with the file: sentence, else empty.
    problem: String,
    /// It may be written.
    ours: bool,
}

impl Consents {
    /// Those kept in `folder`, which is read when they are first asked for.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            state: Mutex::default(),
        }
    }

    /// What was agreed to for this context. Reads the file the first time.
    pub(crate) fn of(&self, whose: &Whose) -> Option<Agreed> {
        self.with(|state| state.all.iter().find(|one| one.whose == *whose).cloned())
    }

    /// Whether the one with this id is still agreed to.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.with(|state| state.all.iter().any(|one| one.id == id))
    }

    /// All, newest first.
    pub(crate) fn all(&self) -> Vec<Agreed> {
        self.with(|state| state.all.iter().rev().cloned().collect())
    }

    /// What is wrong with the file: sentence, else empty.
    pub(crate) fn problem(&self) -> String {
        self.with(|state| state.problem.clone())
    }

    /// Path of the file.
    pub(crate) fn kept_in(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// Remembers `agreed` instead of what was agreed to for its context before. Its id, which is the former's if there is one.
    /// Where it cannot be kept it counts until the program ends, and the list says so. Writes the file.
    pub(crate) fn remember(&self, mut agreed: Agreed) -> String {
        self.with(|state| {
            if let Some(before) = state.all.iter().position(|one| one.whose == agreed.whose) {
                agreed.id = state.all.remove(before).id;
            }
            let id = agreed.id.clone();
            state.all.push(agreed);
            let beyond = state.all.len().saturating_sub(MOST);
            state.all.drain(..beyond);
            self.keep(state);
            id
        })
    }

    /// Forgets the one with this id; there may be none. Writes the file.
    pub(crate) fn forget(&self, id: &str) {
        self.with(|state| {
            let before = state.all.len();
            state.all.retain(|one| one.id != id);
            if state.all.len() != before {
                self.keep(state);
            }
        });
    }

    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        let mut state: MutexGuard<'_, Option<State>> =
            self.state.lock().unwrap_or_else(PoisonError::into_inner);
        what(state.get_or_insert_with(|| self.load()))
    }

    fn load(&self) -> State {
        let (all, problem, ours) = match kept::load::<File>(&self.folder, NAME, VERSION) {
            Kept::Nothing => (Vec::new(), String::new(), true),
            Kept::Read(file) => (file.consents, String::new(), true),
            Kept::SetAside(why) => (Vec::new(), why, true),
            Kept::LeftAlone(why) => {
                let why = format!("{why} What you agree to counts until Scalescope is closed.");
                (Vec::new(), why, false)
            }
        };
        State { all, problem, ours }
    }

    fn keep(&self, state: &mut State) {
        if !state.ours {
            return;
        }
        let lasting = state.all.iter().filter(|one| one.whose.lasts());
        let file = File {
            version: VERSION,
            consents: lasting.cloned().collect(),
        };
        // Everything in the file is from this program by now, or was closed to others when it was read.
        let kept = kept::close_to_others(&self.folder)
            .and_then(|()| kept::save(&self.folder, NAME, &file));
        if let Err(error) = kept {
            tracing::warn!(%error, "consents cannot be kept");
            state.problem = format!(
                "What you agree to cannot be kept: {error}. It counts until Scalescope is closed. Check the folder's permissions and free space."
            );
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;
    use crate::whose::Place;
    use cluster::{Fact, What};

    fn agreed(place: Place, name: &str, server: &str) -> Agreed {
        Agreed {
            id: format!("id of {name} at {server}"),
            whose: Whose {
                place,
                name: name.to_owned(),
            },
            plan: Plan {
                facts: vec![Fact {
                    what: What::Server,
                    field: "cluster.server".to_owned(),
                    value: server.to_owned(),
                    digest: None,
                }],
            },
            dangers: vec!["d".to_owned()],
            at_ms: 7,
        }
    }

    fn file() -> Place {
        Place::File(PathBuf::from("/home/x/config"))
    }

    #[test]
    fn remembered_over_a_restart_and_one_a_context() {
        let folder = tempfile::tempdir().unwrap();
        let consents = Consents::in_folder(folder.path().join("own"));
        let first = agreed(file(), "a", "https://1");
        let id = consents.remember(first.clone());
        consents.remember(agreed(
            Place::Merged("/home/x/config".into()),
            "a",
            "https://m",
        ));
        let again = consents.remember(agreed(file(), "a", "https://2"));
        assert_eq!(id, again);

        let consents = Consents::in_folder(folder.path().join("own"));
        assert_eq!(consents.problem(), "");
        let servers: Vec<String> = consents
            .all()
            .iter()
            .map(|one| one.plan.facts[0].value.clone())
            .collect();
        assert_eq!(servers, ["https://2", "https://m"]);
        let found = consents.of(&first.whose).unwrap();
        assert_eq!((found.id.as_str(), found.at_ms), (id.as_str(), 7));

        consents.forget(&id);
        consents.forget("guessed");
        let consents = Consents::in_folder(folder.path().join("own"));
        assert!(consents.of(&first.whose).is_none());
        assert_eq!(consents.all().len(), 1);
    }

    #[test]
    fn what_was_pasted_is_never_written() {
        let folder = tempfile::tempdir().unwrap();
        let consents = Consents::in_folder(folder.path().to_owned());
        let pasted = agreed(Place::Pasted(0), "a", "https://secret.example");
        consents.remember(pasted.clone());
        consents.remember(agreed(file(), "b", "https://b"));
        assert!(consents.of(&pasted.whose).is_some());
        let text = std::fs::read_to_string(consents.kept_in()).unwrap();
        assert!(text.contains("https://b") && !text.contains("secret.example"));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let consents = Consents::in_folder(folder.path().to_owned());
        let all = (0..MOST).map(|n| agreed(file(), &n.to_string(), "https://a"));
        consents.with(|state| state.all = all.collect());
        consents.remember(agreed(file(), "last", "https://a"));
        let all = consents.all();
        assert_eq!(all.len(), MOST);
        assert_eq!(all[0].whose.name, "last");
        assert_eq!(all[MOST - 1].whose.name, "1");
    }

    #[test]
    fn nothing_of_a_newer_or_damaged_file_counts() {
        for (text, stays) in [
            (r#"{"version":9,"consents":[]}"#, true),
            ("{\"version\":1,\"consents\":[{}]}", false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(NAME);
            std::fs::write(&path, text).unwrap();
            close(&path);
            let consents = Consents::in_folder(folder.path().to_owned());
            assert!(consents.all().is_empty());
            assert_ne!(consents.problem(), "");
            let one = agreed(file(), "a", "https://a");
            consents.remember(one.clone());
            assert!(consents.of(&one.whose).is_some(), "until it ends");
            let now = std::fs::read_to_string(&path).unwrap();
            assert_eq!(now == text, stays, "{now}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn where_others_may_write_nothing_counts_and_nothing_is_written() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let one = agreed(file(), "a", "https://a");
        Consents::in_folder(folder.path().to_owned()).remember(one.clone());
        let path = folder.path().join(NAME);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        let before = std::fs::read_to_string(&path).unwrap();
        let consents = Consents::in_folder(folder.path().to_owned());
        assert!(consents.of(&one.whose).is_none());
        assert!(consents.problem().contains("other accounts"));
        consents.remember(agreed(file(), "b", "https://b"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    }

    /// As the program would have written it.
    fn close(path: &std::path::Path) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        #[cfg(not(unix))]
        let _ = path;
    }
}
