//! Holds the credentials of one source, renewing them as [`renewal`] says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::renewal::{self, Input, Output, Pace, State};
use super::source::{Pass, Source};
use super::{Clock, Failure};
use crate::task::Task;

/// Credentials of one source. At most one run of the source at a time, shared by all who wait; dropping this ends it.
pub(crate) struct Keeper {
    source: Arc<Source>,
    shared: Arc<Shared>,
}

struct Shared {
    slot: Mutex<Slot>,
    /// Counts the runs that ended.
    ended: watch::Sender<u64>,
    pace: Pace,
    clock: Clock,
}

#[derive(Default)]
struct Slot {
    state: State,
    pass: Option<Arc<Pass>>,
    /// Of the last run.
    failure: Option<Failure>,
    run: Option<Task>,
}

/// What became of credentials that the server refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Renewed {
    /// There are others now.
    Other,
    /// There are none others.
    Same,
    /// They could not be renewed.
    Failed(Failure),
}

impl Keeper {
    /// Holds nothing yet; the source is asked when first needed.
    pub(crate) fn new(source: Source, clock: Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                slot: Mutex::default(),
                ended: watch::Sender::new(0),
                pace: source.pace(),
                clock,
            }),
            source: Arc::new(source),
        }
    }

    /// Credentials that are good now, with their number. Waits for the source where there are none.
    pub(crate) async fn current(&self) -> Result<(Arc<Pass>, u64), Failure> {
        let mut ended = self.shared.ended.subscribe();
        loop {
            let output = self.advance(Input::Wanted);
            match output {
                Output::Use | Output::UseAndRun | Output::Keep | Output::Noted => {
                    let slot = self.shared.slot();
                    if let Some(pass) = &slot.pass {
                        return Ok((Arc::clone(pass), slot.state.number()));
                    }
                    return Err(Failure::defect());
                }
                Output::Run | Output::Wait => {
                    // The sender lives in `self`.
                    let _ = ended.changed().await;
                }
                Output::Fail => {
                    let failure = self.shared.slot().failure.clone();
                    return Err(failure.unwrap_or_else(Failure::defect));
                }
            }
        }
    }

    /// The server refused the credentials of `number`: renews them, unless that was done meanwhile or just now.
    pub(crate) async fn rejected(&self, number: u64) -> Renewed {
        let mut ended = self.shared.ended.subscribe();
        match self.advance(Input::Rejected { number }) {
            Output::Run | Output::Wait => {
                let _ = ended.changed().await;
                let slot = self.shared.slot();
                match &slot.failure {
                    _ if slot.state.number() != number => Renewed::Other,
                    Some(failure) => Renewed::Failed(failure.clone()),
                    None => Renewed::Same,
                }
            }
            Output::Use | Output::UseAndRun => Renewed::Other,
            Output::Keep | Output::Fail | Output::Noted => Renewed::Same,
        }
    }

    /// What is held, good or not.
    pub(crate) fn held(&self) -> Option<Arc<Pass>> {
        self.shared.slot().pass.clone()
    }

    /// Whether a run is under way.
    pub(crate) fn is_running(&self) -> bool {
        self.shared.slot().state.is_running()
    }

    fn advance(&self, input: Input) -> Output {
        let mut slot = self.shared.slot();
        let output = self.shared.step(&mut slot, input);
        if matches!(output, Output::Run | Output::UseAndRun) {
            let (source, shared) = (Arc::clone(&self.source), Arc::clone(&self.shared));
            let told = Arc::clone(&self.shared);
            slot.run = Some(Task::spawn(
                "credentials",
                async move {
                    let result = source.obtain((shared.clock)()).await;
                    shared.finished(result);
                },
                |_| async move { told.finished(Err(Failure::defect())) },
            ));
        }
        output
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The run holds `shared`, which holds the run.
        let run = self.shared.slot().run.take();
        drop(run);
    }
}

impl Shared {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&self, slot: &mut Slot, input: Input) -> Output {
        let (output, state) = renewal::step(slot.state, (self.clock)(), self.pace, input);
        slot.state = state;
        output
    }

    fn finished(&self, result: Result<Pass, Failure>) {
        let mut slot = self.slot();
        match result {
            Ok(pass) => {
                let fresh = slot.pass.as_ref().is_none_or(|held| !held.is_same(&pass));
                let input = Input::Obtained {
                    fresh,
                    until_ms: pass.until_ms,
                    look_again_ms: pass.look_again_ms,
                };
                // What is the same stays the same object: a link in use is not replaced for it.
                if fresh {
                    slot.pass = Some(Arc::new(pass));
                }
                slot.failure = None;
                self.step(&mut slot, input);
            }
            Err(failure) => {
                tracing::warn!("no new credentials: {}", failure.why);
                slot.failure = Some(failure);
                self.step(&mut slot, Input::Failed);
            }
        }
        drop(slot);
        self.ended.send_modify(|count| *count += 1);
    }
}
