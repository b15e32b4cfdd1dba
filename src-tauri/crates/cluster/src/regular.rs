//! Reads small regular files, refusing everything that could hang, never end or have effects.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::error::KubeconfigError;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum Refusal {
    Missing,
    NotAFile(&'static str),
    TooLarge,
    Unreadable(String),
}

/// The bytes of the regular file at `path`, at most `limit`.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    // First by name: opening some devices has effects. Again on the open file: the name may have
    // come to mean another file.
    check(
        &std::fs::metadata(path).map_err(|error| unreadable(&error))?,
        limit,
    )?;
    let file = open(path).map_err(|error| unreadable(&error))?;
    check(&file.metadata().map_err(|error| unreadable(&error))?, limit)?;
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > limit {
        Err(Refusal::TooLarge)
    } else {
        Ok(bytes)
    }
}

fn check(metadata: &std::fs::Metadata, limit: u64) -> Result<(), Refusal> {
    if !metadata.is_file() {
        return Err(Refusal::NotAFile(kind_of(metadata.file_type())));
    }
    if metadata.len() > limit {
        Err(Refusal::TooLarge)
    } else {
        Ok(())
    }
}

fn unreadable(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound => Refusal::Missing,
        kind => Refusal::Unreadable(kind.to_string()),
    }
}

/// Without waiting: a pipe put in the file's place must not hang the opening.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
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
