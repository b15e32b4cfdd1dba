//! The table of all autoscalers: HPAs and `ScaledObjects`, joined, and `ScaledJobs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::fact::{Subject, SubjectKind};
use model::scaling::{ScalingKind, Told, join};
use model::{Kind, ObjectRow, ScalingKey, ScalingRow};
use wire::{ErrorCode, Phase, ViewState};

use super::Session;
use super::collection::{Collection, CollectionId};
use super::scaled_jobs::ScaledJobs;
use super::views::Columns;
use crate::live_table::{Announcement, LiveTable};

/// Joined rows, made anew when autoscalers changed and somebody looks.
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
pub(crate) const SOURCES: [Kind; 3] = [
    Kind::HorizontalPodAutoscalers,
    Kind::ScaledObjects,
    Kind::ScaledJobs,
];

/// The kind id of the autoscaler a row stands for.
pub(crate) fn kind_id(row: &ScalingRow) -> &'static str {
    key_kind_id(&row.key)
}

/// The same of its key.
pub(crate) fn key_kind_id(key: &ScalingKey) -> &'static str {
    match key.kind {
        ScalingKind::Hpa => Kind::HorizontalPodAutoscalers.spec().id,
        ScalingKind::ScaledObject => Kind::ScaledObjects.spec().id,
        ScalingKind::ScaledJob => Kind::ScaledJobs.spec().id,
    }
}

/// The row of the autoscaler that facts are about.
pub(crate) fn key_of(subject: &Subject) -> ScalingKey {
    ScalingKey {
        namespace: subject.namespace.as_str().into(),
        kind: match subject.kind {
            SubjectKind::Hpa => ScalingKind::Hpa,
            SubjectKind::ScaledObject => ScalingKind::ScaledObject,
            SubjectKind::ScaledJob => ScalingKind::ScaledJob,
        },
        name: subject.name.as_str().into(),
    }
}

/// What the row of an autoscaler is called in this table.
pub(crate) fn identity(kind_id: &str, name: &str) -> String {
    let kind = match Kind::from_id(kind_id) {
        Some(Kind::ScaledObjects) => ScalingKind::ScaledObject,
        Some(Kind::ScaledJobs) => ScalingKind::ScaledJob,
        _ => ScalingKind::Hpa,
    };
    format!("{kind}/{name}")
}

impl ScalingTable {
    pub(crate) fn columns(&self) -> Columns {
        self.columns.clone()
    }

    /// Autoscalers changed: rows, or only how fresh they are.
    pub(crate) fn mark(&mut self, rows_differ: bool) {
        self.rows_stale |= rows_differ;
        self.table.touch();
    }

    /// What is told of autoscalers beyond their conditions changed; nobody looks at it but this table's views.
    pub(crate) fn retell(&mut self) {
        if self.held {
            self.mark(true);
        }
    }

    pub(crate) fn touch(&mut self) {
        self.table.touch();
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.table.is_dirty()
    }

    /// Joins anew if anything it is joined from changed, marking only rows that differ.
    fn rebuild(
        &mut self,
        collections: &BTreeMap<CollectionId, Collection>,
        made: &ScaledJobs,
        mut told: impl FnMut(&ScalingKey) -> Told,
    ) {
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
        let jobs = rows(Kind::ScaledJobs).filter_map(|row| match row {
            ObjectRow::ScaledJob(job) => Some(&**job),
            _ => None,
        });
        let mut new = join(hpas, objects);
        new.extend(jobs.map(|job| {
            let counts = made.counts(&job.meta.namespace, &job.meta.name);
            ScalingRow::of_job(job, counts)
        }));
        for row in &mut new {
            row.told = told(&row.key);
        }
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
        for kind in [Kind::ScaledObjects, Kind::ScaledJobs] {
            let Some(keda) = of(kind) else {
                continue;
            };
            let absent = keda.code == Some(ErrorCode::Gone);
            if absent || state.phase == Phase::Failed {
                continue;
            }
            if keda.phase == Phase::Failed {
                let title = kind.spec().title;
                let words = format!("{title} are missing here: {}", keda.why);
                let said = [state.why.as_str(), &words];
                said.join(" ").trim_start().clone_into(&mut state.why);
            } else if keda.phase != Phase::Live && state.phase == Phase::Live {
                state.phase = keda.phase;
                state.why = keda.why;
            }
        }
        state
    }
}

impl Session {
    /// Joins the table anew if anything it is joined from changed.
    pub(crate) fn rebuild_scaling(&mut self) {
        if !std::mem::take(&mut self.scaling.rows_stale) {
            return;
        }
        let now = self.now_ms();
        let (recording, status, made) = (&mut self.recording, &self.status, &self.scaled_jobs);
        let told = |key: &ScalingKey| match key.kind {
            ScalingKind::ScaledJob => made.told(&key.namespace, &key.name, now),
            ScalingKind::Hpa | ScalingKind::ScaledObject => {
                recording.told(key, now, |at| status.clock_minute(at))
            }
        };
        self.scaling.rebuild(&self.collections, made, told);
    }

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
