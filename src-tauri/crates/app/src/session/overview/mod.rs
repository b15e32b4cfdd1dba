//! The cluster page: what it holds while somebody looks at it, and when it has news.
//!
//! Each part is made when the page pulls, from rows that are held anyway or from an answer kept here. Watches are those of
//! the tables; only what cannot be watched is asked again and again, and not often.

mod asked;
mod autoscaler;
mod nodes;
mod objects;

use std::collections::{BTreeMap, BTreeSet};

use model::{EventRow, Kind, NodeRow, ObjectRow, PodRow, Resource};
use wire::{Overview, OverviewOpened, Phase, ViewState, WireError};

use super::collection::{Collection, CollectionId};
use super::{Session, gone};
use asked::Asked;
pub(crate) use autoscaler::AutoscalerWatch;

/// The page's own state; one for all windows on it.
#[derive(Default)]
pub(crate) struct OverviewPage {
    open: BTreeSet<u32>,
    held: Vec<CollectionId>,
    version: u32,
    pub(super) dirty: bool,
    asked: Asked,
    autoscaler: AutoscalerWatch,
}

/// Kinds beside those with rows of their own: group, version, plural, kind.
const OTHERS: [(&str, &str, &str, &str); 6] = [
    ("apps", "v1", "statefulsets", "StatefulSet"),
    ("apps", "v1", "daemonsets", "DaemonSet"),
    ("batch", "v1", "jobs", "Job"),
    ("batch", "v1", "cronjobs", "CronJob"),
    ("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"),
    ("", "v1", "resourcequotas", "ResourceQuota"),
];

impl OverviewPage {
    /// Whether somebody looks at it.
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// A collection changed.
    pub(crate) fn mark(&mut self, collection: CollectionId) {
        self.dirty |= self.held.contains(&collection);
    }
}

/// All pods that are held.
pub(crate) fn pods(
    collections: &BTreeMap<CollectionId, Collection>,
) -> impl Iterator<Item = &PodRow> {
    rows(collections, Kind::Pods).filter_map(|row| match row {
        ObjectRow::Pod(pod) => Some(&**pod),
        _ => None,
    })
}

/// All nodes that are held.
pub(crate) fn nodes(
    collections: &BTreeMap<CollectionId, Collection>,
) -> impl Iterator<Item = &NodeRow> {
    rows(collections, Kind::Nodes).filter_map(|row| match row {
        ObjectRow::Node(node) => Some(&**node),
        _ => None,
    })
}

/// All events that are held.
pub(crate) fn events(
    collections: &BTreeMap<CollectionId, Collection>,
) -> impl Iterator<Item = &EventRow> {
    rows(collections, Kind::Events).filter_map(|row| match row {
        ObjectRow::Event(event) => Some(&**event),
        _ => None,
    })
}

fn rows(
    collections: &BTreeMap<CollectionId, Collection>,
    kind: Kind,
) -> impl Iterator<Item = &ObjectRow> {
    collections
        .values()
        .filter(move |collection| collection.is_of(kind))
        .flat_map(|collection| collection.table.rows().iter().map(|(_, row)| row))
}

/// A state before anything is known.
pub(crate) fn listing() -> ViewState {
    ViewState {
        phase: Phase::Listing,
        why: String::new(),
        received: 0,
        expected: None,
        code: None,
        lack: None,
        limited_to: Vec::new(),
    }
}

/// A state with everything there.
fn live() -> ViewState {
    ViewState {
        phase: Phase::Live,
        ..listing()
    }
}

/// A state with nothing to show, and why.
fn failed(error: WireError) -> ViewState {
    let why = match error.detail.as_str() {
        "" => error.message,
        detail => format!("{} {detail}", error.message),
    };
    ViewState {
        phase: Phase::Failed,
        why,
        code: Some(error.code),
        lack: error.lack,
        ..listing()
    }
}

impl Session {
    /// Opens the cluster page: its watches begin, and what must be asked is asked.
    pub(crate) fn open_overview(&mut self) -> OverviewOpened {
        let id = self.new_id();
        if self.overview.open.is_empty() {
            let typed = [Kind::Nodes, Kind::Pods, Kind::Deployments, Kind::Events];
            let typed = typed.map(|kind| kind.spec().resource.clone());
            let others = OTHERS.map(|(group, version, plural, kind)| Resource {
                group: group.to_owned(),
                version: version.to_owned(),
                plural: plural.to_owned(),
                kind: kind.to_owned(),
                namespaced: true,
            });
            for resource in typed.into_iter().chain(others) {
                let own = Kind::ALL
                    .into_iter()
                    .find(|kind| kind.spec().resource == resource);
                let kind_id = super::kinds::kind_id(&resource);
                let held = self.collection(&kind_id, resource, own);
                if let Some(collection) = self.collections.get_mut(&held) {
                    collection.holds += 1;
                }
                self.ensure_feeds(held);
                self.overview.held.push(held);
            }
            self.watch_autoscaler();
        }
        self.overview.open.insert(id);
        self.overview.dirty = true;
        self.ask_server();
        self.update_usage_polls();
        OverviewOpened { overview: id }
    }

    /// Closes the cluster page; with the last one its watches are let go.
    pub(crate) fn close_overview(&mut self, id: u32) {
        if !self.overview.open.remove(&id) || self.overview.is_open() {
            return;
        }
        for held in std::mem::take(&mut self.overview.held) {
            if let Some(collection) = self.collections.get_mut(&held) {
                collection.holds = collection.holds.saturating_sub(1);
            }
        }
        self.unwatch_autoscaler();
        self.update_usage_polls();
    }

    /// Each second while it is open: what is due is asked, news are announced.
    pub(crate) fn keep_overview(&mut self) {
        if !self.overview.is_open() {
            return;
        }
        self.ask_server();
        if std::mem::take(&mut self.overview.dirty) {
            self.overview.version = self.overview.version.wrapping_add(1);
            for overview in &self.overview.open {
                self.host.notify(wire::Notice::Overview {
                    overview: *overview,
                    version: self.overview.version,
                });
            }
        }
    }

    /// Everything the page shows.
    pub(crate) fn overview(&self, id: u32) -> Result<Overview, WireError> {
        if !self.overview.open.contains(&id) {
            return Err(gone("The cluster page"));
        }
        let now = self.now_ms();
        Ok(Overview {
            version: self.overview.version,
            health: self.health_part(),
            versions: self.versions_part(),
            capacity: self.capacity_part(),
            workloads: self.workload_lines(now),
            warnings: self.warnings_part(now),
            quotas: self.quotas_part(now),
            deprecated: self.deprecated_part(),
            autoscaler: self.autoscaler_part(),
            // Ages of warnings move on.
            next_tick_ms: self.time.wait_ms(10_000).map(|wait| wait.max(1_000)),
        })
    }

    /// The worst state of these kinds, for views on `namespaces`.
    pub(crate) fn state_of(&self, kinds: &[Kind], namespaces: &[String]) -> ViewState {
        let rank = |state: &ViewState| match state.phase {
            Phase::Live => u8::from(!state.why.is_empty()),
            Phase::Listing => 2 + u8::from(!state.why.is_empty()),
            Phase::Stale => 4,
            Phase::Failed => 5,
        };
        let states = kinds.iter().map(|kind| {
            let mut all = self.collections.values();
            let found = all.find(|collection| collection.is_of(*kind));
            found.map_or_else(listing, |found| found.state(namespaces, &self.status))
        });
        states.max_by_key(rank).unwrap_or_else(listing)
    }

    /// A collection by its resource, whoever holds it.
    fn held(&self, group: &str, plural: &str) -> Option<&Collection> {
        self.overview
            .held
            .iter()
            .filter_map(|id| self.collections.get(id))
            .find(|one| one.resource.group == group && one.resource.plural == plural)
    }
}
