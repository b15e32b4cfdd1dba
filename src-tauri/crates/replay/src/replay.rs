//! The HPA controller's passes, one after the other, with what it remembered after each.
//!
//! A pass is seen by the status it writes, which it does only if that differs. The passes between two that were seen wrote nothing, so
//! for them all of that status still held.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::fact::{HpaState, Part};
use scaling::hpa::situation::{Memory, Pod, Recommendation, Span};
use scaling::hpa::spec::Spec;
use scaling::{Certainty, When, hpa};

use crate::again::{Found, Replay, UNREAD, certain};
use crate::facts::Facts;
use crate::memory::{self, Windows};
use crate::outcome::{Limit, Outcome, Told};
use crate::period::Period;
use crate::repair::OTHERWISE;
use crate::situation::Base;
use crate::{Asked, Pass, PolicyUse, Settings, inputs};

/// What is rebuilt of the controller up to a pass.
#[derive(Clone, Debug)]
pub(crate) struct Controller {
    /// The autoscaler as it was last seen.
    pub(crate) known: Option<(Timestamp, Arc<HpaState>)>,
    /// Since when it is known, until a pass is seen.
    pub(crate) begun: Option<Timestamp>,
    /// The last pass that was seen.
    pub(crate) seen: Option<Timestamp>,
    /// The last pass, seen or not.
    pub(crate) last: Option<Timestamp>,
    pub(crate) period: Period,
    pub(crate) memory: Memory,
    /// Recommendations that must have been made before anything was seen, by the latest moment, with the earliest.
    pub(crate) guessed: Vec<(Recommendation, Timestamp)>,
    /// Until when the memory rests on a guess, and on which.
    doubt: Option<(Timestamp, &'static str)>,
    /// What the last pass asked for.
    pub(crate) wanted: Option<(i32, bool)>,
    asks: Vec<Asked>,
    /// The pods as the last pass saw them.
    pods: Option<(Timestamp, Vec<Pod>)>,
    /// What pods and size the last pass looked at had changed by then.
    looked: Option<Timestamp>,
}

/// A pass with what bands are made of.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) pass: Pass,
    pub(crate) told: Told,
    /// Whether it came to a count by metrics, so that what it tells of limits is its own.
    pub(crate) is_measured: bool,
    /// The recommendation that holds the size: when it was made, how long it counts, when it ceases to.
    pub(crate) held: Option<HeldBy>,
    /// The policies of the direction that is limited.
    pub(crate) policies: Vec<PolicyUse>,
    /// How sure what it remembered is.
    pub(crate) certainty: Certainty,
}

/// The latest recommendation that holds a size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeldBy {
    pub(crate) since: Timestamp,
    pub(crate) window: SignedDuration,
    pub(crate) until: Timestamp,
}

const GAP: &str = "what metrics asked for while it was not watched";

impl Controller {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            known: None,
            begun: None,
            seen: None,
            last: None,
            period: Period::new(settings.passes.map(Span::duration)),
            memory: Memory::default(),
            guessed: Vec::new(),
            doubt: None,
            wanted: None,
            asks: Vec::new(),
            pods: None,
            looked: None,
        }
    }

    /// How sure its memory is at a moment.
    pub(crate) fn certainty(&self, at: Timestamp) -> Certainty {
        match self.doubt {
            Some((until, guess)) if until > at => Certainty::Estimated {
                guess: guess.to_owned(),
            },
            Some(_) | None if !self.period.is_sure() => Certainty::Estimated {
                guess: "the controller's sync period is 15 s".to_owned(),
            },
            Some(_) | None => Certainty::Derived,
        }
    }

    /// How far off a pass may be that is foretold for a moment.
    pub(crate) fn doubt_of_pass(&self, at: Timestamp) -> SignedDuration {
        let passed = self.seen.map(|seen| self.period.passed(seen, at));
        passed.map_or(SignedDuration::ZERO, |count| self.period.doubt(count))
    }

    /// Until when its memory rests on a guess.
    pub(crate) fn is_in_doubt(&self, at: Timestamp) -> bool {
        self.doubt.is_some_and(|(until, _)| until > at)
    }

    /// Up to where the autoscaler's states were looked at.
    pub(crate) fn read_to(&self) -> Option<Timestamp> {
        self.known.as_ref().map(|(at, _)| *at)
    }

    pub(crate) fn doubt(
        &mut self,
        from: Timestamp,
        spec: &Spec,
        settings: &Settings,
        guess: &'static str,
    ) {
        let reach = memory::reach(spec, &settings.config);
        let until = from.saturating_add(reach).unwrap_or(Timestamp::MAX);
        if self.doubt.is_none_or(|(known, _)| known < until) {
            self.doubt = Some((until, guess));
        }
    }

    /// Looks at the next state of the autoscaler.
    pub(crate) fn look(
        &mut self,
        facts: &Facts,
        settings: &Settings,
        at: Timestamp,
        state: Option<&Arc<HpaState>>,
        done: &mut Vec<Done>,
    ) {
        let Some(state) = state else {
            let period = self.period.clone();
            *self = Self::new(settings);
            self.period = period;
            return;
        };
        let known = self.known.replace((at, state.clone()));
        let Some((since, before)) = known.filter(|(_, before)| before.uid == state.uid) else {
            self.begin(facts, settings, at, state);
            return;
        };
        if facts.gap(Part::Autoscaler, since, at).is_some() {
            self.doubt(at, &state.spec, settings, GAP);
        }
        if before.status == state.status {
            return;
        }
        if let Some(seen) = self.seen {
            let interval = at.duration_since(seen);
            let count = self.period.count(interval);
            if self.period.fits(interval) {
                let step = interval.as_secs_f64() / count as f64;
                for index in 1..count {
                    let after = SignedDuration::try_from_secs_f64(step * index as f64);
                    let quiet = seen.saturating_add(after.unwrap_or_default()).unwrap_or(at);
                    self.quiet(facts, settings, quiet, done);
                }
            } else {
                self.quiet_until(facts, settings, at, done);
                self.doubt(at, &state.spec, settings, OTHERWISE);
            }
            let is_next = Told::of(&before.status).able == Outcome::Rescaled;
            self.period.learn(interval, is_next);
        } else if let Some(begun) = self.begun.take() {
            // Only now is it known when those before it ran.
            let count = self.period.passed(begun, at);
            for index in (1..=count).rev() {
                let quiet = self.period.nth(at, -index);
                if quiet > begun {
                    self.quiet(facts, settings, quiet, done);
                }
            }
        }
        self.pass(facts, settings, at, &before, state, done);
        self.seen = Some(at);
    }

    /// Runs the passes that no one saw, up to and with a moment.
    pub(crate) fn quiet_until(
        &mut self,
        facts: &Facts,
        settings: &Settings,
        at: Timestamp,
        done: &mut Vec<Done>,
    ) {
        let Some(seen) = self.seen.or(self.begun) else {
            return;
        };
        let rescaled = self
            .known
            .as_ref()
            .is_some_and(|(_, known)| Told::of(&known.status).able == Outcome::Rescaled);
        if rescaled {
            // The pass after a rescale always writes.
            return;
        }
        let count = self.period.passed(seen, at);
        for index in 1..=count {
            let quiet = self.period.nth(seen, index);
            // What it wrote may still be on its way.
            let told_by = quiet
                .saturating_add(self.period.doubt(index))
                .unwrap_or(quiet);
            if told_by < at {
                self.quiet(facts, settings, quiet, done);
            }
        }
    }

    /// Runs those between the last that was seen and a moment, given the next one that was seen.
    pub(crate) fn quiet_between(
        &mut self,
        facts: &Facts,
        settings: &Settings,
        at: Timestamp,
        next: Timestamp,
        done: &mut Vec<Done>,
    ) {
        let Some(seen) = self.seen else { return };
        let interval = next.duration_since(seen);
        if !self.period.fits(interval) {
            return self.quiet_until(facts, settings, at, done);
        }
        let count = self.period.count(interval);
        let step = interval.as_secs_f64() / count as f64;
        for index in 1..count {
            let after = SignedDuration::try_from_secs_f64(step * index as f64);
            let quiet = seen.saturating_add(after.unwrap_or_default()).unwrap_or(at);
            if quiet > at {
                return;
            }
            self.quiet(facts, settings, quiet, done);
        }
    }

    /// A pass that wrote nothing.
    fn quiet(&mut self, facts: &Facts, settings: &Settings, at: Timestamp, done: &mut Vec<Done>) {
        if self.last.is_some_and(|last| last >= at) {
            return;
        }
        let Some((_, state)) = facts.hpa.before(at) else {
            return;
        };
        let Some(state) = state
            .clone()
            .or_else(|| self.known.as_ref().map(|(_, known)| known.clone()))
        else {
            return;
        };
        if facts
            .gap(Part::Autoscaler, self.last.unwrap_or(at), at)
            .is_some()
        {
            self.doubt(at, &state.spec, settings, GAP);
        }
        let is_same = self.looked.is_some_and(|looked| {
            let pods = self.pods.as_ref();
            pods.is_some_and(|(_, pods)| inputs::count_the_same(pods, looked))
                && facts.pod_changes.within(looked, at).is_empty()
                && facts.target.within(looked, at).is_empty()
                && facts.hpa.within(looked, at).is_empty()
        });
        let told = Told::of(&state.status);
        if is_same && let Some((wanted, is_sure)) = self.wanted {
            self.remember(&state.spec, settings, wanted, at);
            if !is_sure {
                self.doubt(at, &state.spec, settings, UNREAD);
            }
            self.note(settings, &state, told, (at, false), done);
            return;
        }
        self.pass(facts, settings, at, &state, &state, done);
    }

    fn remember(&mut self, spec: &Spec, settings: &Settings, wanted: i32, at: Timestamp) {
        let windows = Windows::of(spec, &settings.config);
        memory::record(&mut self.memory, windows, wanted, at);
        self.last = Some(at);
    }

    /// A pass, of which the status before and after is known.
    fn pass(
        &mut self,
        facts: &Facts,
        settings: &Settings,
        at: Timestamp,
        before: &HpaState,
        after: &HpaState,
        done: &mut Vec<Done>,
    ) {
        let is_seen = before.status != after.status;
        let just_before = at
            .saturating_sub(SignedDuration::from_nanos(1))
            .unwrap_or(at);
        let told = Told::of(&after.status);
        self.looked = Some(at);
        let spec = &before.spec;
        if self.memory.recommendations.is_empty() {
            // The first sight of an autoscaler counts its size as a recommendation.
            self.memory.recommendations.push(Recommendation {
                replicas: after.status.current_replicas,
                at,
            });
        }
        let base = Base {
            facts,
            settings,
            at: just_before,
        };
        let pods = match self.pods.take() {
            Some((as_of, pods))
                if as_of <= just_before
                    && facts.pod_changes.within(as_of, just_before).is_empty() =>
            {
                pods
            }
            Some(_) | None => base.pods(),
        };
        let mut situation = base.hpa_of(before, pods);
        situation.now = at;
        if let hpa::situation::Answered::Value(scale) = &mut situation.scale.result {
            scale.spec_replicas = after.status.current_replicas;
        }
        situation.memory = self.memory.clone();
        let mut replay = Replay {
            situation,
            status: &after.status,
            told: &told,
        };
        self.last = Some(at);
        if !told.looked_at_metrics(&after.status, spec) {
            self.wanted = None;
            self.asks.clear();
            if is_seen && told.is_rescaled(&before.status, &after.status) {
                let (from, to) = (after.status.current_replicas, after.status.desired_replicas);
                memory::store(&mut self.memory, spec, from, to, at);
            }
            self.note(settings, after, told, (at, is_seen), done);
            return;
        }
        let mut found = replay.find(facts, just_before);
        // A pod that changed right then the controller may have seen otherwise than we did.
        if found.is_sure() {
            for pods in base.pods_about(at) {
                let seen = std::mem::replace(&mut replay.situation.pods, pods);
                let other = replay.find(facts, just_before);
                replay.situation.pods = seen;
                if other.wanted() != found.wanted() {
                    found = found.unsure();
                    break;
                }
            }
        }
        let is_rescaled = is_seen && told.is_rescaled(&before.status, &after.status);
        match found {
            Found::Exactly { memory, wanted } => {
                self.memory = memory;
                self.wanted = Some((wanted, true));
            }
            Found::Asked { wanted, is_sure } => {
                let (wanted, is_sure) =
                    told.bound(&after.status, is_rescaled, wanted, is_sure, spec);
                if is_sure && !self.is_in_doubt(at) {
                    // The memory must be another one: the controller began anew.
                    self.doubt(at, spec, settings, OTHERWISE);
                }
                if !is_sure {
                    self.doubt(at, spec, settings, UNREAD);
                }
                self.mend(&after.status, &told, is_rescaled, spec, settings, at);
                self.remember(spec, settings, wanted, at);
                if is_rescaled {
                    let (from, to) = (after.status.current_replicas, after.status.desired_replicas);
                    memory::store(&mut self.memory, spec, from, to, at);
                }
                self.wanted = Some((wanted, is_sure));
            }
        }
        self.asks = replay.asks(facts, self.wanted);
        self.pods = Some((just_before, replay.situation.pods));
        self.note(settings, after, told, (at, is_seen), done);
    }

    /// Keeps a pass.
    fn note(
        &mut self,
        settings: &Settings,
        state: &HpaState,
        told: Told,
        (at, is_seen): (Timestamp, bool),
        done: &mut Vec<Done>,
    ) {
        self.last = Some(at);
        let status = &state.status;
        let after = if is_seen && told.able == Outcome::Rescaled {
            status.desired_replicas
        } else if is_seen {
            status.current_replicas
        } else {
            status.desired_replicas
        };
        let before = if is_seen {
            status.current_replicas
        } else {
            after
        };
        let wanted = self.wanted.map(|(value, is_sure)| certain(value, is_sure));
        let doubt = if is_seen {
            SignedDuration::ZERO
        } else {
            self.seen.map_or(SignedDuration::ZERO, |seen| {
                self.period
                    .doubt(self.period.count(at.duration_since(seen)))
            })
        };
        let holds = told.holds(
            wanted.as_ref().map(|wanted| wanted.value),
            after,
            &state.spec,
        );
        let is_measured = told.looked_at_metrics(status, &state.spec);
        let windows = Windows::of(&state.spec, &settings.config);
        let held = match told.able {
            Outcome::HeldUp => {
                memory::holds_up(&self.memory, windows, after, at).map(|since| HeldBy {
                    since,
                    window: windows.down,
                    until: windows.down_until(since),
                })
            }
            Outcome::HeldDown => {
                memory::holds_down(&self.memory, windows, after, at).map(|since| HeldBy {
                    since,
                    window: windows.up,
                    until: windows.up_until(since),
                })
            }
            Outcome::Ready | Outcome::Rescaled | Outcome::Other => None,
        };
        let behavior = state.spec.behavior.as_ref().filter(|_| told.is_limited);
        let policies = match (behavior, told.limit) {
            (Some(behavior), Limit::UpRate) => {
                memory::used(&self.memory, behavior, true, after, at)
            }
            (Some(behavior), Limit::DownRate) => {
                memory::used(&self.memory, behavior, false, after, at)
            }
            _ => Vec::new(),
        };
        done.push(Done {
            is_measured,
            held: held.filter(|_| is_measured),
            policies,
            certainty: self.certainty(at),
            pass: Pass {
                at: When {
                    earliest: at.saturating_sub(doubt).unwrap_or(at),
                    latest: at.saturating_add(doubt).unwrap_or(at),
                },
                is_seen,
                asks: self.asks.clone(),
                wanted,
                min: state.spec.min_replicas.unwrap_or(1),
                max: state.spec.max_replicas,
                before,
                after,
                holds,
            },
            told,
        });
    }
}
