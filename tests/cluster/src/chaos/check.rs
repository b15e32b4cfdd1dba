//! Whether what a view showed is an honest picture of what was true.
//!
//! By etcd's method: both histories are recorded first and compared afterwards, so that a check
//! knows more than the view could.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::history::{Event, Moment, Shown, Truth, Versions};
use super::pairs::{Span, both, spans, uncovered, widened};

/// A view may know a change before the recorder does.
const AHEAD: Duration = Duration::from_secs(2);
/// How long a view that hears nothing may go on calling itself live.
pub(super) const NOTICED: Duration = Duration::from_secs(10);

/// What must hold of every view at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// A row never goes back to an older state.
    Ordered,
    /// No row is there twice.
    Unique,
    /// Every row was true once.
    Invented,
    /// What is missing is not called live: no part passes for the whole.
    Partial,
    /// What was deleted does not stay on a live view.
    Deleted,
    /// What is called live is as old as allowed at most.
    Old,
    /// After healing it is the server's own list.
    Complete,
    /// A watch goes on from where it was.
    Resumable,
    /// A view that hears nothing says so in time.
    Badge,
}

/// One thing that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Of what.
    pub property: Property,
    /// When.
    pub at: Moment,
    /// Where, and what.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { property, at, what } = self;
        write!(f, "{property:?} at {:.2} s: {what}", at.as_secs_f64())
    }
}

/// Everything that is wrong with what a view showed until `end`. `ordered`: states are versions,
/// so that a lower one is older.
pub fn check(truth: &Truth, shown: &[Shown], end: Moment, ordered: bool) -> Vec<Violation> {
    let mut found = Vec::new();
    at_once(truth, shown, ordered, &mut found);
    let live = spans(&live(shown), end);
    let live: Vec<Span> = live
        .into_iter()
        .filter_map(|(span, live)| live.then_some(span))
        .collect();
    badge(shown, end, &live, &mut found);
    let mut claims = Vec::new();
    for (within, bound) in spans(&bounds(shown), end) {
        let parts = live.iter().filter_map(|live| both(*live, within));
        claims.extend(parts.map(|span| (span, bound)));
    }
    as_of(truth, shown, end, &claims, &mut found);
    found.sort_by_key(|violation| (violation.at, violation.property));
    found
}

fn live(shown: &[Shown]) -> Vec<(Moment, bool)> {
    let told = shown.iter().filter_map(|shown| match shown.event {
        Event::Live(live) => Some((shown.at, live)),
        _ => None,
    });
    told.collect()
}

fn bounds(shown: &[Shown]) -> Vec<(Moment, Duration)> {
    let bounds = shown.iter().filter_map(|shown| match shown.event {
        Event::Bound(bound) => Some((shown.at, bound)),
        _ => None,
    });
    [(Duration::ZERO, NOTICED)]
        .into_iter()
        .chain(bounds)
        .collect()
}

/// What one event says by itself, or beside those before it.
fn at_once(truth: &Truth, shown: &[Shown], ordered: bool, found: &mut Vec<Violation>) {
    let mut rows = Versions::new();
    let mut latest: BTreeMap<&str, u64> = BTreeMap::new();
    for Shown { at, event } in shown {
        let mut wrong = |property, what: String| {
            found.push(Violation {
                property,
                at: *at,
                what,
            });
        };
        match event {
            Event::Row(key, Some(state)) => {
                if !truth.ever(key, *state) {
                    wrong(Property::Invented, format!("{key} was never {state}"));
                }
                let before = latest.insert(key, *state);
                if ordered && let Some(before) = before.filter(|before| before > state) {
                    wrong(Property::Ordered, format!("{key} from {before} to {state}"));
                    latest.insert(key, before);
                }
                rows.insert(key.clone(), *state);
            }
            Event::Row(key, None) => {
                rows.remove(key);
            }
            Event::Twice(key) => wrong(Property::Unique, key.clone()),
            Event::Whole => {
                if !truth.was(&rows, at.saturating_sub(AHEAD), *at + AHEAD) {
                    let all = truth.all(*at);
                    let differ = |(key, state): &(&String, &u64)| all.get(*key) != Some(state);
                    let odd: Vec<_> = rows.iter().filter(differ).take(3).collect();
                    let (ours, theirs) = (rows.len(), all.len());
                    wrong(
                        Property::Complete,
                        format!("{ours} rows of {theirs}, {odd:?}"),
                    );
                }
            }
            Event::Relisted => wrong(Property::Resumable, "listed again after a cut".to_owned()),
            Event::Live(_) | Event::Outage(_) | Event::Bound(_) => {}
        }
    }
}

fn badge(shown: &[Shown], end: Moment, live: &[Span], found: &mut Vec<Violation>) {
    let outages: Vec<(Moment, bool)> = shown
        .iter()
        .filter_map(|shown| match shown.event {
            Event::Outage(outage) => Some((shown.at, outage)),
            _ => None,
        })
        .collect();
    for ((from, to), outage) in spans(&outages, end) {
        let due = from + NOTICED;
        if let Some((at, _)) = live
            .iter()
            .filter(|_| outage && due < to)
            .find_map(|live| both(*live, (due, to)))
        {
            let after = at.saturating_sub(from);
            found.push(Violation {
                property: Property::Badge,
                at,
                what: format!("live {:.2} s after the last word", after.as_secs_f64()),
            });
        }
    }
}

/// While it claimed to be live, was each row true within what the claim allows?
fn as_of(
    truth: &Truth,
    shown: &[Shown],
    end: Moment,
    claims: &[(Span, Duration)],
    found: &mut Vec<Violation>,
) {
    let mut rows: BTreeMap<&str, Vec<(Moment, Option<u64>)>> = truth
        .objects
        .keys()
        .map(|key| (key.as_str(), vec![(Duration::ZERO, None)]))
        .collect();
    for Shown { at, event } in shown {
        if let Event::Row(key, state) = event {
            rows.entry(key).or_default().push((*at, *state));
        }
    }
    for (key, states) in rows {
        let none = vec![(Duration::ZERO, None)];
        let mut true_states = none.clone();
        true_states.extend(truth.objects.get(key).into_iter().flatten().copied());
        let true_spans = spans(&true_states, Duration::MAX);
        for (showed, state) in spans(&states, end) {
            let parts = claims
                .iter()
                .filter_map(|(span, bound)| Some((both(showed, *span)?, *bound)));
            for (part, bound) in parts {
                let covers: Vec<Span> = true_spans
                    .iter()
                    .filter(|(_, truly)| *truly == state)
                    .map(|(span, _)| widened(*span, AHEAD, bound))
                    .collect();
                let Some(at) = uncovered(part, &covers) else {
                    continue;
                };
                let truly = truth.state(key, at);
                let property = match (state, truly) {
                    (None, _) => Property::Partial,
                    (Some(_), None) => Property::Deleted,
                    (Some(_), Some(_)) => Property::Old,
                };
                found.push(Violation {
                    property,
                    at,
                    what: format!("{key} shown as {state:?}, truly {truly:?} for {bound:?}"),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Moment {
        Duration::from_secs(seconds)
    }

    fn row(at: u64, key: &str, state: Option<u64>) -> Shown {
        event(at, Event::Row(key.to_owned(), state))
    }

    fn event(at: u64, event: Event) -> Shown {
        Shown { at: s(at), event }
    }

    /// `a` was 1, then 5 from second 20; `b` was 2 and gone from second 30; `c` came at 40 as 7.
    fn truth() -> Truth {
        let mut truth = Truth::default();
        for (at, key, state) in [
            (0, "a", Some(1)),
            (0, "b", Some(2)),
            (20, "a", Some(5)),
            (30, "b", None),
            (40, "c", Some(7)),
        ] {
            truth.note(s(at), key, state);
        }
        truth
    }

    fn honest() -> Vec<Shown> {
        vec![
            row(1, "a", Some(1)),
            row(1, "b", Some(2)),
            event(1, Event::Live(true)),
            event(2, Event::Whole),
            row(21, "a", Some(5)),
            row(31, "b", None),
            row(41, "c", Some(7)),
            event(42, Event::Whole),
        ]
    }

    fn found(shown: &[Shown]) -> Vec<Property> {
        let mut shown = shown.to_vec();
        shown.sort_by_key(|shown| shown.at);
        let mut found: Vec<_> = check(&truth(), &shown, s(100), true)
            .into_iter()
            .map(|violation| violation.property)
            .collect();
        found.dedup();
        found
    }

    fn without(event: &Event) -> Vec<Shown> {
        let mut shown = honest();
        let before = shown.len();
        shown.retain(|shown| shown.event != *event);
        assert_eq!(shown.len(), before - 1);
        shown
    }

    fn with(more: impl IntoIterator<Item = Shown>) -> Vec<Shown> {
        honest().into_iter().chain(more).collect()
    }

    #[test]
    fn an_honest_history_is_clean() {
        assert_eq!(found(&honest()), []);
        // So is one that is late but says so.
        let late = with([event(19, Event::Live(false)), event(90, Event::Live(true))]);
        let late: Vec<Shown> = late
            .into_iter()
            .map(|mut shown| {
                if (20..50).contains(&shown.at.as_secs()) {
                    shown.at = s(89);
                }
                shown
            })
            .collect();
        assert_eq!(found(&late), []);
    }

    #[test]
    fn a_row_that_goes_back_is_found() {
        let back = with([row(22, "a", Some(1)), row(23, "a", Some(5))]);
        assert_eq!(found(&back), [Property::Ordered]);
        // Even if it was gone in between.
        let back = with([
            row(22, "a", None),
            row(23, "a", Some(1)),
            row(24, "a", Some(5)),
        ]);
        assert!(found(&back).contains(&Property::Ordered));
    }

    #[test]
    fn a_row_shown_twice_is_found() {
        let twice = with([event(5, Event::Twice("a".to_owned()))]);
        assert_eq!(found(&twice), [Property::Unique]);
    }

    #[test]
    fn what_never_was_is_found() {
        let never = with([row(43, "x", Some(9)), row(44, "x", None)]);
        assert!(found(&never).contains(&Property::Invented));
        let never = with([row(18, "a", Some(3)), row(19, "a", Some(1))]);
        assert!(found(&never).contains(&Property::Invented));
    }

    #[test]
    fn a_part_called_live_is_found() {
        let part = without(&Event::Row("c".to_owned(), Some(7)));
        let found = found(&part);
        assert!(found.contains(&Property::Partial) && found.contains(&Property::Complete));
    }

    #[test]
    fn what_was_deleted_and_stays_is_found() {
        let stays = without(&Event::Row("b".to_owned(), None));
        assert!(found(&stays).contains(&Property::Deleted));
        let returns = with([row(50, "b", Some(2))]);
        assert!(found(&returns).contains(&Property::Deleted));
    }

    #[test]
    fn an_old_state_called_live_is_found() {
        let old = without(&Event::Row("a".to_owned(), Some(5)));
        assert!(found(&old).contains(&Property::Old));
        // Within the bound it is allowed, and the bound counts.
        let later: Vec<Shown> = old.into_iter().chain([row(29, "a", Some(5))]).collect();
        assert_eq!(found(&later), []);
        let tight = later.into_iter().chain([event(15, Event::Bound(s(5)))]);
        assert_eq!(found(&tight.collect::<Vec<_>>()), [Property::Old]);
    }

    #[test]
    fn a_list_that_differs_after_healing_is_found() {
        let early = with([event(35, Event::Whole)]);
        assert_eq!(found(&early), []);
        let wrong = with([event(19, Event::Whole)]);
        assert_eq!(found(&wrong), []);
        let wrong = with([
            row(60, "b", Some(2)),
            event(60, Event::Whole),
            row(61, "b", None),
        ]);
        assert!(found(&wrong).contains(&Property::Complete));
    }

    #[test]
    fn a_list_in_place_of_a_watch_is_found() {
        assert_eq!(
            found(&with([event(50, Event::Relisted)])),
            [Property::Resumable]
        );
    }

    #[test]
    fn a_silence_not_told_is_found() {
        let told = with([
            event(50, Event::Outage(true)),
            event(60, Event::Live(false)),
            event(70, Event::Outage(false)),
            event(71, Event::Live(true)),
        ]);
        assert_eq!(found(&told), []);
        let late = with([
            event(50, Event::Outage(true)),
            event(62, Event::Live(false)),
            event(70, Event::Outage(false)),
            event(71, Event::Live(true)),
        ]);
        assert_eq!(found(&late), [Property::Badge]);
        let never = with([
            event(50, Event::Outage(true)),
            event(65, Event::Outage(false)),
        ]);
        assert_eq!(found(&never), [Property::Badge]);
        let short = with([
            event(50, Event::Outage(true)),
            event(55, Event::Outage(false)),
        ]);
        assert_eq!(found(&short), []);
    }
}
