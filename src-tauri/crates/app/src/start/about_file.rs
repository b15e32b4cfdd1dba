//! What a person should know of a file before believing it.

use std::path::{Path, PathBuf};

use crate::shown;

/// Its whole path without links, if it exists. Looks at folders on the way only.
#[expect(
    clippy::disallowed_methods,
    reason = "a path that a person named, to list the same file once"
)]
pub(crate) fn real(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// Sentences: who else may write it, whose it is, where it came from. Never opens it.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "looks at whose a file is that a person named"
)]
pub(crate) fn warnings(path: &Path) -> Vec<String> {
    use std::os::unix::fs::MetadataExt;
    let mut words = Vec::new();
    let Ok(about) = std::fs::metadata(path) else {
        return words;
    };
    if about.mode() & 0o002 != 0 {
        words.push(format!(
            "Anyone on this computer may change {}.",
            shown(path)
        ));
    }
    let own = rustix::process::geteuid().as_raw();
    if about.uid() != own && about.uid() != 0 {
        words.push(format!(
            "{} belongs to another account of this computer.",
            shown(path)
        ));
    }
    if let Some(origin) = downloaded(path) {
        words.push(origin);
    }
    words
}

#[cfg(not(unix))]
pub(crate) fn warnings(_path: &Path) -> Vec<String> {
    Vec::new()
}

/// The mark that browsers leave on what they saved.
#[cfg(unix)]
fn downloaded(path: &Path) -> Option<String> {
    let mut value = [0_u8; 1024];
    let marks = [
        "user.xdg.origin.url",
        "user.xdg.referrer.url",
        "com.apple.quarantine",
    ];
    let (mark, length) = marks.into_iter().find_map(|mark| {
        let length = rustix::fs::getxattr(path, mark, &mut value[..]).ok()?;
        Some((mark, length))
    })?;
    let name = shown(path);
    let url = std::str::from_utf8(value.get(..length)?).unwrap_or_default();
    let host = url
        .split_once("://")
        .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default())
        .map(|host| host.rsplit('@').next().unwrap_or_default())
        .filter(|host| !host.is_empty() && mark.starts_with("user."));
    Some(match host {
        Some(host) => format!(
            "{name} was downloaded from {}.",
            shown(Path::new(host))
        ),
        None => format!("{name} was downloaded."),
    })
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn who_may_write_it_and_where_it_came_from() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        assert!(warnings(&path).is_empty(), "there is none");
        std::fs::write(&path, "").unwrap();
        assert!(warnings(&path).is_empty());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        let words = warnings(&path);
        assert_eq!(words.len(), 1);
        assert!(words[0].starts_with("Anyone on this computer may change"));

        let url = b"https://me:secret@files.example/x/config?token=y";
        let flags = rustix::fs::XattrFlags::empty();
        // Not every file system keeps such marks.
        if rustix::fs::setxattr(&path, "user.xdg.origin.url", url, flags).is_ok() {
            let words = warnings(&path);
            assert!(words[1].ends_with("was downloaded from files.example."), "{words:?}");
        }
    }
}
