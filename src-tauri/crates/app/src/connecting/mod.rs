//! The way from a click to a session: nothing is contacted, run or read before a person agreed to exactly that.

mod step;
mod weigh;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use cluster::{Connection, Surroundings};
use futures_util::FutureExt;
use futures_util::future::Shared;
use tokio::sync::{oneshot, watch};
use tokio::task::AbortHandle;
use wire::{AnswerConsent, ClusterInfo, Connecting, ErrorCode, Notice, WireError};

use crate::app::initials;
use crate::bells_kept::BellsKept;
use crate::consents::Consents;
use crate::contexts_kept::{ContextsKept, colour};
use crate::demo_cluster;
use crate::flight::Flight;
use crate::host::Host;
use crate::session::{Keeps, Session, gone};
use crate::sessions::Sessions;
use crate::start::{Chosen, Start};
use crate::time::ClusterTime;
use crate::{errors, surroundings};
use step::{Asked, Input, Output, State, Work, step};
use weigh::{Scales, Weighed};

/// What who asked is told.
type Outcome = Result<Connecting, WireError>;

/// The gate's front: every context on its way to a session.
pub(crate) struct Ways {
    host: Arc<dyn Host>,
    start: Arc<Start>,
    pub(crate) consents: Consents,
    pub(crate) kept: ContextsKept,
    pub(crate) sessions: Sessions,
    /// Comes some time after the start.
    around: watch::Receiver<Option<Arc<Surroundings>>>,
    ids: Arc<AtomicU32>,
    under_way: Mutex<UnderWay>,
    /// Held while the demo cluster is being opened: it runs once.
    opening_demo: tokio::sync::Mutex<()>,
    pub(crate) flight: Arc<Flight>,
    bells: Arc<BellsKept>,
}

#[derive(Default)]
struct UnderWay {
    /// By the context's id; none that is idle.
    ways: BTreeMap<String, Way>,
    runs: u64,
}

struct Way {
    state: State,
    run: Option<Run>,
}

/// What is at it now.
#[derive(Clone)]
struct Run {
    task: AbortHandle,
    told: Shared<oneshot::Receiver<Outcome>>,
}

/// What a run came to.
enum Came {
    Asks(Box<Asked>),
    Connected {
        connection: Box<Connection>,
        latency_ms: u32,
        info: Box<ClusterInfo>,
        chosen: Box<Chosen>,
        by: String,
    },
}

impl Ways {
    /// Asks the host for this computer's surroundings meanwhile: that may take seconds.
    pub(crate) fn new(host: Arc<dyn Host>, start: Arc<Start>) -> Arc<Self> {
        let (found, around) = watch::channel(None);
        let of_host = host.clone();
        let spawned = thread::Builder::new()
            .name("surroundings".to_owned())
            .spawn(move || {
                let of_terminal = std::io::stderr().is_terminal();
                let around = surroundings::complete(of_host.surroundings(), of_terminal);
                found.send_replace(Some(Arc::new(around)));
            });
        if let Err(error) = spawned {
            tracing::error!(%error, "this computer's surroundings are not known");
        }
        let folder = host.config_folder();
        Arc::new(Self {
            consents: Consents::in_folder(folder.clone()),
            kept: ContextsKept::in_folder(folder.clone()),
            bells: Arc::new(BellsKept::in_folder(folder)),
            sessions: Sessions::default(),
            flight: Flight::new(host.clone()),
            host,
            start,
            around,
            ids: Arc::new(AtomicU32::new(1)),
            under_way: Mutex::default(),
            opening_demo: tokio::sync::Mutex::default(),
        })
    }

    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        // Nothing under this lock can leave it half-changed.
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Connects a context, or tells what has to be answered first. Calls for one context share one way.
    pub(crate) async fn connect(self: &Arc<Self>, context: &str) -> Outcome {
        if context == demo_cluster::CONTEXT {
            return self.open_demo().await;
        }
        let told = {
            let mut under_way = self.under_way();
            if let Ok(open) = self.sessions.get(&cluster_id(context)) {
                return Ok(connected(&open.info));
            }
            match self.step(&mut under_way, context, Input::Connect) {
                Stepped::Wait(told) => told,
                Stepped::Now(outcome) => return outcome,
                Stepped::Dropped => return Ok(Connecting::Closed),
            }
        };
        come(told).await
    }

    /// Nothing leaves the program for the demo cluster, so nobody is asked.
    async fn open_demo(self: &Arc<Self>) -> Outcome {
        let _opening = self.opening_demo.lock().await;
        if let Ok(open) = self.sessions.get(&cluster_id(demo_cluster::CONTEXT)) {
            return Ok(connected(&open.info));
        }
        let opened = demo_cluster::open(self.host.clone()).await?;
        let ways = self.clone();
        let info = blocking(move || demo_cluster::info(&ways.kept, opened.version)).await?;
        let outcome = connected(&info);
        let session = Session::start(
            opened.connection,
            opened.latency_ms,
            info,
            self.host.clone(),
            ClusterTime::Demo(opened.running),
            Keeps {
                // Its day is invented: it is no fact.
                flight: None,
                bells: self.bells.clone(),
            },
            self.ids.clone(),
        );
        self.sessions.add(session, None);
        Ok(outcome)
    }

    /// Takes a person's answer.
    pub(crate) async fn answer(self: &Arc<Self>, answer: &AnswerConsent) -> Outcome {
        let told = {
            let mut under_way = self.under_way();
            let mut ways = under_way.ways.iter();
            let asks = |way: &Way| match &way.state {
                State::Asking(asked) => asked.question.id == answer.question,
                State::Idle | State::Working { .. } => false,
            };
            let Some(context) = ways.find_map(|(context, way)| asks(way).then(|| context.clone()))
            else {
                return Err(no_such_question());
            };
            let input = Input::Answer {
                question: &answer.question,
                answer: answer.answer,
                confirmed: &answer.confirmed,
            };
            match self.step(&mut under_way, &context, input) {
                Stepped::Wait(told) => told,
                Stepped::Now(outcome) => return outcome,
                Stepped::Dropped => return Ok(Connecting::Closed),
            }
        };
        come(told).await
    }

    /// Stops connecting a context, wherever it is: files that are being read are read for nothing, a program that was run ends,
    /// a question is void. What is connected stays so.
    pub(crate) fn cancel(self: &Arc<Self>, context: &str) {
        let _ = self.step(&mut self.under_way(), context, Input::Cancel);
    }

    /// Stops everything that is under way.
    pub(crate) fn cancel_all(self: &Arc<Self>) {
        let mut under_way = self.under_way();
        let all: Vec<String> = under_way.ways.keys().cloned().collect();
        for context in all {
            let _ = self.step(&mut under_way, &context, Input::Cancel);
        }
    }

    /// Forgets a consent and closes what was connected by it.
    pub(crate) fn revoke(&self, consent: &str) {
        // Under the lock: a run that ends now finds its consent gone.
        let _under_way = self.under_way();
        self.consents.forget(consent);
        for cluster in self.sessions.disconnect_by(consent) {
            self.host.notify(Notice::Cluster { cluster });
        }
    }

    fn step(
        self: &Arc<Self>,
        under_way: &mut UnderWay,
        context: &str,
        input: Input<'_>,
    ) -> Stepped {
        let (state, run) = match under_way.ways.remove(context) {
            Some(way) => (way.state, way.run),
            None => (State::Idle, None),
        };
        let next = under_way.runs + 1;
        let (output, state) = step(state, input, next);
        let (stepped, run) = match output {
            Output::Begin(work) => {
                under_way.runs = next;
                let run = self.begin(context.to_owned(), next, work);
                (Stepped::Wait(run.told.clone()), Some(run))
            }
            Output::Join => {
                let told = run.as_ref().map(|run| run.told.clone());
                let told = told.expect("what is being worked on has a run");
                (Stepped::Wait(told), run)
            }
            Output::Ask(asked) => (
                Stepped::Now(Ok(Connecting::Asks {
                    question: asked.question,
                })),
                run,
            ),
            Output::Closed => {
                if let Some(run) = run {
                    run.task.abort();
                }
                (Stepped::Now(Ok(Connecting::Closed)), None)
            }
            Output::NoSuchQuestion => (Stepped::Now(Err(no_such_question())), run),
            Output::Wanted => (Stepped::Now(Ok(Connecting::Closed)), None),
            Output::Dropped => (Stepped::Dropped, run),
        };
        if state != State::Idle {
            under_way
                .ways
                .insert(context.to_owned(), Way { state, run });
        }
        stepped
    }

    fn begin(self: &Arc<Self>, context: String, run: u64, work: Work) -> Run {
        let (tell, told) = oneshot::channel();
        let telling = Telling {
            ways: self.clone(),
            context,
            run,
            tell: Some(tell),
        };
        let task = tokio::spawn(async move {
            let came = telling.ways.go(&telling.context, work).await;
            telling.came(came);
        });
        Run {
            task: task.abort_handle(),
            told: told.shared(),
        }
    }

    /// One run. Dropping it stops it.
    async fn go(self: &Arc<Self>, context: &str, work: Work) -> Result<Came, WireError> {
        self.start.first().done().await;
        let mut around = self.around.clone();
        let around = around.wait_for(Option::is_some).await;
        let around = around
            .ok()
            .and_then(|around| around.clone())
            .ok_or_else(failed)?;
        let before = match &work {
            Work::Propose { before } => before.as_ref(),
            Work::Look { before } => Some(before),
            Work::Trust { asked } => Some(asked),
        };
        // An edited context has another id: who answered about the former is asked about what it is now.
        let chosen = self
            .start
            .context(context)
            .or_else(|| before.and_then(|before| self.start.like(&before.whose)))
            .ok_or_else(|| gone("This context"))?;
        let ways = self.clone();
        let weighing = move || {
            let scales = Scales {
                chosen: &chosen,
                around: &around,
                consents: &ways.consents,
                id: ways.random_id(),
                now_ms: ways.host.now_ms(),
            };
            let weighed = scales.weigh(work);
            (weighed, chosen)
        };
        let (weighed, chosen) = blocking(weighing).await?;
        let (target, newly, by) = match weighed? {
            Weighed::Asks(asked) => return Ok(Came::Asks(asked)),
            Weighed::Agreed { target, newly, by } => (target, newly, by),
        };
        let by = match newly {
            None => by,
            Some(agreed) => {
                let ways = self.clone();
                blocking(move || ways.consents.remember(*agreed)).await?
            }
        };
        let server = target.server().to_owned();
        let (connection, greeting) = Connection::open(*target)
            .await
            .map_err(|error| errors::connect(&error))?;
        let settings = self.kept.of(&chosen.whose).settings;
        let or = |set: &str, else_: &str| if set.is_empty() { else_ } else { set }.to_owned();
        let name = or(&settings.title, &chosen.name);
        let info = ClusterInfo {
            cluster: cluster_id(&chosen.id.to_string()),
            context: chosen.id.to_string(),
            colour: colour(&settings, &chosen.name),
            initials: initials(&name),
            name,
            server,
            version: greeting.version,
            namespace: or(&settings.namespace, &chosen.namespace),
            demo: false,
        };
        Ok(Came::Connected {
            connection: Box::new(connection),
            latency_ms: greeting.latency_ms,
            info: Box::new(info),
            chosen: Box::new(chosen),
            by,
        })
    }

    /// What a run came to, unless it was stopped: a question to keep, a session to start.
    fn settle(self: &Arc<Self>, context: &str, run: u64, came: Result<Came, WireError>) -> Outcome {
        let mut under_way = self.under_way();
        let mut ended = |input| match self.step(&mut under_way, context, input) {
            Stepped::Dropped => Err(()),
            Stepped::Now(_) | Stepped::Wait(_) => Ok(()),
        };
        match came {
            Err(error) => match ended(Input::Ended { run }) {
                Ok(()) => Err(error),
                Err(()) => Ok(Connecting::Closed),
            },
            Ok(Came::Asks(asked)) => {
                let question = asked.question.clone();
                if question.context == context {
                    let wanted = ended(Input::Asks { run, asked });
                    return Ok(match wanted {
                        Ok(()) => Connecting::Asks { question },
                        Err(()) => Connecting::Closed,
                    });
                }
                if ended(Input::Ended { run }).is_err()
                    || under_way.ways.contains_key(&question.context)
                {
                    return Ok(Connecting::Closed);
                }
                let state = State::Asking(asked);
                let way = Way { state, run: None };
                under_way.ways.insert(question.context.clone(), way);
                Ok(Connecting::Asks { question })
            }
            Ok(Came::Connected {
                connection,
                latency_ms,
                info,
                chosen,
                by,
            }) => {
                // Stopped, or what it was connected by is revoked.
                if ended(Input::Ended { run }).is_err() || !self.consents.has(&by) {
                    return Ok(Connecting::Closed);
                }
                if let Ok(open) = self.sessions.get(&info.cluster) {
                    return Ok(connected(&open.info));
                }
                let outcome = connected(&info);
                let session = Session::start(
                    *connection,
                    latency_ms,
                    *info,
                    self.host.clone(),
                    ClusterTime::Computer,
                    Keeps {
                        flight: self.host.data_folder().map(|_| self.flight.clone()),
                        bells: self.bells.clone(),
                    },
                    self.ids.clone(),
                );
                self.sessions.add(session, Some(by));
                self.used(*chosen);
                Ok(outcome)
            }
        }
    }

    /// Keeps when a context was used, some time later: it is written to disk.
    fn used(self: &Arc<Self>, chosen: Chosen) {
        let ways = self.clone();
        tokio::task::spawn_blocking(move || {
            ways.kept.used(&chosen.whose, ways.host.now_ms());
            ways.host.notify(Notice::Start);
        });
    }

    fn random_id(&self) -> String {
        use std::fmt::Write as _;
        let mut id = String::with_capacity(32);
        for byte in self.host.random() {
            // Writing to a text cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        id
    }
}

/// What one step means for who caused it.
enum Stepped {
    Wait(Shared<oneshot::Receiver<Outcome>>),
    Now(Outcome),
    /// A run that nobody wants any more.
    Dropped,
}

/// Tells what a run came to, also if it is stopped or panics; no way is left behind.
struct Telling {
    ways: Arc<Ways>,
    context: String,
    run: u64,
    tell: Option<oneshot::Sender<Outcome>>,
}

impl Telling {
    fn came(mut self, came: Result<Came, WireError>) {
        let outcome = self.ways.settle(&self.context, self.run, came);
        if let Some(tell) = self.tell.take() {
            // Whoever asked may be gone.
            let _ = tell.send(outcome);
        }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        let Some(tell) = self.tell.take() else {
            return;
        };
        if !thread::panicking() {
            // Stopped by a step, which holds the lock perhaps and has removed the way.
            let _ = tell.send(Ok(Connecting::Closed));
            return;
        }
        let ended = Input::Ended { run: self.run };
        let _ = self
            .ways
            .step(&mut self.ways.under_way(), &self.context, ended);
        let _ = tell.send(Err(failed()));
    }
}

async fn come(told: Shared<oneshot::Receiver<Outcome>>) -> Outcome {
    // Nobody is left to tell: the program ends.
    told.await.unwrap_or(Ok(Connecting::Closed))
}

/// Runs what blocks where that is no harm.
async fn blocking<T: Send + 'static>(
    what: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WireError> {
    tokio::task::spawn_blocking(what)
        .await
        .map_err(|_| failed())
}

/// The connection's id to the page.
pub(crate) fn cluster_id(context: &str) -> String {
    format!("context-{context}")
}

fn connected(info: &ClusterInfo) -> Connecting {
    Connecting::Connected {
        cluster: info.clone(),
    }
}

fn no_such_question() -> WireError {
    WireError::new(
        ErrorCode::Gone,
        "This question no longer stands.",
        "It was answered, or what it was about has changed. Connect again.",
    )
}

fn failed() -> WireError {
    WireError::new(
        ErrorCode::Other,
        "A part of Scalescope failed on this.",
        "The rest goes on; the log file says more. Please report it.",
    )
}
