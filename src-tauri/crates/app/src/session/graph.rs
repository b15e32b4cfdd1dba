//! The scaling graph of one autoscaler: narrow watches in, series and flags out.

mod asks;
mod edits;
mod explain;
mod jobs;
mod lanes;
mod marks;
mod measures;
mod meta;
mod recalled;
mod role;
mod state;
mod table;
mod titles;
mod told;

use cluster::follow::follow;
use cluster::update::Update;
use model::fact::{Subject, SubjectKind};
use replay::{Past, Settings};
use scaling::hpa::situation::{Config, Span, Version};
use wire::{ErrorCode, GraphOpened, OpenGraph, SeriesAsk, WireError};

use super::feeds::{FeedId, Message, Owner};
use super::{Session, gone};
use role::{Role, Watch};
pub(crate) use state::Graph;
use state::History;

/// How often the right edge of a quiet graph moves.
const EDGE_MS: i64 = 2_000;
/// Widest picture asked for, in device pixels.
const WIDEST: u32 = 8_192;

/// What decides, by the name of its kind in commands.
pub(super) fn subject_kind(id: &str) -> Option<SubjectKind> {
    match id.rsplit('/').next() {
        Some("horizontalpodautoscalers") => Some(SubjectKind::Hpa),
        Some("scaledobjects") => Some(SubjectKind::ScaledObject),
        Some("scaledjobs") => Some(SubjectKind::ScaledJob),
        Some(_) | None => None,
    }
}

/// How the controllers of a cluster of this version are set up; those of the demo cluster are known.
pub(super) fn settings(version: &str, is_demo: bool) -> Settings {
    if is_demo {
        return Settings::known(Config::of(Version::V1_36), Span::seconds(15));
    }
    let minor = version.trim_start_matches('v').split('.').nth(1);
    let digits = minor.map_or("", |minor| minor.trim_end_matches('+'));
    Settings::of(match digits.parse::<u32>() {
        Ok(..=33) => Version::V1_33,
        Ok(34) => Version::V1_34,
        Ok(35) => Version::V1_35,
        Ok(36..) | Err(_) => Version::V1_36,
    })
}

impl Session {
    /// Opens the graph of an autoscaler.
    ///
    /// # Errors
    /// [`ErrorCode::Malformed`] for a kind that is no autoscaler.
    pub(crate) fn open_graph(&mut self, ask: &OpenGraph) -> Result<GraphOpened, WireError> {
        let Some(kind) = subject_kind(&ask.kind) else {
            return Err(WireError::new(
                ErrorCode::Malformed,
                format!("{} are no autoscalers.", ask.kind),
                "Graphs exist for HPAs, ScaledObjects and ScaledJobs.",
            ));
        };
        let id = self.new_id();
        let subject = Subject {
            kind,
            namespace: ask.namespace.clone(),
            name: ask.name.clone(),
        };
        let settings = settings(&self.info.version, self.info.demo);
        let mut graph = Graph::new(subject, settings, self.now_ms());
        graph.measures.look(self.wall_ms());
        self.graphs.insert(id, graph);
        self.recall_recorded(id);
        self.ensure_watches(id);
        Ok(GraphOpened { graph: id })
    }

    /// Opens the watches a graph has come to need; those open stay, but for those of a selector that is no more.
    fn ensure_watches(&mut self, id: u32) {
        let Some(graph) = self.graphs.get_mut(&id) else {
            return;
        };
        if let Some(target) = graph.reference() {
            let known = graph.target_resource.as_ref();
            if known.is_none_or(|known| *known.kind != *target.kind) {
                graph.target_resource = self.kinds.resource(&target.api_version, &target.kind);
            }
        }
        let wanted = graph.wanted();
        let feeds = &mut self.feeds;
        graph.watches.retain(|watch| {
            let selects = matches!(watch.role, Role::Pods(_) | Role::ReplicaSets(_));
            let is_other =
                |role: &Role| std::mem::discriminant(role) == std::mem::discriminant(&watch.role);
            let replaced = selects && !wanted.contains(&watch.role) && wanted.iter().any(is_other);
            if replaced {
                feeds.close(watch.feed);
            }
            !replaced
        });
        for role in wanted {
            if graph.watches.iter().any(|watch| watch.role == role) {
                continue;
            }
            let (connection, scope) = (self.connection.clone(), graph.scope(&role));
            let feed = feeds.open(Owner::Graph(id), Message::Update, |sink| {
                follow(connection, scope, sink)
            });
            graph.watches.push(Watch::new(feed, role));
        }
    }

    pub(crate) fn graph_update(&mut self, id: u32, feed: FeedId, update: Update) {
        let now = self.now_ms();
        if let Some(graph) = self.graphs.get_mut(&id) {
            graph.apply(feed, update, now);
        }
        self.ensure_watches(id);
        if let Some(graph) = self.graphs.get_mut(&id) {
            graph.tell_parts(now);
        }
    }

    /// Each second: time seen goes on while every watch lives, and the right edge moves.
    pub(crate) fn tick_graphs(&mut self, wall_ms: i64, now_ms: i64) {
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
            graph.note_asks(now_ms);
            graph.forget(now_ms);
            if wall_ms - graph.edge_ms >= EDGE_MS || wall_ms < graph.edge_ms {
                graph.edge_ms = wall_ms;
                graph.touch();
            }
        }
        let ids: Vec<u32> = self.graphs.keys().copied().collect();
        for id in ids {
            // What the target's kind is may have become known.
            self.ensure_watches(id);
        }
        self.measure_graphs(wall_ms);
    }

    /// Its time was moved: everything is looked at anew. What was seen of another time was so then, and stays; but of a time that is still
    /// to come nothing is known.
    pub(super) fn begin_graphs_again(&mut self) {
        let now = self.now_ms();
        let ids: Vec<u32> = self.graphs.keys().copied().collect();
        for id in ids {
            if let Some(graph) = self.graphs.get_mut(&id) {
                let is_later = graph.seen_until.is_some_and(|until| until <= now);
                for watch in graph.begin_again() {
                    self.feeds.close(watch.feed);
                }
                if !is_later {
                    let settings = settings(&self.info.version, self.info.demo);
                    graph.past = Past::new(graph.past.subject().clone(), settings);
                }
                graph.told.clear();
                graph.measures = measures::Measures::default();
                graph.asks = asks::Asks::default();
                graph.awaited = Some(Vec::new());
                graph.tell_beginning(now);
                self.recall_recorded(id);
            }
            self.ensure_watches(id);
        }
    }

    /// Between two ticks a live graph has been seen up to this moment, not to the last tick.
    fn see_until_now(&mut self, id: u32) {
        let (now, wall) = (self.now_ms(), self.wall_ms());
        let Some(graph) = self.graphs.get_mut(&id) else {
            return;
        };
        graph.measures.look(wall);
        if let Some(until) = graph.seen_until {
            graph.series.mark_seen(until.min(now), now);
            graph.seen_until = Some(now);
        }
    }

    /// The series of a graph, as bytes.
    pub(crate) fn graph_series(&mut self, ask: &SeriesAsk) -> Result<Vec<u8>, WireError> {
        self.see_until_now(ask.graph);
        let (now, wall) = (self.now_ms(), self.wall_ms());
        let graph = self
            .graphs
            .get_mut(&ask.graph)
            .ok_or_else(|| gone("This graph"))?;
        graph.make_asks(ask.from_ms, ask.to_ms, now, wall);
        let lanes = graph.lanes();
        let names: Vec<&str> = lanes.iter().map(|lane| lane.id.as_str()).collect();
        Ok(graph
            .series
            .encode(ask.from_ms, ask.to_ms, ask.width.min(WIDEST), &names))
    }

    pub(crate) fn close_graph(&mut self, id: u32) {
        if let Some(mut graph) = self.graphs.remove(&id) {
            self.end_graph(&mut graph);
            for watch in graph.watches {
                self.feeds.close(watch.feed);
            }
        }
    }
}
