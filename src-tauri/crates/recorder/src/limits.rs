//! How much is kept.

use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;
const MEGABYTE: u64 = 1_000_000;

/// How much is kept. What is beyond goes, the oldest first; the state that holds where the rest begins stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long, by the times at which facts were received. It is kept to six hours.
    pub age: Duration,
    /// Bytes of the file with its WAL; at least [`Limits::LEAST_SIZE`].
    pub size: u64,
}

impl Limits {
    /// Below this there is no room for the state of things.
    pub const LEAST_SIZE: u64 = 10 * MEGABYTE;

    /// As given, but not below what can be.
    pub(crate) fn sane(self) -> Self {
        Self {
            age: self.age,
            size: self.size.max(Self::LEAST_SIZE),
        }
    }
}

impl Default for Limits {
    /// Seven days, 200 MB.
    fn default() -> Self {
        Self {
            age: Duration::from_secs(7 * DAY),
            size: 200 * MEGABYTE,
        }
    }
}
