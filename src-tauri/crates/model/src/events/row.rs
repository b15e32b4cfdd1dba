//! A group of events as a row of a table.

use table::{Cell, SortKey, Tone};

use super::group::Rate;
use crate::cells::{age, age_key, figure_column, first_line, text_column, text_key, wide};
use crate::columns::{Def, columnar};
use crate::meta::Word;

/// Events that say the same of objects that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventGroupRow {
    /// Namespace of the events.
    pub namespace: Box<str>,
    /// Unique in the namespace; not for reading.
    pub name: Box<str>,
    /// `Normal` or `Warning`.
    pub kind: Word,
    /// `BackOff`.
    pub reason: Word,
    /// `Pod`.
    pub object_kind: Word,
    /// Name of the object, or what the names have in common: `web-*`.
    pub object: Box<str>,
    /// `apiVersion` of the latest event's object; may be empty.
    pub latest_api: Word,
    /// Namespace of the latest event's object.
    pub latest_namespace: Box<str>,
    /// Its name.
    pub latest_name: Box<str>,
    /// The latest event's message.
    pub message: Box<str>,
    /// Events in the group.
    pub events: u32,
    /// Occurrences they count.
    pub count: u64,
    /// Occurrences in each of the last minutes.
    pub rate: Rate,
    /// The earliest occurrence, Unix ms.
    pub first_ms: Option<i64>,
    /// The latest, Unix ms.
    pub last_ms: Option<i64>,
}

/// Minutes that one bar of a row stands for.
const BAR: usize = 5;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

impl EventGroupRow {
    /// Occurrences in the last hour.
    pub fn in_hour(&self) -> u64 {
        self.rate.iter().map(|n| u64::from(*n)).sum()
    }

    /// The last hour in bars of five minutes, each group by its own highest; `·` is none.
    pub fn bars(&self) -> String {
        let sums: Vec<u64> = self
            .rate
            .chunks(BAR)
            .map(|minutes| minutes.iter().map(|n| u64::from(*n)).sum())
            .collect();
        let most = sums.iter().copied().max().unwrap_or(0);
        let bar = |sum: &u64| match sum {
            0 => '·',
            sum => {
                let step = (sum * BARS.len() as u64).div_ceil(most) - 1;
                BARS[usize::try_from(step).unwrap_or(0).min(BARS.len() - 1)]
            }
        };
        sums.iter().map(bar).collect()
    }

    fn object(&self) -> String {
        format!("{}/{}", self.object_kind.to_lowercase(), self.object)
    }

    fn tone(&self) -> Tone {
        if self.kind == "Warning" {
            Tone::Warn
        } else {
            Tone::Plain
        }
    }
}

fn figure(n: u64) -> SortKey<'static> {
    SortKey::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Like those of events, with what only a group has.
const COLUMNS: &[Def<EventGroupRow>] = &[
    Def::new(
        || text_column("namespace", "Namespace", 130),
        |r, _| Cell::plain(&*r.namespace),
        |r| text_key(&r.namespace),
    ),
    Def::new(
        || figure_column("last-seen", "Last Seen", 84),
        |r, now_ms| age(r.last_ms, now_ms),
        |r| age_key(r.last_ms),
    ),
    Def::new(
        || text_column("type", "Type", 80),
        |r, _| Cell::toned(&*r.kind, r.tone()),
        |r| text_key(&r.kind),
    ),
    Def::new(
        || text_column("reason", "Reason", 200),
        |r, _| Cell::plain(&*r.reason),
        |r| text_key(&r.reason),
    ),
    Def::new(
        || text_column("object", "Object", 250),
        |r, _| Cell::plain(r.object()),
        |r| SortKey::Text(r.object().into()),
    ),
    Def::new(
        || text_column("rate", "Last hour", 110),
        |r, _| Cell::toned(r.bars(), r.tone()),
        |r| figure(r.in_hour()),
    ),
    Def::new(
        || figure_column("hour", "In it", 64),
        |r, _| Cell::plain(r.in_hour().to_string()),
        |r| figure(r.in_hour()),
    ),
    Def::new(
        || figure_column("count", "Count", 68),
        |r, _| Cell::plain(r.count.to_string()),
        |r| figure(r.count),
    ),
    Def::new(
        || figure_column("events", "Events", 68),
        |r, _| Cell::plain(r.events.to_string()),
        |r| SortKey::Int(r.events.into()),
    ),
    Def::new(
        || wide(figure_column("first-seen", "First Seen", 84)),
        |r, now_ms| age(r.first_ms, now_ms),
        |r| age_key(r.first_ms),
    ),
    Def::new(
        || text_column("message", "Latest message", 420),
        |r, _| Cell::toned(first_line(&r.message), r.tone()),
        |r| text_key(&r.message),
    ),
];

columnar!(EventGroupRow, |row| (&row.namespace, &row.name));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::group::MINUTES;
    use table::Row;

    #[test]
    fn bars_are_of_five_minutes_each() {
        let mut rate = [0; MINUTES];
        (rate[0], rate[4], rate[59], rate[30]) = (1, 1, 8, 1);
        let row = EventGroupRow {
            namespace: "shop".into(),
            name: "n".into(),
            kind: "Warning".into(),
            reason: "BackOff".into(),
            object_kind: "Pod".into(),
            object: "web-*".into(),
            latest_api: "v1".into(),
            latest_namespace: "shop".into(),
            latest_name: "web-x2x4z".into(),
            message: "one\ntwo".into(),
            events: 2,
            count: 12,
            rate,
            first_ms: None,
            last_ms: Some(0),
        };
        assert_eq!(row.bars(), "▂·····▁····█");
        assert_eq!(
            (row.in_hour(), row.cell(4, 0).text),
            (11, "pod/web-*".to_owned())
        );
        assert_eq!(row.cell(10, 0).text, "one...");
    }
}
