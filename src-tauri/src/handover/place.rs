//! Where starts of the program meet: a lock and a socket, in a folder that only the user may enter.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
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
            .read(true)
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

    /// The same, unless it is kept for a process that begins again.
    pub(super) fn try_lock_for_good(&self) -> io::Result<Option<File>> {
        let lock = self.try_lock()?;
        Ok(lock.filter(|lock| !is_kept_for_another(lock)))
    }

    /// The socket, bound anew. Only for the holder of the lock: what is there is left over from one that has ended.
    pub(super) fn bind(&self) -> io::Result<UnixListener> {
        let path = self.socket();
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        UnixListener::bind(path)
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

/// Keeps the lock for this process over its beginning again, which frees it for a moment: it has the same number and the
/// same time of birth afterwards.
pub(super) fn keep(mut lock: &File) -> io::Result<()> {
    let own = std::process::id();
    let text = format!("{own} {}\n", born(own).unwrap_or_default());
    lock.set_len(0)?;
    lock.rewind()?;
    lock.write_all(text.as_bytes())
}

fn is_kept_for_another(mut lock: &File) -> bool {
    let mut text = String::new();
    if lock.read_to_string(&mut text).is_err() {
        return false;
    }
    let mut words = text.split_whitespace();
    let (Some(id), Some(time)) = (words.next(), words.next()) else {
        return false;
    };
    id.parse()
        .is_ok_and(|id| id != std::process::id() && born(id).is_some_and(|born| born == time))
}

/// When a process that lives began, in the kernel's own measure.
fn born(id: u32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Behind the name, which may hold anything, the time is the 20th word.
    let (_, behind) = text.rsplit_once(')')?;
    behind.split_whitespace().nth(19).map(str::to_owned)
}

/// Makes the folder if need be; an error if others could reach into it.
fn private(path: &Path) -> io::Result<(PathBuf, File)> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let folder = File::open(path)?;
    let metadata = folder.metadata()?;
    if metadata.uid() == geteuid().as_raw() && metadata.mode().trailing_zeros() >= 6 {
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
    fn the_lock_is_kept_for_a_process_that_lives_and_for_no_other() {
        let home = tempfile::tempdir().expect("a folder");
        let place = Place::of(&home.path().join("config"), None).expect("a place");
        let path = place.path.join(format!("{}.lock", place.name));
        let is_free = || {
            let lock = place.try_lock_for_good().expect("the lock is readable");
            lock.is_some()
        };
        keep(&place.try_lock().expect("a lock").expect("it is free")).expect("written");
        assert!(is_free(), "for this process");
        let mut other = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .expect("sleep");
        let born = born(other.id()).expect("it lives");
        std::fs::write(&path, format!("{} {born}\n", other.id())).expect("written");
        assert!(!is_free(), "it lives");
        std::fs::write(&path, format!("{} 1\n", other.id())).expect("written");
        assert!(is_free(), "another had its number");
        std::fs::write(&path, format!("{} {born}\n", other.id())).expect("written");
        other.kill().and_then(|()| other.wait()).expect("it ends");
        assert!(is_free(), "it is gone");
        for odd in ["", "x", "1", "\u{fffd} 7"] {
            std::fs::write(&path, odd).expect("written");
            assert!(is_free(), "{odd}");
        }
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
