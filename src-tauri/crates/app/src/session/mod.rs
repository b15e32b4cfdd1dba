//! One connected cluster: a task that owns its tables, drawers, logs and graphs.
//!
//! Everything that changes arrives at one `select!`: updates of feeds (lists and watches), jobs
//! (commands, answers of requests), a flush at most every 33 ms, housekeeping every second. Nothing
//! else touches this state, so there are no locks. Each step runs behind `catch_unwind`: a defect in
//! one of them is told in the status bar and the rest lives on.

mod bells;
mod collection;
mod copying;
mod defined;
mod definitions;
mod demo_day;
mod demo_time;
mod derived;
mod details;
mod event_group;
mod feeds;
mod find;
mod findings;
mod followed_release;
mod graph;
mod helm;
mod history;
mod kinds;
mod lineage;
mod logs;
mod measured;
mod overview;
mod owned;
mod recording;
mod relations;
mod reveal;
mod rights;
mod scaled_by;
mod scaled_jobs;
mod scaling;
mod shown;
mod status;
mod usage;
mod views;
mod written;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use cluster::Connection;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use wire::{ClusterInfo, ErrorCode, Notice, WireError};

use crate::bells_kept::BellsKept;
use crate::flight::Flight;
use crate::host::Host;
use crate::time::ClusterTime;
use bells::Bells;
use collection::{Collection, CollectionId};
use definitions::Definitions;
use derived::DerivedTables;
use details::Drawer;
use feeds::{FeedId, Feeds, Message};
use followed_release::FollowedRelease;
use graph::Graph;
use kinds::KindsState;
use logs::Log;
use overview::OverviewPage;
use recording::Recording;
use relations::RelationsView;
use rights::Rights;
use scaled_jobs::ScaledJobs;
use scaling::ScalingTable;
use status::Ticked;
pub(crate) use status::size;
use usage::UsagePolls;

/// No view is announced more often than this.
const FLUSH: Duration = Duration::from_millis(33);
/// How long a table's watch outlives its last view.
const GRACE_MS: i64 = 30_000;

type Job = Box<dyn FnOnce(&mut Session) + Send>;

/// The way to a session from outside; dropping the last one ends it.
#[derive(Clone, Debug)]
pub(crate) struct SessionHandle {
    jobs: mpsc::UnboundedSender<Job>,
    pub(crate) info: Arc<ClusterInfo>,
}

impl SessionHandle {
    /// Runs `job` in the session and gives its answer.
    ///
    /// # Errors
    /// [`ErrorCode::Gone`] when the session has ended, [`ErrorCode::Other`] when the job panicked.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Session) -> T + Send + 'static,
    ) -> Result<T, WireError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.jobs.send(Box::new(move |session| {
            // The asker may have given up; then nobody misses the answer.
            let _ = answer.send(job(session));
        }));
        if sent.is_err() {
            return Err(gone("The cluster"));
        }
        answered.await.map_err(|_| {
            WireError::new(
                ErrorCode::Other,
                "A part of Scalescope failed on this.",
                "The rest goes on; the log file says more. Please report it.",
            )
        })
    }
}

/// What was asked about is no longer there.
pub(crate) fn gone(what: &str) -> WireError {
    WireError::new(ErrorCode::Gone, format!("{what} is no longer open."), "")
}

/// What outlives a session.
pub(crate) struct Keeps {
    /// What is seen of scaling goes there; `None`: nowhere.
    pub(crate) flight: Option<Arc<Flight>>,
    /// Whose need of attention is told.
    pub(crate) bells: Arc<BellsKept>,
}

/// All state of one connected cluster.
pub(crate) struct Session {
    connection: Connection,
    info: Arc<ClusterInfo>,
    host: Arc<dyn Host>,
    time: ClusterTime,
    /// Of the demo cluster.
    demo_known: Option<demo_time::Known>,
    /// Told from when a graph of the demo cluster is first opened.
    demo_day: Option<demo_day::DemoDay>,
    /// To come back with the answer of a request.
    jobs: mpsc::WeakUnboundedSender<Job>,
    feeds: Feeds,
    collections: BTreeMap<CollectionId, Collection>,
    scaling: ScalingTable,
    recording: Recording,
    scaled_jobs: ScaledJobs,
    bells: Bells,
    derived: DerivedTables,
    overview: OverviewPage,
    usage: UsagePolls,
    kinds: KindsState,
    definitions: Definitions,
    rights: Rights,
    drawers: BTreeMap<u32, Drawer>,
    logs: BTreeMap<u32, Log>,
    graphs: BTreeMap<u32, Graph>,
    releases: BTreeMap<u32, FollowedRelease>,
    yaml_copies: BTreeMap<u32, copying::YamlCopying>,
    finding: find::Finding,
    findings: findings::Findings,
    relations: BTreeMap<u32, RelationsView>,
    status: status::Status,
    next_id: Arc<std::sync::atomic::AtomicU32>,
    flush_at: Option<Instant>,
    flushed_at: Instant,
}

impl Session {
    /// Starts the session's task; `ids` gives ids unique over all sessions.
    pub(crate) fn start(
        connection: Connection,
        latency_ms: u32,
        info: ClusterInfo,
        host: Arc<dyn Host>,
        time: ClusterTime,
        keeps: Keeps,
        ids: Arc<std::sync::atomic::AtomicU32>,
    ) -> SessionHandle {
        let (jobs, inbox) = mpsc::unbounded_channel();
        let info = Arc::new(info);
        let session = Self {
            status: status::Status::new(host.now_ms(), latency_ms, time.clone()),
            connection,
            info: info.clone(),
            host,
            time,
            demo_known: None,
            demo_day: None,
            jobs: jobs.downgrade(),
            feeds: Feeds::default(),
            collections: BTreeMap::new(),
            scaling: ScalingTable::default(),
            recording: Recording::new(keeps.flight),
            scaled_jobs: ScaledJobs::default(),
            bells: Bells::new(keeps.bells),
            derived: DerivedTables::default(),
            overview: OverviewPage::default(),
            usage: UsagePolls::default(),
            kinds: KindsState::default(),
            definitions: Definitions::default(),
            rights: Rights::default(),
            drawers: BTreeMap::new(),
            logs: BTreeMap::new(),
            graphs: BTreeMap::new(),
            releases: BTreeMap::new(),
            yaml_copies: BTreeMap::new(),
            finding: find::Finding::default(),
            findings: findings::Findings::default(),
            relations: BTreeMap::new(),
            next_id: ids,
            flush_at: None,
            flushed_at: Instant::now(),
        };
        tokio::spawn(session.run(inbox));
        SessionHandle { jobs, info }
    }

    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Job>) {
        self.step("discovery", Self::discover);
        self.step("time", Self::follow_demo_time);
        // Half a second after ages tick: what both change lies far apart on screen, and one frame repaints all between.
        let into_second = self.wall_ms().rem_euclid(1000).unsigned_abs();
        let begin = Instant::now() + Duration::from_millis(1500 - into_second);
        let mut housekeeping = tokio::time::interval_at(begin, Duration::from_secs(1));
        housekeeping.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let flush_at = self.flush_at;
            tokio::select! {
                job = inbox.recv() => match job {
                    Some(job) => self.step("command", job),
                    None => break,
                },
                Some((feed, message)) = self.feeds.next(), if !self.feeds.is_empty() => {
                    self.step("update", move |session| session.receive(feed, message));
                }
                () = tokio::time::sleep_until(flush_at.unwrap_or_else(Instant::now)), if flush_at.is_some() => {
                    self.step("flush", Self::flush);
                }
                _ = housekeeping.tick() => self.step("housekeeping", Self::keep_house),
            }
        }
        self.step("end", Self::end_recording);
    }

    /// Runs one step; a panic in it is told and outlived.
    fn step(&mut self, name: &'static str, work: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            tracing::error!(step = name, "a step of the session panicked");
            self.status.problem =
                format!("A part of Scalescope failed ({name}); the rest goes on.");
            self.host.notify(Notice::Cluster {
                cluster: self.info.cluster.clone(),
            });
        }
        self.schedule_flush();
    }

    /// An id no view, drawer, log or graph of any session has.
    fn new_id(&self) -> u32 {
        crate::app::next_id(&self.next_id)
    }

    /// The cluster's time: what its objects tell is as old as by this.
    fn now_ms(&self) -> i64 {
        self.time.at(self.wall_ms())
    }

    /// This computer's time, which paces what the session does.
    fn wall_ms(&self) -> i64 {
        self.host.now_ms()
    }

    /// Runs `request` beside the session, then `then` in it.
    fn later<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        let jobs = self.jobs.clone();
        tokio::spawn(async move {
            let answer = request.await;
            if let Some(jobs) = jobs.upgrade() {
                let _ = jobs.send(Box::new(move |session| then(session, answer)));
            }
        });
    }

    fn receive(&mut self, feed: FeedId, message: Message) {
        if let Message::Update(update) = &message {
            self.status.observe(update);
        }
        let Some(owner) = self.feeds.owner(feed) else {
            return;
        };
        match (owner, message) {
            (feeds::Owner::Collection(id), Message::Update(update)) => {
                self.collection_update(id, feed, update);
            }
            (feeds::Owner::Drawer(id), Message::Update(update)) => {
                self.drawer_update(id, feed, update);
            }
            (feeds::Owner::Graph(id), Message::Update(update)) => {
                self.graph_update(id, feed, update);
            }
            (feeds::Owner::Relations(id), Message::Update(update)) => {
                self.relations_update(id, feed, update);
            }
            (feeds::Owner::Release(id), Message::Update(update)) => {
                self.release_update(id, &update);
            }
            (feeds::Owner::Definitions, Message::Update(update)) => {
                self.definitions_update(feed, &update);
            }
            (feeds::Owner::Autoscaler, Message::Update(update)) => {
                self.autoscaler_update(feed, update);
            }
            (feeds::Owner::Recording, Message::Update(update)) => {
                self.recording_update(feed, &update);
            }
            (feeds::Owner::ScaledJobs, Message::Update(update)) => {
                self.made_jobs_update(feed, update);
            }
            (feeds::Owner::Log(id), Message::Log(chunk)) => self.log_chunk(id, chunk),
            (feeds::Owner::Usage(kind), Message::Usage(update)) => self.usage_update(kind, update),
            // A feed carries one sort of message from its making on.
            (_, Message::Update(_) | Message::Log(_) | Message::Usage(_)) => {}
        }
    }

    fn schedule_flush(&mut self) {
        if self.flush_at.is_some() {
            return;
        }
        let now = self.wall_ms();
        let dirty = self.scaling.is_dirty()
            || self.derived.is_dirty()
            || self.collections.values().any(Collection::is_dirty)
            || self.drawers.values().any(Drawer::is_dirty)
            || self.logs.values().any(Log::is_dirty)
            || self.graphs.values().any(Graph::is_dirty)
            || self.relations.values().any(|view| view.is_dirty(now))
            || self.releases.values().any(|one| one.is_dirty(now));
        if dirty {
            self.flush_at = Some((self.flushed_at + FLUSH).max(Instant::now()));
        }
    }

    fn flush(&mut self) {
        self.flush_at = None;
        self.flushed_at = Instant::now();
        let (wall, now) = (self.wall_ms(), self.now_ms());
        self.rebuild_scaling();
        self.examine();
        self.derived.rebuild(&mut self.collections, wall, now);
        self.read_releases();
        let tables = self
            .collections
            .values_mut()
            .flat_map(|collection| collection.flush(now))
            .chain(self.scaling.flush(now))
            .chain(self.derived.flush(now))
            .collect::<Vec<_>>();
        for told in tables {
            self.host.notify(Notice::View {
                view: told.view,
                version: told.version,
                total: u32::try_from(told.total).unwrap_or(u32::MAX),
            });
        }
        for (id, drawer) in &mut self.drawers {
            if let Some(version) = drawer.announce() {
                self.host.notify(Notice::Details {
                    details: *id,
                    version,
                });
            }
        }
        for (id, log) in &mut self.logs {
            if let Some(version) = log.announce() {
                self.host.notify(Notice::Log { log: *id, version });
            }
        }
        self.flush_relations(wall);
        self.flush_releases(wall);
        for (id, graph) in &mut self.graphs {
            if let Some(version) = graph.announce() {
                self.host.notify(Notice::Graph {
                    graph: *id,
                    version,
                });
            }
        }
    }

    fn flush_releases(&mut self, wall_ms: i64) {
        for (id, followed) in &mut self.releases {
            if let Some(version) = followed.announce(wall_ms) {
                self.host.notify(Notice::Release {
                    release: *id,
                    version,
                });
            }
        }
    }

    fn flush_relations(&mut self, wall_ms: i64) {
        for (id, view) in &mut self.relations {
            if let Some(version) = view.announce(wall_ms) {
                self.host.notify(Notice::Relations {
                    relations: *id,
                    version,
                });
            }
        }
    }

    fn keep_house(&mut self) {
        let (wall, now) = (self.wall_ms(), self.now_ms());
        self.keep_kinds(wall);
        self.forget_find(wall);
        self.close_idle_collections(wall);
        self.update_usage_polls();
        self.tick_graphs(wall, now);
        self.keep_recording(wall, now);
        self.keep_made_jobs(wall, now);
        self.keep_findings();
        self.keep_bells(wall);
        self.age_filters(now);
        self.derived.tick(now);
        self.keep_overview();
        self.status.prove(self.connection.as_of_ms());
        let ticked = self.status.tick(wall);
        if ticked == Ticked::Nothing {
            return;
        }
        self.host.notify(Notice::Cluster {
            cluster: self.info.cluster.clone(),
        });
        if ticked == Ticked::Turned {
            self.touch_tables();
        }
    }

    /// Every table is shown anew: what they say of themselves changed, or all their ages did.
    fn touch_tables(&mut self) {
        for collection in self.collections.values_mut() {
            collection.touch();
        }
        self.scaling.touch();
        self.derived.touch();
    }
}
