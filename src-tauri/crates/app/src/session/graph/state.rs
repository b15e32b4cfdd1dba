//! What is known of one autoscaler: the objects that its watches bring, and their past.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use cluster::RequestError;
use cluster::health::Health;
use cluster::update::{Change, Update};
use model::fact::{Fact, MeasuredMetric, Part, Subject, SubjectKind, TargetState, What};
use model::rows::Amount;
use model::{
    EventRow, HpaRow, Meta, ObjectRow, ReplicaSetRow, Resource, ScaledObjectRow, ScalingRow,
};
use replay::{Past, Settings};
use scaling::keda::scaled_job::ScaledJob;
use wire::WireError;

use super::super::feeds::FeedId;
use super::super::history;
use super::super::rights::list_of;
use super::asks::Asks;
use super::jobs::job_of;
use super::lanes::{lane_id, unit};
use super::measures::Measures;
use super::role::{Role, Watch};
use crate::lacks::{self, Where};
use crate::series::SeriesSet;

/// Points a lane keeps: more than a day of changes each 15 s.
const POINTS: usize = 8_192;

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
    pub(super) kind: SubjectKind,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) watches: Vec<Watch>,
    pub(super) hpa: Option<HpaRow>,
    pub(super) object: Option<ScaledObjectRow>,
    pub(super) job: Option<(Meta, ScaledJob)>,
    /// The autoscaler was there and is gone.
    pub(super) deleted: bool,
    /// Where the workload's kind is served, once that is known.
    pub(super) target_resource: Option<Resource>,
    pub(super) target: Option<TargetState>,
    pub(super) replica_sets: BTreeMap<String, ReplicaSetRow>,
    pub(super) events: BTreeMap<String, EventRow>,
    pub(super) series: SeriesSet,
    /// Until when time was seen without a break.
    pub(super) seen_until: Option<i64>,
    pub(super) history: History,
    pub(super) past: Past,
    /// Facts for the flight recorder; `None`: nothing is kept.
    pub(super) fresh: Option<Vec<Fact>>,
    /// What was seen since the past before it was asked for, until all of that has come; `None`: nothing is to come.
    pub(super) awaited: Option<Vec<Fact>>,
    /// How often its past was asked for: an answer to an earlier question is none any more.
    pub(super) recalls: u32,
    /// The parts that were told as watched.
    pub(super) told: HashSet<Part>,
    pub(super) measures: Measures,
    pub(super) asks: Asks,
    pub(super) forgot_ms: i64,
    pub(super) version: u32,
    pub(super) announced: u32,
    pub(super) edge_ms: i64,
}

/// What an HPA told at a moment.
fn push_hpa(series: &mut SeriesSet, hpa: &HpaRow, at_ms: i64) {
    let metrics = hpa.metrics.iter();
    let metrics = metrics.map(|metric| MeasuredMetric {
        name: &metric.name,
        current: metric.current,
        target: metric.target,
    });
    let sizes = [Some(hpa.current), hpa.asked_for(), Some(hpa.max)];
    hpa_values(sizes, metrics, |lane, value| {
        series.push(lane, at_ms, value);
    });
}

/// The value of each lane that an HPA tells of: its size, what it asks for, its most; its metrics.
pub(super) fn hpa_values<'a>(
    [current, desired, max]: [Option<i32>; 3],
    metrics: impl Iterator<Item = MeasuredMetric<'a>>,
    mut put: impl FnMut(&str, f64),
) {
    let number = |count: Option<i32>| count.map_or(f64::NAN, f64::from);
    put("current", number(current));
    put("desired", number(desired));
    put("max", number(max));
    for (index, metric) in metrics.enumerate() {
        let scale = unit(metric.name, metric.target.or(metric.current)).1;
        let value = |amount: Option<Amount>| amount.map_or(f64::NAN, |a| a.as_f64() * scale);
        put(&lane_id("metric", index), value(metric.current));
        put(&lane_id("target", index), value(metric.target));
    }
}

impl Graph {
    /// Nothing is watched yet.
    pub(super) fn new(subject: Subject, settings: Settings, now_ms: i64) -> Self {
        let mut graph = Self {
            kind: subject.kind,
            namespace: subject.namespace.clone(),
            name: subject.name.clone(),
            watches: Vec::new(),
            hpa: None,
            object: None,
            job: None,
            deleted: false,
            target_resource: None,
            target: None,
            replica_sets: BTreeMap::new(),
            events: BTreeMap::new(),
            series: SeriesSet::new(POINTS),
            seen_until: None,
            history: History::Unneeded,
            past: Past::new(subject, settings),
            fresh: None,
            awaited: Some(Vec::new()),
            recalls: 0,
            told: HashSet::new(),
            measures: Measures::default(),
            asks: Asks::default(),
            forgot_ms: now_ms,
            version: 1,
            announced: 0,
            edge_ms: 0,
        };
        graph.tell_beginning(now_ms);
        graph
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.version != self.announced
    }

    /// The version to announce, if it is news.
    pub(crate) fn announce(&mut self) -> Option<u32> {
        let news = self.is_dirty();
        self.announced = self.version;
        news.then_some(self.version)
    }

    pub(crate) fn touch(&mut self) {
        self.version = self.version.wrapping_add(1);
    }

    /// Gives up what it watches, for it to be watched anew; what it shows stays until then.
    pub(super) fn begin_again(&mut self) -> Vec<Watch> {
        self.seen_until = None;
        self.history = History::Unneeded;
        std::mem::take(&mut self.watches)
    }

    /// The autoscaler asked for.
    pub(super) fn meta(&self) -> Option<&Meta> {
        match self.kind {
            SubjectKind::ScaledObject => self.object.as_ref().map(|object| &object.meta),
            SubjectKind::Hpa => self.hpa.as_ref().map(|hpa| &hpa.meta),
            SubjectKind::ScaledJob => self.job.as_ref().map(|(meta, _)| meta),
        }
    }

    pub(super) fn loaded(&self) -> bool {
        self.meta().is_some()
    }

    pub(super) fn hpa_name(&self) -> Option<String> {
        match self.kind {
            SubjectKind::ScaledObject => self
                .object
                .as_ref()
                .map(|object| object.hpa_name.to_string())
                .filter(|name| !name.is_empty()),
            SubjectKind::Hpa => Some(self.name.clone()),
            SubjectKind::ScaledJob => None,
        }
    }

    /// The `ScaledObject` that it is, or that its HPA was made for.
    pub(super) fn object_name(&self) -> Option<String> {
        match self.kind {
            SubjectKind::ScaledObject => Some(self.name.clone()),
            SubjectKind::Hpa => self
                .hpa
                .as_ref()?
                .scaled_object
                .as_ref()
                .map(ToString::to_string),
            SubjectKind::ScaledJob => None,
        }
    }

    /// Whether this role brings the autoscaler itself.
    pub(super) fn is_own(&self, role: &Role) -> bool {
        match role {
            Role::Hpa => self.kind == SubjectKind::Hpa,
            Role::ScaledObject => self.kind == SubjectKind::ScaledObject,
            Role::ScaledJob => self.kind == SubjectKind::ScaledJob,
            Role::Target(_)
            | Role::ReplicaSets(_)
            | Role::Pods(_)
            | Role::Jobs
            | Role::Events(_) => false,
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
        match update {
            Update::Rows(rows) => rows.into_iter().for_each(|row| self.put(at, row, now_ms)),
            Update::Listed { rows, .. } => {
                self.watches[at].listed = true;
                if let Some(rows) = rows {
                    self.replace(at, rows, now_ms);
                }
                self.notice_absence(at);
            }
            Update::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Put(row) => self.put(at, row, now_ms),
                        Change::Gone { name, .. } => self.remove(at, &name, now_ms),
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

    /// A list that came again: what is not in it is gone.
    fn replace(&mut self, at: usize, rows: Vec<ObjectRow>, now_ms: i64) {
        let listed: BTreeSet<Box<str>> = rows.iter().map(|row| row.meta().name.clone()).collect();
        let known = self.watches[at].rows.keys();
        let gone: Vec<Box<str>> = known
            .filter(|name| !listed.contains(*name))
            .cloned()
            .collect();
        for name in gone {
            self.remove(at, &name, now_ms);
        }
        for row in rows {
            self.put(at, row, now_ms);
        }
    }

    fn put(&mut self, at: usize, row: ObjectRow, now_ms: i64) {
        let role = self.watches[at].role.clone();
        self.tell_row(&role, &row, now_ms);
        self.keep(&row);
        let name = row.meta().name.clone();
        let job = match &role {
            Role::Pods(_) => job_of(&row),
            _ => None,
        };
        self.watches[at].rows.insert(name, row);
        if let Some(job) = job {
            self.tell_job(&job, now_ms);
        }
    }

    /// Keeps what screens show of it.
    fn keep(&mut self, row: &ObjectRow) {
        match row {
            ObjectRow::Seen(seen) => {
                match &seen.what {
                    What::Target(target) => self.target = target.as_deref().cloned(),
                    What::ScaledJob(Some(job)) => {
                        self.deleted = false;
                        self.job = Some((seen.meta.clone(), (**job).clone()));
                    }
                    _ => {}
                }
                self.keep(&seen.row);
            }
            ObjectRow::Hpa(hpa) => {
                self.deleted &= self.kind != SubjectKind::Hpa;
                self.hpa = Some((**hpa).clone());
            }
            ObjectRow::ScaledObject(object) => {
                self.deleted &= self.kind != SubjectKind::ScaledObject;
                self.object = Some((**object).clone());
            }
            ObjectRow::ReplicaSet(set) => {
                self.replica_sets
                    .insert(set.meta.name.to_string(), (**set).clone());
            }
            ObjectRow::Event(event) => {
                self.events
                    .insert(event.meta.name.to_string(), (**event).clone());
            }
            ObjectRow::Deployment(_)
            | ObjectRow::Pod(_)
            | ObjectRow::Node(_)
            | ObjectRow::Namespace(_)
            | ObjectRow::Generic(_)
            | ObjectRow::ScaledJob(_)
            | ObjectRow::Linked(_) => {}
        }
    }

    /// After a complete list: what was not in it does not exist.
    fn notice_absence(&mut self, at: usize) {
        let is_own = self.is_own(&self.watches[at].role);
        self.deleted |= is_own && self.watches[at].rows.is_empty();
    }

    fn remove(&mut self, at: usize, name: &str, now_ms: i64) {
        let role = self.watches[at].role.clone();
        self.watches[at].rows.remove(name);
        self.tell_gone(&role, name, now_ms);
        match role {
            // The last known state of the autoscaler stays on screen, marked as deleted.
            Role::Hpa | Role::ScaledObject | Role::ScaledJob if self.is_own(&role) => {
                self.deleted = true;
            }
            Role::Hpa => self.hpa = None,
            Role::ScaledObject | Role::ScaledJob => self.object = None,
            Role::Target(_) => self.target = None,
            Role::ReplicaSets(_) => {
                self.replica_sets.remove(name);
            }
            // An event's hour is over; that it happened stays true.
            Role::Events(_) | Role::Pods(_) | Role::Jobs => {}
        }
    }

    /// Notes what holds from now on.
    pub(super) fn record(&mut self, now_ms: i64) {
        self.record_jobs(now_ms);
        if self.kind == SubjectKind::ScaledJob {
            return;
        }
        if let Some(hpa) = &self.hpa {
            push_hpa(&mut self.series, hpa, now_ms);
        }
        if let Some(row) = ScalingRow::join(self.hpa.as_ref(), self.object.as_ref()) {
            self.series.push("min", now_ms, row.min.into());
        }
        match (&self.target, &self.hpa) {
            (Some(target), hpa) => {
                self.series.push("ready", now_ms, target.ready.into());
                // Below the reach of the HPA the target itself is all there is.
                if hpa.is_none() {
                    self.series.push("current", now_ms, target.existing.into());
                    let desired = target.replicas.map_or(f64::NAN, f64::from);
                    self.series.push("desired", now_ms, desired);
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
            .filter(|watch| watch.role.matters())
            // The ScaledObject that an HPA was made for only explains it.
            .filter(|watch| self.kind != SubjectKind::Hpa || watch.role != Role::ScaledObject)
            .all(Watch::is_whole)
    }
}
