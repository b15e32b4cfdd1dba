//! Cron texts and the moments they name, as KEDA's cron trigger reads them.
//!
//! Follows robfig/cron v3.0.1 `parser.go` for a parser of five fields without descriptors, which KEDA v2.21.0
//! `pkg/scalers/cron_scaler.go` makes. Day of week is 0–6, two restricted day fields mean either, a step above 1 restricts.

mod clock;
mod next;

pub use clock::{UnknownZone, Zone};

use std::fmt;

/// A cron text understood. `0 8 * * MON-FRI`
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    minutes: Field,
    hours: Field,
    days_of_month: Field,
    months: Field,
    days_of_week: Field,
    /// From `TZ=` or `CRON_TZ=`; else the zone of whoever asks.
    zone: Option<Zone>,
}

/// Why a text is no schedule, in the parser's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSchedule(String);

impl fmt::Display for BadSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The numbers a field names as bits; whether it was given with a star decides how the day fields combine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Field {
    bits: u64,
    star: bool,
}

impl Field {
    fn has(self, number: i8) -> bool {
        u32::try_from(number)
            .ok()
            .and_then(|number| self.bits.checked_shr(number))
            .is_some_and(|bits| bits & 1 == 1)
    }
}

/// What numbers and names a field takes.
struct Bounds {
    least: u64,
    most: u64,
    /// Names in lower case; the first stands for `least`.
    names: &'static [&'static str],
}

const MINUTES: Bounds = Bounds {
    least: 0,
    most: 59,
    names: &[],
};
const HOURS: Bounds = Bounds {
    least: 0,
    most: 23,
    names: &[],
};
const DAYS_OF_MONTH: Bounds = Bounds {
    least: 1,
    most: 31,
    names: &[],
};
const MONTHS: Bounds = Bounds {
    least: 1,
    most: 12,
    names: &[
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ],
};
const DAYS_OF_WEEK: Bounds = Bounds {
    least: 0,
    most: 6,
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

impl Schedule {
    /// Reads a text (`parser.go:Parse`).
    pub fn parse(text: &str) -> Result<Self, BadSchedule> {
        if text.is_empty() {
            return Err(BadSchedule("empty spec string".into()));
        }
        let mut rest = text;
        let mut zone = None;
        if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
            // Without a blank upstream runs out of the text, which is an error as well.
            let (prefix, after) = text
                .split_once(' ')
                .ok_or_else(|| BadSchedule(format!("nothing follows {text}")))?;
            let name = prefix.split_once('=').map_or("", |(_, name)| name);
            let known = Zone::named(name)
                .map_err(|error| BadSchedule(format!("provided bad location {name}: {error}")))?;
            // `Local` counts as no zone at all.
            zone = (!known.is_local()).then_some(known);
            rest = after.trim();
        }
        if rest.starts_with('@') {
            return Err(BadSchedule(format!(
                "parser does not accept descriptors: {rest}"
            )));
        }
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let [minutes, hours, days_of_month, months, days_of_week] = fields[..] else {
            return Err(BadSchedule(format!(
                "expected exactly 5 fields, found {}: [{}]",
                fields.len(),
                fields.join(" ")
            )));
        };
        Ok(Self {
            minutes: field(minutes, &MINUTES)?,
            hours: field(hours, &HOURS)?,
            days_of_month: field(days_of_month, &DAYS_OF_MONTH)?,
            months: field(months, &MONTHS)?,
            days_of_week: field(days_of_week, &DAYS_OF_WEEK)?,
            zone,
        })
    }
}

/// A list of ranges; empty entries count for nothing (`parser.go:getField`).
fn field(text: &str, bounds: &Bounds) -> Result<Field, BadSchedule> {
    let mut all = Field::default();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let one = range(part, bounds)?;
        all.bits |= one.bits;
        all.star |= one.star;
    }
    Ok(all)
}

/// `*`, `5`, `5-9`, `5/15` (to the end), `5-9/2` (`parser.go:getRange`).
fn range(text: &str, bounds: &Bounds) -> Result<Field, BadSchedule> {
    let bad = |what: String| Err(BadSchedule(format!("{what}: {text}")));
    let mut halves = text.split('/');
    let span = halves.next().unwrap_or_default();
    let step_text = halves.next();
    let more_slashes = halves.next().is_some();
    let mut ends = span.split('-');
    let low = ends.next().unwrap_or_default();
    let high = ends.next();
    let more_hyphens = ends.next().is_some();

    let mut star = low == "*" || low == "?";
    let (start, mut end) = if star {
        (bounds.least, bounds.most)
    } else {
        let start = number(low, bounds)?;
        match high {
            None => (start, start),
            Some(_) if more_hyphens => return bad("too many hyphens".into()),
            Some(high) => (start, number(high, bounds)?),
        }
    };
    let mut step = 1;
    match step_text {
        Some(_) if more_slashes => return bad("too many slashes".into()),
        Some(text) => {
            step = whole(text)?;
            if high.is_none() {
                end = bounds.most;
            }
            star &= step <= 1;
        }
        None => {}
    }
    if start < bounds.least {
        return bad(format!(
            "beginning of range ({start}) below minimum ({})",
            bounds.least
        ));
    }
    if end > bounds.most {
        return bad(format!(
            "end of range ({end}) above maximum ({})",
            bounds.most
        ));
    }
    if start > end {
        return bad(format!(
            "beginning of range ({start}) beyond end of range ({end})"
        ));
    }
    let Some(stride) = usize::try_from(step).ok().filter(|&stride| stride > 0) else {
        return bad("step of range should be a positive number".into());
    };
    let bits = (start..=end)
        .step_by(stride)
        .fold(0, |bits, number| bits | 1 << number);
    Ok(Field { bits, star })
}

fn number(text: &str, bounds: &Bounds) -> Result<u64, BadSchedule> {
    let lower: String = text
        .chars()
        .filter_map(|c| c.to_lowercase().next())
        .collect();
    match (bounds.least..)
        .zip(bounds.names)
        .find(|&(_, &name)| name == lower)
    {
        Some((number, _)) => Ok(number),
        None => whole(text),
    }
}

fn whole(text: &str) -> Result<u64, BadSchedule> {
    match text.parse::<i64>().map(u64::try_from) {
        Ok(Ok(number)) => Ok(number),
        Ok(Err(_)) => Err(BadSchedule(format!(
            "negative number ({text}) not allowed: {text}"
        ))),
        Err(_) => Err(BadSchedule(format!("failed to parse int from {text}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_robfig_takes_and_refuses() {
        for text in [
            "0 0 * * 0",
            "0 0 1,15 * MON",
            "5/15 * * * *",
            "? ? ? ? ?",
            "0 0 */10 * SUN",
            "+5 0 * jan-Mar *",
            "1,,2 * * * *",
            ", * * * *",
            "TZ=UTC 0 6 * * *",
            "CRON_TZ=Europe/Oslo 0 6 * * *",
            "*-5 * * * *",
        ] {
            assert!(Schedule::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "0 0 * * 7",
            "0 0 * * FRI-SUN",
            "@daily",
            "0 0 0 * * *",
            "* * * *",
            "60 * * * *",
            "5-1 * * * *",
            "1-2-3 * * * *",
            "*/0 * * * *",
            "*/2/3 * * * *",
            "0 0 L * *",
            "TZ=UTC",
            "TZ=Nowhere 0 0 * * *",
            "0 0 0 * *",
        ] {
            assert!(Schedule::parse(text).is_err(), "{text}");
        }
    }
}
