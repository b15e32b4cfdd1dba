//! What is read of a subject.

use jiff::Timestamp;
use model::fact::{Fact, Part, Subject, What};

use crate::run::Run;
use crate::slots::{Slots, Watched};

/// What was recorded of a subject in a stretch of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What held where it begins, in the order in which it was told, with the times at which it was. The newest events among it.
    pub held: Vec<Fact>,
    /// What followed, in the order of the sequence: from the first fact that was received in the stretch to the last one.
    pub facts: Vec<Fact>,
    /// Stretches of it that are damaged and cannot be read: each is told among the facts as not watched.
    pub damaged: usize,
}

/// A subject of which something is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub subject: Subject,
    /// When its first fact was received, to the ms.
    pub first: Timestamp,
    /// When its last fact was received, to the ms.
    pub last: Timestamp,
}

/// Takes runs in their order, leaves a [`Reading`].
pub(crate) struct Gatherer {
    from: Timestamp,
    to: Timestamp,
    held: Slots<Fact>,
    /// After the last fact.
    watched: Watched,
    facts: Vec<Fact>,
    /// How many of them there are up to the last that was received within.
    within: usize,
    damaged: usize,
    progress: Progress,
}

enum Progress {
    /// Nothing was read.
    Beginning,
    /// What holds is known.
    Known,
    /// A run could not be read: what holds is known with the next that has a key.
    Cut,
}

impl Gatherer {
    pub(crate) fn new(from: Timestamp, to: Timestamp) -> Self {
        Self {
            from,
            to,
            held: Slots::default(),
            watched: Watched::default(),
            facts: Vec::new(),
            within: 0,
            damaged: 0,
            progress: Progress::Beginning,
        }
    }

    /// The next run, which begins at `first`; `None`: it is damaged.
    pub(crate) fn take(&mut self, run: Option<Run>, first: Timestamp) {
        let Some(run) = run else {
            return self.skip(first);
        };
        match (&self.progress, run.key) {
            (Progress::Known, _) => {}
            (Progress::Beginning, None) => self.progress = Progress::Known,
            (Progress::Beginning, Some(key)) => {
                self.progress = Progress::Known;
                for fact in key.held {
                    self.watched.follow(&fact.what);
                    self.held.put_fact(fact);
                }
            }
            // It continues what cannot be read.
            (Progress::Cut, None) => return self.skip(first),
            (Progress::Cut, Some(key)) => {
                self.progress = Progress::Known;
                for fact in key.held {
                    self.fact(Fact {
                        received: first,
                        ..fact
                    });
                }
            }
        }
        run.facts.into_iter().for_each(|fact| self.fact(fact));
    }

    fn skip(&mut self, first: Timestamp) {
        self.damaged += 1;
        self.progress = Progress::Cut;
        for part in self.watched.parts() {
            self.fact(gap(part, first));
        }
    }

    fn fact(&mut self, fact: Fact) {
        self.watched.follow(&fact.what);
        if self.facts.is_empty() && fact.received < self.from {
            self.held.put_fact(fact);
            return;
        }
        let is_within = fact.received <= self.to;
        self.facts.push(fact);
        if is_within {
            self.within = self.facts.len();
        }
    }

    pub(crate) fn finish(mut self) -> Reading {
        self.facts.truncate(self.within);
        Reading {
            held: self.held.into_values(),
            facts: self.facts,
            damaged: self.damaged,
        }
    }
}

/// That a part is not watched any more.
pub(crate) fn gap(part: Part, at: Timestamp) -> Fact {
    Fact {
        received: at,
        source: None,
        what: What::Unwatched(part),
    }
}
