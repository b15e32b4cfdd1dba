//! Where a file is, and where it came from, without opening it.

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

/// A sentence where a browser left its mark on what it saved.
#[cfg(unix)]
pub(crate) fn downloaded(path: &Path) -> Option<String> {
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
        Some(host) => format!("{name} was downloaded from {}.", shown(Path::new(host))),
        None => format!("{name} was downloaded."),
    })
}

#[cfg(not(unix))]
pub(crate) fn downloaded(_path: &Path) -> Option<String> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;

    #[test]
    fn where_it_was_downloaded_from_without_what_else_stands_in_the_address() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        assert_eq!(downloaded(&path), None, "there is none");
        std::fs::write(&path, "").unwrap();
        assert_eq!(downloaded(&path), None);
        let url = b"https://me:secret@files.example/x/config?token=y";
        let flags = rustix::fs::XattrFlags::empty();
        // Not every file system keeps such marks.
        if rustix::fs::setxattr(&path, "user.xdg.origin.url", url, flags).is_ok() {
            let words = downloaded(&path).unwrap();
            assert!(
                words.ends_with("was downloaded from files.example."),
                "{words}"
            );
        }
    }
}
