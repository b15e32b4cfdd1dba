//! Whether a WAL is as SQLite wrote it. SQLite itself passes over what is not, without a word.
//!
//! The format is the one of <https://www.sqlite.org/fileformat2.html#walformat>.

use std::fs;
use std::io;
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wal {
    /// There is no such file.
    Absent,
    /// It is read to its end.
    Sound,
    /// It does not begin as a WAL does: nothing of it is read.
    Foreign,
    /// Something that was committed stands behind bytes that are damaged.
    Torn,
}

impl Wal {
    /// Looks at a file.
    pub(super) fn look(path: &Path) -> io::Result<Self> {
        match fs::read(path) {
            Ok(bytes) => Ok(Self::of(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::Absent),
            Err(error) => Err(error),
        }
    }

    fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Sound;
        }
        if bytes.len() < HEADER {
            return Self::Foreign;
        }
        let (header, frames) = bytes.split_at(HEADER);
        let magic = word(header, 0);
        if magic & !1 != 0x377f_0682 {
            return Self::Foreign;
        }
        let order = if magic & 1 == 1 {
            u32::from_be_bytes
        } else {
            u32::from_le_bytes
        };
        let mut sum = checksum((0, 0), &header[..24], order);
        let page = usize::try_from(word(header, 8)).unwrap_or(0);
        if sum != (word(header, 24), word(header, 28)) || !(512..=65_536).contains(&page) {
            return Self::Foreign;
        }
        let mut is_damaged = false;
        for frame in frames.chunks_exact(FRAME_HEADER + page) {
            if frame[8..16] != header[16..24] {
                // Left from before the WAL was begun anew.
                break;
            }
            sum = checksum(sum, &frame[..8], order);
            sum = checksum(sum, &frame[FRAME_HEADER..], order);
            is_damaged = is_damaged || sum != (word(frame, 16), word(frame, 20));
            let is_commit = word(frame, 4) != 0;
            if is_damaged && is_commit {
                return Self::Torn;
            }
        }
        Self::Sound
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn checksum(sum: (u32, u32), bytes: &[u8], order: fn([u8; 4]) -> u32) -> (u32, u32) {
    bytes.chunks_exact(8).fold(sum, |(one, two), pair| {
        let first = order([pair[0], pair[1], pair[2], pair[3]]);
        let second = order([pair[4], pair[5], pair[6], pair[7]]);
        let one = one.wrapping_add(first).wrapping_add(two);
        (one, two.wrapping_add(second).wrapping_add(one))
    })
}
