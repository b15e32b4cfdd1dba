//! Settings kept between starts, as one JSON file.

use std::io;
use std::path::{Path, PathBuf};

use wire::{ErrorCode, Settings, WireError};

use crate::kept;

/// `settings.json` in `folder`.
fn file(folder: &Path) -> PathBuf {
    folder.join("settings.json")
}

/// What was kept. No file is no error; a damaged one is set aside as `settings.json.damaged` so
/// that nothing the user once chose is silently overwritten.
#[expect(clippy::disallowed_methods, reason = "a file of the program's own")]
pub(crate) fn load(folder: &Path) -> Settings {
    let path = file(folder);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, "settings cannot be read");
            }
            return Settings::default();
        }
    };
    serde_json::from_str(&text).unwrap_or_else(|error| {
        tracing::warn!(%error, "settings are damaged; set aside");
        let aside = path.with_extension("json.damaged");
        if let Err(error) = std::fs::rename(&path, aside) {
            tracing::warn!(%error, "damaged settings cannot be set aside");
        }
        Settings::default()
    })
}

/// Keeps `settings`: written beside and renamed, so that a crash leaves the old or the new.
#[expect(clippy::disallowed_methods, reason = "a file of the program's own")]
pub(crate) fn save(folder: &Path, settings: &Settings) -> Result<(), WireError> {
    let write = || -> io::Result<()> {
        kept::make_folder(folder)?;
        let beside = folder.join("settings.json.new");
        std::fs::write(&beside, serde_json::to_vec_pretty(settings)?)?;
        std::fs::rename(beside, file(folder))
    };
    write().map_err(|error| {
        WireError::new(
            ErrorCode::Other,
            format!("Settings cannot be saved in {}.", folder.display()),
            format!("{error}. Check the folder's permissions and free space."),
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;
    use wire::Theme;

    #[test]
    fn kept_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            theme: Theme::Light,
            drawer_width: 420,
            dock_height: 0,
        };
        save(folder.path(), &settings).unwrap();
        assert_eq!(load(folder.path()), settings);
    }

    #[test]
    fn absent_is_default_and_damage_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()), Settings::default());
        std::fs::write(file(folder.path()), "{ \"theme\": ").unwrap();
        assert_eq!(load(folder.path()), Settings::default());
        assert!(folder.path().join("settings.json.damaged").exists());
    }

    #[test]
    fn an_older_file_lacks_fields() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(file(folder.path()), r#"{"theme":"dark"}"#).unwrap();
        assert_eq!(load(folder.path()).theme, Theme::Dark);
    }

    #[test]
    fn an_unwritable_folder_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        let error = save(&blocked, &Settings::default()).unwrap_err();
        assert!(error.message.contains("cannot be saved"));
    }
}
