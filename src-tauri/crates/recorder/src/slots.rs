//! What holds of a subject at one point of the sequence.

use std::collections::HashMap;

use model::fact::{Fact, Part, What};

/// The newest events that are held; older ones are not told at the left edge of a reading, and may be written again.
const EVENTS: usize = 32;

/// That of which one thing holds at a time: a later fact of the same slot takes the place of the one before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Slot {
    Part(Part),
    Hpa,
    ScaledObject,
    ScaledJob,
    Target,
    Pod(String),
    Job(String),
    Usage,
    PodsMetric(String),
    ObjectMetric(String),
    ExternalMetric(String),
    Event(String),
}

impl Slot {
    fn of(what: &What) -> Self {
        match what {
            What::Watched(part) | What::Unwatched(part) => Self::Part(*part),
            What::Hpa(_) => Self::Hpa,
            What::ScaledObject(_) => Self::ScaledObject,
            What::ScaledJob(_) => Self::ScaledJob,
            What::Target(_) => Self::Target,
            What::Pod(pod) => Self::Pod(pod.pod.name.to_string()),
            What::PodGone(name) => Self::Pod(name.clone()),
            What::Job(job) => Self::Job(job.job.name.clone()),
            What::JobGone(name) => Self::Job(name.clone()),
            What::Usage(_) => Self::Usage,
            What::PodsMetric(answer) => Self::PodsMetric(key(&answer.metric)),
            What::ObjectMetric(answer) => {
                Self::ObjectMetric(key(&(&answer.metric, &answer.object)))
            }
            What::ExternalMetric(answer) => Self::ExternalMetric(key(&answer.metric)),
            What::Event(event) => Self::Event(event.name.clone()),
        }
    }

    /// With whose watch it holds; `None`: an event happened, whoever watches.
    fn part(&self) -> Option<Part> {
        match self {
            Self::Hpa | Self::ScaledObject | Self::ScaledJob => Some(Part::Autoscaler),
            Self::Target => Some(Part::Target),
            Self::Pod(_) => Some(Part::Pods),
            Self::Job(_) => Some(Part::Jobs),
            Self::Usage | Self::PodsMetric(_) | Self::ObjectMetric(_) | Self::ExternalMetric(_) => {
                Some(Part::Metrics)
            }
            Self::Part(_) | Self::Event(_) => None,
        }
    }
}

fn key(metric: &impl serde::Serialize) -> String {
    serde_json::to_string(metric).expect("a metric has no key that is no text")
}

/// What holds, with a value for each: the fact itself, or what it is known by.
#[derive(Clone, Debug)]
pub(crate) struct Slots<T> {
    held: HashMap<Slot, (u64, T)>,
    next: u64,
    events: usize,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            held: HashMap::new(),
            next: 0,
            events: 0,
        }
    }
}

impl<T> Slots<T> {
    /// The next fact of the sequence.
    pub(crate) fn put(&mut self, what: &What, value: T) {
        self.follow(Change::of(what), value);
    }

    fn follow(&mut self, change: Change, value: T) {
        match change.effect {
            Effect::Gone => {
                self.held.remove(&change.slot);
                return;
            }
            Effect::Watched(part) => {
                // What held of it is told anew, or need not hold any more.
                self.held.retain(|slot, _| slot.part() != Some(part));
            }
            Effect::Holds => {}
        }
        self.next += 1;
        let is_event = matches!(change.slot, Slot::Event(_));
        if self.held.insert(change.slot, (self.next, value)).is_none() && is_event {
            self.events += 1;
            if self.events > EVENTS {
                self.forget_oldest_event();
            }
        }
    }

    /// What holds in the slot of this.
    pub(crate) fn get(&self, what: &What) -> Option<&T> {
        self.held.get(&Slot::of(what)).map(|(_, value)| value)
    }

    /// All that holds, in the order in which it was told.
    pub(crate) fn into_values(self) -> Vec<T> {
        let mut held: Vec<(u64, T)> = self.held.into_values().collect();
        held.sort_unstable_by_key(|(order, _)| *order);
        held.into_iter().map(|(_, value)| value).collect()
    }

    fn forget_oldest_event(&mut self) {
        let events = self
            .held
            .iter()
            .filter(|(slot, _)| matches!(slot, Slot::Event(_)));
        let oldest = events.min_by_key(|(_, (order, _))| *order);
        if let Some(slot) = oldest.map(|(slot, _)| slot.clone()) {
            self.held.remove(&slot);
            self.events -= 1;
        }
    }
}

impl Slots<Fact> {
    /// The next fact of the sequence.
    pub(crate) fn put_fact(&mut self, fact: Fact) {
        self.follow(Change::of(&fact.what), fact);
    }
}

/// What a fact does to what holds.
struct Change {
    slot: Slot,
    effect: Effect,
}

enum Effect {
    /// It holds from now on.
    Holds,
    /// Nothing holds in its slot.
    Gone,
    /// Nothing holds of this part but that it is watched or not.
    Watched(Part),
}

impl Change {
    fn of(what: &What) -> Self {
        let effect = match what {
            What::PodGone(_) | What::JobGone(_) => Effect::Gone,
            What::Watched(part) | What::Unwatched(part) => Effect::Watched(*part),
            What::Hpa(_)
            | What::ScaledObject(_)
            | What::ScaledJob(_)
            | What::Target(_)
            | What::Pod(_)
            | What::Job(_)
            | What::Usage(_)
            | What::PodsMetric(_)
            | What::ObjectMetric(_)
            | What::ExternalMetric(_)
            | What::Event(_) => Effect::Holds,
        };
        Self {
            slot: Slot::of(what),
            effect,
        }
    }
}

/// The parts that are watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Watched(u8);

/// In the order of their bits in the file: new ones come last.
const PARTS: [Part; 6] = [
    Part::Autoscaler,
    Part::Target,
    Part::Pods,
    Part::Jobs,
    Part::Events,
    Part::Metrics,
];

impl Watched {
    /// As it stands in the file.
    pub(crate) fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// As it is put into the file.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// Each of them.
    pub(crate) fn parts(self) -> impl Iterator<Item = Part> {
        PARTS
            .into_iter()
            .filter(move |part| self.0 & bit(*part) != 0)
    }

    /// The next fact of the sequence.
    pub(crate) fn follow(&mut self, what: &What) {
        if let What::Watched(part) = what {
            self.0 |= bit(*part);
        }
        if let What::Unwatched(part) = what {
            self.0 &= !bit(*part);
        }
    }
}

fn bit(part: Part) -> u8 {
    match part {
        Part::Autoscaler => 1,
        Part::Target => 1 << 1,
        Part::Pods => 1 << 2,
        Part::Jobs => 1 << 3,
        Part::Events => 1 << 4,
        Part::Metrics => 1 << 5,
    }
}
