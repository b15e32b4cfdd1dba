//! The scaling graph of one autoscaler: narrow watches in, series and flags out.

use std::collections::BTreeMap;

use cluster::follow::follow;
use cluster::health::Health;
use cluster::update::{Change, Scope, Update};
use model::rows::{Amount, Reference};
use model::{
    DeploymentRow, EventRow, HpaRow, Kind, Meta, ObjectRow, ReplicaSetRow, ScaledObjectRow,
    ScalingRow,
};
use table::{Cell, Tone};
use wire::{
    Condition, ErrorCode, Fact, GraphMeta, GraphOpened, Lane, LaneRole, OpenGraph, Phase, SeenSpan,
    SeriesAsk, ViewState, WireError,
};

use super::feeds::{FeedId, Message, Owner};
use super::{Session, gone, history};
use crate::series::SeriesSet;

/// Points a lane keeps: more than a day of changes each 15 s.
const POINTS: usize = 8_192;
/// How often the right edge of a quiet graph moves.
const EDGE_MS: i64 = 2_000;
/// Widest picture asked for, in device pixels.
const WIDEST: u32 = 8_192;

/// What one of a graph's watches brings.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    Hpa,
    ScaledObject,
    Target,
    ReplicaSets,
    /// Events about the object of this name.
    Events(String),
}

#[derive(Debug)]
struct Watch {
    feed: FeedId,
    role: Role,
    health: Health,
    listed: bool,
}

/// Whether the time before the watch began has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum History {
    /// Nothing is watched yet.
    Unneeded,
    /// Watched since then; events are still to come.
    Awaited { began_ms: i64 },
    /// Told once; what happens later is watched.
    Told,
}

impl History {
    fn begun(self, now_ms: i64) -> Self {
        match self {
            Self::Unneeded => Self::Awaited { began_ms: now_ms },
            Self::Awaited { .. } | Self::Told => self,
        }
    }
}

/// One open graph.
pub(crate) struct Graph {
    kind: Kind,
    namespace: String,
    name: String,
    watches: Vec<Watch>,
    hpa: Option<HpaRow>,
    object: Option<ScaledObjectRow>,
    /// The autoscaler was there and is gone.
    deleted: bool,
    target: Option<DeploymentRow>,
    replica_sets: BTreeMap<String, ReplicaSetRow>,
    events: BTreeMap<String, EventRow>,
    series: SeriesSet,
    /// Until when time was seen without a break.
    seen_until: Option<i64>,
    history: History,
    version: u32,
    announced: u32,
    edge_ms: i64,
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

    fn touch(&mut self) {
        self.version = self.version.wrapping_add(1);
    }

    /// The autoscaler asked for.
    fn meta(&self) -> Option<&Meta> {
        match self.kind {
            Kind::ScaledObjects => self.object.as_ref().map(|object| &object.meta),
            _ => self.hpa.as_ref().map(|hpa| &hpa.meta),
        }
    }

    fn loaded(&self) -> bool {
        self.meta().is_some()
    }

    /// What is scaled, as the HPA or else the `ScaledObject` says.
    fn reference(&self) -> Option<Reference> {
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

    fn hpa_name(&self) -> Option<String> {
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
    fn wanted(&self) -> Vec<Role> {
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

    fn scope(&self, role: &Role) -> Scope {
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
            resource: kind.spec().resource.clone(),
            kind: Some(kind),
            namespace: Some(self.namespace.clone()),
            fields,
        }
    }

    fn apply(&mut self, feed: FeedId, update: Update, now_ms: i64) {
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

    fn put_all(&mut self, rows: Vec<ObjectRow>) {
        for row in rows {
            self.put(row);
        }
    }

    fn put(&mut self, row: ObjectRow) {
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
            | ObjectRow::Generic(_) => {}
        }
    }

    fn forget(&mut self, role: &Role) {
        match role {
            Role::Hpa => self.hpa = None,
            Role::ScaledObject => self.object = None,
            Role::Target => self.target = None,
            Role::ReplicaSets => self.replica_sets.clear(),
            Role::Events(name) => self.events.retain(|_, event| *event.object_name != **name),
        }
    }

    /// After a complete list: what was not in it does not exist.
    fn notice_absence(&mut self, role: &Role) {
        let own = match role {
            Role::Hpa => self.kind == Kind::HorizontalPodAutoscalers && self.hpa.is_none(),
            Role::ScaledObject => self.object.is_none(),
            Role::Target | Role::ReplicaSets | Role::Events(_) => false,
        };
        self.deleted |= own;
    }

    fn remove(&mut self, role: &Role, name: &str) {
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
    fn record(&mut self, now_ms: i64) {
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
    fn recall(&mut self, began_ms: i64) {
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
    fn settled(&self) -> bool {
        self.watches
            .iter()
            .all(|watch| watch.listed || matches!(watch.health, Health::Failed { .. }))
    }

    fn live(&self) -> bool {
        self.watches
            .iter()
            .filter(|watch| matches!(watch.role, Role::Hpa | Role::ScaledObject | Role::Target))
            .all(|watch| watch.listed && matches!(watch.health, Health::Live { .. }))
    }

    fn lanes(&self) -> Vec<Lane> {
        let plain = |id: &str, title: &str, role, latest: String| Lane {
            id: id.to_owned(),
            title: title.to_owned(),
            role,
            unit: String::new(),
            latest,
        };
        let row = ScalingRow::join(self.hpa.as_ref(), self.object.as_ref());
        let number = |n: Option<i32>| n.map_or_else(|| "—".to_owned(), |n| n.to_string());
        let of_hpa =
            |get: fn(&HpaRow) -> Option<i32>, or: fn(&DeploymentRow) -> i32| match &self.hpa {
                Some(hpa) => get(hpa),
                None => self.target.as_ref().map(or),
            };
        let mut lanes = vec![
            plain(
                "ready",
                "ready",
                LaneRole::Ready,
                number(self.target.as_ref().map(|t| t.ready)),
            ),
            plain(
                "current",
                "current",
                LaneRole::Current,
                number(of_hpa(|h| Some(h.current), |t| t.replicas)),
            ),
            plain(
                "desired",
                "desired",
                LaneRole::Desired,
                number(of_hpa(HpaRow::asked_for, |t| t.desired)),
            ),
            plain(
                "min",
                "min",
                LaneRole::Min,
                number(row.as_ref().map(|row| row.min)),
            ),
            plain(
                "max",
                "max",
                LaneRole::Max,
                number(row.as_ref().map(|row| row.max)),
            ),
        ];
        for (index, metric) in self
            .hpa
            .iter()
            .flat_map(|hpa| hpa.metrics.iter())
            .enumerate()
        {
            let text =
                |amount: Option<Amount>| amount.map_or_else(|| "unknown".to_owned(), Amount::text);
            let (unit, _) = unit(&metric.name, metric.target.or(metric.current));
            let title = match &*metric.container {
                "" => metric.name.to_string(),
                container => format!("{} of {container}", metric.name),
            };
            lanes.push(Lane {
                id: lane_id("metric", index),
                title: title.clone(),
                role: LaneRole::Metric,
                unit: unit.to_owned(),
                latest: format!("{} of {}", text(metric.current), text(metric.target)),
            });
            lanes.push(Lane {
                id: lane_id("target", index),
                title: format!("{title} target"),
                role: LaneRole::Target,
                unit: unit.to_owned(),
                latest: text(metric.target),
            });
        }
        lanes
    }
}

fn lane_id(role: &str, index: usize) -> String {
    format!("{role}:{index}")
}

/// In what a metric is drawn, and what its base unit is multiplied by for that.
fn unit(name: &str, amount: Option<Amount>) -> (&'static str, f64) {
    match (amount, name) {
        (Some(Amount::Utilization(_)), _) => ("%", 1.0),
        (_, "cpu") => ("m", 1e3),
        (_, "memory") => ("Mi", 1.0 / 1_048_576.0),
        _ => ("", 1.0),
    }
}

/// Good and bad news among the conditions of HPAs and KEDA.
fn condition(condition: &model::rows::Condition, now_ms: i64) -> Condition {
    let tone = match (&*condition.kind, &*condition.status) {
        ("AbleToScale" | "ScalingActive" | "Ready" | "Active" | "HPAActive", "True") => Tone::Good,
        ("AbleToScale" | "ScalingActive" | "Ready" | "HPAActive", "False")
        | ("Fallback", "True") => Tone::Bad,
        ("ScalingLimited" | "Paused", "True") | (_, "Unknown") => Tone::Warn,
        _ => Tone::Quiet,
    };
    Condition {
        name: condition.kind.to_string(),
        status: condition.status.to_string(),
        reason: condition.reason.to_string(),
        message: condition.message.to_string(),
        since: condition
            .since_ms
            .map(|since| model::duration::human(now_ms - since))
            .unwrap_or_default(),
        tone,
    }
}

impl Session {
    /// Opens the graph of an autoscaler.
    ///
    /// # Errors
    /// [`ErrorCode::Malformed`] for a kind that is no autoscaler.
    pub(crate) fn open_graph(&mut self, ask: &OpenGraph) -> Result<GraphOpened, WireError> {
        let Some(kind @ (Kind::HorizontalPodAutoscalers | Kind::ScaledObjects)) =
            Kind::from_id(&ask.kind)
        else {
            return Err(WireError::new(
                ErrorCode::Malformed,
                format!("{} are no autoscalers.", ask.kind),
                "Graphs exist for HPAs and ScaledObjects.",
            ));
        };
        let id = self.new_id();
        self.graphs.insert(
            id,
            Graph {
                kind,
                namespace: ask.namespace.clone(),
                name: ask.name.clone(),
                watches: Vec::new(),
                hpa: None,
                object: None,
                deleted: false,
                target: None,
                replica_sets: BTreeMap::new(),
                events: BTreeMap::new(),
                series: SeriesSet::new(POINTS),
                seen_until: None,
                history: History::Unneeded,
                version: 1,
                announced: 0,
                edge_ms: 0,
            },
        );
        self.ensure_watches(id);
        Ok(GraphOpened { graph: id })
    }

    /// Opens the watches a graph has come to need; those open stay.
    fn ensure_watches(&mut self, id: u32) {
        let Some(graph) = self.graphs.get_mut(&id) else {
            return;
        };
        for role in graph.wanted() {
            if graph.watches.iter().any(|watch| watch.role == role) {
                continue;
            }
            let (connection, scope) = (self.connection.clone(), graph.scope(&role));
            let feed = self.feeds.open(Owner::Graph(id), Message::Update, |sink| {
                follow(connection, scope, sink)
            });
            graph.watches.push(Watch {
                feed,
                role,
                health: Health::Listing,
                listed: false,
            });
        }
    }

    pub(crate) fn graph_update(&mut self, id: u32, feed: FeedId, update: Update) {
        let now = self.now_ms();
        if let Some(graph) = self.graphs.get_mut(&id) {
            graph.apply(feed, update, now);
        }
        self.ensure_watches(id);
    }

    /// Each second: time seen goes on while every watch lives, and the right edge moves.
    pub(crate) fn tick_graphs(&mut self, now_ms: i64) {
        let doubt = self.status.doubt().is_some();
        for graph in self.graphs.values_mut() {
            if !graph.loaded() || graph.deleted || doubt || !graph.live() {
                graph.seen_until = None;
            } else {
                if let Some(until) = graph.seen_until {
                    graph.series.mark_seen(until.min(now_ms), now_ms);
                } else {
                    // Begun, or begun again after a gap: every lane says where it stands.
                    graph.record(now_ms);
                    graph.series.mark_seen(now_ms, now_ms);
                    graph.history = graph.history.begun(now_ms);
                }
                graph.seen_until = Some(now_ms);
            }
            if let History::Awaited { began_ms } = graph.history
                && graph.settled()
            {
                graph.history = History::Told;
                graph.recall(began_ms);
                graph.touch();
            }
            if now_ms - graph.edge_ms >= EDGE_MS || now_ms < graph.edge_ms {
                graph.edge_ms = now_ms;
                graph.touch();
            }
        }
    }

    /// Between two ticks a live graph has been seen up to this moment, not to the last tick.
    fn see_until_now(&mut self, id: u32) {
        let now = self.now_ms();
        if let Some(graph) = self.graphs.get_mut(&id)
            && let Some(until) = graph.seen_until
        {
            graph.series.mark_seen(until.min(now), now);
            graph.seen_until = Some(now);
        }
    }

    /// Everything of a graph but its series.
    pub(crate) fn graph(&mut self, id: u32) -> Result<GraphMeta, WireError> {
        self.see_until_now(id);
        let graph = self.graphs.get(&id).ok_or_else(|| gone("This graph"))?;
        let now = self.now_ms();
        let row = ScalingRow::join(graph.hpa.as_ref(), graph.object.as_ref());
        let target = graph.reference().map_or_else(
            || self.object_ref("", "", &graph.namespace, ""),
            |target| {
                self.object_ref(
                    &target.api_version,
                    &target.kind,
                    &graph.namespace,
                    &target.name,
                )
            },
        );
        let conditions = graph
            .object
            .iter()
            .flat_map(|object| object.conditions.iter())
            .chain(graph.hpa.iter().flat_map(|hpa| hpa.conditions.iter()))
            .map(|c| condition(c, now))
            .collect();
        let mut flags: Vec<_> = graph
            .events
            .values()
            .filter_map(|event| history::flag(event, |at| self.status.clock(at)))
            .chain(
                graph
                    .replica_sets
                    .values()
                    .filter(|set| {
                        set.meta
                            .owner
                            .as_ref()
                            .is_some_and(|owner| *owner.name == *target.name)
                    })
                    .filter_map(|set| history::rollout(set, |at| self.status.clock(at))),
            )
            .collect();
        flags.sort_by(|a, b| (a.at_ms, &a.label).cmp(&(b.at_ms, &b.label)));
        let seen: Vec<SeenSpan> = graph
            .series
            .seen()
            .map(|(from_ms, to_ms)| SeenSpan { from_ms, to_ms })
            .collect();
        let known_from_ms = flags
            .iter()
            .map(|flag| flag.at_ms)
            .chain(seen.first().map(|span| span.from_ms))
            .chain(graph.hpa.as_ref().and_then(|hpa| hpa.last_scale_ms))
            .min()
            .unwrap_or(now);
        Ok(GraphMeta {
            version: graph.version,
            loaded: graph.loaded(),
            deleted: graph.deleted,
            now_ms: now,
            known_from_ms,
            partner: (graph.kind == Kind::ScaledObjects)
                .then(|| graph.hpa_name())
                .flatten()
                .map(|name| {
                    self.object_ref(
                        "autoscaling/v2",
                        "HorizontalPodAutoscaler",
                        &graph.namespace,
                        &name,
                    )
                }),
            facts: self.graph_facts(graph, row.as_ref(), now),
            status: row.map_or_else(Cell::default, |row| {
                Cell::toned(capital(&row.status), row.tone)
            }),
            target,
            conditions,
            lanes: graph.lanes(),
            flags,
            seen,
            state: self.graph_state(graph),
        })
    }

    fn graph_facts(&self, graph: &Graph, row: Option<&ScalingRow>, now_ms: i64) -> Vec<Fact> {
        let fact = |label: &str, value: String| Fact {
            label: label.to_owned(),
            value: Cell::plain(value),
            links: Vec::new(),
        };
        let Some(row) = row else { return Vec::new() };
        let number = |n: Option<i32>| n.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
        let mut facts = vec![
            fact(
                "Current",
                number(
                    row.current
                        .or_else(|| graph.target.as_ref().map(|t| t.replicas)),
                ),
            ),
            fact(
                "Desired",
                number(
                    row.desired
                        .or_else(|| graph.target.as_ref().map(|t| t.desired)),
                ),
            ),
            fact("Bounds", format!("{} to {}", row.min, row.max)),
            fact(
                "Last change",
                row.last_change_ms.map_or_else(
                    || "none recorded".to_owned(),
                    |at| {
                        format!(
                            "{} ago, at {}",
                            model::duration::human(now_ms - at),
                            self.status.clock(at)
                        )
                    },
                ),
            ),
        ];
        match &graph.target {
            Some(target) => facts.push(fact(
                "Ready",
                format!("{} of {}", target.ready, target.replicas),
            )),
            None if row.target.kind != "Deployment" => {
                facts.push(fact(
                    "Ready",
                    format!("not watched for a {}", row.target.kind),
                ));
            }
            None => {}
        }
        if let Some(object) = &graph.object {
            let triggers = object
                .triggers
                .iter()
                .map(|trigger| match &*trigger.summary {
                    "" => trigger.kind.to_string(),
                    summary => format!("{} ({summary})", trigger.kind),
                });
            facts.push(fact("Triggers", triggers.collect::<Vec<_>>().join("; ")));
            if let Some(at) = object.last_active_ms {
                facts.push(fact(
                    "Last active",
                    format!("{} ago", model::duration::human(now_ms - at)),
                ));
            }
        }
        facts
    }

    fn graph_state(&self, graph: &Graph) -> ViewState {
        let mut state = ViewState {
            phase: Phase::Live,
            why: String::new(),
            received: 0,
            expected: None,
            code: None,
        };
        let own = graph
            .watches
            .iter()
            .filter(|watch| matches!(watch.role, Role::Hpa | Role::ScaledObject));
        for watch in own {
            match &watch.health {
                Health::Failed { error, .. } => {
                    let error = crate::errors::request(error);
                    state.phase = Phase::Failed;
                    state.why = error.message;
                    state.code = Some(error.code);
                    return state;
                }
                Health::Stale { as_of_ms, why, .. } => {
                    state.phase = Phase::Stale;
                    state.why = self.status.stale_words(*as_of_ms, why);
                }
                Health::Listing => state.phase = Phase::Listing,
                Health::Live { .. } if !watch.listed => state.phase = Phase::Listing,
                Health::Live { .. } => {}
            }
        }
        if let Some(why) = self.status.doubt() {
            state.phase = Phase::Stale;
            state.why = why;
        }
        state
    }

    /// The series of a graph, as bytes.
    pub(crate) fn graph_series(&mut self, ask: &SeriesAsk) -> Result<Vec<u8>, WireError> {
        self.see_until_now(ask.graph);
        let graph = self
            .graphs
            .get(&ask.graph)
            .ok_or_else(|| gone("This graph"))?;
        let lanes = graph.lanes();
        let names: Vec<&str> = lanes.iter().map(|lane| lane.id.as_str()).collect();
        Ok(graph
            .series
            .encode(ask.from_ms, ask.to_ms, ask.width.min(WIDEST), &names))
    }

    pub(crate) fn close_graph(&mut self, id: u32) {
        if let Some(graph) = self.graphs.remove(&id) {
            for watch in graph.watches {
                self.feeds.close(watch.feed);
            }
        }
    }
}

/// With its first letter large: a status begins a line here.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
