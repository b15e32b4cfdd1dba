//! The cells and columns that several kinds share.

use std::borrow::Cow;

use table::{Align, Cell, Column, Measure, SortKey};

use crate::duration;

/// A column of text.
pub(crate) fn text_column(id: &str, title: &str, width: u16) -> Column {
    Column {
        id: id.to_owned(),
        title: title.to_owned(),
        align: Align::Start,
        width,
        wide: false,
        measure: measure(id),
    }
}

/// What the keys of a column count, by the names that all kinds share: see [`age_key`], and usage for CPU.
pub(crate) fn measure(id: &str) -> Measure {
    match id {
        "age" | "last-seen" | "first-seen" | "last-schedule" | "last-success" | "renewed" => {
            Measure::Age
        }
        "cpu" | "cpu-request" | "cpu-limit" => Measure::Billionths,
        _ => Measure::Ones,
    }
}

/// A column of figures.
pub(crate) fn figure_column(id: &str, title: &str, width: u16) -> Column {
    Column {
        align: Align::End,
        ..text_column(id, title, width)
    }
}

/// The same column, shown on demand only.
pub(crate) fn wide(column: Column) -> Column {
    Column {
        wide: true,
        ..column
    }
}

/// From two minutes on, seconds are brought up to date together and only so often: nobody reads them one by one, and each
/// repaint of an otherwise quiet window costs more than all else that it does.
const COARSE_MS: i64 = 10_000;
const COARSE_FROM_MS: i64 = 120_000;

/// How long ago, as `kubectl get` prints it.
pub(crate) fn age(since_ms: Option<i64>, now_ms: i64) -> Cell {
    let Some(since) = since_ms else {
        return Cell::plain("<unknown>");
    };
    let elapsed = now_ms.saturating_sub(since);
    let until = duration::next_change(elapsed).and_then(|next| since.checked_add(next));
    let until = until.map(|until| {
        if elapsed < COARSE_FROM_MS {
            return until;
        }
        let coarse = now_ms.saturating_sub(now_ms.rem_euclid(COARSE_MS));
        until.max(coarse.saturating_add(COARSE_MS))
    });
    Cell {
        text: duration::human(elapsed),
        until_ms: until,
        ..Cell::default()
    }
}

/// Sorts by time with the youngest first.
pub(crate) fn age_key(since_ms: Option<i64>) -> SortKey<'static> {
    since_ms.map_or(SortKey::Absent, |ms| SortKey::Int(ms.saturating_neg()))
}

/// Text, or kubectl's `<none>` where there is none.
pub(crate) fn or_none(text: &str) -> Cell {
    Cell::plain(if text.is_empty() { "<none>" } else { text })
}

/// Sorts by text; nothing is absent.
pub(crate) fn text_key(text: &str) -> SortKey<'_> {
    if text.is_empty() {
        SortKey::Absent
    } else {
        SortKey::Text(text.into())
    }
}

/// Sorts by a figure that may be missing.
pub(crate) fn figure_key(figure: Option<i64>) -> SortKey<'static> {
    figure.map_or(SortKey::Absent, SortKey::Int)
}

/// Sorts `2/3` by the share that is ready, then by how many are; `0/0` lacks nothing.
pub(crate) fn ready_key(ready: i64, total: i64) -> SortKey<'static> {
    let share = if total <= 0 {
        1.0
    } else {
        ready as f64 / total as f64
    };
    SortKey::Float(share + ready as f64 * 1e-9)
}

/// What kubectl prints of text with several lines.
pub(crate) fn first_line(text: &str) -> String {
    let end = ["\n", "⟨U+000A⟩", "⟨U+000C⟩", "⟨U+000D⟩"]
        .iter()
        .filter_map(|stop| text.find(stop))
        .min();
    match end {
        Some(end) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Most characters of one cell: a printer column may hold a megabyte, which no column shows.
const MOST: usize = 2_000;

/// Text that fits a cell, which says how much more there is.
pub(crate) fn fitting(text: &str) -> Cow<'_, str> {
    if text.len() <= MOST {
        return Cow::Borrowed(text);
    }
    let Some((end, _)) = text.char_indices().nth(MOST) else {
        return Cow::Borrowed(text);
    };
    let more = text[end..].chars().count();
    Cow::Owned(format!("{}… ({more} more characters)", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(fitting("short"), "short");
        let long = "ö".repeat(MOST + 7);
        let cut = fitting(&long);
        assert!(cut.ends_with("ö… (7 more characters)"), "{cut}");
        assert_eq!(fitting(&"ö".repeat(MOST)), "ö".repeat(MOST));
    }

    #[test]
    fn young_ages_tick_each_second_older_ones_together() {
        let now = 1_000_003_000;
        for (elapsed, text, until) in [
            (30_000, "30s", now + 1_000),
            (119_999, "119s", now + 1),
            (120_000, "2m", 1_000_010_000),
            (125_500, "2m5s", 1_000_010_000),
            (599_900, "9m59s", 1_000_010_000),
            (600_000, "10m", now + 60_000),
            (659_000, "10m", 1_000_010_000),
        ] {
            let cell = age(Some(now - elapsed), now);
            assert_eq!(
                (&*cell.text, cell.until_ms),
                (text, Some(until)),
                "{elapsed} ms"
            );
        }
    }
}
