//! Times as the reader's clock shows them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use crate::certainty::Certainty;
use crate::hold::When;

/// The reader's time zone with the date that needs no mention.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: TimeZone,
    today: civil::Date,
}

impl Clock {
    /// A clock for a reader to whom it is `now`.
    pub fn new(zone: TimeZone, now: Timestamp) -> Self {
        let today = now.to_zoned(zone.clone()).date();
        Self { zone, today }
    }

    /// `21:24:10`; on another day `25 Nov 21:24:10`, in another year with that.
    pub fn time(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned(self.zone.clone());
        let form = if zoned.date() == self.today {
            "%H:%M:%S"
        } else if zoned.year() == self.today.year() {
            "%-d %b %H:%M:%S"
        } else {
            "%-d %b %Y %H:%M:%S"
        };
        zoned.strftime(form).to_string()
    }

    /// `at 21:24:10`, `between 21:24:10 and 21:24:25`
    pub(super) fn at(&self, when: When, certainty: &Certainty) -> String {
        let about = about(certainty);
        match self.range(when) {
            (exact, None) => format!("at {about}{exact}"),
            (earliest, Some(latest)) => format!("between {about}{earliest} and {about}{latest}"),
        }
    }

    /// `until 21:24:10`, `until 21:24:10 at the earliest, 21:24:25 at the latest`
    pub(super) fn until(&self, when: When, certainty: &Certainty) -> String {
        let about = about(certainty);
        match self.range(when) {
            (exact, None) => format!("until {about}{exact}"),
            (earliest, Some(latest)) => {
                format!("until {about}{earliest} at the earliest, {about}{latest} at the latest")
            }
        }
    }

    /// The two ends; one if they read the same.
    fn range(&self, when: When) -> (String, Option<String>) {
        let (earliest, latest) = (self.time(when.earliest), self.time(when.latest));
        let latest = (latest != earliest).then_some(latest);
        (earliest, latest)
    }
}

/// What stands before a moment or count that is not sure.
fn about(certainty: &Certainty) -> &'static str {
    match certainty {
        Certainty::Observed | Certainty::Derived => "",
        Certainty::Estimated { .. } => "about ",
        Certainty::Unknown { .. } => "perhaps ",
    }
}

/// `minute`, `5 minutes`, `90 seconds`: what follows `the last`.
pub(super) fn length(seconds: i32) -> String {
    let (count, unit) = match seconds {
        3600.. if seconds % 3600 == 0 => (seconds / 3600, "hour"),
        60.. if seconds % 60 == 0 => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    if count == 1 {
        unit.to_owned()
    } else {
        format!("{count} {unit}s")
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::Offset;

    use super::*;

    fn moment(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    #[test]
    fn the_date_stands_where_it_is_another() {
        let now = moment("2026-03-01T12:00:00Z").unwrap_or_default();
        let clock = Clock::new(Offset::constant(1).to_time_zone(), now);
        for (at, text) in [
            ("2026-03-01T20:24:10.9Z", "21:24:10"),
            ("2026-03-01T23:24:10Z", "2 Mar 00:24:10"),
            ("2025-12-31T22:59:59Z", "31 Dec 2025 23:59:59"),
        ] {
            assert_eq!(moment(at).map(|at| clock.time(at)).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_range_reads_as_one() {
        let now = moment("2026-03-01T12:00:00Z").unwrap_or_default();
        let clock = Clock::new(TimeZone::UTC, now);
        let range = When {
            earliest: now,
            latest: moment("2026-03-01T12:00:15Z").unwrap_or_default(),
        };
        let guessed = Certainty::Estimated {
            guess: String::new(),
        };
        assert_eq!(
            clock.at(range, &Certainty::Derived),
            "between 12:00:00 and 12:00:15"
        );
        assert_eq!(
            clock.until(range, &Certainty::Derived),
            "until 12:00:00 at the earliest, 12:00:15 at the latest"
        );
        assert_eq!(clock.at(When::exactly(now), &guessed), "at about 12:00:00");
    }

    #[test]
    fn lengths_take_the_largest_unit() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (60, "minute"),
            (90, "90 seconds"),
            (300, "5 minutes"),
            (7200, "2 hours"),
        ] {
            assert_eq!(length(seconds), text);
        }
    }
}
