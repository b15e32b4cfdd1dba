//! When the controller's passes run.

use jiff::{SignedDuration, Timestamp};

use super::situation::{PassPhase, Situation};
use super::time;
use crate::hold::When;

/// The passes after the one that was decided; before it, if its moment is not known to be now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timetable {
    now: Timestamp,
    phase: PassPhase,
    shortest: SignedDuration,
    longest: SignedDuration,
}

impl Timetable {
    pub(crate) fn of(situation: &Situation) -> Self {
        let passes = situation.passes;
        // A period of nothing would never get anywhere.
        let shortest = passes
            .shortest
            .duration()
            .max(SignedDuration::from_nanos(1));
        Self {
            now: situation.now,
            phase: passes.phase,
            shortest,
            longest: passes.longest.duration().max(shortest),
        }
    }

    /// Whether the decided pass runs now, so that its outcome is there before the coming pass.
    pub(crate) fn is_carried_out(self) -> bool {
        match self.phase {
            PassPhase::Now => true,
            PassPhase::Next(_) | PassPhase::Unknown => false,
        }
    }

    /// The coming pass.
    pub(crate) fn coming(self) -> When {
        match self.phase {
            PassPhase::Now => self.after(When::exactly(self.now)),
            PassPhase::Next(at) => When::exactly(at.max(self.now)),
            PassPhase::Unknown => When {
                earliest: self.now,
                latest: time::after(self.now, self.longest),
            },
        }
    }

    /// The pass after the one at `when`.
    pub(crate) fn after(self, when: When) -> When {
        When {
            earliest: time::after(when.earliest, self.shortest),
            latest: time::after(when.latest, self.longest),
        }
    }

    /// The pass before the one at `when`.
    pub(crate) fn before(self, when: When) -> When {
        When {
            earliest: time::before(when.earliest, self.longest),
            latest: time::before(when.latest, self.shortest),
        }
    }

    /// The first pass at or after a moment that lies in a range.
    pub(crate) fn within(self, range: When) -> When {
        let first = self.at(range.earliest);
        if range.earliest == range.latest {
            return first;
        }
        When {
            earliest: first.earliest,
            latest: first.latest.max(self.at(range.latest).latest),
        }
    }

    /// The first pass at or after a moment, the coming one at the earliest.
    pub(crate) fn at(self, moment: Timestamp) -> When {
        let coming = self.coming();
        if moment <= coming.earliest {
            return coming;
        }
        if coming.earliest != coming.latest || self.shortest != self.longest {
            let latest = time::after(moment, self.longest);
            return When {
                earliest: moment,
                latest: latest.max(coming.latest),
            };
        }
        let gap = moment.duration_since(coming.earliest).as_nanos();
        let period = self.shortest.as_nanos();
        let periods = gap / period + i128::from(gap % period != 0);
        let later =
            i64::try_from(periods * period).map_or(SignedDuration::MAX, SignedDuration::from_nanos);
        When::exactly(time::after(coming.earliest, later))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn when(earliest: i64, latest: i64) -> When {
        When {
            earliest: at(earliest),
            latest: at(latest),
        }
    }

    #[test]
    fn the_first_pass_after_a_moment() {
        let table = |phase, longest| Timetable {
            now: at(0),
            phase,
            shortest: SignedDuration::from_secs(15),
            longest: SignedDuration::from_secs(longest),
        };
        let (now, next) = (PassPhase::Now, PassPhase::Next(at(4)));
        for (phase, longest, moment, first) in [
            (now, 15, 0, when(15, 15)),
            (now, 15, 15, when(15, 15)),
            (now, 15, 16, when(30, 30)),
            (now, 16, 1, when(15, 16)),
            (now, 16, 40, when(40, 56)),
            (next, 15, 4, when(4, 4)),
            (next, 15, 5, when(19, 19)),
            (PassPhase::Unknown, 15, 0, when(0, 15)),
            (PassPhase::Unknown, 15, 100, when(100, 115)),
        ] {
            assert_eq!(
                table(phase, longest).at(at(moment)),
                first,
                "{phase:?} {longest} {moment}"
            );
        }
    }
}
