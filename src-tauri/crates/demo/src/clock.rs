//! The demo's clock: which time it is there at a moment outside.

use jiff::{SignedDuration, Timestamp};

/// How fast the demo's time goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// It stands still.
    Still,
    /// So many of its seconds pass in one second outside, at least 1.
    Times(u32),
}

/// A clock as a value: at `wall` it shows `demo`, and goes on from there at `rate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// A moment outside.
    pub wall: Timestamp,
    /// The demo's time at that moment.
    pub demo: Timestamp,
    /// How fast it goes since.
    pub rate: Rate,
}

impl Clock {
    /// A clock that follows the time outside.
    pub fn following(wall: Timestamp) -> Self {
        Self {
            wall,
            demo: wall,
            rate: Rate::Times(1),
        }
    }

    /// The demo's time at a moment outside; before `wall` it stands at `demo`.
    pub fn at(&self, wall: Timestamp) -> Timestamp {
        let passed = wall.duration_since(self.wall).max(SignedDuration::ZERO);
        let times = match self.rate {
            Rate::Still => 0,
            Rate::Times(times) => i32::try_from(times).unwrap_or(i32::MAX),
        };
        self.demo
            .saturating_add(passed.saturating_mul(times))
            .unwrap_or(Timestamp::MAX)
    }

    /// The moment outside at which the demo's time is `demo`; `None` if it never is, as the clock stands.
    pub fn when(&self, demo: Timestamp) -> Option<Timestamp> {
        let ahead = demo.duration_since(self.demo);
        if ahead <= SignedDuration::ZERO {
            return Some(self.wall);
        }
        match self.rate {
            Rate::Still => None,
            Rate::Times(times) => {
                // Rounded up, so that it has come by then.
                let times = i128::from(times.max(1));
                let nanos = (ahead.as_nanos() + times - 1) / times;
                let wait = SignedDuration::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX));
                Some(self.wall.saturating_add(wait).unwrap_or(Timestamp::MAX))
            }
        }
    }

    /// The same clock at another pace from `wall` on.
    #[must_use]
    pub fn at_rate(&self, wall: Timestamp, rate: Rate) -> Self {
        Self {
            wall,
            demo: self.at(wall),
            rate,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-28T{text}Z").parse().unwrap()
    }

    #[test]
    fn it_follows_runs_and_stands() {
        let clock = Clock::following(at("12:00:00"));
        assert_eq!(clock.at(at("12:00:05")), at("12:00:05"));
        assert_eq!(clock.at(at("11:00:00")), at("12:00:00"));
        let fast = clock.at_rate(at("12:00:10"), Rate::Times(60));
        assert_eq!(fast.at(at("12:00:10")), at("12:00:10"));
        assert_eq!(fast.at(at("12:01:10")), at("13:00:10"));
        let still = fast.at_rate(at("12:01:10"), Rate::Still);
        assert_eq!(still.at(at("23:00:00")), at("13:00:10"));
    }

    #[test]
    fn it_says_when_a_time_has_come() {
        let clock = Clock::following(at("12:00:00")).at_rate(at("12:00:00"), Rate::Times(60));
        for demo in ["12:00:01", "12:07:00", "13:00:00"] {
            let wall = clock.when(at(demo)).unwrap();
            assert!(clock.at(wall) >= at(demo));
            let before = wall - SignedDuration::from_nanos(1);
            assert!(clock.at(before) < at(demo));
        }
        let still = clock.at_rate(at("12:00:00"), Rate::Still);
        assert_eq!(still.when(at("12:00:01")), None);
        assert_eq!(still.when(at("12:00:00")), Some(at("12:00:00")));
    }
}
