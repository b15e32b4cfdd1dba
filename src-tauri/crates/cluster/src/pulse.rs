//! Asks the server for a sign of life when none came by itself.
//!
//! One prober a connection, running while something attends to it; the rules are in
//! [`crate::pulse_step`].

use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::connection::{Ask, Connection};
use crate::pulse_step::{self, Input, Moment, Output};
use crate::task::Task;

/// What everybody may read without credentials, on every server.
const PROBE: &str = "/version";
const PROBE_LIMIT: u64 = 64 << 10;

/// The signs of life of one connection. Clones share them.
#[derive(Clone)]
pub(crate) struct Pulse(Arc<Shared>);

struct Shared {
    start: Instant,
    proof_ms: AtomicU64,
    proof_wall_ms: AtomicI64,
    view: watch::Sender<View>,
    attending: Mutex<Attending>,
}

#[derive(Default)]
struct Attending {
    count: usize,
    prober: Option<Task>,
}

/// What a follower needs to know of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// Nothing proves the server alive.
    pub(crate) stale: bool,
    /// Counts the gaps that were overcome.
    pub(crate) epoch: u64,
    /// At a new epoch, links without a byte since then ([`Pulse::steady_ms`]) are to be replaced.
    pub(crate) replace_before_ms: u64,
}

/// Keeps the prober running while it lives.
pub(crate) struct Attendance {
    pulse: Pulse,
    view: watch::Receiver<View>,
    /// Last epoch reported.
    epoch: u64,
}

/// News of the server.
pub(crate) struct News {
    pub(crate) view: View,
    /// It came back over new links.
    pub(crate) renewed: bool,
}

impl Attendance {
    /// What is known now; forgets news not taken.
    pub(crate) fn catch_up(&mut self) -> View {
        let view = *self.view.borrow_and_update();
        self.epoch = view.epoch;
        view
    }

    /// Waits for the server to come, go, or come back over new links. Cancel-safe.
    pub(crate) async fn news(&mut self) -> News {
        // The sender lives in this attendance's own pulse, so it cannot be gone.
        let _ = self.view.changed().await;
        let before = self.epoch;
        let view = self.catch_up();
        News {
            view,
            renewed: view.epoch != before,
        }
    }
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            start: Instant::now(),
            proof_ms: AtomicU64::new(0),
            proof_wall_ms: AtomicI64::new(0),
            view: watch::Sender::new(View::default()),
            attending: Mutex::default(),
        }))
    }

    /// To be called for everything the server sends.
    pub(crate) fn prove(&self) {
        self.0.proof_ms.store(self.steady_ms(), Ordering::Relaxed);
        self.0.proof_wall_ms.store(wall_ms(), Ordering::Relaxed);
    }

    /// When the server last sent anything, Unix ms; 0 before the first.
    pub(crate) fn as_of_ms(&self) -> i64 {
        self.0.proof_wall_ms.load(Ordering::Relaxed)
    }

    /// Milliseconds on this connection's own clock.
    pub(crate) fn steady_ms(&self) -> u64 {
        u64::try_from(self.0.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Has the server probed until the result is dropped.
    pub(crate) fn attend(&self, connection: &Connection) -> Attendance {
        let mut attending = self
            .0
            .attending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        attending.count += 1;
        if attending.prober.as_ref().is_none_or(Task::is_finished) {
            let (pulse, lost) = (self.clone(), self.clone());
            attending.prober = Some(Task::spawn(
                "probe",
                probe(pulse, connection.clone()),
                |_| async move {
                    // Without a prober nothing can be called live any more.
                    lost.0.view.send_modify(|view| view.stale = true);
                },
            ));
        }
        drop(attending);
        let view = self.0.view.subscribe();
        let epoch = view.borrow().epoch;
        Attendance {
            pulse: self.clone(),
            view,
            epoch,
        }
    }

    fn now(&self) -> Moment {
        Moment {
            steady_ms: self.steady_ms(),
            wall_ms: wall_ms(),
        }
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        let mut attending = self
            .pulse
            .0
            .attending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        attending.count -= 1;
        if attending.count == 0 {
            attending.prober = None;
        }
    }
}

/// Unix ms now.
pub(crate) fn wall_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

async fn probe(pulse: Pulse, connection: Connection) {
    let mut ticks = tokio::time::interval(pulse_step::TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut state = pulse_step::begin(pulse.now());
    // The view outlives the prober: its epochs are counted on.
    state.epoch = pulse.0.view.borrow().epoch;
    // The same target built the first one; should it fail, probes share its links.
    let link = connection.apart().unwrap_or_else(|_| connection.clone());
    // It must be as old as those it answers for: one made later may live where they are dead. Whether it is is found out in time.
    let _ = tokio::time::timeout(pulse_step::TICK, answers(&link)).await;
    let mut under_way: Option<Pin<Box<dyn Future<Output = bool> + Send>>> = None;
    loop {
        let input = tokio::select! {
            alive = async { under_way.as_mut().expect("polled only if there is one").await }, if under_way.is_some() => {
                under_way = None;
                if alive {
                    pulse.prove();
                    Input::Answered
                } else {
                    Input::Failed
                }
            }
            _ = ticks.tick() => Input::Tick { proof_ms: pulse.0.proof_ms.load(Ordering::Relaxed) },
        };
        let (next, output) = pulse_step::step(state, input, pulse.now());
        state = next;
        match output {
            Output::Nothing => {}
            Output::Abandon => under_way = None,
            Output::Probe { fresh } => {
                if fresh {
                    connection.renew();
                    link.renew();
                }
                let link = link.clone();
                under_way = Some(Box::pin(async move { answers(&link).await }));
            }
        }
        let view = View {
            stale: state.stale,
            epoch: state.epoch,
            replace_before_ms: state.replace_before_ms,
        };
        pulse
            .0
            .view
            .send_if_modified(|known| std::mem::replace(known, view) != view);
    }
}

/// Whether the API server itself answers. A refusal is an answer; a gateway's 5xx is not. Waits for no credentials: who
/// logs in says nothing of the server.
async fn answers(link: &Connection) -> bool {
    let ask = Ask::json(PROBE);
    match link.probe(ask, PROBE_LIMIT).await {
        Ok(_) => true,
        Err(error) => error.code().is_some_and(|code| code < 500),
    }
}
