//! The recorder's thread: it has the file, commits in groups, sleeps while nothing comes.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::queue::{Job, Queue};
use crate::recorder::{Recording, Shared};
use crate::store::{Batch, Entry, Store, Trimmed};
use crate::{Error, Opened};

/// From the first fact that waits until it is committed.
const GATHERED: Duration = Duration::from_millis(500);
/// Facts that are committed without waiting for more.
const FACTS: usize = 5_000;
/// Between two tries while something is in the way.
const AGAIN: Duration = Duration::from_secs(5);
/// Between two looks at what is too old, while something is written.
const TRIM: Duration = Duration::from_mins(10);

pub(crate) struct Writer {
    /// `None`: it could not be opened again after damage.
    store: Option<Store>,
    queue: Arc<Queue>,
    shared: Arc<Shared>,
    now: Box<dyn Fn() -> Timestamp + Send>,
    told: Box<dyn Fn(Recording) + Send>,
    pending: Vec<Batch>,
    /// Facts in it.
    facts: usize,
    /// When it is committed.
    due: Option<Instant>,
    /// When limits on age are looked at next; `None`: as soon as there is time.
    trim: Option<Instant>,
    was_recovered: bool,
}

impl Writer {
    pub(crate) fn new(
        store: Store,
        queue: Arc<Queue>,
        shared: Arc<Shared>,
        now: Box<dyn Fn() -> Timestamp + Send>,
        told: Box<dyn Fn(Recording) + Send>,
    ) -> Self {
        Self {
            store: Some(store),
            queue,
            shared,
            now,
            told,
            pending: Vec::new(),
            facts: 0,
            due: None,
            trim: None,
            was_recovered: false,
        }
    }

    /// Until it is stopped.
    pub(crate) fn run(mut self) {
        let closing = Closing {
            queue: Arc::clone(&self.queue),
            shared: Arc::clone(&self.shared),
        };
        while self.store.is_some() {
            if self.trim.is_none() {
                self.trim();
            }
            match self.queue.next(self.due) {
                None => drop(self.commit()),
                Some(Job::Append(batch)) => self.take(batch),
                Some(Job::Flush(reply)) => {
                    let _ = reply.send(self.commit());
                }
                Some(Job::Read {
                    whose,
                    from,
                    to,
                    reply,
                }) => {
                    // What cannot be committed now is not read yet.
                    drop(self.commit());
                    let reading = self.with(|store| store.read(&whose, from, to));
                    let _ = reply.send(reading);
                }
                Some(Job::Subjects { cluster, reply }) => {
                    drop(self.commit());
                    let subjects = self.with(|store| store.subjects(&cluster));
                    let _ = reply.send(subjects);
                }
                Some(Job::SetLimits(limits)) => {
                    let set = self.with(|store| {
                        store.set_limits(limits);
                        Ok(())
                    });
                    if set.is_ok() {
                        self.trim = None;
                    }
                }
                Some(Job::Stop(reply)) => {
                    let stopped = self.stop();
                    drop(closing);
                    if let Some(reply) = reply {
                        let _ = reply.send(stopped);
                    }
                    return;
                }
            }
        }
    }

    fn take(&mut self, batch: Batch) {
        if let Entry::Facts(facts) = &batch.entry {
            self.facts += facts.len();
        }
        self.pending.push(batch);
        let due = *self.due.get_or_insert_with(|| Instant::now() + GATHERED);
        let is_paused = matches!(self.recording(), Recording::Paused { .. });
        if Instant::now() >= due || (self.facts >= FACTS && !is_paused) {
            drop(self.commit());
        }
    }

    /// Commits what waits; if it cannot, all of it waits on.
    fn commit(&mut self) -> Result<(), Error> {
        self.due = None;
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let result = self.with(|store| store.append(&pending));
        self.pending = pending;
        match &result {
            Ok(()) => {
                self.pending.clear();
                let facts = std::mem::take(&mut self.facts);
                self.queue.done(facts);
                let committed = &self.shared.committed;
                committed.fetch_add(facts as u64, Ordering::AcqRel);
                self.tell(Recording::On);
                self.trim();
            }
            Err(Error::Off(_)) => {}
            Err(error) => {
                self.due = Some(Instant::now() + AGAIN);
                self.tell(Recording::Paused {
                    why: format!("Recording is paused: {error}. What is seen meanwhile is kept in memory, and recorded when it can be."),
                });
            }
        }
        result
    }

    /// Does it with the file; if that turns out to be damaged, once more with what could be recovered of it.
    fn with<T>(&mut self, does: impl Fn(&mut Store) -> Result<T, Error>) -> Result<T, Error> {
        let Some(store) = &mut self.store else {
            return Err(Error::Off("its file could not be opened again".to_owned()));
        };
        match does(store) {
            Err(error @ Error::Damaged(_)) if !self.was_recovered => {
                self.was_recovered = true;
                self.recover(&error)?;
                self.store.as_mut().map_or(Err(error), does)
            }
            result => result,
        }
    }

    fn recover(&mut self, why: &Error) -> Result<(), Error> {
        let Some(store) = self.store.take() else {
            return Ok(());
        };
        match store.reopen(why, (self.now)()) {
            Ok((store, opened)) => {
                self.store = Some(store);
                if let Opened::Recovered { words, .. } = opened {
                    (self.told)(Recording::Recovered { words });
                }
                Ok(())
            }
            Err(error) => {
                let why = format!("Nothing is recorded any more: {error}.");
                self.tell(Recording::Off { why });
                Err(error)
            }
        }
    }

    /// Takes out what is beyond the limits while nobody waits: on size after each commit, on age now and then.
    fn trim(&mut self) {
        let now = (self.now)();
        let is_due = self.trim.is_none_or(|trim| Instant::now() >= trim);
        let is_large = self.with(|store| store.is_large());
        if !is_due && !is_large.unwrap_or(false) {
            return;
        }
        loop {
            match self.with(|store| store.trim(now)) {
                Ok(Trimmed::Done) => {
                    self.trim = Some(Instant::now() + TRIM);
                    return;
                }
                Ok(Trimmed::More) if self.queue.is_idle() => {}
                Ok(Trimmed::More) => {
                    // Goes on after the next job.
                    self.trim = None;
                    return;
                }
                Err(_) => {
                    // What fails here fails in the next commit, and is told there.
                    self.trim = Some(Instant::now() + AGAIN);
                    return;
                }
            }
        }
    }

    fn stop(&mut self) -> Result<(), Error> {
        let committed = self.commit();
        let closed = self.store.take().map_or(Ok(()), Store::close);
        committed.and(closed)
    }

    fn recording(&self) -> Recording {
        let recording = self.shared.recording.lock();
        recording.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tell(&self, new: Recording) {
        let recording = self.shared.recording.lock();
        let mut recording = recording.unwrap_or_else(PoisonError::into_inner);
        if *recording != new {
            recording.clone_from(&new);
            drop(recording);
            (self.told)(new);
        }
    }
}

/// Whoever waits is told of the end, also of one by a panic.
struct Closing {
    queue: Arc<Queue>,
    shared: Arc<Shared>,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.queue.close();
        if std::thread::panicking() {
            let recording = self.shared.recording.lock();
            *recording.unwrap_or_else(PoisonError::into_inner) = Recording::Off {
                why: "The recorder failed; nothing is recorded until Scalescope starts again."
                    .to_owned(),
            };
        }
    }
}
