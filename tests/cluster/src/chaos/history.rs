//! Histories: every state the server's objects had, every state a view showed.
//!
//! A state is a number that says which version of an object it is: its resourceVersion, or what a
//! view's cells tell apart of it. Moments are counted from the start of a run.

use std::collections::BTreeMap;
use std::time::Duration;

/// Time since the start of a run.
pub type Moment = Duration;
/// State of each object by `namespace/name`, as of one moment.
pub type Versions = BTreeMap<String, u64>;

/// The states an object had, each from a moment on; `None`: it was not there.
pub(super) type States = Vec<(Moment, Option<u64>)>;

/// Everything that was true.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    pub(super) objects: BTreeMap<String, States>,
}

impl Truth {
    /// From `at` on the object was in this state.
    pub fn note(&mut self, at: Moment, key: &str, state: Option<u64>) {
        let states = self.objects.entry(key.to_owned()).or_default();
        if states.last().is_none_or(|(_, last)| *last != state) {
            states.push((at, state));
        }
    }

    /// The state of an object at a moment.
    pub fn state(&self, key: &str, at: Moment) -> Option<u64> {
        let states = self.objects.get(key)?;
        let behind = states.partition_point(|(from, _)| *from <= at);
        states[..behind].last().and_then(|(_, state)| *state)
    }

    /// Every object there was at a moment.
    pub fn all(&self, at: Moment) -> Versions {
        let states = self.objects.keys();
        states
            .filter_map(|key| Some((key.clone(), self.state(key, at)?)))
            .collect()
    }

    /// Whether these rows are everything there was at some moment of this span.
    pub fn was(&self, rows: &Versions, from: Moment, to: Moment) -> bool {
        let mut moments = vec![from, to];
        for states in self.objects.values() {
            let late = states.iter().rev().map(|(at, _)| *at);
            moments.extend(late.take_while(|at| *at >= from).filter(|at| *at <= to));
        }
        moments.sort_unstable();
        moments.dedup();
        moments.into_iter().rev().any(|at| self.is(rows, at))
    }

    /// Whether these rows are everything there was at a moment.
    fn is(&self, rows: &Versions, at: Moment) -> bool {
        let mut objects = self.objects.keys();
        objects.all(|key| self.state(key, at) == rows.get(key).copied())
            && rows.keys().all(|key| self.objects.contains_key(key))
    }

    /// Whether the object was ever in this state.
    pub fn ever(&self, key: &str, state: u64) -> bool {
        self.objects
            .get(key)
            .is_some_and(|states| states.iter().any(|(_, known)| *known == Some(state)))
    }
}

/// What a view showed from a moment on, or what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A row in this state; `None`: no longer there.
    Row(String, Option<u64>),
    /// The same row twice.
    Twice(String),
    /// Whether it said that it is live.
    Live(bool),
    /// Nothing of the server reached it any more, or did again.
    Outage(bool),
    /// How old what it calls live may be from now on.
    Bound(Duration),
    /// It was found complete.
    Whole,
    /// It listed though its watch could have gone on.
    Relisted,
}

/// An event and when it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// When.
    pub at: Moment,
    /// What.
    pub event: Event,
}
