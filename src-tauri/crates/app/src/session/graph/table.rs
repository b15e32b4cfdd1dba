//! The graphs of a page as one table.

use replay::Pass;
use scaling::words::hold;
use wire::{GraphTable, MarksAsk, WireError};

use super::super::{Session, gone};
use super::edits::{self, Said};
use super::told::stamp;

/// Rows that cross: the latest ones.
const MOST: usize = 1_000;

impl Session {
    /// Every change of a value, and every edit.
    pub(crate) fn graph_table(&mut self, ask: &MarksAsk) -> Result<GraphTable, WireError> {
        self.see_until_now(ask.graph);
        let (now, wall) = (self.now_ms(), self.wall_ms());
        let clock = self.status.reader(stamp(now));
        let graph = self
            .graphs
            .get_mut(&ask.graph)
            .ok_or_else(|| gone("This graph"))?;
        let to_ms = ask.to_ms.min(now);
        graph.make_asks(ask.from_ms, to_ms, now, wall);
        let passes = graph.past.passes(stamp(ask.from_ms), stamp(to_ms));
        let lanes = graph.lanes();
        let ids: Vec<&str> = lanes.iter().map(|lane| lane.id.as_str()).collect();
        let mut changes = graph.series.changes(ask.from_ms, to_ms, &ids);
        let edits = edits::said(&graph.past, stamp(ask.from_ms), stamp(to_ms));
        with_edits(&mut changes, &edits, lanes.len());
        // Nothing was seen before the first value.
        let unseen = changes
            .iter()
            .take_while(|(at_ms, values)| {
                values.iter().all(|value| value.is_nan()) && edited(&edits, *at_ms).is_empty()
            })
            .count();
        changes.drain(..unseen);
        let left_out = changes.len().saturating_sub(MOST);
        changes.drain(..left_out);
        let title = |lane: &wire::Lane| match &*lane.unit {
            "" => lane.title.clone(),
            unit => format!("{} ({unit})", lane.title),
        };
        let columns = std::iter::once("Time".to_owned())
            .chain(lanes.iter().map(title))
            .chain(["Held by".to_owned(), "Edited".to_owned()]);
        let rows = changes.into_iter().map(|(at_ms, values)| {
            std::iter::once(clock.time(stamp(at_ms)))
                .chain(values.into_iter().map(figure))
                .chain([held(&passes, at_ms), edited(&edits, at_ms)])
                .collect()
        });
        Ok(GraphTable {
            columns: columns.collect(),
            rows: rows.collect(),
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        })
    }
}

/// A row for each edit: the values before it go on.
fn with_edits(changes: &mut Vec<(i64, Vec<f64>)>, edits: &[Said], lanes: usize) {
    for edit in edits {
        let at_ms = edit.at.as_millisecond();
        let behind = changes.partition_point(|(at, _)| *at <= at_ms);
        let before = behind.checked_sub(1).map(|last| &changes[last]);
        if before.is_some_and(|(at, _)| *at == at_ms) {
            continue;
        }
        let values = before.map_or_else(|| vec![f64::NAN; lanes], |(_, values)| values.clone());
        changes.insert(behind, (at_ms, values));
    }
}

/// What was edited at a moment.
fn edited(edits: &[Said], at_ms: i64) -> String {
    let then = edits
        .iter()
        .filter(|edit| edit.at.as_millisecond() == at_ms);
    let texts: Vec<&str> = then.map(|edit| edit.text.as_str()).collect();
    texts.join(" ")
}

/// A value as people read it; empty where nothing was seen.
fn figure(value: f64) -> String {
    if value.is_nan() {
        return String::new();
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What held the size in the last pass before a moment.
fn held(passes: &[Pass], at_ms: i64) -> String {
    let behind = passes.partition_point(|pass| pass.at.earliest.as_millisecond() <= at_ms);
    let pass = behind.checked_sub(1).and_then(|last| passes.get(last));
    let holds = pass.into_iter().flat_map(|pass| &pass.holds);
    let words: Vec<&str> = holds.map(|rule| hold::reason(*rule)).collect();
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_between_two_changes_has_a_row_with_what_held() {
        let said = |ms: i64| Said {
            at: stamp(ms),
            label: String::new(),
            text: format!("at {ms}"),
        };
        let mut changes = vec![(10, vec![1.0]), (20, vec![2.0])];
        let edits = [said(5), said(15), said(20)];
        with_edits(&mut changes, &edits, 1);
        let at: Vec<i64> = changes.iter().map(|(at, _)| *at).collect();
        assert_eq!(at, [5, 10, 15, 20]);
        assert!(changes[0].1[0].is_nan());
        assert_eq!(changes[2], (15, vec![1.0]));
        assert_eq!(edited(&edits, 20), "at 20");
        assert_eq!(edited(&edits, 10), "");
    }
}
