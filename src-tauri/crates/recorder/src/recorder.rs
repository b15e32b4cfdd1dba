//! The way in: appends, readings, what is told.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use futures_channel::oneshot::{self, Receiver};
use jiff::Timestamp;
use model::fact::{Fact, Subject};

use crate::queue::{Job, Put, Queue};
use crate::store::{self, Whose};
use crate::writer::Writer;
use crate::{Error, Known, Limits, Opened, Reading};

/// Facts that may wait for the disk: some minutes of a thousand busy workloads.
const ROOM: usize = 100_000;

/// What a recorder is opened with.
pub struct Setup {
    /// Where its file is; made where it is not.
    pub folder: PathBuf,
    /// How much is kept.
    pub limits: Limits,
    /// This computer's clock: for ages and the names of what is set aside, never for the order of facts.
    pub now: Box<dyn Fn() -> Timestamp + Send>,
    /// Called when [`Recording`] changes, on the recorder's thread: it must not wait.
    pub told: Box<dyn Fn(Recording) + Send>,
}

/// Whether facts reach the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recording {
    /// They do.
    On,
    /// They wait, and are committed when what is in the way is gone; nothing that was committed is lost.
    Paused {
        /// What is in the way: a sentence for the person.
        why: String,
    },
    /// The file turned out to be damaged while it was open. It was set aside, and what could be read recovered: recording goes on.
    Recovered {
        /// What was wrong, what was recovered and what was lost.
        words: String,
    },
    /// They do not, and will not before the program starts again.
    Off {
        /// Why: a sentence for the person.
        why: String,
    },
}

/// What became of facts that were to be appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// They are committed soon: when [`Recorder::committed`] has reached this.
    Taken(u64),
    /// Too much waits for the disk: they are lost, and what of the subject was watched is recorded as not watched from there on. Tell
    /// all of it anew, beginning with `Watched`.
    Lost,
    /// Recording is off.
    Off,
}

/// The flight recorder. Dropping it commits what waits, and waits for that.
pub struct Recorder {
    queue: Arc<Queue>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread tells.
pub(crate) struct Shared {
    /// Facts that are committed, of those ever taken.
    pub(crate) committed: AtomicU64,
    /// As it was last told.
    pub(crate) recording: Mutex<Recording>,
}

impl Recorder {
    /// Opens the file, whatever state it is in, which reads all of it once: half a second for 200 MB. It never fails: where nothing can
    /// be recorded, [`Opened::Off`] says why, and so does [`Recorder::recording`].
    pub fn open(setup: Setup) -> (Self, Opened) {
        let Setup {
            folder,
            limits,
            now,
            told,
        } = setup;
        let (store, opened) = match store::open(&folder, limits, now()) {
            Ok(opened) => opened,
            Err(error) => {
                let reason = format!("Nothing is recorded: {error}.");
                (None, Opened::Off { reason })
            }
        };
        let recording = match &opened {
            Opened::Off { reason } => Recording::Off {
                why: reason.clone(),
            },
            Opened::Fresh | Opened::Found | Opened::Migrated { .. } | Opened::Recovered { .. } => {
                Recording::On
            }
        };
        let shared = Arc::new(Shared {
            committed: AtomicU64::new(0),
            recording: Mutex::new(recording),
        });
        let queue = Arc::new(Queue::new(ROOM));
        let thread = store.and_then(|store| {
            let writer = Writer::new(store, Arc::clone(&queue), Arc::clone(&shared), now, told);
            std::thread::Builder::new()
                .name("recorder".to_owned())
                .spawn(move || writer.run())
                .ok()
        });
        if thread.is_none() {
            queue.close();
        }
        let recorder = Self {
            queue,
            shared,
            thread,
        };
        (recorder, opened)
    }

    /// Appends facts of a subject in their order. Never waits. What holds already is not written again.
    pub fn append(&self, cluster: &str, subject: &Subject, facts: Vec<Fact>) -> Appended {
        let whose = Whose {
            cluster: cluster.to_owned(),
            subject: subject.clone(),
        };
        match self.queue.append(whose, facts) {
            Put::Taken(taken) => Appended::Taken(taken),
            Put::Lost => Appended::Lost,
            Put::Closed => Appended::Off,
        }
    }

    /// How many of the facts that were taken are on the disk for good.
    pub fn committed(&self) -> u64 {
        self.shared.committed.load(Ordering::Acquire)
    }

    /// Comes when all that was appended before is committed; an error if it cannot be now. It is kept, and tried again.
    pub fn flush(&self) -> Receiver<Result<(), Error>> {
        let (reply, receiver) = oneshot::channel();
        self.queue.put(Job::Flush(reply));
        receiver
    }

    /// What was recorded of a subject from one time to another, by the times at which it was received: what held where that begins, and
    /// what followed. What was appended before is part of it. Cancelled if recording is off.
    pub fn read(
        &self,
        cluster: &str,
        subject: &Subject,
        from: Timestamp,
        to: Timestamp,
    ) -> Receiver<Result<Reading, Error>> {
        let (reply, receiver) = oneshot::channel();
        let whose = Whose {
            cluster: cluster.to_owned(),
            subject: subject.clone(),
        };
        self.queue.put(Job::Read {
            whose,
            from,
            to,
            reply,
        });
        receiver
    }

    /// The subjects of a cluster of which something is recorded. Cancelled if recording is off.
    pub fn subjects(&self, cluster: &str) -> Receiver<Result<Vec<Known>, Error>> {
        let (reply, receiver) = oneshot::channel();
        let cluster = cluster.to_owned();
        self.queue.put(Job::Subjects { cluster, reply });
        receiver
    }

    /// Sets how much is kept. What is beyond goes little by little.
    pub fn set_limits(&self, limits: Limits) {
        self.queue.put(Job::SetLimits(limits));
    }

    /// Whether facts reach the disk.
    pub fn recording(&self) -> Recording {
        let recording = self.shared.recording.lock();
        recording.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Commits what waits and closes the file; an error if it could not. What is appended afterwards is refused.
    pub fn stop(&self) -> Receiver<Result<(), Error>> {
        let (reply, receiver) = oneshot::channel();
        self.queue.put(Job::Stop(Some(reply)));
        receiver
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.queue.put(Job::Stop(None));
        if let Some(thread) = self.thread.take() {
            // It has no panic that is not told by the closed queue.
            let _ = thread.join();
        }
    }
}
