//! The scaling graph of one autoscaler: narrow watches in, series and flags out.

mod lanes;
mod state;

use std::collections::BTreeMap;

use cluster::follow::follow;
use cluster::health::Health;
use cluster::update::Update;
use model::{Kind, ScalingRow};
use table::{Cell, Tone};
use wire::{
    ErrorCode, Fact, GraphMeta, GraphOpened, OpenGraph, Phase, SeenSpan, SeriesAsk, ViewState,
    WireError,
};

use super::feeds::{FeedId, Message, Owner};
use super::{Session, gone, history};
use crate::series::SeriesSet;
use lanes::condition;
pub(crate) use state::Graph;
use state::{History, Role, Watch};

/// Points a lane keeps: more than a day of changes each 15 s.
const POINTS: usize = 8_192;
/// How often the right edge of a quiet graph moves.
const EDGE_MS: i64 = 2_000;
/// Widest picture asked for, in device pixels.
const WIDEST: u32 = 8_192;

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
        let mut missing: Vec<String> = graph
            .watches
            .iter()
            .filter_map(|watch| match &watch.health {
                Health::Failed { error, .. } => Some(graph.refusal(watch, error).message),
                Health::Listing | Health::Live { .. } | Health::Stale { .. } => None,
            })
            .collect();
        missing.sort_unstable();
        missing.dedup();
        facts.extend(missing.into_iter().map(|why| Fact {
            value: Cell::toned(why, Tone::Warn),
            ..fact("Not shown", String::new())
        }));
        facts
    }

    fn graph_state(&self, graph: &Graph) -> ViewState {
        let mut state = ViewState {
            phase: Phase::Live,
            why: String::new(),
            received: 0,
            expected: None,
            code: None,
            lack: None,
            limited_to: Vec::new(),
        };
        let own = graph
            .watches
            .iter()
            .filter(|watch| matches!(watch.role, Role::Hpa | Role::ScaledObject));
        for watch in own {
            match &watch.health {
                Health::Failed { error, .. } => {
                    let error = graph.refusal(watch, error);
                    state.phase = Phase::Failed;
                    state.why = error.message;
                    state.code = Some(error.code);
                    state.lack = error.lack;
                    return state;
                }
                Health::Stale { why, .. } if !watch.listed => {
                    state.phase = Phase::Listing;
                    state.why.clone_from(why);
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
            if state.phase != Phase::Listing {
                state.phase = Phase::Stale;
            }
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
