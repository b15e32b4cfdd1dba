//! Every kind of fault.

mod answers;
mod events;
mod links;
mod lists;

use std::time::Duration;

pub(crate) use events::last_to_first;

use crate::stage::{Effect, Fault, Lane, Stage};

const ALL: &[Lane] = &[Lane::Pods, Lane::Paged, Lane::Maps, Lane::Window];
/// Views whose watches bring objects, not Tables.
const OBJECTS: &[Lane] = &[Lane::Pods, Lane::Paged, Lane::Window];
/// Views that list in pages.
const PAGES: &[Lane] = &[Lane::Paged];
/// Views that list a protobuf body.
const RECORDS: &[Lane] = &[Lane::Pods, Lane::Paged, Lane::Window];

/// After the last word of the server at most this old is what is live: ten seconds, and what it
/// takes to write that down.
const FRESH: Duration = Duration::from_millis(10_500);
/// What one link alone had swallowed: it is closed within twenty seconds.
const ALONE: Duration = Duration::from_millis(20_500);
/// Healing where nothing is waited for, and after a refusal that is asked again in half a minute.
const SOON: Duration = Duration::from_secs(6);
pub(crate) const SLOWLY: Duration = Duration::from_secs(38);

/// A fault that strikes once.
const fn once(name: &'static str, strike: fn(&Stage)) -> Fault {
    Fault {
        name,
        on: ALL,
        strike,
        every: None,
        lasts: Duration::ZERO,
        heals: SOON,
        bound: FRESH,
        effect: Effect::Other,
    }
}

impl Fault {
    const fn on(self, on: &'static [Lane]) -> Self {
        Self { on, ..self }
    }

    const fn lasting(self, seconds: u64) -> Self {
        Self {
            lasts: Duration::from_secs(seconds),
            ..self
        }
    }

    const fn every(self, millis: u64) -> Self {
        Self {
            every: Some(Duration::from_millis(millis)),
            ..self
        }
    }

    const fn heals(self, heals: Duration) -> Self {
        Self { heals, ..self }
    }

    const fn within(self, seconds: u64) -> Self {
        self.heals(Duration::from_secs(seconds))
    }

    /// The prober need not notice: it may have had no link that could die with the others.
    const fn alone(self) -> Self {
        Self {
            bound: ALONE,
            ..self
        }
        .within(22)
    }

    const fn is(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Fault> {
    [
        links::FAULTS,
        answers::FAULTS,
        events::FAULTS,
        lists::FAULTS,
    ]
    .concat()
}
