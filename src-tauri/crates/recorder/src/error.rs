//! What goes wrong.

use std::io;
use std::path::PathBuf;

/// What goes wrong, when, and what to do then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be made, or a file in it cannot be looked at, locked or renamed. Repair its rights, then start again.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no room on the disk. Make some; recording goes on by itself.
    #[error("no room is left on the disk for the recorder")]
    Full,
    /// Another program holds the file, a backup for example. Recording goes on by itself when it lets go.
    #[error("another program holds the recorder's file")]
    Busy,
    /// The file is not what SQLite wrote. It is set aside, what can be read is recovered: nothing needs to be done.
    #[error("the recorder's file is damaged: {0}")]
    Damaged(String),
    /// SQLite failed otherwise: a disk that went away, rights that changed. Recording tries again by itself.
    #[error("the recorder's file cannot be used: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// Recording is off, since the reason stands in [`Opened`](crate::Opened) or [`Recording`](crate::Recording).
    #[error("recording is off: {0}")]
    Off(String),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, SystemIoFailure,
        };
        match error
            .sqlite_error()
            .map(|error| (error.code, error.extended_code))
        {
            // A limit on the size of files is an error of writing.
            Some((DiskFull, _) | (SystemIoFailure, rusqlite::ffi::SQLITE_IOERR_WRITE)) => {
                Self::Full
            }
            Some((DatabaseBusy | DatabaseLocked, _)) => Self::Busy,
            Some((DatabaseCorrupt | NotADatabase, _)) => Self::Damaged(error.to_string()),
            Some(_) | None => match error {
                // Values that are not of their column's type: only damage makes them.
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => Self::Damaged(error.to_string()),
                other => Self::Sqlite(other),
            },
        }
    }
}
