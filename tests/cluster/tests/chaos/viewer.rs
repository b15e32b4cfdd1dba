//! Writes down what a view shows.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cluster::{Change, Connection, Health, ListPlan, Scope, Task, Update, follow_by};
use cluster_tests::chaos::{Event, Moment, Shown, Versions};
use cluster_tests::{FaultProxy, Window, straight};
use model::{Kind, ObjectRow, Resource};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use wire::Phase;

use crate::stage::Lane;
use crate::world::World;

/// How often a window is looked at.
const LOOK: Duration = Duration::from_millis(120);

/// What a view showed so far, and shows now.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) shown: Vec<Shown>,
    pub(crate) rows: Versions,
    pub(crate) live: bool,
    /// Why it is not live, for a failure's message.
    pub(crate) why: String,
    listed: bool,
}

impl Log {
    pub(crate) fn push(&mut self, at: Moment, event: Event) {
        self.shown.push(Shown { at, event });
    }

    pub(crate) fn row(&mut self, at: Moment, key: String, state: Option<u64>) {
        let before = match state {
            Some(state) => self.rows.insert(key.clone(), state),
            None => self.rows.remove(&key),
        };
        if before != state {
            self.push(at, Event::Row(key, state));
        }
    }

    /// This is all there is.
    pub(crate) fn replace(&mut self, at: Moment, rows: &[(String, u64)]) {
        let count = rows.len();
        let new: Versions = rows.iter().cloned().collect();
        if new.len() < count {
            let mut names: Vec<&String> = rows.iter().map(|(key, _)| key).collect();
            names.sort_unstable();
            let twice = names.windows(2).find(|two| two[0] == two[1]);
            let twice = twice.map(|two| two[0].clone()).unwrap_or_default();
            self.push(at, Event::Twice(twice));
        }
        let gone: Vec<String> = self
            .rows
            .keys()
            .filter(|key| !new.contains_key(*key))
            .cloned()
            .collect();
        for key in gone {
            self.row(at, key, None);
        }
        for (key, state) in new {
            self.row(at, key, Some(state));
        }
    }

    pub(crate) fn set_live(&mut self, at: Moment, live: bool) {
        if self.live != live {
            self.live = live;
            self.push(at, Event::Live(live));
        }
    }

    fn update(&mut self, at: Moment, update: Update) {
        match update {
            Update::Header(_) | Update::Preview(_) | Update::Progress { .. } => {}
            Update::Rows(rows) => {
                for row in &rows {
                    self.row(at, key(row), Some(version(row)));
                }
            }
            Update::Listed { rows, .. } => {
                self.listed = true;
                if let Some(rows) = rows {
                    let rows = rows.iter().map(|row| (key(row), version(row)));
                    self.replace(at, &rows.collect::<Vec<_>>());
                }
            }
            Update::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Put(row) => self.row(at, key(&row), Some(version(&row))),
                        Change::Gone { namespace, name } => {
                            self.row(at, format!("{namespace}/{name}"), None);
                        }
                    }
                }
            }
            Update::Health(health) => {
                let live = self.listed && matches!(health, Health::Live { .. });
                self.set_live(at, live);
                self.why = format!("{health:?}");
            }
        }
    }
}

fn key(row: &ObjectRow) -> String {
    let meta = row.meta();
    format!("{}/{}", meta.namespace, meta.name)
}

fn version(row: &ObjectRow) -> u64 {
    row.meta().resource_version.parse().unwrap()
}

/// Looks at a view through a proxy and writes down what it sees, until it is dropped.
pub(crate) struct Viewer {
    pub(crate) log: Arc<Mutex<Log>>,
    looking: JoinHandle<()>,
    _following: Option<Task>,
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

impl Viewer {
    pub(crate) async fn open(lane: Lane, proxy: &FaultProxy, world: Arc<World>) -> Self {
        let kubeconfig = proxy.kubeconfig(&world.plane);
        let log = Arc::new(Mutex::new(Log::default()));
        if lane == Lane::Window {
            let (window, cluster) = Window::connected(&kubeconfig).await;
            let view = window.view_in(&cluster, "pods", &[world.namespace]).await;
            let looking = tokio::spawn(look(window, view, world, log.clone()));
            return Self {
                log,
                looking,
                _following: None,
            };
        }
        let connection = straight(&kubeconfig).await;
        let (sink, mut updates) = mpsc::channel(64);
        let following = follow_lane(lane, world.namespace, connection, sink);
        let taken = log.clone();
        let looking = tokio::spawn(async move {
            while let Some(update) = updates.recv().await {
                let at = world.moment();
                taken.lock().unwrap().update(at, update);
            }
        });
        Self {
            log,
            looking,
            _following: Some(following),
        }
    }

    /// A view that something else writes down.
    pub(crate) fn of(log: Arc<Mutex<Log>>, looking: JoinHandle<()>) -> Self {
        Self {
            log,
            looking,
            _following: None,
        }
    }
}

fn follow_lane(
    lane: Lane,
    namespace: &str,
    connection: Connection,
    sink: mpsc::Sender<Update>,
) -> Task {
    let kind = (lane != Lane::Maps).then_some(Kind::Pods);
    let resource = match kind {
        Some(kind) => kind.spec().resource.clone(),
        None => Resource {
            plural: "configmaps".into(),
            ..Kind::Pods.spec().resource.clone()
        },
    };
    let scope = Scope::of(resource, kind, Some(namespace.to_owned()));
    let plan = match (lane, ListPlan::of(&scope)) {
        // Pages of these few pods.
        (
            Lane::Paged,
            ListPlan::Records {
                kind,
                protobuf,
                preview,
                head_start,
                ..
            },
        ) => ListPlan::Records {
            kind,
            protobuf,
            first: 30,
            rest: cluster::Rest::Pages(30),
            preview,
            head_start,
        },
        (_, plan) => plan,
    };
    follow_by(plan, connection, scope, sink)
}

async fn look(window: Window, view: u32, world: Arc<World>, log: Arc<Mutex<Log>>) {
    loop {
        let snapshot = window.snapshot(view).await;
        let at = world.moment();
        let live = snapshot.state.phase == Phase::Live;
        let rows = snapshot.rows.into_iter().map(|(key, cells)| {
            let restarts = cells["RESTARTS"].split(' ').next().unwrap_or_default();
            (key, restarts.parse().unwrap_or(u64::MAX))
        });
        let rows: Vec<(String, u64)> = rows.collect();
        {
            let mut log = log.lock().unwrap();
            if !live {
                log.set_live(at, false);
            }
            log.replace(at, &rows);
            log.set_live(at, live);
            log.why = format!("{:?}", snapshot.state);
        }
        tokio::time::sleep(LOOK).await;
    }
}
