//! An ordered, filtered view over rows.

use crate::order::{compare, merge, sort_all};
use crate::{Filter, Matcher, Row, RowId, Rows};

/// One column to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Index into the table's columns.
    pub column: usize,
    /// Largest first.
    pub descending: bool,
}

/// The order in which one table is shown.
///
/// Between flushes [`View::window`] still gives the ids of the last flush: one of them may have
/// no row by then, or a new one in the same place. So flush before reading a window.
#[derive(Debug, Default)]
pub struct View {
    columns: usize,
    sort: Vec<Sort>,
    filter: Filter,
    /// Sorted; empty shows all.
    groups: Vec<String>,
    order: Vec<RowId>,
    dirty: Dirty,
    version: u64,
}

/// What the next flush looks at.
#[derive(Debug, Default)]
enum Dirty {
    #[default]
    All,
    Some(Marks),
}

/// A set of ids, listed once each.
#[derive(Debug, Default)]
struct Marks {
    ids: Vec<RowId>,
    bits: Vec<u64>,
}

impl Marks {
    fn insert(&mut self, id: RowId) {
        let word = id.index() / 64;
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        let bit = 1 << (id.index() % 64);
        if self.bits[word] & bit == 0 {
            self.bits[word] |= bit;
            self.ids.push(id);
        }
    }

    fn contains(&self, id: RowId) -> bool {
        self.bits
            .get(id.index() / 64)
            .is_some_and(|word| word & (1 << (id.index() % 64)) != 0)
    }
}

impl View {
    /// A view of a table with `columns` columns. Shows nothing before the first flush.
    pub fn new(columns: usize, sort: Vec<Sort>, filter: Filter) -> Self {
        Self {
            columns,
            sort,
            filter,
            ..Self::default()
        }
    }

    /// Row `id` was added, changed or removed.
    pub fn mark(&mut self, id: RowId) {
        match &mut self.dirty {
            Dirty::All => {}
            Dirty::Some(marks) => marks.insert(id),
        }
    }

    /// Everything may have changed (relist).
    pub fn mark_all(&mut self) {
        self.dirty = Dirty::All;
    }

    /// The table has so many columns from the next flush on.
    pub fn set_columns(&mut self, columns: usize) {
        if self.columns != columns {
            self.columns = columns;
            self.mark_all();
        }
    }

    /// Sorts otherwise from the next flush on.
    pub fn set_sort(&mut self, sort: Vec<Sort>) {
        if self.sort != sort {
            self.sort = sort;
            self.mark_all();
        }
    }

    /// Filters otherwise from the next flush on. Where a filter matches text that changes with
    /// time alone (ages), a row is judged again when it is next marked, not by the clock.
    pub fn set_filter(&mut self, filter: Filter) {
        if self.filter != filter {
            self.filter = filter;
            self.mark_all();
        }
    }

    /// Limits the view to these groups (namespaces); empty shows all.
    pub fn set_groups(&mut self, mut groups: Vec<String>) {
        groups.sort_unstable();
        groups.dedup();
        if self.groups != groups {
            self.groups = groups;
            self.mark_all();
        }
    }

    /// Applies everything marked since the last flush. Returns whether what is shown may differ.
    ///
    /// Costs O(shown + marked · log shown), or one full sort when everything may have changed.
    pub fn flush<R: Row>(&mut self, rows: &Rows<R>, now_ms: i64) -> bool {
        let shown_before = self.order.len();
        let changed = match std::mem::replace(&mut self.dirty, Dirty::Some(Marks::default())) {
            Dirty::Some(marks) if marks.ids.is_empty() => false,
            // Then merging would compare more than sorting does.
            Dirty::Some(marks) if marks.ids.len() > rows.len() / 2 => {
                let before = std::mem::take(&mut self.order);
                self.rebuild(rows, now_ms);
                self.order != before || before.iter().any(|id| marks.contains(*id))
            }
            Dirty::Some(marks) => {
                self.order.retain(|id| !marks.contains(*id));
                let removed = shown_before - self.order.len();
                let mut new = marks.ids;
                self.keep_shown(&mut new, rows, now_ms);
                new.sort_unstable_by(|a, b| compare(rows.alive(*a), rows.alive(*b), &self.sort));
                merge(&mut self.order, &new, rows, &self.sort);
                removed + new.len() > 0
            }
            Dirty::All => {
                self.rebuild(rows, now_ms);
                shown_before + self.order.len() > 0
            }
        };
        self.version += u64::from(changed);
        changed
    }

    fn rebuild<R: Row>(&mut self, rows: &Rows<R>, now_ms: i64) {
        let mut order: Vec<RowId> = rows.iter().map(|(id, _)| id).collect();
        self.keep_shown(&mut order, rows, now_ms);
        sort_all(&mut order, rows, &self.sort);
        self.order = order;
    }

    /// Drops ids that have no row, or one that this view does not show.
    fn keep_shown<R: Row>(&self, ids: &mut Vec<RowId>, rows: &Rows<R>, now_ms: i64) {
        let mut matcher = Matcher::new(&self.filter, self.columns, now_ms);
        ids.retain(|id| {
            rows.get(*id)
                .is_some_and(|row| self.shows_group(row) && matcher.matches(row))
        });
    }

    fn shows_group<R: Row>(&self, row: &R) -> bool {
        let (group, _) = row.identity();
        self.groups.is_empty()
            || self
                .groups
                .binary_search_by(|shown| shown.as_str().cmp(group))
                .is_ok()
    }

    /// Counts flushes that changed something.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Number of rows shown.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is shown.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The ids at `from..from + count` of the order, shorter at its end.
    pub fn window(&self, from: usize, count: usize) -> &[RowId] {
        let from = from.min(self.order.len());
        &self.order[from..from.saturating_add(count).min(self.order.len())]
    }

    /// Where a row stands in the order.
    pub fn position(&self, id: RowId) -> Option<usize> {
        self.order.iter().position(|x| *x == id)
    }
}
