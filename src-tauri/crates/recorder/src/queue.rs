//! What waits for the recorder's thread: bounded, so that a slow disk costs facts, not memory, and never without a word.

use std::collections::{HashSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_channel::oneshot::Sender;
use jiff::Timestamp;
use model::fact::Fact;

use crate::store::{Batch, Entry, Whose};
use crate::{Error, Known, Limits, Reading};

/// What the thread is asked for.
pub(crate) enum Job {
    Append(Batch),
    Read {
        whose: Whose,
        from: Timestamp,
        to: Timestamp,
        reply: Sender<Result<Reading, Error>>,
    },
    Subjects {
        cluster: String,
        reply: Sender<Result<Vec<Known>, Error>>,
    },
    SetLimits(Limits),
    Flush(Sender<Result<(), Error>>),
    Stop(Option<Sender<Result<(), Error>>>),
}

/// What waits.
pub(crate) struct Queue {
    inside: Mutex<Inside>,
    woken: Condvar,
    /// Facts that may wait.
    room: usize,
}

#[derive(Default)]
struct Inside {
    jobs: VecDeque<Job>,
    /// Facts that wait, those that were taken and are not committed among them.
    waiting: usize,
    /// Facts that were ever taken.
    taken: u64,
    /// For these a word of the loss waits, and nothing came after it.
    lost: HashSet<Whose>,
    is_closed: bool,
}

/// What became of facts.
pub(crate) enum Put {
    /// They wait; so many facts were ever taken.
    Taken(u64),
    /// There was no room.
    Lost,
    /// Nobody takes them any more.
    Closed,
}

impl Queue {
    pub(crate) fn new(room: usize) -> Self {
        Self {
            inside: Mutex::default(),
            woken: Condvar::new(),
            room,
        }
    }

    /// Facts that are to be appended. Where there is no room for them, the gap is.
    pub(crate) fn append(&self, whose: Whose, facts: Vec<Fact>) -> Put {
        let mut inside = self.inside();
        if inside.is_closed {
            return Put::Closed;
        }
        let count = facts.len();
        if inside.waiting > 0 && inside.waiting + count > self.room {
            if inside.lost.insert(whose.clone()) {
                let entry = Entry::Lost;
                inside.jobs.push_back(Job::Append(Batch { whose, entry }));
            }
            return Put::Lost;
        }
        inside.lost.remove(&whose);
        inside.waiting += count;
        inside.taken += count as u64;
        let entry = Entry::Facts(facts);
        inside.jobs.push_back(Job::Append(Batch { whose, entry }));
        self.woken.notify_one();
        Put::Taken(inside.taken)
    }

    /// Anything else; it is dropped if the thread has ended, and whoever waits for its reply is told so by that.
    pub(crate) fn put(&self, job: Job) {
        let mut inside = self.inside();
        if !inside.is_closed {
            inside.jobs.push_back(job);
            self.woken.notify_one();
        }
    }

    /// The next job; `None` if none came until then. Without a time it waits for ever, and costs nothing.
    pub(crate) fn next(&self, until: Option<Instant>) -> Option<Job> {
        let mut inside = self.inside();
        loop {
            if let Some(job) = inside.jobs.pop_front() {
                return Some(job);
            }
            inside = match until {
                None => self
                    .woken
                    .wait(inside)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return None;
                    }
                    let waited = self.woken.wait_timeout(inside, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Whether nothing waits.
    pub(crate) fn is_idle(&self) -> bool {
        self.inside().jobs.is_empty()
    }

    /// So many facts wait no more.
    pub(crate) fn done(&self, facts: usize) {
        self.inside().waiting -= facts;
    }

    /// Nothing is taken any more, and what waits is dropped.
    pub(crate) fn close(&self) {
        let mut inside = self.inside();
        inside.is_closed = true;
        inside.jobs.clear();
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
