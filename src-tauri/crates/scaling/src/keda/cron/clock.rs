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

    /// The clock at a Unix second.
    pub(super) fn at(&self, second: i64) -> Clock {
        Clock {
            second,
            civil: civil_of(second.saturating_add(self.offset(second))),
        }
    }

    /// The moment of a date (`time.Date`): what a clock never shows is taken with the offset before or after the gap as Go does.
    pub(super) fn date(&self, civil: civil::DateTime) -> Clock {
        let as_utc = civil
            .to_zoned(TimeZone::UTC)
            .map_or(i64::MAX / 2, |zoned| zoned.timestamp().as_second());
        let guess = as_utc.saturating_sub(self.offset(as_utc));
        self.at(as_utc.saturating_sub(self.offset(guess)))
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
        let clock = oslo.date(civil::date(2026, 3, 29).at(2, 30, 0, 0));
        assert_eq!(clock.civil, civil::date(2026, 3, 29).at(3, 30, 0, 0));
    }
}
