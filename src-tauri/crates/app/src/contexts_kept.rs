//! What is kept of contexts between starts: when each was last used, what a person set.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use model::text::visible;
use serde::{Deserialize, Serialize};
use wire::{ContextSettings, ErrorCode, WireError};

use crate::kept::{self, Kept};
use crate::whose::Whose;

const NAME: &str = "contexts.json";
const VERSION: u32 = 1;
/// The ones used longest ago beyond are forgotten.
const MOST: usize = 20_000;
/// Longest title, in characters.
const TITLE: usize = 60;
/// How many colours there are.
pub(crate) const COLOURS: u8 = 8;

/// What is kept of one context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Remembered {
    /// Unix ms; 0 is never.
    pub(crate) last_used_ms: i64,
    pub(crate) settings: ContextSettings,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    contexts: Vec<(Whose, Remembered)>,
}

/// Kept in `contexts.json`. A file that cannot be read is no reason to stop: what was set is forgotten, and the log says so.
pub(crate) struct ContextsKept {
    folder: PathBuf,
    /// None until it was read.
    state: Mutex<Option<State>>,
}

struct State {
    all: BTreeMap<Whose, Remembered>,
    /// It may be written.
    ours: bool,
}

impl ContextsKept {
    /// Those kept in `folder`, which is read when they are first asked for.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            state: Mutex::default(),
        }
    }

    /// What is kept of one context.
    pub(crate) fn of(&self, whose: &Whose) -> Remembered {
        self.with(|state| state.all.get(whose).cloned().unwrap_or_default())
    }

    /// It was connected at this moment. Writes the file.
    pub(crate) fn used(&self, whose: &Whose, now_ms: i64) {
        let changed = self.change(whose, |one| one.last_used_ms = now_ms);
        if let Err(error) = changed {
            tracing::warn!(%error, "when contexts were used cannot be kept");
        }
    }

    /// Sets what a person wants of it, once it is checked. Writes the file.
    pub(crate) fn set(&self, whose: &Whose, settings: &ContextSettings) -> Result<(), WireError> {
        let settings = checked(settings)?;
        self.change(whose, |one| one.settings = settings)
            .map_err(|error| {
                WireError::new(
                    ErrorCode::Other,
                    format!(
                        "The context's settings cannot be saved in {}.",
                        self.folder.display()
                    ),
                    format!("{error}. Check the folder's permissions and free space."),
                )
            })
    }

    fn change(&self, whose: &Whose, how: impl FnOnce(&mut Remembered)) -> std::io::Result<()> {
        self.with(|state| {
            how(state.all.entry(whose.clone()).or_default());
            while state.all.len() > MOST {
                let oldest = state.all.iter().filter(|(one, _)| *one != whose);
                let Some(oldest) = oldest.min_by_key(|(_, kept)| kept.last_used_ms) else {
                    break;
                };
                let oldest = oldest.0.clone();
                state.all.remove(&oldest);
            }
            if !state.ours {
                return Ok(());
            }
            let lasting = state.all.iter().filter(|(whose, _)| whose.lasts());
            let contexts = lasting.map(|(whose, kept)| (whose.clone(), kept.clone()));
            let file = File {
                version: VERSION,
                contexts: contexts.collect(),
            };
            kept::save(&self.folder, NAME, &file)
        })
    }

    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        what(state.get_or_insert_with(|| self.load()))
    }

    fn load(&self) -> State {
        let (contexts, ours) = match kept::load::<File>(&self.folder, NAME, VERSION) {
            Kept::Nothing => (Vec::new(), true),
            Kept::Read(file) => (file.contexts, true),
            Kept::SetAside(why) => {
                tracing::warn!(why, "contexts' settings");
                (Vec::new(), true)
            }
            Kept::LeftAlone(why) => {
                tracing::warn!(why, "contexts' settings");
                (Vec::new(), false)
            }
        };
        State {
            all: contexts.into_iter().collect(),
            ours,
        }
    }
}

/// The colour in the rail, 1 to 8: as set, else by the name, the same each time.
pub(crate) fn colour(settings: &ContextSettings, name: &str) -> u8 {
    if (1..=COLOURS).contains(&settings.colour) {
        return settings.colour;
    }
    // FNV-1a, mixed so that similar names differ: the standard library's hash may be another in the next version.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let place = (mixed >> 32) % u64::from(COLOURS);
    u8::try_from(place).unwrap_or_default() + 1
}

fn checked(settings: &ContextSettings) -> Result<ContextSettings, WireError> {
    let wrong =
        |message: &str, detail: &str| Err(WireError::new(ErrorCode::Malformed, message, detail));
    if settings.colour > COLOURS {
        return wrong("There is no such colour.", "Choose one of the eight.");
    }
    let title = visible(settings.title.trim()).into_owned();
    if title.chars().count() > TITLE {
        return wrong("The title is too long.", "It may have up to 60 characters.");
    }
    let namespace = settings.namespace.trim().to_owned();
    if !namespace.is_empty() && !is_label(&namespace) {
        return wrong(
            "That is no name of a namespace.",
            "It has up to 63 lower-case letters, digits and dashes, and begins and ends with a letter or digit.",
        );
    }
    Ok(ContextSettings {
        colour: settings.colour,
        title,
        namespace,
    })
}

/// RFC 1123.
fn is_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= 63
        && text.bytes().all(|byte| fits(byte) || byte == b'-')
        && text.bytes().next().is_some_and(fits)
        && text.bytes().last().is_some_and(fits)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;
    use crate::whose::Place;

    fn whose(name: &str) -> Whose {
        Whose {
            place: Place::File("/c".into()),
            name: name.to_owned(),
        }
    }

    fn settings(colour: u8, title: &str, namespace: &str) -> ContextSettings {
        ContextSettings {
            colour,
            title: title.to_owned(),
            namespace: namespace.to_owned(),
        }
    }

    #[test]
    fn kept_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let kept = ContextsKept::in_folder(folder.path().to_owned());
        kept.used(&whose("a"), 5);
        kept.set(&whose("a"), &settings(3, " Shop ", "team-a"))
            .unwrap();
        let kept = ContextsKept::in_folder(folder.path().to_owned());
        let wanted = Remembered {
            last_used_ms: 5,
            settings: settings(3, "Shop", "team-a"),
        };
        assert_eq!(kept.of(&whose("a")), wanted);
        assert_eq!(kept.of(&whose("b")), Remembered::default());
    }

    #[test]
    fn what_cannot_be_is_refused_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let kept = ContextsKept::in_folder(folder.path().to_owned());
        let long = "x".repeat(64);
        for wrong in [
            settings(9, "", ""),
            settings(0, &"x".repeat(61), ""),
            settings(0, "", "Upper"),
            settings(0, "", "-a"),
            settings(0, "", "a-"),
            settings(0, "", "a.b"),
            settings(0, "", &long),
        ] {
            let error = kept.set(&whose("a"), &wrong).unwrap_err();
            assert_eq!(error.code, ErrorCode::Malformed, "{wrong:?}");
            assert_eq!(kept.of(&whose("a")), Remembered::default());
        }
        kept.set(&whose("a"), &settings(8, &"x".repeat(60), &long[..63]))
            .unwrap();
    }

    #[test]
    fn the_longest_unused_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let kept = ContextsKept::in_folder(folder.path().to_owned());
        let many = (1..=MOST).map(|n| {
            let kept = Remembered {
                last_used_ms: i64::try_from(n).unwrap(),
                settings: ContextSettings::default(),
            };
            (whose(&n.to_string()), kept)
        });
        kept.with(|state| state.all = many.collect());
        kept.set(&whose("new"), &settings(1, "", "")).unwrap();
        assert_eq!(kept.of(&whose("new")).settings.colour, 1);
        assert_eq!(kept.of(&whose("1")).last_used_ms, 0);
        assert_eq!(kept.of(&whose("2")).last_used_ms, 2);
    }

    #[test]
    fn a_colour_is_as_set_or_by_name() {
        assert_eq!(colour(&settings(4, "", ""), "a"), 4);
        let names = (0..100).map(|n| colour(&settings(0, "", ""), &format!("cluster-{n}")));
        let all: std::collections::BTreeSet<u8> = names.collect();
        assert_eq!(all, (1..=8).collect());
        assert_eq!(
            colour(&settings(0, "", ""), "kind-dev"),
            colour(&settings(0, "", ""), "kind-dev")
        );
    }
}
