//! The folders whose kubeconfigs are listed, kept between starts.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wire::{ErrorCode, WireError};

use crate::kept::{self, Kept};

const NAME: &str = "folders.json";
const VERSION: u32 = 1;
/// More are not watched.
pub(crate) const MOST: usize = 100;

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    folders: Vec<PathBuf>,
}

/// Those kept in `folder`; what cannot be read is logged and counts as none.
pub(crate) fn load(folder: &Path) -> Vec<PathBuf> {
    match kept::load::<File>(folder, NAME, VERSION) {
        Kept::Nothing => Vec::new(),
        Kept::Read(file) => file.folders.into_iter().take(MOST).collect(),
        Kept::SetAside(why) | Kept::LeftAlone(why) => {
            tracing::warn!(why, "watched folders");
            Vec::new()
        }
    }
}

/// Keeps `folders`.
pub(crate) fn save(folder: &Path, folders: Vec<PathBuf>) -> Result<(), WireError> {
    let cannot = |detail: String| {
        let message = format!(
            "The list of folders cannot be saved in {}.",
            folder.display()
        );
        WireError::new(ErrorCode::Other, message, detail)
    };
    if let Kept::LeftAlone(why) = kept::load::<File>(folder, NAME, VERSION) {
        return Err(cannot(why));
    }
    let file = File {
        version: VERSION,
        folders,
    };
    kept::save(folder, NAME, &file)
        .map_err(|error| cannot(format!("{error}. Check its permissions and free space.")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;

    #[test]
    fn kept_and_read_again_and_a_newer_list_stays() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(folder.path()).is_empty());
        let folders = vec![PathBuf::from("/a"), PathBuf::from("/b")];
        save(folder.path(), folders.clone()).unwrap();
        assert_eq!(load(folder.path()), folders);
        let newer = r#"{"version":2}"#;
        std::fs::write(folder.path().join(NAME), newer).unwrap();
        assert!(load(folder.path()).is_empty());
        assert!(save(folder.path(), folders).is_err());
        let now = std::fs::read_to_string(folder.path().join(NAME)).unwrap();
        assert_eq!(now, newer);
    }
}
