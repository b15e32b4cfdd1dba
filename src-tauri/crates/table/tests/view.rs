//! Whatever happened before, a flushed view equals filtering and sorting everything anew.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use std::cmp::Ordering;
use table::{Cell, Filter, Row, RowId, Rows, Sort, SortKey, View, natural_cmp};

const COLUMNS: usize = 3;

#[derive(Clone, Debug, PartialEq)]
struct Thing {
    group: String,
    name: String,
    count: Option<i64>,
    state: &'static str,
}

impl Row for Thing {
    fn identity(&self) -> (&str, &str) {
        (&self.group, &self.name)
    }
    fn cell(&self, column: usize, _now_ms: i64) -> Cell {
        Cell::plain(match column {
            0 => self.name.clone(),
            1 => self
                .count
                .map_or_else(|| "<none>".into(), |n| n.to_string()),
            _ => self.state.into(),
        })
    }
    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match column {
            0 => SortKey::Text(self.name.as_str().into()),
            1 => self.count.map_or(SortKey::Absent, SortKey::Int),
            _ => SortKey::Text(self.state.into()),
        }
    }
}

#[derive(Clone, Debug)]
enum Op {
    Put(Thing),
    Remove(String, String),
    Change(usize, Option<i64>),
    MarkAll,
    Flush,
    Sort(Vec<Sort>),
    Filter(&'static str),
    Groups(Vec<String>),
}

fn group() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c10", "c2"]).prop_map(String::from)
}

fn name() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["web-", "Web-", "w"]), 0u8..12).prop_map(|(p, n)| format!("{p}{n}"))
}

fn op() -> impl Strategy<Value = Op> {
    let thing = (
        group(),
        name(),
        prop::option::of(0i64..4),
        prop::sample::select(vec!["Running", "Pending", "running"]),
    )
        .prop_map(|(group, name, count, state)| Thing {
            group,
            name,
            count,
            state,
        });
    let sort =
        (0..COLUMNS, any::<bool>()).prop_map(|(column, descending)| Sort { column, descending });
    prop_oneof![
        12 => thing.prop_map(Op::Put),
        5 => (group(), name()).prop_map(|(g, n)| Op::Remove(g, n)),
        4 => (any::<usize>(), prop::option::of(0i64..4)).prop_map(|(n, c)| Op::Change(n, c)),
        1 => Just(Op::MarkAll),
        5 => Just(Op::Flush),
        1 => prop::collection::vec(sort, 0..3).prop_map(Op::Sort),
        1 => prop::sample::select(vec!["", "run", "!run", "a/w", "1 !pend", "zzz"]).prop_map(Op::Filter),
        1 => prop::collection::vec(group(), 0..3).prop_map(Op::Groups),
    ]
}

/// Natural order without the tie-break by case: of these names, lower case has the same digits.
fn loose(a: &str, b: &str) -> Ordering {
    natural_cmp(&a.to_lowercase(), &b.to_lowercase())
}

/// What the view should show, by the simplest means.
fn naive(rows: &Rows<Thing>, sort: &[Sort], filter: &str, groups: &[String]) -> Vec<Thing> {
    let mut shown: Vec<Thing> = rows
        .iter()
        .map(|(_, row)| row.clone())
        .filter(|row| groups.is_empty() || groups.contains(&row.group))
        .filter(|row| {
            let texts: Vec<String> = (0..COLUMNS)
                .map(|c| row.cell(c, 0).text)
                .chain([format!("{}/{}", row.group, row.name)])
                .map(|text| text.to_lowercase())
                .collect();
            filter.split_whitespace().all(|term| {
                let (wanted, term) = term.strip_prefix('!').map_or((true, term), |t| (false, t));
                texts.iter().any(|text| text.contains(term)) == wanted
            })
        })
        .collect();
    shown.sort_by(|a, b| {
        for by in sort {
            let order = match (a.sort_key(by.column), b.sort_key(by.column)) {
                (SortKey::Absent, SortKey::Absent) => Ordering::Equal,
                (SortKey::Absent, _) => return Ordering::Greater,
                (_, SortKey::Absent) => return Ordering::Less,
                (SortKey::Int(x), SortKey::Int(y)) => x.cmp(&y),
                (SortKey::Text(x), SortKey::Text(y)) => loose(&x, &y),
                other => panic!("columns are of one type: {other:?}"),
            };
            if order.is_ne() {
                return if by.descending {
                    order.reverse()
                } else {
                    order
                };
            }
        }
        loose(&a.group, &b.group)
            .then_with(|| loose(&a.name, &b.name))
            .then_with(|| a.identity().cmp(&b.identity()))
    });
    shown
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn equals_filtering_and_sorting_everything(ops in prop::collection::vec(op(), 1..120)) {
        let mut rows: Rows<Thing> = Rows::default();
        let (mut sort, mut filter, mut groups) = (Vec::new(), "", Vec::new());
        let mut view = View::new(COLUMNS, sort.clone(), words(filter));
        let mut last: Vec<Thing> = Vec::new();
        for op in ops.into_iter().chain([Op::Flush]) {
            match op {
                Op::Put(row) => {
                    let id = rows.put(row);
                    view.mark(id);
                }
                Op::Remove(group, name) => {
                    if let Some((id, _)) = rows.remove(&group, &name) {
                        view.mark(id);
                    }
                }
                Op::Change(nth, count) => {
                    let ids: Vec<RowId> = rows.iter().map(|(id, _)| id).collect();
                    if !ids.is_empty() {
                        let id = ids[nth % ids.len()];
                        rows.get_mut(id).unwrap().count = count;
                        view.mark(id);
                    }
                }
                Op::MarkAll => view.mark_all(),
                Op::Sort(to) => {
                    sort.clone_from(&to);
                    view.set_sort(to);
                }
                Op::Filter(to) => {
                    filter = to;
                    view.set_filter(words(to));
                }
                Op::Groups(to) => {
                    groups.clone_from(&to);
                    view.set_groups(to);
                }
                Op::Flush => {
                    let version = view.version();
                    let changed = view.flush(&rows, 0);
                    prop_assert_eq!(view.version(), version + u64::from(changed));
                    let shown: Vec<Thing> =
                        view.window(0, usize::MAX).iter().map(|id| rows.get(*id).unwrap().clone()).collect();
                    prop_assert_eq!(&shown, &naive(&rows, &sort, filter, &groups));
                    prop_assert_eq!(view.len(), shown.len());
                    // Nothing that is seen changes without being told.
                    prop_assert!(changed || shown == last);
                    prop_assert!(!view.flush(&rows, 0), "a second flush has nothing to do");
                    last = shown;
                }
            }
        }
    }

    #[test]
    fn windows_stay_in_bounds(n in 0usize..40, from in 0usize..60, count in 0usize..60) {
        let mut rows = Rows::default();
        let mut view = View::new(COLUMNS, Vec::new(), Filter::default());
        for i in 0..n {
            rows.put(Thing { group: String::new(), name: i.to_string(), count: None, state: "" });
        }
        prop_assert!(view.window(from, count).is_empty(), "nothing before the first flush");
        view.flush(&rows, 0);
        let window = view.window(from, count);
        prop_assert_eq!(window.len(), count.min(n.saturating_sub(from)));
        for (i, id) in window.iter().enumerate() {
            let name = (from + i).to_string();
            prop_assert_eq!(rows.get(*id).unwrap().name.as_str(), name.as_str());
            prop_assert_eq!(view.position(*id), Some(from + i));
        }
    }
}

fn thing(name: &str, count: i64) -> Thing {
    Thing {
        group: "g".into(),
        name: name.into(),
        count: Some(count),
        state: "Running",
    }
}

#[test]
fn a_change_of_a_hidden_row_is_no_change() {
    let mut rows = Rows::default();
    let mut view = View::new(COLUMNS, Vec::new(), words("web"));
    let ids: Vec<RowId> = ["web-1", "web-2", "web-3", "db"]
        .iter()
        .map(|n| rows.put(thing(n, 0)))
        .collect();
    assert!(view.flush(&rows, 0));
    view.mark(ids[3]);
    assert!(!view.flush(&rows, 0));
    view.mark(ids[0]);
    assert!(view.flush(&rows, 0));
}

#[test]
fn a_place_reused_before_the_flush() {
    let mut rows = Rows::default();
    let by_count = vec![Sort {
        column: 1,
        descending: true,
    }];
    let mut view = View::new(COLUMNS, by_count, Filter::default());
    for n in 1..=5 {
        rows.put(thing(&format!("web-{n}"), n));
    }
    view.flush(&rows, 0);
    let (old, _) = rows.remove("g", "web-5").unwrap();
    view.mark(old);
    let new = rows.put(thing("late", 0));
    view.mark(new);
    assert_eq!(old, new, "the test is about a place used again");
    assert!(view.flush(&rows, 0));
    let names: Vec<&str> = view
        .window(0, 9)
        .iter()
        .map(|id| rows.get(*id).unwrap().name.as_str())
        .collect();
    assert_eq!(names, ["web-4", "web-3", "web-2", "web-1", "late"]);
}

#[test]
fn setting_what_is_set_costs_nothing() {
    let mut rows = Rows::default();
    let mut view = View::new(COLUMNS, Vec::new(), words("w"));
    rows.put(thing("web", 1));
    assert!(view.flush(&rows, 0));
    view.set_filter(words("  W "));
    view.set_sort(Vec::new());
    view.set_groups(Vec::new());
    assert!(!view.flush(&rows, 0));
    view.set_groups(vec!["x".into(), "g".into()]);
    assert!(view.flush(&rows, 0));
    assert_eq!(view.len(), 1);
}

/// A filter of plain words.
fn words(text: &str) -> Filter {
    Filter::parse(text, &table::Vocabulary::default()).expect("words are always a filter")
}
