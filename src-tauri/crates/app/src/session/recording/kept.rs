//! Facts on their way to the flight recorder.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use model::fact::{Fact, Part, Subject, What};
use recorder::{Appended, Recorder};

use super::identity::Identity;
use crate::flight::Flight;

/// Facts that wait until the recorder is open and the cluster known; beyond this a gap takes their place.
const WAITING: usize = 50_000;

/// What waits, and where to.
#[derive(Default)]
pub(super) struct Kept {
    /// `None`: nothing is kept of this cluster.
    flight: Option<Arc<Flight>>,
    pub(super) identity: Identity,
    waiting: BTreeMap<Subject, Vec<Fact>>,
    count: usize,
}

/// What became of what waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flushed {
    /// It is on its way, or goes on waiting.
    Well,
    /// Something was lost: all must be told anew.
    Lost,
}

impl Kept {
    pub(super) fn to(flight: Option<Arc<Flight>>) -> Self {
        Self {
            flight,
            ..Self::default()
        }
    }

    /// Whether anything is kept of this cluster.
    pub(super) fn is_wanted(&self) -> bool {
        self.flight.is_some()
    }

    pub(super) fn put(&mut self, subject: &Subject, fact: Fact) {
        if self.flight.is_none() || matches!(self.identity, Identity::Unknown(_)) {
            return;
        }
        match self.waiting.get_mut(subject) {
            Some(facts) => facts.push(fact),
            None => drop(self.waiting.insert(subject.clone(), vec![fact])),
        }
        self.count += 1;
    }

    /// Hands on what waits, if it can be.
    pub(super) fn flush(&mut self, now: Timestamp) -> Flushed {
        let Some(recorder) = self.recorder() else {
            if self.count > WAITING {
                self.shorten(now);
                return Flushed::Lost;
            }
            return Flushed::Well;
        };
        let Some(cluster) = self.identity.known() else {
            return Flushed::Well;
        };
        self.count = 0;
        let mut flushed = Flushed::Well;
        for (subject, facts) in std::mem::take(&mut self.waiting) {
            match recorder.append(cluster, &subject, facts) {
                Appended::Taken(_) | Appended::Off => {}
                Appended::Lost => flushed = Flushed::Lost,
            }
        }
        flushed
    }

    #[cfg(test)]
    pub(super) fn waiting(&self, subject: &Subject) -> &[Fact] {
        self.waiting.get(subject).map_or(&[], Vec::as_slice)
    }

    /// In place of what waited too long: that it was not seen.
    fn shorten(&mut self, now: Timestamp) {
        for facts in self.waiting.values_mut() {
            let gap = |part| Fact {
                received: now,
                source: None,
                what: What::Unwatched(part),
            };
            *facts = [Part::Autoscaler, Part::Target].map(gap).into();
        }
        self.count = 2 * self.waiting.len();
    }

    /// The recorder, where the cluster is known.
    pub(super) fn recorder(&self) -> Option<Arc<Recorder>> {
        self.identity.known()?;
        self.flight.as_ref()?.recorder()
    }

    /// Why not everything is recorded; empty if it is.
    pub(super) fn problem(&self) -> String {
        match &self.identity {
            Identity::Unknown(why) => why.clone(),
            Identity::Due { .. } | Identity::Asked { .. } | Identity::Known(_) => self
                .flight
                .as_ref()
                .map_or_else(String::new, |flight| flight.problem()),
        }
    }
}
