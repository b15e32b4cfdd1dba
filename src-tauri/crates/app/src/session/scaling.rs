//! The table of all autoscalers: HPAs and `ScaledObjects`, joined.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::scaling::{ScalingKind, join};
use model::{Kind, ObjectRow, ScalingRow};
use wire::{ErrorCode, Phase, ViewState};

use super::Session;
use super::collection::{Collection, CollectionId};
use super::views::Columns;
use crate::live_table::{Announcement, LiveTable};

/// Joined rows, made anew when HPAs or `ScaledObjects` changed and somebody looks.
pub(crate) struct ScalingTable {
    pub(crate) table: LiveTable<ScalingRow>,
    columns: Columns,
    rows_stale: bool,
    held: bool,
}

impl Default for ScalingTable {
    fn default() -> Self {
        Self {
            table: LiveTable::default(),
            columns: Arc::new(ScalingRow::columns()),
            rows_stale: false,
            held: false,
        }
    }
}

/// The kinds it is joined from.
const SOURCES: [Kind; 2] = [Kind::HorizontalPodAutoscalers, Kind::ScaledObjects];

/// The kind id of the autoscaler a row stands for.
pub(crate) fn kind_id(row: &ScalingRow) -> &'static str {
    match row.key.kind {
        ScalingKind::Hpa => Kind::HorizontalPodAutoscalers.spec().id,
        ScalingKind::ScaledObject => Kind::ScaledObjects.spec().id,
    }
}

/// What the row of an autoscaler is called in this table.
pub(crate) fn identity(kind_id: &str, name: &str) -> String {
    let kind = if kind_id == Kind::ScaledObjects.spec().id {
        ScalingKind::ScaledObject
    } else {
        ScalingKind::Hpa
    };
    format!("{kind}/{name}")
}

impl ScalingTable {
    pub(crate) fn columns(&self) -> Columns {
        self.columns.clone()
    }

    /// HPAs or `ScaledObjects` changed: rows, or only how fresh they are.
    pub(crate) fn mark(&mut self, rows_differ: bool) {
        self.rows_stale |= rows_differ;
        self.table.touch();
    }

    pub(crate) fn touch(&mut self) {
        self.table.touch();
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.table.is_dirty()
    }

    /// Joins anew if anything it is joined from changed, marking only rows that differ.
    pub(crate) fn rebuild(&mut self, collections: &BTreeMap<CollectionId, Collection>) {
        if !std::mem::take(&mut self.rows_stale) {
            return;
        }
        let rows = |kind: Kind| {
            collections
                .values()
                .filter(move |c| c.is_of(kind))
                .flat_map(|c| c.table.rows().iter().map(|(_, row)| row))
        };
        let hpas = rows(Kind::HorizontalPodAutoscalers).filter_map(|row| match row {
            ObjectRow::Hpa(hpa) => Some(&**hpa),
            _ => None,
        });
        let objects = rows(Kind::ScaledObjects).filter_map(|row| match row {
            ObjectRow::ScaledObject(object) => Some(&**object),
            _ => None,
        });
        let new = join(hpas, objects);
        let gone = {
            let kept: std::collections::BTreeSet<_> = new.iter().map(|row| &row.key).collect();
            self.table
                .rows()
                .iter()
                .filter(|(_, row)| !kept.contains(&row.key))
                .map(|(_, row)| {
                    let (group, name) = table::Row::identity(row);
                    (group.to_owned(), name.to_owned())
                })
                .collect::<Vec<_>>()
        };
        for (group, name) in gone {
            self.table.remove(&group, &name);
        }
        for row in new {
            let (group, name) = table::Row::identity(&row);
            if self
                .table
                .rows()
                .find(group, name)
                .is_none_or(|(_, old)| *old != row)
            {
                self.table.put(row);
            }
        }
    }

    pub(crate) fn flush(&mut self, now_ms: i64) -> Vec<Announcement> {
        self.table.flush(now_ms)
    }

    /// The worse state of what it is joined from; a cluster without KEDA is no failure.
    pub(crate) fn state(
        collections: &BTreeMap<CollectionId, Collection>,
        namespaces: &[String],
        status: &super::status::Status,
    ) -> ViewState {
        let of = |kind: Kind| {
            collections
                .values()
                .find(|c| c.is_of(kind))
                .map(|c| c.state(namespaces, status))
        };
        let mut state = of(Kind::HorizontalPodAutoscalers).unwrap_or(ViewState {
            phase: Phase::Listing,
            why: String::new(),
            received: 0,
            expected: None,
            code: None,
            lack: None,
            limited_to: Vec::new(),
        });
        if let Some(keda) = of(Kind::ScaledObjects) {
            let absent = keda.code == Some(ErrorCode::Gone);
            if absent || state.phase == Phase::Failed {
                return state;
            }
            if keda.phase == Phase::Failed {
                state.why = format!("ScaledObjects are missing here: {}", keda.why);
            } else if keda.phase != Phase::Live && state.phase == Phase::Live {
                state.phase = keda.phase;
                state.why = keda.why;
            }
        }
        state
    }
}

impl Session {
    /// Holds what the table of autoscalers is joined from.
    pub(crate) fn open_scaling(&mut self) -> Columns {
        for kind in SOURCES {
            let id = self.typed_collection(kind);
            if !self.scaling.held
                && let Some(collection) = self.collections.get_mut(&id)
            {
                collection.holds += 1;
            }
            self.ensure_feeds(id);
        }
        self.scaling.held = true;
        self.scaling.mark(true);
        self.scaling.columns()
    }

    /// Where all namespaces may not be listed, those that its views show are.
    pub(crate) fn follow_scaling_namespaces(&mut self) {
        let mut namespaces: Vec<String> = Vec::new();
        for view in self.scaling.table.views().values() {
            if view.namespaces.is_empty() {
                namespaces.push(String::new());
            }
            namespaces.extend(view.namespaces.iter().cloned());
        }
        namespaces.sort_unstable();
        namespaces.dedup();
        self.hold_namespaces(&SOURCES, &namespaces);
    }

    /// Lets go of it when its last view is closed.
    pub(crate) fn close_scaling(&mut self) {
        if !self.scaling.held || !self.scaling.table.views().is_empty() {
            return;
        }
        self.scaling.held = false;
        for collection in self.collections.values_mut() {
            if SOURCES.iter().any(|kind| collection.is_of(*kind)) {
                collection.holds = collection.holds.saturating_sub(1);
            }
        }
    }
}
