//! Where starts of the program meet: a lock and a socket, in a folder that only the user may enter.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;

/// The meeting place of all starts with one config folder.
pub(crate) struct Place {
    folder: File,
    name: String,
    path: PathBuf,
}

impl Place {
    /// That of `config`: in `runtime` if the system has such a folder, else beside the settings.
    ///
    /// # Errors
    /// If neither is a folder of the user's own that nobody else may enter.
    pub(crate) fn of(config: &Path, runtime: Option<&Path>) -> io::Result<Self> {
        let own = runtime.map(private).and_then(Result::ok);
        let (path, folder) = match own {
            Some(own) => own,
            None => private(&config.join("running"))?,
        };
        Ok(Self {
            folder,
            name: format!("{:016x}", digest(config.as_os_str().as_bytes())),
            path,
        })
    }

    /// The lock, if nobody else holds it. It is freed when the file is closed. The file itself stays: removing it would
    /// let two starts lock two files of that name.
    pub(super) fn try_lock(&self) -> io::Result<Option<File>> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.path.join(format!("{}.lock", self.name)))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The socket, bound anew. Only for the holder of the lock: what is there is left over from one that has ended.
    pub(super) fn bind(&self) -> io::Result<UnixListener> {
        let path = self.socket();
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => UnixListener::bind(path),
        }
    }

    pub(super) fn connect(&self) -> io::Result<UnixStream> {
        UnixStream::connect(self.socket())
    }

    /// By way of the open folder: an address of a socket holds 107 bytes at most, paths may be longer.
    fn socket(&self) -> PathBuf {
        PathBuf::from(format!(
            "/proc/self/fd/{}/{}.socket",
            self.folder.as_raw_fd(),
            self.name
        ))
    }
}

/// Makes the folder if need be; an error if others could reach into it.
fn private(path: &Path) -> io::Result<(PathBuf, File)> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let folder = File::open(path)?;
    let metadata = folder.metadata()?;
    if metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o077 == 0 {
        Ok((path.to_owned(), folder))
    } else {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{} can be entered by others", path.display()),
        ))
    }
}

/// An error if the other end is another user's process.
pub(super) fn is_ours(stream: impl AsFd) -> io::Result<()> {
    if socket_peercred(stream)?.uid == geteuid() {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "another user's process is at the other end",
        ))
    }
}

/// FNV-1a: the same in every build of the program, as starts of different versions meet too.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_that_others_may_enter_is_not_used() {
        let home = tempfile::tempdir().expect("a folder");
        let runtime = home.path().join("runtime");
        std::fs::create_dir(&runtime).expect("a folder");
        std::fs::set_permissions(&runtime, Permissions::from_mode(0o755)).expect("permissions");
        let config = home.path().join("config");
        let place = Place::of(&config, Some(&runtime)).expect("beside the settings");
        assert_eq!(place.path, config.join("running"));
        std::fs::set_permissions(&place.path, Permissions::from_mode(0o770)).expect("permissions");
        assert!(Place::of(&config, Some(&runtime)).is_err());
        std::fs::set_permissions(&runtime, Permissions::from_mode(0o700)).expect("permissions");
        let place = Place::of(&config, Some(&runtime)).expect("in the runtime folder");
        assert_eq!(place.path, runtime);
    }

    #[test]
    fn each_config_folder_has_a_place_of_its_own() {
        let home = tempfile::tempdir().expect("a folder");
        let runtime = home.path().join("runtime");
        let name = |config| {
            let place = Place::of(&home.path().join(config), Some(&runtime));
            place.expect("a place").name
        };
        assert_ne!(name("one"), name("other"));
        assert_eq!(name("one"), name("one"));
        assert_eq!(digest(b"a"), 0xaf63_dc4c_8601_ec8c, "the published value");
    }
}
