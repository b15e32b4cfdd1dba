//! What is known of one autoscaler: the objects that its watches bring, and their past.

use std::collections::BTreeMap;

use cluster::RequestError;
use cluster::health::Health;
use cluster::update::{Change, Scope, Update};
use model::rows::{Amount, Reference};
use model::{
    DeploymentRow, EventRow, HpaRow, Kind, Meta, ObjectRow, ReplicaSetRow, ScaledObjectRow,
    ScalingRow,
};
use wire::WireError;

use super::super::feeds::FeedId;
use super::super::history;
use super::super::rights::list_of;
use super::lanes::{lane_id, unit};
use crate::lacks::{self, Where};
use crate::series::SeriesSet;

/// What one of a graph's watches brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Hpa,
    ScaledObject,
    Target,
    ReplicaSets,
    /// Events about the object of this name.
    Events(String),
}

#[derive(Debug)]
pub(super) struct Watch {
    pub(super) feed: FeedId,
    pub(super) role: Role,
    pub(super) health: Health,
    pub(super) listed: bool,
}

/// Whether the time before the watch began has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// Nothing is watched yet.
    Unneeded,
    /// Watched since then; events are still to come.
    Awaited { began_ms: i64 },
    /// Told once; what happens later is watched.
    Told,
}

impl History {
    pub(super) fn begun(self, now_ms: i64) -> Self {
        match self {
            Self::Unneeded => Self::Awaited { began_ms: now_ms },
            Self::Awaited { .. } | Self::Told => self,
        }
    }
}

/// One open graph.
pub(crate) struct Graph {
    pub(super) kind: Kind,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) watches: Vec<Watch>,
    pub(super) hpa: Option<HpaRow>,
    pub(super) object: Option<ScaledObjectRow>,
    /// The autoscaler was there and is gone.
    pub(super) deleted: bool,
    pub(super) target: Option<DeploymentRow>,
    pub(super) replica_sets: BTreeMap<String, ReplicaSetRow>,
    pub(super) events: BTreeMap<String, EventRow>,
    pub(super) series: SeriesSet,
    /// Until when time was seen without a break.
    pub(super) seen_until: Option<i64>,
    pub(super) history: History,
    pub(super) version: u32,
    pub(super) announced: u32,
    pub(super) edge_ms: i64,
}

impl Graph {
    pub(crate) fn is_dirty(&self) -> bool {
        self.version != self.announced
    }

    /// The version to announce, if it is news.
    pub(crate) fn announce(&mut self) -> Option<u32> {
        let news = self.is_dirty();
        self.announced = self.version;
        news.then_some(self.version)
    }

    pub(super) fn touch(&mut self) {
        self.version = self.version.wrapping_add(1);
    }

    /// The autoscaler asked for.
    pub(super) fn meta(&self) -> Option<&Meta> {
        match self.kind {
            Kind::ScaledObjects => self.object.as_ref().map(|object| &object.meta),
            _ => self.hpa.as_ref().map(|hpa| &hpa.meta),
        }
    }

    pub(super) fn loaded(&self) -> bool {
        self.meta().is_some()
    }

    /// What is scaled, as the HPA or else the `ScaledObject` says.
    pub(super) fn reference(&self) -> Option<Reference> {
        let mut target = match (&self.hpa, &self.object) {
            (Some(hpa), _) => hpa.target.clone(),
            (None, Some(object)) => object.target.clone(),
            (None, None) => return None,
        };
        if target.kind.is_empty() {
            target.kind = "Deployment".into();
            target.api_version = "apps/v1".into();
        }
        Some(target)
    }

    pub(super) fn hpa_name(&self) -> Option<String> {
        match self.kind {
            Kind::ScaledObjects => self
                .object
                .as_ref()
                .map(|object| object.hpa_name.to_string())
                .filter(|name| !name.is_empty()),
            _ => Some(self.name.clone()),
        }
    }

    /// Watches it needs by what is known so far.
    pub(super) fn wanted(&self) -> Vec<Role> {
        let mut wanted = Vec::new();
        if self.kind == Kind::ScaledObjects {
            wanted.push(Role::ScaledObject);
        }
        let hpa = self.hpa_name();
        if hpa.is_some() {
            wanted.push(Role::Hpa);
        }
        let target = self.reference();
        if target
            .as_ref()
            .is_some_and(|target| target.kind == "Deployment")
        {
            wanted.push(Role::Target);
            wanted.push(Role::ReplicaSets);
        }
        let mut names: Vec<String> = [
            Some(self.name.clone()),
            hpa,
            target.map(|t| t.name.to_string()),
        ]
        .into_iter()
        .flatten()
        .collect();
        names.sort_unstable();
        names.dedup();
        wanted.extend(
            names
                .into_iter()
                .filter(|name| !name.is_empty())
                .map(Role::Events),
        );
        wanted
    }

    pub(super) fn scope(&self, role: &Role) -> Scope {
        let named = |name: &str| format!("metadata.name={name}");
        let (kind, fields) = match role {
            Role::Hpa => (
                Kind::HorizontalPodAutoscalers,
                named(&self.hpa_name().unwrap_or_default()),
            ),
            Role::ScaledObject => (Kind::ScaledObjects, named(&self.name)),
            Role::Target => (
                Kind::Deployments,
                named(
                    &self
                        .reference()
                        .map(|target| target.name.to_string())
                        .unwrap_or_default(),
                ),
            ),
            Role::ReplicaSets => (Kind::ReplicaSets, String::new()),
            Role::Events(name) => (Kind::Events, format!("involvedObject.name={name}")),
        };
        Scope {
            fields,
            ..Scope::of(
                kind.spec().resource.clone(),
                Some(kind),
                Some(self.namespace.clone()),
            )
        }
    }

    /// Why one of its watches failed, in words.
    pub(super) fn refusal(&self, watch: &Watch, error: &RequestError) -> WireError {
        let resource = self.scope(&watch.role).resource;
        let place = Where::of(&resource, Some(&self.namespace));
        lacks::request(error, list_of(&resource), place)
    }

    pub(super) fn apply(&mut self, feed: FeedId, update: Update, now_ms: i64) {
        let Some(at) = self.watches.iter().position(|watch| watch.feed == feed) else {
            return;
        };
        let role = self.watches[at].role.clone();
        match update {
            Update::Rows(rows) => self.put_all(rows),
            Update::Listed { rows, .. } => {
                self.watches[at].listed = true;
                match rows {
                    Some(rows) => {
                        self.forget(&role);
                        self.put_all(rows);
                        self.notice_absence(&role);
                    }
                    None => self.notice_absence(&role),
                }
            }
            Update::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Put(row) => self.put(row),
                        Change::Gone { name, .. } => self.remove(&role, &name),
                    }
                }
            }
            Update::Health(health) => self.watches[at].health = health,
            // Narrow watches have records of their own and are over in a moment.
            Update::Header(_) | Update::Preview(_) | Update::Progress { .. } => return,
        }
        self.record(now_ms);
        self.touch();
    }

    pub(super) fn put_all(&mut self, rows: Vec<ObjectRow>) {
        for row in rows {
            self.put(row);
        }
    }

    pub(super) fn put(&mut self, row: ObjectRow) {
        match row {
            ObjectRow::Hpa(hpa) => {
                self.deleted &= self.kind == Kind::ScaledObjects;
                self.hpa = Some(*hpa);
            }
            ObjectRow::ScaledObject(object) => {
                self.deleted = false;
                self.object = Some(*object);
            }
            ObjectRow::Deployment(target) => self.target = Some(*target),
            ObjectRow::ReplicaSet(set) => {
                self.replica_sets.insert(set.meta.name.to_string(), *set);
            }
            ObjectRow::Event(event) => {
                self.events.insert(event.meta.name.to_string(), *event);
            }
            ObjectRow::Pod(_)
            | ObjectRow::Node(_)
            | ObjectRow::Namespace(_)
            | ObjectRow::Generic(_)
            | ObjectRow::Linked(_) => {}
        }
    }

    pub(super) fn forget(&mut self, role: &Role) {
        match role {
            Role::Hpa => self.hpa = None,
            Role::ScaledObject => self.object = None,
            Role::Target => self.target = None,
            Role::ReplicaSets => self.replica_sets.clear(),
            Role::Events(name) => self.events.retain(|_, event| *event.object_name != **name),
        }
    }

    /// After a complete list: what was not in it does not exist.
    pub(super) fn notice_absence(&mut self, role: &Role) {
        let own = match role {
            Role::Hpa => self.kind == Kind::HorizontalPodAutoscalers && self.hpa.is_none(),
            Role::ScaledObject => self.object.is_none(),
            Role::Target | Role::ReplicaSets | Role::Events(_) => false,
        };
        self.deleted |= own;
    }

    pub(super) fn remove(&mut self, role: &Role, name: &str) {
        match role {
            // The last known state of the autoscaler stays on screen, marked as deleted.
            Role::Hpa if self.kind == Kind::HorizontalPodAutoscalers => self.deleted = true,
            Role::ScaledObject => self.deleted = true,
            Role::Hpa => self.hpa = None,
            Role::Target => self.target = None,
            Role::ReplicaSets => {
                self.replica_sets.remove(name);
            }
            // An event's hour is over; that it happened stays true.
            Role::Events(_) => {}
        }
    }

    /// Notes what holds from now on.
    pub(super) fn record(&mut self, now_ms: i64) {
        if let Some(hpa) = &self.hpa {
            self.series.push("current", now_ms, hpa.current.into());
            let desired = hpa.asked_for().map_or(f64::NAN, f64::from);
            self.series.push("desired", now_ms, desired);
            self.series.push("max", now_ms, hpa.max.into());
            for (index, metric) in hpa.metrics.iter().enumerate() {
                let scale = unit(&metric.name, metric.target.or(metric.current)).1;
                let value =
                    |amount: Option<Amount>| amount.map_or(f64::NAN, |a| a.as_f64() * scale);
                self.series
                    .push(&lane_id("metric", index), now_ms, value(metric.current));
                self.series
                    .push(&lane_id("target", index), now_ms, value(metric.target));
            }
        }
        if let Some(row) = ScalingRow::join(self.hpa.as_ref(), self.object.as_ref()) {
            self.series.push("min", now_ms, row.min.into());
        }
        match (&self.target, &self.hpa) {
            (Some(target), hpa) => {
                self.series.push("ready", now_ms, target.ready.into());
                // Below the reach of the HPA the target itself is all there is.
                if hpa.is_none() {
                    self.series.push("current", now_ms, target.replicas.into());
                    self.series.push("desired", now_ms, target.desired.into());
                }
            }
            (None, _) => self.series.push("ready", now_ms, f64::NAN),
        }
    }

    /// What events and lastScaleTime tell of the time before the watch began.
    pub(super) fn recall(&mut self, began_ms: i64) {
        let since = self
            .hpa
            .as_ref()
            .and_then(|hpa| hpa.last_scale_ms)
            .filter(|at| *at < began_ms);
        // Events live for an hour, lastScaleTime for ever: since then nothing was asked for anew.
        let events_end = since.unwrap_or(began_ms);
        for step in history::steps(self.events.values(), events_end) {
            self.series.push("desired", step.at_ms, step.desired.into());
            self.series
                .mark_lane_seen("desired", step.at_ms, step.until_ms);
        }
        if let (Some(hpa), Some(since)) = (&self.hpa, since) {
            self.series.push("desired", since, hpa.desired.into());
            self.series.mark_lane_seen("desired", since, began_ms);
        }
    }

    /// Whether every watch has listed once, or cannot.
    pub(super) fn settled(&self) -> bool {
        self.watches
            .iter()
            .all(|watch| watch.listed || matches!(watch.health, Health::Failed { .. }))
    }

    pub(super) fn live(&self) -> bool {
        self.watches
            .iter()
            .filter(|watch| matches!(watch.role, Role::Hpa | Role::ScaledObject | Role::Target))
            .all(|watch| watch.listed && matches!(watch.health, Health::Live { .. }))
    }
}
