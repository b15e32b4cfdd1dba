//! The bounds of one answer to a list: how slow, how long, how large.

use std::time::{Duration, Instant};

use crate::error::RequestError;

/// A list's body may pause this long.
pub(crate) const CHUNK_PATIENCE: Duration = Duration::from_secs(20);
/// All of one answer may take this long; servers give up after a minute themselves.
const ANSWER_PATIENCE: Duration = Duration::from_secs(75);
/// Bytes that must come in every [`CHUNK_PATIENCE`]: below that no list of use arrives in time.
const LEAST: u64 = 10 << 10;
/// Most bytes of a list, after decompression: 400,000 pods.
const LIST_LIMIT: u64 = 2 << 30;

/// How fast one answer comes, and how much of it.
pub(crate) struct Pace {
    began: Instant,
    /// Beginning of the present stretch, and bytes since.
    stretch: (Instant, u64),
    bytes: u64,
}

impl Pace {
    pub(crate) fn begin() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            stretch: (now, 0),
            bytes: 0,
        }
    }

    /// `bytes` more came at `now`. An error if it will be too late or too large.
    pub(crate) fn keep(&mut self, bytes: usize, now: Instant) -> Result<(), RequestError> {
        self.bytes += bytes as u64;
        self.stretch.1 += bytes as u64;
        if self.bytes > LIST_LIMIT {
            return Err(RequestError::TooLarge { limit: LIST_LIMIT });
        }
        let timeout = |patience: Duration| {
            Err(RequestError::Timeout {
                seconds: patience.as_secs(),
            })
        };
        if now - self.began > ANSWER_PATIENCE {
            return timeout(ANSWER_PATIENCE);
        }
        if now - self.stretch.0 > CHUNK_PATIENCE {
            if self.stretch.1 < LEAST {
                return timeout(CHUNK_PATIENCE);
            }
            self.stretch = (now, 0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(bytes: usize, every: Duration) -> Option<(u64, RequestError)> {
        let mut pace = Pace::begin();
        for count in 1..=4_000_u32 {
            if let Err(error) = pace.keep(bytes, pace.began + every * count) {
                return Some(((every * count).as_secs(), error));
            }
        }
        None
    }

    #[test]
    fn a_list_comes_in_time_or_not_at_all() {
        let second = Duration::from_secs(1);
        let timeout = |seconds| RequestError::Timeout { seconds };
        assert_eq!(ends(1, second), Some((21, timeout(20))));
        assert_eq!(ends(1 << 20, second), Some((76, timeout(75))));
        assert_eq!(
            ends(64 << 20, second / 10),
            Some((3, RequestError::TooLarge { limit: LIST_LIMIT }))
        );
        assert_eq!(ends(1 << 10, Duration::from_millis(10)), None);
    }
}
