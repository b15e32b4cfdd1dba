//! The passes that were rebuilt so far: each is decided once and kept.

use jiff::Timestamp;

use crate::Settings;
use crate::facts::Facts;
use crate::period::Phase;
use crate::readings::SOON;
use crate::replay::{Controller, Done};

/// After so many states of the autoscaler the controller is kept as it was then, for questions about the past.
const EVERY: usize = 64;

/// The passes that were rebuilt so far.
#[derive(Clone, Debug)]
pub(crate) struct Rebuilt {
    /// As it was at moments of the past, with how many passes there were by then.
    kept: Vec<(Timestamp, Controller, usize)>,
    /// As it is after the last state that was seen.
    now: Controller,
    /// How many states it looked at since it was last kept.
    since: usize,
    /// In order of time, up to the last that was seen.
    pub(crate) done: Vec<Done>,
}

impl Rebuilt {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            kept: Vec::new(),
            now: Controller::new(settings),
            since: 0,
            done: Vec::new(),
        }
    }

    /// Goes back to before a moment, from which on facts have come late.
    pub(crate) fn back_to(&mut self, at: Timestamp, settings: &Settings) {
        if self.now.read_to().is_none_or(|read| read < at) {
            return;
        }
        while self.kept.last().is_some_and(|(kept, ..)| *kept >= at) {
            self.kept.pop();
        }
        let (now, done) = match self.kept.last() {
            Some((_, kept, done)) => (kept.clone(), *done),
            None => (Controller::new(settings), 0),
        };
        self.now = now;
        self.done.truncate(done);
        self.since = 0;
    }

    /// The last pass that was seen, if what it asked for is a guess that a reading at a moment may prove.
    pub(crate) fn unproved(&self, at: Timestamp) -> Option<Timestamp> {
        let seen = self.now.seen?;
        let is_soon = seen < at && at.duration_since(seen) <= SOON;
        let is_guess = self.now.wanted.is_some_and(|(_, is_sure)| !is_sure);
        (is_soon && is_guess).then_some(seen)
    }

    /// Looks at every state of the autoscaler that it has not looked at.
    pub(crate) fn catch_up(&mut self, facts: &Facts, settings: &Settings) {
        let after = self.now.read_to().unwrap_or(Timestamp::MIN);
        for (at, state) in facts.hpa.within(after, Timestamp::MAX) {
            self.now
                .look(facts, settings, *at, state.as_ref(), &mut self.done);
            self.since += 1;
            if self.since >= EVERY {
                self.since = 0;
                self.kept.push((*at, self.now.clone(), self.done.len()));
            }
        }
    }

    /// The controller right after its last pass up to a moment.
    pub(crate) fn at(&self, facts: &Facts, settings: &Settings, at: Timestamp) -> Controller {
        let is_now = self.now.read_to().is_some_and(|read| read <= at);
        let mut controller = if is_now {
            self.now.clone()
        } else {
            let index = self.kept.partition_point(|(kept, ..)| *kept <= at);
            index.checked_sub(1).map_or_else(
                || Controller::new(settings),
                |index| self.kept[index].1.clone(),
            )
        };
        let mut done = Vec::new();
        let after = controller.read_to().unwrap_or(Timestamp::MIN);
        for (seen, state) in facts.hpa.within(after, at) {
            controller.look(facts, settings, *seen, state.as_ref(), &mut done);
        }
        match next_seen(facts, at) {
            Some(next) => controller.quiet_between(facts, settings, at, next, &mut done),
            None => controller.quiet_until(facts, settings, at, &mut done),
        }
        controller
    }

    /// The passes since the last one that was seen, which have run by a moment if the controller goes on.
    pub(crate) fn coming(&self, facts: &Facts, settings: &Settings, at: Timestamp) -> Vec<Done> {
        let mut done = Vec::new();
        let mut controller = self.now.clone();
        controller.quiet_until(facts, settings, at, &mut done);
        done
    }

    /// When passes run from the last one on.
    pub(crate) fn phase(&self) -> Phase {
        Phase {
            period: self.now.period.clone(),
            seen: self.now.seen,
        }
    }

    /// Forgets passes before a moment.
    pub(crate) fn forget_before(&mut self, at: Timestamp) {
        let first = self.done.partition_point(|done| done.pass.at.latest < at);
        self.done.drain(..first);
        let old = self.kept.partition_point(|(kept, ..)| *kept < at);
        // The last of them is where the first that stay are told from.
        self.kept.drain(..old.saturating_sub(1));
        for (_, _, done) in &mut self.kept {
            *done = done.saturating_sub(first);
        }
    }
}

/// When, after a moment, a pass is next seen of the same autoscaler.
fn next_seen(facts: &Facts, at: Timestamp) -> Option<Timestamp> {
    let (_, state) = facts.hpa.at(at)?;
    let state = state.as_ref()?;
    for (next, after) in facts.hpa.within(at, Timestamp::MAX) {
        let after = after.as_ref().filter(|after| after.uid == state.uid)?;
        if after.status != state.status {
            return Some(*next);
        }
    }
    None
}
