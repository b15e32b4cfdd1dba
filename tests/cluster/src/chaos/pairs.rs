//! Spans of time, and whether some cover others.

use std::time::Duration;

use super::history::Moment;

/// From a moment to another.
pub(super) type Span = (Moment, Moment);

/// The first moment of `span` that none of `covers` covers.
pub(super) fn uncovered(span: Span, covers: &[Span]) -> Option<Moment> {
    let mut sorted = covers.to_vec();
    sorted.sort_unstable();
    let (mut at, end) = span;
    for (from, to) in sorted {
        if from > at {
            break;
        }
        at = at.max(to);
    }
    (at < end).then_some(at)
}

/// The part two spans share.
pub(super) fn both(one: Span, other: Span) -> Option<Span> {
    let shared = (one.0.max(other.0), one.1.min(other.1));
    (shared.0 < shared.1).then_some(shared)
}

/// The spans between changes of a value, each with the value; the last until `end`.
pub(super) fn spans<T: Clone>(changes: &[(Moment, T)], end: Moment) -> Vec<(Span, T)> {
    let ends = changes.iter().skip(1).map(|(at, _)| *at).chain([end]);
    let spans = changes.iter().zip(ends);
    spans
        .map(|((from, value), to)| ((*from, to), value.clone()))
        .collect()
}

/// A span that begins earlier and ends later.
pub(super) fn widened(span: Span, before: Duration, after: Duration) -> Span {
    (span.0.saturating_sub(before), span.1.saturating_add(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Moment {
        Duration::from_secs(seconds)
    }

    #[test]
    fn finds_the_first_gap() {
        let covers = [(s(5), s(8)), (s(0), s(3)), (s(2), s(6))];
        assert_eq!(uncovered((s(1), s(8)), &covers), None);
        assert_eq!(uncovered((s(1), s(9)), &covers), Some(s(8)));
        assert_eq!(uncovered((s(1), s(7)), &covers[..2]), Some(s(3)));
        assert_eq!(uncovered((s(4), s(4)), &[]), None);
    }
}
