//! One table's rows with the views that show them.

use std::collections::{BTreeMap, HashSet};

use table::{Column, Row, RowId, Rows, Selection, Sort, View};
use wire::{OpenView, SortBy};

use crate::typed::Typed;

/// One view of a table, as the window knows it.
#[derive(Debug)]
pub(crate) struct LiveView {
    view: View,
    /// What the user limited it to; empty is all.
    pub(crate) namespaces: Vec<String>,
    /// Hidden views are neither flushed nor announced.
    pub(crate) visible: bool,
    /// Rises whenever rows or state differ from what was last told.
    pub(crate) version: u32,
    announced: u32,
    stale: bool,
    /// Rows within its namespaces, before the text filter.
    pub(crate) total: usize,
    /// What was typed last.
    filter: Typed,
    /// What it is sorted by, as it was asked for; empty is the kind's own order.
    sort: Vec<SortBy>,
    /// Among the rows shown.
    selected: Selection,
}

/// What is selected otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Picked {
    Toggle(RowId),
    Range(RowId, RowId),
    All,
    Nothing,
}

impl LiveView {
    /// A view that shows nothing before its first flush; visible at once.
    pub(crate) fn new(columns: usize, sort: Vec<Sort>, filter: Typed, ask: &OpenView) -> Self {
        let mut view = View::new(columns, sort, filter.good.clone());
        view.set_groups(ask.namespaces.clone());
        Self {
            view,
            namespaces: ask.namespaces.clone(),
            sort: ask.sort.clone(),
            selected: Selection::default(),
            visible: true,
            version: 1,
            announced: 0,
            stale: true,
            total: 0,
            filter,
        }
    }

    /// What was typed into its filter.
    pub(crate) fn filter(&self) -> &Typed {
        &self.filter
    }

    fn read_filter(&mut self, text: &str, columns: &[Column], kind: &str) {
        self.filter.read(text, columns, kind);
        self.view.set_filter(self.filter.good.clone());
    }

    /// Rows selected.
    pub(crate) fn selected(&self) -> usize {
        self.selected.len()
    }

    fn select(&mut self, picked: Picked) {
        let order = self.view.window(0, usize::MAX);
        match picked {
            Picked::Toggle(id) => {
                if !self.selected.remove(id) && order.contains(&id) {
                    self.selected.insert(id);
                }
            }
            Picked::Range(from, to) => {
                let place = |id: RowId| order.iter().position(|one| *one == id);
                if let (Some(from), Some(to)) = (place(from), place(to)) {
                    let range = from.min(to)..=from.max(to);
                    self.selected.set(order[range].iter().copied());
                }
            }
            Picked::All => self.selected.set(order.iter().copied()),
            Picked::Nothing => self.selected = Selection::default(),
        }
    }

    /// Rows shown.
    pub(crate) fn len(&self) -> usize {
        self.view.len()
    }

    fn flush<R: Row>(&mut self, rows: &Rows<R>, now_ms: i64) {
        if !self.stale {
            return;
        }
        self.stale = false;
        let changed = self.view.flush(rows, now_ms);
        if changed {
            let order = self.view.window(0, usize::MAX);
            self.selected.keep_among(order.iter().copied());
        }
        let total = if self.namespaces.is_empty() {
            rows.len()
        } else {
            rows.iter()
                .filter(|(_, row)| self.namespaces.iter().any(|n| n == row.identity().0))
                .count()
        };
        if changed || total != self.total {
            self.total = total;
            self.version = self.version.wrapping_add(1);
        }
    }
}

/// What a flush tells: a view and its new version and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Announcement {
    pub(crate) view: u32,
    pub(crate) version: u32,
    pub(crate) total: usize,
}

/// Rows that changed since somebody who makes other rows of them last looked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    /// Any of them.
    All,
    /// These, some perhaps twice.
    Some(Vec<RowId>),
}

impl Followed {
    /// One more; who does not look for long gets all at once.
    fn push(&mut self, id: RowId, rows: usize) {
        match self {
            Self::All => {}
            Self::Some(ids) if ids.len() > rows + 1024 => *self = Self::All,
            Self::Some(ids) => ids.push(id),
        }
    }
}

/// Rows of one table, with its views.
#[derive(Debug)]
pub(crate) struct LiveTable<R: Row> {
    rows: Rows<R>,
    views: BTreeMap<u32, LiveView>,
    /// `None` while nobody follows.
    followed: Option<Followed>,
}

impl<R: Row> Default for LiveTable<R> {
    fn default() -> Self {
        Self {
            rows: Rows::default(),
            views: BTreeMap::new(),
            followed: None,
        }
    }
}

impl<R: Row> LiveTable<R> {
    pub(crate) fn rows(&self) -> &Rows<R> {
        &self.rows
    }

    pub(crate) fn views(&self) -> &BTreeMap<u32, LiveView> {
        &self.views
    }

    pub(crate) fn view_mut(&mut self, view: u32) -> Option<&mut LiveView> {
        self.views.get_mut(&view)
    }

    /// Opens a view, or takes up one of another table.
    pub(crate) fn open(&mut self, id: u32, mut view: LiveView) {
        view.view.mark_all();
        view.stale = true;
        view.version = view.version.wrapping_add(1);
        self.views.insert(id, view);
    }

    /// Gives up a view, for another table to take up; what was selected is selected no more.
    pub(crate) fn take(&mut self, id: u32) -> Option<LiveView> {
        let mut view = self.views.remove(&id)?;
        view.selected = Selection::default();
        Some(view)
    }

    /// Selects otherwise.
    pub(crate) fn select(&mut self, id: u32, picked: Picked, now_ms: i64) {
        if let Some(view) = self.views.get_mut(&id) {
            view.flush(&self.rows, now_ms);
            view.select(picked);
            view.version = view.version.wrapping_add(1);
        }
    }

    /// Brings a view up to date, for [`Self::selection`].
    pub(crate) fn settle(&mut self, id: u32, now_ms: i64) {
        if let Some(view) = self.views.get_mut(&id) {
            view.flush(&self.rows, now_ms);
        }
    }

    /// The selected rows in the view's order.
    pub(crate) fn selection(&self, id: u32) -> Vec<&R> {
        let view = self.views.get(&id);
        view.into_iter()
            .flat_map(|view| {
                let order = view.view.window(0, usize::MAX).iter();
                order.filter(|row| view.selected.contains(**row))
            })
            .filter_map(|row| self.rows.get(*row))
            .collect()
    }

    /// Closes a view; whether it was one of this table's.
    pub(crate) fn close(&mut self, id: u32) -> bool {
        self.views.remove(&id).is_some()
    }

    /// Sorts by `by`, which is `sort` among the table's columns.
    pub(crate) fn set_sort(&mut self, id: u32, by: Vec<SortBy>, sort: Vec<Sort>) {
        self.change(id, |view| {
            view.sort = by;
            view.view.set_sort(sort);
        });
    }

    /// Filters by what was typed, in a table of `kind` (`Pod`) with these columns.
    pub(crate) fn set_filter(&mut self, id: u32, text: &str, columns: &[Column], kind: &str) {
        self.change(id, |view| view.read_filter(text, columns, kind));
    }

    /// Columns are others: what was typed and what is sorted by mean something else.
    pub(crate) fn columns_changed(
        &mut self,
        columns: &[Column],
        kind: &str,
        sort: impl Fn(&[SortBy]) -> Vec<Sort>,
    ) {
        for view in self.views.values_mut() {
            let text = view.filter.text.clone();
            view.read_filter(&text, columns, kind);
            view.view.set_columns(columns.len());
            view.view.set_sort(sort(&view.sort));
            view.stale = true;
        }
    }

    /// Time passed: rows may have come to match filters by age, or match them no more.
    pub(crate) fn age(&mut self) {
        for view in self
            .views
            .values_mut()
            .filter(|view| view.filter.good.ages())
        {
            view.view.mark_all();
            view.stale = true;
        }
    }

    pub(crate) fn set_namespaces(&mut self, id: u32, namespaces: Vec<String>) {
        self.change(id, |view| {
            view.view.set_groups(namespaces.clone());
            view.namespaces = namespaces;
        });
    }

    fn change(&mut self, id: u32, how: impl FnOnce(&mut LiveView)) {
        if let Some(view) = self.views.get_mut(&id) {
            how(view);
            view.stale = true;
            view.version = view.version.wrapping_add(1);
        }
    }

    /// Adds or replaces a row.
    pub(crate) fn put(&mut self, row: R) {
        let id = self.rows.put(row);
        self.mark(id);
    }

    /// Removes a row; it may be unknown.
    pub(crate) fn remove(&mut self, group: &str, name: &str) {
        if let Some((id, _)) = self.rows.remove(group, name) {
            // Its place may be another row's next.
            for view in self.views.values_mut() {
                view.selected.remove(id);
            }
            self.mark(id);
        }
    }

    /// Changes every row in place; `how` says whether anything changed.
    pub(crate) fn alter_all(&mut self, mut how: impl FnMut(&mut R) -> bool) {
        let ids: Vec<RowId> = self.rows.iter().map(|(id, _)| id).collect();
        for id in ids {
            if self.rows.get_mut(id).is_some_and(&mut how) {
                self.mark(id);
            }
        }
    }

    /// Makes the rows for which `within` holds exactly `new`: what is not in it is gone.
    pub(crate) fn replace(&mut self, within: impl Fn(&R) -> bool, new: Vec<R>) {
        let kept: HashSet<(String, String)> = new
            .iter()
            .map(|row| {
                let (group, name) = row.identity();
                (group.to_owned(), name.to_owned())
            })
            .collect();
        self.retain(|row| {
            let (group, name) = row.identity();
            !within(row) || kept.contains(&(group.to_owned(), name.to_owned()))
        });
        for row in new {
            self.rows.put(row);
        }
        self.mark_all();
    }

    /// Keeps only the rows for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(&R) -> bool) {
        let gone: Vec<(String, String)> = self
            .rows
            .iter()
            .filter(|(_, row)| !keep(row))
            .map(|(_, row)| {
                let (group, name) = row.identity();
                (group.to_owned(), name.to_owned())
            })
            .collect();
        for (group, name) in gone {
            self.remove(&group, &name);
        }
    }

    /// Begins to tell which rows change, all of them at first; goes on if somebody follows already.
    pub(crate) fn follow(&mut self) {
        self.followed.get_or_insert(Followed::All);
    }

    /// Which rows changed since the last call, if they are followed.
    pub(crate) fn take_followed(&mut self) -> Option<Followed> {
        self.followed.replace(Followed::Some(Vec::new()))
    }

    /// Nobody wants to know any longer.
    pub(crate) fn unfollow(&mut self) {
        self.followed = None;
    }

    fn mark(&mut self, id: RowId) {
        if let Some(followed) = &mut self.followed {
            followed.push(id, self.rows.len());
        }
        for view in self.views.values_mut() {
            view.view.mark(id);
            view.stale = true;
        }
    }

    fn mark_all(&mut self) {
        if let Some(followed) = &mut self.followed {
            *followed = Followed::All;
        }
        for view in self.views.values_mut() {
            view.view.mark_all();
            view.stale = true;
        }
    }

    /// The state beside the rows changed: every view has something new to tell.
    pub(crate) fn touch(&mut self) {
        for view in self.views.values_mut() {
            view.version = view.version.wrapping_add(1);
        }
    }

    /// Whether a flush would do or tell anything.
    pub(crate) fn is_dirty(&self) -> bool {
        self.views
            .values()
            .any(|v| v.visible && (v.stale || v.version != v.announced))
    }

    /// Brings visible views up to date and says which changed since they were last announced.
    pub(crate) fn flush(&mut self, now_ms: i64) -> Vec<Announcement> {
        let mut told = Vec::new();
        for (id, view) in &mut self.views {
            if !view.visible {
                continue;
            }
            view.flush(&self.rows, now_ms);
            if view.version != view.announced {
                view.announced = view.version;
                told.push(Announcement {
                    view: *id,
                    version: view.version,
                    total: view.len(),
                });
            }
        }
        told
    }

    /// Where a view, brought up to date, shows a row.
    pub(crate) fn position(
        &mut self,
        id: u32,
        group: &str,
        name: &str,
        now_ms: i64,
    ) -> Option<usize> {
        let view = self.views.get_mut(&id)?;
        view.flush(&self.rows, now_ms);
        let (row, _) = self.rows.find(group, name)?;
        view.view.position(row)
    }

    /// The rows at `from..from + count` of a view, up to date, each with whether it is selected; and the index of the first.
    pub(crate) fn window(
        &mut self,
        id: u32,
        from: usize,
        count: usize,
        now_ms: i64,
    ) -> Option<(usize, Vec<(&R, bool)>)> {
        let view = self.views.get_mut(&id)?;
        view.flush(&self.rows, now_ms);
        let from = from.min(view.len().saturating_sub(1));
        let rows = view
            .view
            .window(from, count)
            .iter()
            .filter_map(|id| Some((self.rows.get(*id)?, view.selected.contains(*id))))
            .collect();
        Some((from, rows))
    }
}
