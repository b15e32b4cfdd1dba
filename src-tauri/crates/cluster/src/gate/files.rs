//! Reads small regular files, refusing everything that could hang, never end or have effects.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::KubeconfigError;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum Refusal {
    Missing,
    NotAFile(&'static str),
    TooLarge,
    Unreadable(String),
}

/// Who else may change a file, as its metadata says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Any account on this computer may write it.
    pub(crate) anyone_writes: bool,
    /// It belongs to another account than ours or root.
    pub(crate) anothers: bool,
}

/// The bytes of the regular file at `path`, at most `limit`. Blocks.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    read_standing(path, limit).map(|(bytes, _)| bytes)
}

/// The same, with who else may change it.
pub(crate) fn read_standing(path: &Path, limit: u64) -> Result<(Vec<u8>, Standing), Refusal> {
    let file = open(path, limit)?;
    let standing = standing(&file.metadata().map_err(|error| unreadable(&error))?);
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > limit {
        Err(Refusal::TooLarge)
    } else {
        Ok((bytes, standing))
    }
}

/// Opens the regular file at `path` if it is at most `limit` bytes long now.
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
pub(super) fn open(path: &Path, limit: u64) -> Result<File, Refusal> {
    // First by name: opening some devices has effects. Again on the open file: the name may have
    // come to mean another file.
    check(
        &std::fs::metadata(path).map_err(|error| unreadable(&error))?,
        limit,
    )?;
    let file = without_waiting(path).map_err(|error| unreadable(&error))?;
    check(&file.metadata().map_err(|error| unreadable(&error))?, limit)?;
    Ok(file)
}

fn check(metadata: &Metadata, limit: u64) -> Result<(), Refusal> {
    if !metadata.is_file() {
        return Err(Refusal::NotAFile(kind_of(metadata.file_type())));
    }
    if of_the_system(metadata) {
        return Err(Refusal::NotAFile("view into the system"));
    }
    if metadata.len() > limit {
        Err(Refusal::TooLarge)
    } else {
        Ok(())
    }
}

/// Whether it lies in /proc or /sys, whose files are regular by name only: they are made as they are read.
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
fn of_the_system(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    ["/proc", "/sys"]
        .iter()
        .filter_map(|root| std::fs::metadata(root).ok())
        // A container may have neither of its own: then the name is a folder of the root.
        .filter(|root| root.ino() == 1)
        .any(|root| root.dev() == metadata.dev())
}

#[cfg(not(target_os = "linux"))]
fn of_the_system(_: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn standing(metadata: &Metadata) -> Standing {
    use std::os::unix::fs::MetadataExt;
    Standing {
        anyone_writes: metadata.mode() & 0o002 != 0,
        anothers: metadata.uid() != 0 && own_uid().is_some_and(|own| own != metadata.uid()),
    }
}

#[cfg(not(unix))]
fn standing(_: &Metadata) -> Standing {
    Standing::default()
}

/// The account this program runs as, which owns its entry in /proc.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
fn own_uid() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self")
        .ok()
        .map(|metadata| metadata.uid())
}

/// Whether any account may replace what is at `path`: by writing it, or its folder (one with the sticky bit aside).
/// Reads nothing of it.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
pub(crate) fn anyone_may_replace(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let mode = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.mode());
    let folder = path.parent().map_or(0, mode);
    mode(path) & 0o002 != 0 || folder & 0o1002 == 0o0002
}

#[cfg(not(unix))]
pub(crate) fn anyone_may_replace(_: &Path) -> bool {
    false
}

/// Whether this is a regular file that may be run. Looks at nothing but its name's metadata.
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
pub(super) fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && may_run(&metadata))
}

#[cfg(unix)]
fn may_run(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_run(_: &Metadata) -> bool {
    true
}

/// Paths of what stands directly in a folder, sorted, the first `limit` of those `wanted` by name; and how many more
/// there are.
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
pub(crate) fn names_in(
    folder: &Path,
    limit: usize,
    wanted: impl Fn(&str) -> bool,
) -> Result<(Vec<PathBuf>, usize), Refusal> {
    let entries = std::fs::read_dir(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotADirectory => Refusal::NotAFile("file"),
        _ => unreadable(&error),
    })?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| wanted(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let more = paths.len().saturating_sub(limit);
    paths.truncate(limit);
    Ok((paths, more))
}

pub(super) fn unreadable(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound => Refusal::Missing,
        kind => Refusal::Unreadable(kind.to_string()),
    }
}

/// A pipe put in the file's place must not hang the opening.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
fn without_waiting(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
}

#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
fn without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn kind_of(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_dir() {
        "folder"
    } else if kind.is_fifo() {
        "pipe"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

#[cfg(not(unix))]
fn kind_of(kind: FileType) -> &'static str {
    if kind.is_dir() { "folder" } else { "device" }
}

impl Refusal {
    pub(crate) fn of_kubeconfig(self, path: &Path, limit: u64) -> KubeconfigError {
        let path = path.to_owned();
        match self {
            Self::Missing => KubeconfigError::NotFound(path),
            Self::NotAFile(what) => KubeconfigError::NotAFile { path, what },
            Self::TooLarge => KubeconfigError::TooLarge { path, limit },
            Self::Unreadable(why) => KubeconfigError::Unreadable { path, why },
        }
    }

    /// For a file that a context names, as the end of a sentence about it.
    pub(crate) fn words(&self, limit: u64) -> String {
        match self {
            Self::Missing => "does not exist".to_owned(),
            Self::NotAFile(what) => format!("is a {what}, not a file"),
            Self::TooLarge => format!("is larger than {limit} bytes"),
            Self::Unreadable(why) => format!("cannot be read ({why})"),
        }
    }
}
