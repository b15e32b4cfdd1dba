//! One table's rows with the views that show them.

use std::collections::{BTreeMap, HashSet};

use table::{Filter, Row, RowId, Rows, Sort, View};

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
}

impl LiveView {
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

/// Rows of one table, with its views.
#[derive(Debug)]
pub(crate) struct LiveTable<R: Row> {
    rows: Rows<R>,
    views: BTreeMap<u32, LiveView>,
}

impl<R: Row> Default for LiveTable<R> {
    fn default() -> Self {
        Self {
            rows: Rows::default(),
            views: BTreeMap::new(),
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

    /// Opens a view, visible at once.
    pub(crate) fn open(
        &mut self,
        id: u32,
        columns: usize,
        sort: Vec<Sort>,
        filter: Filter,
        namespaces: Vec<String>,
    ) {
        let mut view = View::new(columns, sort, filter);
        view.set_groups(namespaces.clone());
        view.mark_all();
        let live = LiveView {
            view,
            namespaces,
            visible: true,
            version: 1,
            announced: 0,
            stale: true,
            total: 0,
        };
        self.views.insert(id, live);
    }

    /// Closes a view; whether it was one of this table's.
    pub(crate) fn close(&mut self, id: u32) -> bool {
        self.views.remove(&id).is_some()
    }

    pub(crate) fn set_sort(&mut self, id: u32, sort: Vec<Sort>) {
        self.change(id, |view| view.view.set_sort(sort));
    }

    pub(crate) fn set_filter(&mut self, id: u32, filter: Filter) {
        self.change(id, |view| view.view.set_filter(filter));
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

    fn mark(&mut self, id: RowId) {
        for view in self.views.values_mut() {
            view.view.mark(id);
            view.stale = true;
        }
    }

    fn mark_all(&mut self) {
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

    /// The rows at `from..from + count` of a view, up to date, with the index of the first.
    pub(crate) fn window(
        &mut self,
        id: u32,
        from: usize,
        count: usize,
        now_ms: i64,
    ) -> Option<(usize, Vec<&R>)> {
        let view = self.views.get_mut(&id)?;
        view.flush(&self.rows, now_ms);
        let from = from.min(view.len().saturating_sub(1));
        let rows = view
            .view
            .window(from, count)
            .iter()
            .filter_map(|row| self.rows.get(*row))
            .collect();
        Some((from, rows))
    }
}
