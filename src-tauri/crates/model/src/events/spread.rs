//! When the occurrences that one event counts took place, minute by minute.

use crate::rows::EventRow;

const MINUTE_MS: i64 = 60_000;

/// The minutes an event's occurrences are spread over.
///
/// An event tells the first and the last time and how often. The times between are not known: they are taken to be even.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Minutes since 1970.
    first: i64,
    last: i64,
    count: u64,
}

impl Spread {
    /// Of one event; what it dates past `now_ms` counts as now, and no time at all as none.
    pub fn of(event: &EventRow, now_ms: i64) -> Self {
        let Some(last) = event.last_ms.or(event.first_ms) else {
            return Self::default();
        };
        let last = last.min(now_ms).div_euclid(MINUTE_MS);
        let first = event
            .first_ms
            .map_or(last, |first| first.div_euclid(MINUTE_MS));
        Self {
            first: first.min(last),
            last,
            count: u64::try_from(event.count.max(1)).unwrap_or(1),
        }
    }

    /// Minutes in `from..to` (since 1970) with the occurrences in each; minutes without are left out.
    pub fn minutes(self, from: i64, to: i64) -> impl Iterator<Item = (i64, u64)> {
        let (from, to) = (from.max(self.first), to.min(self.last.saturating_add(1)));
        (from..to)
            .map(move |minute| (minute, self.before(minute + 1) - self.before(minute)))
            .filter(|(_, n)| *n > 0)
    }

    /// Occurrences from the minute of `from_ms` (Unix ms) on.
    pub fn since(self, from_ms: i64) -> u64 {
        self.count - self.before(from_ms.div_euclid(MINUTE_MS))
    }

    /// Occurrences before the minute.
    fn before(self, minute: i64) -> u64 {
        if minute <= self.first {
            return 0;
        }
        if minute > self.last {
            return self.count;
        }
        // The last occurrence is known to lie in the last minute.
        let minutes = (self.last - self.first + 1).unsigned_abs();
        let gone = (minute - self.first).unsigned_abs();
        let part = u128::from(self.count) * u128::from(gone) / u128::from(minutes);
        u64::try_from(part).unwrap_or(u64::MAX).min(self.count - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(first: i64, last: i64, count: i32, now: i64) -> Vec<(i64, u64)> {
        let event = EventRow {
            first_ms: Some(first * MINUTE_MS),
            last_ms: Some(last * MINUTE_MS),
            count,
            ..EventRow::default()
        };
        Spread::of(&event, now * MINUTE_MS)
            .minutes(0, i64::MAX / 2)
            .collect()
    }

    #[test]
    fn occurrences_are_even_and_add_up() {
        assert_eq!(spread(5, 5, 3, 9), [(5, 3)]);
        assert_eq!(spread(5, 7, 3, 9), [(5, 1), (6, 1), (7, 1)]);
        assert_eq!(spread(5, 9, 1, 9), [(9, 1)]);
        assert_eq!(spread(5, 50, 2, 7), [(5, 0), (6, 1), (7, 1)][1..]);
        assert_eq!(spread(9, 5, 0, 9), [(5, 1)]);
        let many = spread(0, 599, 100_000, 600);
        assert_eq!(many.iter().map(|(_, n)| n).sum::<u64>(), 100_000);
        assert!(many.iter().all(|(_, n)| (166..=167).contains(n)));
    }

    #[test]
    fn an_event_without_times_is_nowhere() {
        let spread = Spread::of(&EventRow::default(), 0);
        assert_eq!((spread.minutes(-9, 9).count(), spread.since(-9)), (0, 0));
    }
}
