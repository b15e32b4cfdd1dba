//! Wall clocks: a time zone with Go's way of turning dates into moments.

use std::fmt;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil};

/// A time zone from the bundled database.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    zone: TimeZone,
    local: bool,
}

/// A name that is no zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone(String);

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown time zone {}", self.0)
    }
}

impl Zone {
    /// `time.LoadLocation`: letter case counts, no name is UTC, `Local` is the operator's zone, for which UTC stands: KEDA's image
    /// sets none.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        if matches!(name, "" | "UTC" | "Local") {
            return Ok(Self {
                zone: TimeZone::UTC,
                local: name == "Local",
            });
        }
        TimeZoneDatabase::bundled()
            .get(name)
            .ok()
            .filter(|zone| zone.iana_name() == Some(name))
            .map(|zone| Self { zone, local: false })
            .ok_or_else(|| UnknownZone(name.to_owned()))
    }

    /// Whether it was asked for as `Local`.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// For many questions about moments near one another.
    pub(super) fn steady(&self) -> Steady<'_> {
        Steady {
            zone: self,
            from: i64::MAX,
            until: i64::MIN,
            offset: 0,
        }
    }

    /// Seconds east of Greenwich.
    fn offset(&self, second: i64) -> i64 {
        let at = Timestamp::from_second(second).unwrap_or(if second < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        i64::from(self.zone.to_offset(at).seconds())
    }

    /// The first second after `second` at which the offset may be another.
    fn changes_after(&self, second: i64) -> i64 {
        let Ok(at) = Timestamp::from_second(second) else {
            return second.saturating_add(1);
        };
        let first = self.zone.following(at).next();
        first.map_or(i64::MAX, |change| change.timestamp().as_second())
    }
}

/// A zone with the span of time for which its offset was last looked up.
#[derive(Clone, Debug)]
pub(super) struct Steady<'a> {
    zone: &'a Zone,
    from: i64,
    until: i64,
    offset: i64,
}

impl Steady<'_> {
    /// The clock at a Unix second.
    pub(super) fn at(&mut self, second: i64) -> Clock {
        Clock {
            second,
            civil: civil_of(second.saturating_add(self.offset(second))),
        }
    }

    /// The moment of a date (`time.Date`): what a clock never shows is taken with the offset before or after the gap as Go does.
    pub(super) fn date(&mut self, civil: civil::DateTime) -> Clock {
        let as_utc = jiff::tz::Offset::UTC
            .to_timestamp(civil)
            .map_or(i64::MAX / 2, Timestamp::as_second);
        let guess = as_utc.saturating_sub(self.offset(as_utc));
        let second = as_utc.saturating_sub(self.offset(guess));
        self.at(second)
    }

    fn offset(&mut self, second: i64) -> i64 {
        if !(self.from..self.until).contains(&second) {
            self.offset = self.zone.offset(second);
            self.from = second;
            self.until = self.zone.changes_after(second);
        }
        self.offset
    }
}

/// A moment with what the zone's clocks show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Unix second.
    pub(super) second: i64,
    /// What the clocks show.
    pub(super) civil: civil::DateTime,
}

fn civil_of(second: i64) -> civil::DateTime {
    const UTC: jiff::tz::Offset = jiff::tz::Offset::UTC;
    match Timestamp::from_second(second) {
        Ok(at) => UTC.to_datetime(at),
        Err(_) if second < 0 => civil::DateTime::MIN,
        Err(_) => civil::DateTime::MAX,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn zones_are_named_as_in_go() {
        for name in ["", "UTC", "Local", "Europe/Oslo", "Etc/GMT+5", "EST5EDT"] {
            assert!(Zone::named(name).is_ok(), "{name}");
        }
        for name in ["europe/oslo", "Europe/Nowhere", "../UTC", "utc", " UTC"] {
            assert!(Zone::named(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_date_in_the_skipped_hour_comes_out_an_hour_away() {
        let oslo = Zone::named("Europe/Oslo").unwrap();
        let clock = oslo.steady().date(civil::date(2026, 3, 29).at(2, 30, 0, 0));
        assert_eq!(clock.civil, civil::date(2026, 3, 29).at(3, 30, 0, 0));
    }

    #[test]
    fn a_kept_offset_ends_where_the_zone_changes() {
        for name in [
            "Europe/Oslo",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Tokyo",
            "Africa/Casablanca",
        ] {
            let zone = Zone::named(name).unwrap();
            let mut steady = zone.steady();
            // Ten years from 2033, by steps that do not divide an hour, over the end of the table.
            for step in 0..50_000 {
                let second = 1_988_150_400 + step * 6_311;
                let there_and_back = second - (step % 7) * 900_000;
                assert_eq!(
                    steady.offset(second),
                    zone.offset(second),
                    "{name} {second}"
                );
                assert_eq!(
                    steady.offset(there_and_back),
                    zone.offset(there_and_back),
                    "{name} {there_and_back}"
                );
            }
        }
    }
}
