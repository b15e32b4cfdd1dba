//! The first bytes of a database, read without opening it: whoever opens one may change it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// What the first 100 bytes say.
pub(super) enum Header {
    /// There is not a byte.
    Empty,
    /// Not what SQLite writes.
    Foreign,
    /// A database.
    Sqlite {
        /// `PRAGMA application_id`
        application: u32,
        /// `PRAGMA user_version`
        version: u32,
    },
}

impl Header {
    /// Of a file.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(100);
        File::open(path)?.take(100).read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            return Ok(Self::Empty);
        }
        let Ok(bytes) = <[u8; 100]>::try_from(bytes) else {
            return Ok(Self::Foreign);
        };
        if !bytes.starts_with(b"SQLite format 3\0") {
            return Ok(Self::Foreign);
        }
        let number = |at: usize| {
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        Ok(Self::Sqlite {
            application: number(68),
            version: number(60),
        })
    }
}
