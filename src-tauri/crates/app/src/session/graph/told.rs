//! What a graph's watches and questions brought, told to its past as facts.
//!
//! A part is told as watched once every watch of it shows all there is, with all that is there; from then on what changes.

use cluster::health::Health;
use jiff::Timestamp;
use model::fact::{Fact, Part, What};
use model::{ObjectRow, rows::Reference};

use super::role::{Role, Watch};
use super::state::Graph;

/// The parts that are watched; the metrics APIs are asked.
const WATCHED: [Part; 5] = [
    Part::Autoscaler,
    Part::Target,
    Part::Pods,
    Part::Jobs,
    Part::Events,
];

/// A day and an hour of facts are kept.
const KEPT_MS: i64 = 25 * 3_600_000;
/// How often older ones are forgotten.
const FORGET_MS: i64 = 600_000;

/// Unix ms as a timestamp; what no calendar has is the beginning.
pub(super) fn stamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Graph {
    /// Nothing is watched yet.
    pub(super) fn tell_beginning(&mut self, now_ms: i64) {
        for part in WATCHED.into_iter().chain([Part::Metrics]) {
            self.tell(now_ms, What::Unwatched(part));
        }
    }

    /// Every fact comes through here: to the past, and on its way to the flight recorder.
    fn remember(&mut self, fact: Fact) {
        if let Some(fresh) = &mut self.fresh
            && is_of_graphs(&fact.what)
        {
            fresh.push(fact.clone());
        }
        if let Some(awaited) = &mut self.awaited {
            awaited.push(fact.clone());
        }
        self.past.add(fact);
    }

    /// Forgets what no graph shows any more.
    pub(super) fn forget(&mut self, now_ms: i64) {
        if (0..FORGET_MS).contains(&(now_ms - self.forgot_ms)) {
            return;
        }
        self.forgot_ms = now_ms;
        self.past.forget_before(stamp(now_ms - KEPT_MS));
    }

    /// One fact without a time of its own.
    pub(super) fn tell(&mut self, now_ms: i64, what: What) {
        self.remember(Fact {
            received: stamp(now_ms),
            source: None,
            what,
        });
    }

    /// What changed, if its part is watched; else it is told with all the others.
    pub(super) fn tell_row(&mut self, role: &Role, row: &ObjectRow, now_ms: i64) {
        if role.part().is_some_and(|part| self.told.contains(&part))
            && let ObjectRow::Seen(seen) = row
        {
            let fact = self.with_pods(seen.fact(stamp(now_ms)));
            self.remember(fact);
        }
    }

    /// That an object is gone.
    pub(super) fn tell_gone(&mut self, role: &Role, name: &str, now_ms: i64) {
        if !role.part().is_some_and(|part| self.told.contains(&part)) {
            return;
        }
        if let Some(what) = gone(role, name) {
            self.tell(now_ms, what);
        }
    }

    /// Tells which parts are watched from now on, with all that is there, and which are no more.
    pub(super) fn tell_parts(&mut self, now_ms: i64) {
        let wanted = self.wanted();
        for part in WATCHED {
            let mut needed = wanted.iter().filter(|role| role.part() == Some(part));
            let is_whole = needed.clone().next().is_some()
                && needed.all(|role| {
                    let watch = self.watch(role);
                    // What is refused beside the autoscaler itself leaves the rest of its part watched.
                    let is_refused = |watch: &Watch| {
                        let is_beside = part == Part::Autoscaler && !self.is_own(role);
                        is_beside && matches!(watch.health, Health::Failed { .. })
                    };
                    watch.is_some_and(|watch| watch.is_whole() || is_refused(watch))
                });
            let was_whole = self.told.contains(&part);
            if was_whole && !is_whole {
                self.told.remove(&part);
                self.tell(now_ms, What::Unwatched(part));
            }
            if is_whole && !was_whole {
                self.told.insert(part);
                self.tell(now_ms, What::Watched(part));
                self.tell_all(part, now_ms);
            }
        }
    }

    fn watch(&self, role: &Role) -> Option<&Watch> {
        self.watches.iter().find(|watch| watch.role == *role)
    }

    fn tell_all(&mut self, part: Part, now_ms: i64) {
        let at = stamp(now_ms);
        let mut facts = Vec::new();
        let watches = self.watches.iter();
        for watch in watches.filter(|watch| watch.role.part() == Some(part)) {
            if watch.is_whole()
                && watch.rows.is_empty()
                && let Some(what) = gone(&watch.role, "")
                && !matches!(watch.role, Role::Pods(_) | Role::Jobs)
            {
                facts.push(Fact {
                    received: at,
                    source: None,
                    what,
                });
            }
            for row in watch.rows.values() {
                if let ObjectRow::Seen(seen) = row {
                    facts.push(self.with_pods(seen.fact(at)));
                }
            }
        }
        for fact in facts {
            self.remember(fact);
        }
    }

    /// What is scaled, as the HPA or else the `ScaledObject` says.
    pub(super) fn reference(&self) -> Option<Reference> {
        let mut target = match (&self.hpa, &self.object) {
            (Some(hpa), _) => hpa.target.clone(),
            (None, Some(object)) => object.target.clone(),
            (None, None) => return None,
        };
        if target.kind.is_empty() {
            target.kind = "Deployment".into();
            target.api_version = "apps/v1".into();
        }
        Some(target)
    }
}

/// Whether this is recorded only while a graph is open; the rest is seen of every workload all the time.
fn is_of_graphs(what: &What) -> bool {
    match what {
        What::Watched(part) | What::Unwatched(part) => match part {
            Part::Autoscaler | Part::Target => false,
            Part::Pods | Part::Jobs | Part::Events | Part::Metrics => true,
        },
        What::Hpa(_) | What::ScaledObject(_) | What::ScaledJob(_) | What::Target(_) => false,
        What::Pod(_)
        | What::PodGone(_)
        | What::Job(_)
        | What::JobGone(_)
        | What::Usage(_)
        | What::PodsMetric(_)
        | What::ObjectMetric(_)
        | What::ExternalMetric(_)
        | What::Event(_) => true,
    }
}

/// That what a watch brings under this name is gone; what happened stays true.
fn gone(role: &Role, name: &str) -> Option<What> {
    match role {
        Role::Hpa => Some(What::Hpa(None)),
        Role::ScaledObject => Some(What::ScaledObject(None)),
        Role::ScaledJob => Some(What::ScaledJob(None)),
        Role::Target(_) => Some(What::Target(None)),
        Role::Pods(_) => Some(What::PodGone(name.to_owned())),
        Role::Jobs => Some(What::JobGone(name.to_owned())),
        Role::Events(_) | Role::ReplicaSets(_) => None,
    }
}
