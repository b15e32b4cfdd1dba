//! The recorder's files in its folder.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::FILE;
use crate::error::Error;

/// The folder with the recorder's files.
pub(crate) struct Place {
    folder: PathBuf,
}

/// What lies where the file should be.
pub(crate) enum Found {
    Nothing,
    File,
    /// A folder, a pipe.
    Other,
}

impl Place {
    /// Makes the folder where there is none.
    pub(crate) fn new(folder: &Path) -> Result<Self, Error> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(failed(folder))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// The database.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// What was committed and is not in the database yet.
    pub(crate) fn wal(&self) -> PathBuf {
        beside(&self.file(), "-wal")
    }

    /// Where what is recovered is gathered.
    pub(crate) fn recovering(&self) -> PathBuf {
        self.folder.join("recorder.sqlite.recovering")
    }

    /// What lies where the file should be.
    pub(crate) fn look(&self) -> Result<Found, Error> {
        let file = self.file();
        match fs::metadata(&file) {
            Ok(metadata) if metadata.is_file() => Ok(Found::File),
            Ok(_) => Ok(Found::Other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(error) => Err(failed(&file)(error)),
        }
    }

    /// Renames the database, its WAL and its index of the WAL; where the database is now. Nothing is deleted.
    pub(crate) fn set_aside(&self, now: Timestamp) -> Result<PathBuf, Error> {
        let aside = self.free_name(now);
        // The WAL first: a database without it is told as such, one with the WAL of another would be read wrongly.
        for suffix in ["-wal", "-shm", ""] {
            let from = beside(&self.file(), suffix);
            match fs::rename(&from, beside(&aside, suffix)) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(&from)(error)),
            }
        }
        self.sync();
        Ok(aside)
    }

    /// Renames the WAL alone; where it is now.
    pub(crate) fn set_wal_aside(&self, now: Timestamp) -> Result<PathBuf, Error> {
        let aside = beside(&self.free_name(now), "-wal");
        fs::rename(self.wal(), &aside).map_err(failed(&self.wal()))?;
        self.sync();
        Ok(aside)
    }

    /// Copies the WAL; where the copy is.
    pub(crate) fn copy_wal_aside(&self, now: Timestamp) -> Result<PathBuf, Error> {
        let aside = beside(&self.free_name(now), "-wal");
        fs::copy(self.wal(), &aside).map_err(failed(&aside))?;
        self.sync();
        Ok(aside)
    }

    /// Puts what was recovered where the database should be.
    pub(crate) fn put_recovered(&self) -> Result<(), Error> {
        let recovering = self.recovering();
        fs::rename(&recovering, self.file()).map_err(failed(&recovering))?;
        self.sync();
        Ok(())
    }

    /// Removes what an earlier recovery left unfinished.
    pub(crate) fn clear_recovering(&self) -> Result<(), Error> {
        for suffix in ["-journal", "-wal", "-shm", ""] {
            let path = beside(&self.recovering(), suffix);
            match fs::remove_file(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(&path)(error)),
            }
        }
        Ok(())
    }

    /// The lock that one program at a time has; `None`: another has it.
    pub(crate) fn lock(&self) -> Result<Option<Lock>, Error> {
        let path = self.folder.join("recorder.lock");
        make_ours(&path)?;
        let mut file = File::options()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(failed(&path)(error)),
        }
        let mut text = String::new();
        // What is no text was not written by us.
        let was_recording = file
            .read_to_string(&mut text)
            .is_ok_and(|_| !text.is_empty());
        Ok(Some(Lock {
            file,
            was_recording,
        }))
    }

    fn free_name(&self, now: Timestamp) -> PathBuf {
        let time = now.strftime("%Y-%m-%dT%H-%M-%SZ");
        let name = |more: &str| self.folder.join(format!("{FILE}.damaged-{time}{more}"));
        let is_free = |path: &PathBuf| {
            ["", "-wal"]
                .iter()
                .all(|suffix| fs::symlink_metadata(beside(path, suffix)).is_err())
        };
        let mut candidates = std::iter::once(name("")).chain((2..).map(|n| name(&format!(".{n}"))));
        candidates
            .find(is_free)
            .expect("a folder does not hold every number")
    }

    /// So that renames outlive a power cut; where that cannot be, they are done all the same.
    fn sync(&self) {
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
    }
}

/// Only this account may read it, and it may write it: what it is made with, and what it is brought to.
pub(crate) fn make_ours(path: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(0o600);
        if let Ok(metadata) = fs::metadata(path)
            && metadata.permissions().mode() & 0o777 != 0o600
        {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed(path))?;
        }
    }
    options.open(path).map_err(failed(path)).map(drop)
}

/// One program at a time has it. The system takes it back when the program ends, however it ends.
pub(crate) struct Lock {
    file: File,
    /// Whoever had it before did not come to its end.
    pub(crate) was_recording: bool,
}

impl Lock {
    /// Notes whether this program records: what still stands there at the next start tells of an unclean end.
    pub(crate) fn note(&mut self, is_recording: bool) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        if is_recording {
            self.file.write_all(b"recording\n")?;
        }
        self.file.sync_data()
    }
}

/// `path` with this after its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// An error of a file, with its path.
pub(crate) fn failed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    |source| Error::File { path, source }
}
