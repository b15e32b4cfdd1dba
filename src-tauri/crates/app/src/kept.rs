//! One JSON file of the program's own that no other account can write.
//!
//! What is trusted because it stands in such a file is only as safe as the file: one that others may write is believed in nothing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::text::visible;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Largest file read, in bytes: several times what the limits on entries allow.
const LIMIT: u64 = 64 << 20;

/// What stands in such a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept<T> {
    /// Nothing was kept yet.
    Nothing,
    /// This.
    Read(T),
    /// It could not be understood and was moved out of the way. Says so.
    SetAside(String),
    /// It is not to be believed, or not ours to understand, and stays as it is: nothing may be written there. Says why.
    LeftAlone(String),
}

/// Every such file has its version; later ones may mean something else by the same words.
#[derive(serde::Deserialize)]
struct Versioned {
    version: u32,
}

/// Reads `name` in `folder`; `version` is the newest that is understood.
pub(crate) fn load<T: DeserializeOwned>(folder: &Path, name: &str, version: u32) -> Kept<T> {
    let path = folder.join(name);
    let bytes = match read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Kept::Nothing,
        Err(error) => {
            return Kept::LeftAlone(format!(
                "{} cannot be read: {error}. Check its permissions.",
                shown(&path)
            ));
        }
    };
    for place in [folder, &path] {
        if let Some(why) = open_to_others(place) {
            return Kept::LeftAlone(why);
        }
    }
    let kept = serde_json::from_slice::<Versioned>(&bytes)
        .map_err(|error| error.to_string())
        .and_then(|kept| {
            if kept.version > version {
                return Ok(None);
            }
            let whole = serde_json::from_slice::<T>(&bytes).map(Some);
            whole.map_err(|error| error.to_string())
        });
    match kept {
        Ok(Some(kept)) => Kept::Read(kept),
        Ok(None) => Kept::LeftAlone(format!(
            "{} was written by a newer version of Scalescope and is left as it is. Start the newer version, or move the file away.",
            shown(&path)
        )),
        Err(_) => set_aside(&path),
    }
}

/// Replaces `name` in `folder`: written beside, made durable, then put in its place, so that a crash leaves the old or the new.
/// Readable and writable by this account alone.
pub(crate) fn save<T: Serialize>(folder: &Path, name: &str, value: &T) -> io::Result<()> {
    make_folder(folder)?;
    let mut beside = tempfile::Builder::new()
        .prefix(&format!("{name}."))
        .tempfile_in(folder)?;
    beside.write_all(&serde_json::to_vec(value)?)?;
    beside.as_file().sync_all()?;
    beside.persist(folder.join(name))?;
    sync(folder)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a file of the program's own, up to its limit"
)]
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let about = std::fs::metadata(path)?;
    if !about.is_file() || about.len() > LIMIT {
        return Err(io::Error::other("it is not a file that Scalescope made"));
    }
    std::fs::read(path)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a file of the program's own is moved out of the way"
)]
fn set_aside<T>(path: &Path) -> Kept<T> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".damaged");
    let aside = PathBuf::from(aside);
    match std::fs::rename(path, &aside) {
        Ok(()) => Kept::SetAside(format!(
            "{} was damaged and is now {}. What stood in it counts no more.",
            shown(path),
            shown(&aside)
        )),
        Err(error) => Kept::LeftAlone(format!(
            "{} is damaged and cannot be moved away: {error}. Move it away yourself.",
            shown(path)
        )),
    }
}

/// Makes the program's folder, where it is not there, for this account alone.
#[cfg(unix)]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Makes the program's folder, where it is not there; a user's folders are the user's alone here.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "the folder is the program's own")]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// Takes other accounts' rights to the folder away: older versions made it as the umask said. Only for before anything in
/// it is believed, as what others put there until now would be believed then.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the folder is the program's own")]
pub(crate) fn close_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    make_folder(folder)?;
    let about = std::fs::metadata(folder)?;
    let own = about.uid() == rustix::process::geteuid().as_raw();
    if own && about.mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn close_to_others(folder: &Path) -> io::Result<()> {
    make_folder(folder)
}

/// Makes the new name durable.
#[cfg(unix)]
#[expect(clippy::disallowed_types, reason = "the folder is the program's own")]
fn sync(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Why what stands at `place` may have been written by others.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "looks at whose the program's own file is"
)]
fn open_to_others(place: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let about = std::fs::metadata(place).ok()?;
    let (owner, own) = (about.uid(), rustix::process::geteuid().as_raw());
    if owner != own && owner != 0 {
        return Some(format!(
            "{} belongs to another account, so nothing in it is believed. Move it away.",
            shown(place)
        ));
    }
    (about.mode() & 0o022 != 0).then(|| {
        format!(
            "{} can be written by other accounts, so nothing in it is believed. Take that right away (chmod go-w) if what stands there is yours, else delete it; then start again.",
            shown(place)
        )
    })
}

#[cfg(not(unix))]
fn open_to_others(_place: &Path) -> Option<String> {
    None
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct One {
        version: u32,
        word: String,
    }

    fn one(version: u32) -> One {
        One {
            version,
            word: "kept".to_owned(),
        }
    }

    #[test]
    fn kept_and_read_again_with_nothing_left_beside() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        assert_eq!(load::<One>(&folder, "x.json", 1), Kept::Nothing);
        save(&folder, "x.json", &one(1)).unwrap();
        save(&folder, "x.json", &one(1)).unwrap();
        assert_eq!(load(&folder, "x.json", 1), Kept::Read(one(1)));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_or_write_it() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("own");
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o775)).unwrap();
        save(&folder, "x.json", &one(1)).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder.join("x.json")), 0o600);
        assert_eq!(mode(&folder), 0o775, "not without being asked to");
        close_to_others(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        let other = parent.path().join("made/here");
        save(&other, "x.json", &one(1)).unwrap();
        assert_eq!(mode(&other), 0o700);
    }

    #[test]
    fn damage_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        for text in ["{\"version\":1,", "", "[]", "{\"version\":1}", "\0\0\0"] {
            std::fs::write(&path, text).unwrap();
            let Kept::SetAside(why) = load::<One>(folder.path(), "x.json", 1) else {
                panic!("{text:?} was believed");
            };
            assert!(why.contains("x.json.damaged"), "{why}");
            assert!(!path.exists());
            let aside = folder.path().join("x.json.damaged");
            assert_eq!(std::fs::read_to_string(aside).unwrap(), text);
        }
    }

    #[test]
    fn a_newer_one_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"version":2,"other":true}"#;
        std::fs::write(folder.path().join("x.json"), text).unwrap();
        let kept = load::<One>(folder.path(), "x.json", 1);
        assert!(matches!(kept, Kept::LeftAlone(why) if why.contains("newer")));
        assert_eq!(
            std::fs::read_to_string(folder.path().join("x.json")).unwrap(),
            text
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_others_may_write_is_not_believed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), "x.json", &one(1)).unwrap();
        let file = folder.path().join("x.json");
        for (place, mode, back) in [
            (folder.path(), 0o707, 0o700),
            (folder.path(), 0o770, 0o700),
            (file.as_path(), 0o606, 0o600),
            (file.as_path(), 0o620, 0o600),
        ] {
            let set = |mode| {
                std::fs::set_permissions(place, std::fs::Permissions::from_mode(mode)).unwrap();
            };
            set(mode);
            let kept = load::<One>(folder.path(), "x.json", 1);
            assert!(
                matches!(&kept, Kept::LeftAlone(why) if why.contains("other accounts")),
                "{mode:o}: {kept:?}"
            );
            set(back);
            assert_eq!(load(folder.path(), "x.json", 1), Kept::Read(one(1)));
        }
    }
}
