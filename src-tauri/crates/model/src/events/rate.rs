//! How many events a minute, over the last hour.

use super::group::{MINUTES, Rate, SPAN};
use super::spread::Spread;
use crate::rows::EventRow;

/// Occurrences a minute, warnings apart from the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of type `Warning`.
    pub warnings: Rate,
    /// Of any other type.
    pub normal: Rate,
}

/// Of all `events`, in the hour that ends with the minute of `now_ms`.
pub fn rates<'a>(events: impl IntoIterator<Item = &'a EventRow>, now_ms: i64) -> Rates {
    let mut rates = Rates {
        warnings: [0; MINUTES],
        normal: [0; MINUTES],
    };
    let base = now_ms.div_euclid(60_000) - (SPAN - 1);
    for event in events {
        let rate = if event.kind == "Warning" {
            &mut rates.warnings
        } else {
            &mut rates.normal
        };
        for (minute, n) in Spread::of(event, now_ms).minutes(base, base + SPAN) {
            let at = usize::try_from(minute - base).unwrap_or(0);
            rate[at] = rate[at].saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_stand_apart() {
        let now = 600 * 60_000;
        let event = |kind: &'static str, minute: i64, count| EventRow {
            kind: kind.into(),
            first_ms: Some(minute * 60_000),
            last_ms: Some(minute * 60_000),
            count,
            ..EventRow::default()
        };
        let events = [
            event("Warning", 600, 2),
            event("Normal", 541, 3),
            event("Normal", 540, 5),
            event("Odd", 600, 1),
        ];
        let rates = rates(&events, now);
        assert_eq!(
            (rates.warnings[59], rates.normal[0], rates.normal[59]),
            (2, 3, 1)
        );
        assert_eq!(rates.normal.iter().sum::<u32>(), 4);
    }
}
