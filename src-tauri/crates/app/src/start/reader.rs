//! Reads every root, one reading for all who ask meanwhile.
//!
//! One thread decides; each root is read on a thread that may hang with its disk while the others come.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::{Reading, Root, Shared};
use crate::watching::{Places, Watching};

/// A disk that has not answered by then is told as silent; what it says later is still taken in.
const PATIENCE: Duration = Duration::from_secs(3);
/// Roots read at a time.
const AT_ONCE: usize = 16;

/// What the reader is told.
pub(super) enum Word {
    /// Someone asks for a reading.
    Wanted,
    /// A root was read.
    Read(Root, Box<Reading>),
    /// The program ends.
    End,
}

/// Still running?
#[derive(PartialEq, Eq)]
enum Going {
    On,
    Ended,
}

pub(super) struct Reader {
    shared: Arc<Shared>,
    words: Sender<Word>,
    inbox: Receiver<Word>,
    watching: Watching,
    /// Roots that are being read, with whether they have to be read again as they began too early.
    reading: BTreeMap<Root, bool>,
    waiting: VecDeque<Root>,
}

impl Reader {
    pub(super) fn new(
        shared: Arc<Shared>,
        words: Sender<Word>,
        inbox: Receiver<Word>,
        watching: Watching,
    ) -> Self {
        Self {
            shared,
            words,
            inbox,
            watching,
            reading: BTreeMap::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Until the program ends.
    pub(super) fn run(mut self) {
        loop {
            match self.inbox.recv() {
                Ok(Word::Wanted) => {
                    if self.read_all() == Going::Ended {
                        return;
                    }
                }
                Ok(Word::Read(root, reading)) => {
                    self.finished(&root, *reading);
                    self.take_in();
                }
                Ok(Word::End) | Err(_) => return,
            }
        }
    }

    /// Reads until nobody has asked since the last reading began.
    fn read_all(&mut self) -> Going {
        loop {
            // Before the roots are looked up: who asked up to here had added theirs.
            let number = self.shared.wanted.load(Ordering::SeqCst);
            if number == *self.shared.done.borrow() {
                return Going::On;
            }
            let roots = self.shared.listing().to_read();
            for root in roots {
                match self.reading.get_mut(&root) {
                    Some(again) => *again = true,
                    None if self.waiting.contains(&root) => {}
                    None => self.waiting.push_back(root),
                }
            }
            if self.read_waiting() == Going::Ended {
                return Going::Ended;
            }
            self.take_in();
            self.shared.done.send_replace(number);
        }
    }

    fn read_waiting(&mut self) -> Going {
        let deadline = Instant::now() + PATIENCE;
        self.begin();
        while !self.reading.is_empty() || !self.waiting.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.inbox.recv_timeout(left) {
                Ok(Word::Read(root, reading)) => self.finished(&root, *reading),
                // It is looked for after this reading.
                Ok(Word::Wanted) => {}
                Ok(Word::End) | Err(RecvTimeoutError::Disconnected) => return Going::Ended,
                Err(RecvTimeoutError::Timeout) => {
                    let mut listing = self.shared.listing();
                    for root in self.reading.keys().chain(&self.waiting) {
                        listing.silent(root);
                    }
                    break;
                }
            }
        }
        Going::On
    }

    fn begin(&mut self) {
        while self.reading.len() < AT_ONCE {
            let Some(root) = self.waiting.pop_front() else {
                return;
            };
            self.reading.insert(root.clone(), false);
            let (words, read) = (self.words.clone(), root.clone());
            let job = move || {
                let reading = read.read();
                // Nobody waits once the program ends.
                let _ = words.send(Word::Read(read, Box::new(reading)));
            };
            let spawned = thread::Builder::new()
                .name("kubeconfig".to_owned())
                .spawn(job);
            if let Err(error) = spawned {
                tracing::warn!(%error, "a kubeconfig is not read");
                self.reading.remove(&root);
                self.shared.listing().silent(&root);
            }
        }
    }

    fn finished(&mut self, root: &Root, reading: Reading) {
        self.shared.listing().read(root, reading);
        if self.reading.remove(root) == Some(true) {
            self.waiting.push_back(root.clone());
        }
        self.begin();
    }

    /// Lists what was read, watches it, tells the page.
    fn take_in(&mut self) {
        let (taken, places) = {
            let mut listing = self.shared.listing();
            let mut places = Places::default();
            for reading in listing.readings() {
                places.extend(&reading.places);
            }
            (listing.take_in(), places)
        };
        self.watching.follow(places);
        self.shared.tell(taken);
    }
}
