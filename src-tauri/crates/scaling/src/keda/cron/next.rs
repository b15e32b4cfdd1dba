//! The next moment a schedule names.
//!
//! Follows robfig/cron v3.0.1 `spec.go:Next` step by step, as its steps decide what happens around daylight-saving changes: an entry
//! in the skipped hour does not fire that day, one in the repeated hour fires twice.

use jiff::civil::{self, Date};
use jiff::{Timestamp, ToSpan};

use super::clock::{Clock, Steady, Zone};
use super::{Field, Schedule};

/// The search gives up after so many years.
const YEARS: i16 = 5;
const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

impl Schedule {
    /// The first moment after `now`, in whole seconds, for a clock in `zone` (a zone in the text itself goes before it); `None` if none
    /// comes in five years, and where upstream searches for ever.
    pub fn next(&self, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let zone = self.zone.as_ref().unwrap_or(zone);
        // The search would run through all five years by minutes to find that out.
        if [self.minutes, self.hours, self.months]
            .iter()
            .any(|field| field.bits == 0)
        {
            return None;
        }
        let second = now.as_nanosecond().div_euclid(1_000_000_000);
        let second = i64::try_from(second).ok()?.checked_add(1)?;
        let mut zone = zone.steady();
        let first = zone.at(second);
        let mut search = Search {
            zone,
            clock: first,
            rounded: false,
        };
        let last_year = first.civil.year().checked_add(YEARS)?;
        while search.clock.civil.year() <= last_year {
            if search.month(self.months)
                && search.day(self)
                && search.hour(self.hours)
                && search.minute(self.minutes)
                && search.second()
            {
                return Timestamp::from_second(search.clock.second).ok();
            }
            // jiff's calendar ends in 9999; past it nothing moves on.
            if search.clock.civil.year() == Date::MAX.year() {
                return None;
            }
        }
        None
    }

    /// Whether both day fields, or one of two restricted ones, name the day (`spec.go:dayMatches`).
    fn names_day(&self, date: Date) -> bool {
        let month_day = self.days_of_month.has(date.day());
        let week_day = self
            .days_of_week
            .has(date.weekday().to_sunday_zero_offset());
        if self.days_of_month.star || self.days_of_week.star {
            month_day && week_day
        } else {
            month_day || week_day
        }
    }
}

/// A search under way. Each step says `false` when its unit wrapped around, so that all begin anew.
struct Search<'a> {
    zone: Steady<'a>,
    clock: Clock,
    /// Whether smaller units were set to their least once.
    rounded: bool,
}

impl Search<'_> {
    fn month(&mut self, months: Field) -> bool {
        while !months.has(self.clock.civil.month()) {
            let date = self.clock.civil.date();
            if !self.rounded {
                self.rounded = true;
                self.clock = self.zone.date(date.first_of_month().at(0, 0, 0, 0));
            }
            let day = i64::from(self.clock.civil.day());
            let first = self.clock.civil.first_of_month();
            // A day that the next month has not comes out in the month after.
            let next = first.checked_add(1.month().days(day - 1)).ok();
            if !self.step_to(next) || self.clock.civil.month() == 1 {
                return false;
            }
        }
        true
    }

    fn day(&mut self, schedule: &Schedule) -> bool {
        while !schedule.names_day(self.clock.civil.date()) {
            if !self.rounded {
                self.rounded = true;
                self.clock = self.zone.date(self.clock.civil.date().at(0, 0, 0, 0));
            }
            let before = self.clock.second;
            if !self.step_to(self.clock.civil.checked_add(1.day()).ok()) {
                return false;
            }
            if self.clock.second == before {
                // Upstream never comes past a day that the zone left out (Apia, 30 December 2011).
                self.clock.civil = civil::DateTime::MAX;
                return false;
            }
            // Where midnight does not exist, the hour is put right.
            let hour = i64::from(self.clock.civil.hour());
            let put_right = match hour {
                0 => true,
                13.. => self.step_seconds((24 - hour) * HOUR),
                _ => self.step_seconds(-hour * HOUR),
            };
            if !put_right || self.clock.civil.day() == 1 {
                return false;
            }
        }
        true
    }

    fn hour(&mut self, hours: Field) -> bool {
        while !hours.has(self.clock.civil.hour()) {
            if !self.rounded {
                self.rounded = true;
                let date = self.clock.civil.date();
                self.clock = self.zone.date(date.at(self.clock.civil.hour(), 0, 0, 0));
            }
            if !self.step_seconds(HOUR) || self.clock.civil.hour() == 0 {
                return false;
            }
        }
        true
    }

    fn minute(&mut self, minutes: Field) -> bool {
        while !minutes.has(self.clock.civil.minute()) {
            if !self.rounded {
                self.rounded = true;
                self.step_seconds(-self.clock.second.rem_euclid(MINUTE));
            }
            if !self.step_seconds(MINUTE) || self.clock.civil.minute() == 0 {
                return false;
            }
        }
        true
    }

    fn second(&mut self) -> bool {
        while self.clock.civil.second() != 0 {
            self.rounded = true;
            if !self.step_seconds(1) || self.clock.civil.second() == 0 {
                return false;
            }
        }
        true
    }

    /// `time.Add`. `false` past the calendar's end, where the clock stands still.
    fn step_seconds(&mut self, seconds: i64) -> bool {
        self.clock = self.zone.at(self.clock.second.saturating_add(seconds));
        self.clock.civil != civil::DateTime::MAX
    }

    /// `time.AddDate`: on the calendar, clock face unchanged. `false` past the calendar's end.
    fn step_to(&mut self, stepped: Option<civil::DateTime>) -> bool {
        if let Some(civil) = stepped {
            self.clock = self.zone.date(civil);
            true
        } else {
            self.clock.civil = civil::DateTime::MAX;
            false
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_calendars_end_ends_the_search() {
        let texts = [
            "30 * * * *",
            "0 5 * * *",
            "7 1 * * 1",
            "0 0 31 12 *",
            "0 0 30 2 *",
        ];
        for text in texts {
            let schedule = Schedule::parse(text).unwrap();
            for zone in ["UTC", "Europe/Oslo", "Pacific/Apia", "America/New_York"] {
                let zone = Zone::named(zone).unwrap();
                for hours in [0, 1, 5, 30, 24 * 40] {
                    let at = Timestamp::MAX - hours.hours();
                    let next = schedule.next(at, &zone);
                    assert!(next.is_none_or(|next| next > at), "{text} {next:?}");
                }
            }
        }
    }
}
