//! Where a command stands: the whole path of a program, as Go's `os/exec.LookPath` finds it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::files;

/// Looks for `name`, which has no separator, in the folders of `search`. Only the names it could have there are looked
/// at. Folders that are relative or on a network share are passed over: Go refuses what it finds in the former
/// (`os/exec.ErrDot`), and merely looking at the latter may log in somewhere.
pub(crate) fn find(name: &str, search: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(search)
        .filter(|folder| folder.is_absolute() && !on_a_share(&folder.to_string_lossy()))
        .flat_map(|folder| {
            let bare = folder.join(name);
            let suffix = std::env::consts::EXE_SUFFIX;
            let suffixed = (!suffix.is_empty()).then(|| folder.join(format!("{name}{suffix}")));
            std::iter::once(bare).chain(suffixed)
        })
        .find(|path| files::is_executable(path))
}

/// Whether a command is a path rather than a name to look for.
pub(crate) fn has_separator(command: &str) -> bool {
    command.chars().any(std::path::is_separator)
}

/// `\\server\share`: on Windows, merely looking at it logs in to that server.
pub(crate) fn on_a_share(path: &str) -> bool {
    path.starts_with(r"\\") || path.starts_with("//")
}

/// The path without `.` and `..`, by its text alone.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut tidied = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                tidied.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                tidied.push(component);
            }
        }
    }
    tidied
}

#[cfg(all(test, unix))]
#[expect(clippy::disallowed_methods, reason = "a test makes its files")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program(path: &Path, mode: u32) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_first_executable_file_of_the_search_path() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        program(&at("a/tool"), 0o644);
        std::fs::create_dir_all(at("b/tool")).unwrap();
        program(&at("c/tool"), 0o755);
        program(&at("d/tool"), 0o755);
        let search = std::env::join_paths([
            PathBuf::new(),
            PathBuf::from("relative"),
            PathBuf::from("//host/share"),
            at("a"),
            at("b"),
            at("c"),
            at("d"),
        ])
        .unwrap();
        assert_eq!(find("tool", &search), Some(at("c/tool")));
        assert_eq!(find("other", &search), None);
        assert_eq!(find("tool", OsStr::new("")), None);
    }

    #[test]
    fn dots_are_resolved_by_text() {
        for (path, expected) in [
            ("/a/./b", "/a/b"),
            ("/a/../../etc/x", "/etc/x"),
            ("/home/me/down/../.ssh/id", "/home/me/.ssh/id"),
        ] {
            assert_eq!(tidy(Path::new(path)), Path::new(expected));
        }
    }
}
