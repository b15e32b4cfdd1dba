//! How far the HPA controller's passes lie apart: each is queued again a period after the one before has ended.

use jiff::{SignedDuration, Timestamp};
use scaling::When;

/// How far passes lie apart, learned from those that were seen.
#[derive(Clone, Debug)]
pub(crate) struct Period {
    /// The flag, or its default until passes tell otherwise.
    nominal: SignedDuration,
    /// Whether it is the flag's.
    is_told: bool,
    /// Whether it is the flag's, or was seen.
    is_known: bool,
    /// From one pass to the next as last seen, smoothed.
    typical: SignedDuration,
    /// The time from the last rescale that was seen to the pass after it.
    next: Option<SignedDuration>,
}

/// A pass is off by so much at least, a thirtieth of the period: what a watch and the controller's own work take.
const SLACK: f64 = 1.0 / 30.0;

/// In seconds: however short the period is.
const LEAST_SLACK: f64 = 0.05;

impl Period {
    pub(crate) fn new(known: Option<SignedDuration>) -> Self {
        let nominal = known.filter(SignedDuration::is_positive);
        let is_known = nominal.is_some();
        let nominal = nominal.unwrap_or(SignedDuration::from_secs(15));
        Self {
            nominal,
            is_told: is_known,
            is_known,
            typical: nominal,
            next: None,
        }
    }

    /// From one pass to the next.
    pub(crate) fn typical(&self) -> SignedDuration {
        self.typical
    }

    /// In seconds.
    fn slack(&self) -> f64 {
        (SLACK * self.typical.as_secs_f64()).max(LEAST_SLACK)
    }

    /// How many periods lie between two passes.
    pub(crate) fn count(&self, interval: SignedDuration) -> i64 {
        #[allow(clippy::cast_possible_truncation)] // saturates
        let count = (interval.as_secs_f64() / self.typical.as_secs_f64()).round() as i64;
        count.max(1)
    }

    /// Whether so many periods fit an interval; else the passes began anew in between.
    pub(crate) fn fits(&self, interval: SignedDuration) -> bool {
        let count = self.count(interval);
        let off = interval.as_secs_f64() - self.typical.as_secs_f64() * count as f64;
        off.abs() <= self.slack() + 0.02 * interval.as_secs_f64()
    }

    /// Whether it is known, or was seen.
    pub(crate) fn is_sure(&self) -> bool {
        self.is_known
    }

    /// Learns from the time between two passes that were seen; after a rescale the next pass always writes.
    pub(crate) fn learn(&mut self, interval: SignedDuration, is_next: bool) {
        if is_next && !self.is_told {
            let was = self.next.replace(interval);
            if !alike(self.typical, interval) {
                // One alone may also be a controller that began anew.
                let is_seen = was.is_some_and(|was| alike(was, interval));
                if (interval < self.typical && !self.is_known) || is_seen {
                    self.nominal = interval;
                    self.typical = interval;
                }
                self.is_known |= is_seen;
                return;
            }
            self.is_known = true;
        }
        let count = self.count(interval);
        if count > 20 || !self.fits(interval) {
            return;
        }
        let one = interval.as_secs_f64() / count as f64;
        let old = self.typical.as_secs_f64();
        let smoothed = old + (one - old) * 0.2;
        let bounded = smoothed.max(self.nominal.as_secs_f64());
        self.typical = SignedDuration::try_from_secs_f64(bounded).unwrap_or(self.typical);
    }

    /// The first pass at or after a moment, given one that was seen, with how far it may be off. One that was due so little before the
    /// moment that it may still be to come counts as the next.
    pub(crate) fn next(&self, seen: Timestamp, at: Timestamp) -> (Timestamp, SignedDuration) {
        let count = self.passed(seen, at).max(1);
        let doubt = self.doubt(count);
        let next = self.nth(seen, count);
        // One that is due right now may still be to come.
        if seen < at && later(next, doubt) >= at {
            return (next.max(at), doubt);
        }
        if seen >= at {
            return (seen, doubt);
        }
        let count = count + 1;
        (self.nth(seen, count), self.doubt(count))
    }

    /// The pass that comes so many periods after another.
    pub(crate) fn nth(&self, seen: Timestamp, count: i64) -> Timestamp {
        let after = SignedDuration::try_from_secs_f64(self.typical.as_secs_f64() * count as f64);
        seen.saturating_add(after.unwrap_or(SignedDuration::ZERO))
            .unwrap_or(Timestamp::MAX)
    }

    /// How many passes have come after another by a moment.
    pub(crate) fn passed(&self, seen: Timestamp, at: Timestamp) -> i64 {
        let interval = at.duration_since(seen).as_secs_f64();
        #[allow(clippy::cast_possible_truncation)] // saturates
        let count = (interval / self.typical.as_secs_f64()).floor() as i64;
        count.max(0)
    }

    /// How far off a pass may be that comes so many periods after one that was seen.
    pub(crate) fn doubt(&self, count: i64) -> SignedDuration {
        let drift = (0.01 * self.typical.as_secs_f64()).max(0.02) * count as f64;
        let doubt = SignedDuration::try_from_secs_f64(self.slack() + drift);
        doubt.map_or(self.typical, |doubt| doubt.min(self.typical))
    }
}

/// When passes run.
#[derive(Clone, Debug)]
pub(crate) struct Phase {
    pub(crate) period: Period,
    /// The last pass that was seen.
    pub(crate) seen: Option<Timestamp>,
}

impl Phase {
    /// The first pass at or after a moment.
    pub(crate) fn first_from(&self, at: Timestamp) -> When {
        let Some(seen) = self.seen else {
            return When {
                earliest: at,
                latest: later(at, self.period.typical()),
            };
        };
        let (next, doubt) = self.period.next(seen, at);
        // Where the moment falls upon a pass, it may be that one or the next.
        let (close, _) = self.period.next(seen, later(at, doubt));
        When {
            earliest: at.max(earlier(next, doubt)),
            latest: later(close, doubt),
        }
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

fn alike(one: SignedDuration, other: SignedDuration) -> bool {
    let (one, other) = (one.as_secs_f64(), other.as_secs_f64());
    (one - other).abs() < 0.1 * one.max(other)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_period_is_learned() {
        let told = |known: Option<i64>, intervals: &[f64]| {
            let mut period = Period::new(known.map(SignedDuration::from_secs));
            for interval in intervals {
                period.learn(
                    SignedDuration::try_from_secs_f64(*interval).unwrap(),
                    *interval < 20.0,
                );
            }
            period.typical().as_secs_f64()
        };
        for (name, known, intervals, low, high) in [
            ("nothing seen", None, &[][..], 15.0, 15.0),
            ("a little late each time", None, &[15.1; 40], 15.09, 15.11),
            (
                "quiet ones between",
                None,
                &[45.3, 30.2, 15.1, 60.4],
                15.01,
                15.1,
            ),
            (
                "a quick controller",
                None,
                &[1.02, 1.01, 1.02, 3.05],
                1.0,
                1.03,
            ),
            ("one that began anew", None, &[15.1, 4.0, 15.1], 15.0, 15.1),
            ("a flag that is known", Some(30), &[30.1, 60.2], 30.0, 30.1),
            (
                "never faster than the flag",
                Some(15),
                &[14.9, 14.8],
                15.0,
                15.0,
            ),
        ] {
            let period = told(known, intervals);
            assert!((low..=high).contains(&period), "{name}: {period}");
        }
    }

    #[test]
    fn the_next_pass_follows_the_last_one_seen() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let period = Period::new(Some(SignedDuration::from_secs(15)));
        for (now, next) in [
            (100, 100),
            (102, 115),
            (101, 115),
            (115, 115),
            (400, 400),
            (401, 401),
            (408, 415),
        ] {
            assert_eq!(period.next(at(100), at(now)).0, at(next), "{now}");
        }
    }
}
