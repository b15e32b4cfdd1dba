//! One play: passes and polls at exact moments, those left out at which nothing can differ.

use jiff::{SignedDuration, Timestamp};

use super::inputs::{Change, Input};
use super::range::Phase;
use super::turns::Turns;
use super::{By, Cause, MOST_STEPS, Step, cause};
use crate::certainty::Certainty;
use crate::hold::{NextChange, When};
use crate::hpa::situation::{Answered, Memory, PassPhase, Passes, Span};
use crate::hpa::status::Status;
use crate::keda::next::{interval, poll_strictly_after, skip, turns_next};
use crate::keda::pause::{self, pause};
use crate::keda::triggers::{Trigger, TriggerInput};
use crate::keda::{active, produced_hpa, serving};
use crate::together::Situation;
use crate::{hpa, keda};

/// The size at present.
pub(super) fn replicas(situation: &Situation) -> Option<i32> {
    let of_hpa = situation
        .hpa
        .as_ref()
        .and_then(|hpa| match &hpa.scale.result {
            Answered::Value(scale) => Some(scale.spec_replicas),
            Answered::Error(_) => None,
        });
    let of_keda = situation
        .keda
        .as_ref()
        .and_then(|keda| keda.target.current().ok());
    of_keda.or(of_hpa)
}

/// The steps from a moment until before another, or up to one that is the last that is asked for.
pub(super) fn play(
    situation: &Situation,
    changes: &[&Change],
    from: Timestamp,
    until: Timestamp,
    phase: Phase,
    is_last: impl Fn(&Step) -> bool,
) -> Vec<Step> {
    let mut play = Play::new(situation, from, until, phase);
    let mut changes = changes.iter().peekable();
    while play.steps.len() < MOST_STEPS && !play.steps.last().is_some_and(&is_last) {
        let change = changes.peek().map(|change| change.at.max(from));
        let poll = play.polls.as_ref().and_then(|turns| turns.due);
        let pass = play.passes.as_ref().and_then(|turns| turns.due);
        let Some(first) = change
            .into_iter()
            .chain(poll)
            .chain(pass)
            .min()
            .filter(|at| *at < until)
        else {
            break;
        };
        if change == Some(first) {
            if let Some(change) = changes.next() {
                play.change(change, first);
            }
        } else if poll == Some(first) {
            play.poll(first);
        } else {
            play.pass(first);
        }
    }
    play.steps
}

/// When the first window of a cron trigger begins or ends.
pub(super) fn first_turn(triggers: &[Trigger], after: Timestamp) -> Option<Timestamp> {
    let turns = triggers.iter().filter_map(|trigger| match trigger {
        Trigger::Cron(cron) => cron.turns_after(after),
        Trigger::Workload(_)
        | Trigger::Prometheus(_)
        | Trigger::Resource(_)
        | Trigger::External { .. } => None,
    });
    turns.min()
}

struct Play {
    keda: Option<keda::Situation>,
    triggers: Vec<Trigger>,
    hpa: Option<hpa::Situation>,
    passes: Option<Turns>,
    polls: Option<Turns>,
    last_poll: Option<keda::Decision>,
    /// The last pass recorded a recommendation.
    has_recorded: bool,
    /// What the last pass foresaw with inputs unchanged.
    foreseen: Option<NextChange>,
    /// The first turn of a cron window after the last pass.
    window: Option<Timestamp>,
    certainty: Certainty,
    steps: Vec<Step>,
    until: Timestamp,
}

impl Play {
    fn new(situation: &Situation, from: Timestamp, until: Timestamp, phase: Phase) -> Self {
        let part = |period: SignedDuration| {
            let late = period.saturating_mul(phase.eighths) / 8;
            from.saturating_add(late).unwrap_or(Timestamp::MAX)
        };
        let mut hpa = situation.hpa.clone();
        let passes = hpa.as_mut().map(|hpa| {
            let shortest = hpa
                .passes
                .shortest
                .duration()
                .max(SignedDuration::from_secs(1));
            let longest = hpa.passes.longest.duration().max(shortest);
            let period = if phase.is_slow { longest } else { shortest };
            let first = match hpa.passes.phase {
                PassPhase::Now => from,
                PassPhase::Next(at) => at.max(from),
                PassPhase::Unknown => part(period),
            };
            let span = Span::from(period);
            hpa.passes = Passes {
                shortest: span,
                longest: span,
                phase: PassPhase::Now,
            };
            Turns::from(first, period)
        });
        let polls = situation.keda.as_ref().map(|keda| {
            let period = interval(keda);
            let just_before = from
                .saturating_sub(SignedDuration::from_nanos(1))
                .unwrap_or(Timestamp::MIN);
            let first = keda
                .last_poll
                .map(|last| poll_strictly_after(last, period, just_before));
            Turns::from(first.unwrap_or_else(|| part(period)), period)
        });
        let mut play = Self {
            keda: situation.keda.clone(),
            triggers: Vec::new(),
            hpa,
            passes,
            polls,
            last_poll: None,
            has_recorded: false,
            foreseen: None,
            window: None,
            certainty: Certainty::Derived,
            steps: Vec::new(),
            until,
        };
        play.understand();
        if let Some(keda) = &play.keda
            && pause(&keda.scaled_object).is_some()
        {
            play.pause(from);
        }
        play
    }

    /// Builds the triggers of the present spec.
    fn understand(&mut self) {
        let built = self.keda.as_ref().and_then(|keda| active::build(keda).ok());
        self.triggers = built.unwrap_or_default();
    }

    fn step(&mut self, at: Timestamp, from: i32, to: i32, by: By, cause: Cause) {
        if from == to {
            return;
        }
        let certainty = self.certainty.clone();
        self.steps.push(Step {
            at: When::exactly(at),
            from,
            to,
            by,
            cause,
            certainty,
        });
    }

    fn less_sure(&mut self, certainty: Certainty) {
        let own = std::mem::replace(&mut self.certainty, Certainty::Derived);
        self.certainty = own.and(certainty);
    }

    /// Both controllers look again at their next turns.
    fn wake(&mut self, at: Timestamp) {
        for turns in self.passes.iter_mut().chain(&mut self.polls) {
            turns.wake(at);
        }
    }

    /// One pass of the HPA controller.
    fn pass(&mut self, at: Timestamp) {
        let (Some(hpa), Some(turns)) = (&mut self.hpa, &mut self.passes) else {
            return;
        };
        if turns.skipped(at) > 0 && self.has_recorded {
            // The passes left out have recorded the same count; the latest of equals is the one that counts.
            let last = at.saturating_sub(turns.period).unwrap_or(at);
            // The first sight of an autoscaler stands before what its pass asked for.
            let mut made = hpa.memory.recommendations.iter_mut().rev();
            if let Some(made) = made.find(|made| made.at == turns.phase) {
                made.at = last;
            }
        }
        turns.play(at);
        hpa.now = at;
        let queried = self.keda.as_mut().and_then(|keda| {
            keda.now = at;
            serving::serve(keda, hpa)
        });
        let decision = hpa::foreseeing(hpa);
        let is_counting = queried.as_ref().is_some_and(|queried| queried.is_counting)
            && !decision.metrics.is_empty();
        hpa::follow(hpa, &decision, at);
        if let Some(keda) = &mut self.keda {
            if let Some(queried) = queried.filter(|_| !decision.metrics.is_empty()) {
                queried.remember(keda);
            }
            keda.hpa_conditions = Some(hpa.status.conditions.clone());
        }
        let matures = hpa::next::matures_after(hpa, at);
        let window_turned = self.window.is_some_and(|window| window <= at);
        let is_foreseen = self
            .foreseen
            .as_ref()
            .filter(|next| next.at.earliest == at)
            .map(|next| next.cause);
        self.has_recorded = match decision.path {
            hpa::decision::Path::Metrics { .. } => true,
            hpa::decision::Path::NoScale { .. }
            | hpa::decision::Path::Disabled
            | hpa::decision::Path::AboveMax
            | hpa::decision::Path::BelowMin
            | hpa::decision::Path::NoMetrics { .. } => false,
        };
        self.window = self.cron_turn(at);
        self.less_sure(decision.certainty.clone());
        let (before, after) = (
            decision.current.unwrap_or(0),
            decision.replicas.unwrap_or(0),
        );
        if before != after {
            let cause = cause::of_pass(&decision, window_turned, is_foreseen);
            self.step(at, before, after, By::Hpa, cause);
            self.set(after);
        }
        let is_moving = before != after || is_counting;
        let next = decision.next_change.as_ref().map(|next| next.at.earliest);
        let wake = if is_moving {
            Some(at)
        } else {
            next.into_iter().chain(matures).chain(self.window).min()
        };
        self.foreseen = decision.next_change;
        if let (Some(turns), Some(wake)) = (&mut self.passes, wake) {
            turns.wake(wake);
        }
        if let Some(turns) = self.polls.as_mut().filter(|_| is_moving) {
            turns.wake(at);
        }
    }

    /// When a cron trigger next turns.
    fn cron_turn(&self, now: Timestamp) -> Option<Timestamp> {
        if let Some(window) = self.window.filter(|window| *window > now) {
            return Some(window);
        }
        first_turn(&self.triggers, now)
    }

    /// One poll of the scale loop.
    fn poll(&mut self, at: Timestamp) {
        let (Some(mut keda), Some(turns)) = (self.keda.take(), &mut self.polls) else {
            return;
        };
        if let Some(last) = &self.last_poll {
            keda = skip(keda, last, at, turns.period, turns.skipped(at));
        }
        turns.play(at);
        keda.now = at;
        let decision = keda::poll(&keda);
        let is_counting = decision
            .activity
            .as_ref()
            .is_some_and(|activity| serving::is_counting(&keda, activity));
        let specs = &keda.scaled_object.spec.triggers;
        let before = specs.iter().any(|spec| spec.use_cached_metrics).then(|| {
            let inputs = keda.triggers.iter();
            inputs.map(|input| input.cached.clone()).collect::<Vec<_>>()
        });
        keda = keda.after(&decision);
        let is_refreshed = before.is_some_and(|before| {
            let after = keda.triggers.iter().map(|input| &input.cached);
            !before.iter().eq(after)
        });
        let next = turns_next(&keda, &self.triggers, &decision, at, turns.period);
        if let Some((moment, _)) = next {
            turns.due = Some(poll_strictly_after(at, turns.period, moment.max(at)));
        }
        if is_counting {
            turns.wake(at);
        }
        if let Some(passes) = self.passes.as_mut().filter(|_| is_refreshed) {
            passes.wake(at);
        }
        self.keda = Some(keda);
        let before = decision.current.unwrap_or(0);
        if decision.current.is_some() && before != decision.replicas.value {
            self.less_sure(decision.replicas.certainty.clone());
            let cause = cause::of_poll(&decision);
            self.step(at, before, decision.replicas.value, By::ScaleLoop, cause);
            self.set(decision.replicas.value);
            self.wake(at);
        }
        self.last_poll = Some(decision);
    }

    /// Both see the target at a new size.
    fn set(&mut self, replicas: i32) {
        if let Some(keda) = &mut self.keda {
            keda.target.replicas.value = replicas;
            keda.target.live_replicas = None;
        }
        if let Some(hpa) = &mut self.hpa
            && let Answered::Value(scale) = &mut hpa.scale.result
        {
            scale.follow(replicas);
        }
    }

    fn size(&self) -> Option<i32> {
        let of_hpa = self.hpa.as_ref().and_then(|hpa| match &hpa.scale.result {
            Answered::Value(scale) => Some(scale.spec_replicas),
            Answered::Error(_) => None,
        });
        of_hpa.or(self
            .keda
            .as_ref()
            .and_then(|keda| keda.target.current().ok()))
    }

    /// A pause begins: loop and HPA end.
    fn pause(&mut self, at: Timestamp) {
        self.polls = None;
        self.passes = None;
        self.last_poll = None;
        let Some(keda) = &mut self.keda else { return };
        let Some(pause) = pause(&keda.scaled_object) else {
            return;
        };
        keda.now = at;
        let decision = pause::paused(keda, pause);
        keda.scaled_object.status = decision.status;
        if let Some(before) = decision.current {
            self.less_sure(decision.replicas.certainty);
            self.step(at, before, decision.replicas.value, By::Pause, Cause::Pause);
            self.set(decision.replicas.value);
        }
    }

    /// The ScaledObject was edited: the loop starts anew, the HPA is as it makes it.
    fn edited(&mut self, at: Timestamp) {
        self.understand();
        self.window = None;
        let Some(keda) = &mut self.keda else { return };
        for input in &mut keda.triggers {
            input.cached.clear();
            input.observed_by_hpa.clear();
        }
        if pause(&keda.scaled_object).is_some() {
            if self.polls.is_some() {
                self.pause(at);
            }
            return;
        }
        let gone = self.polls.is_none();
        self.last_poll = None;
        self.polls = Some(Turns::from(at, interval(keda)));
        let Some(hpa) = &mut self.hpa else { return };
        let target = keda
            .scaled_object
            .status
            .scale_target_gvkr
            .clone()
            .unwrap_or_default();
        if let Ok(produced) = produced_hpa::produce(&keda.scaled_object, &target, &keda.triggers) {
            let scale_target_ref = hpa.spec.scale_target_ref.clone();
            hpa.spec = hpa::spec::Spec {
                scale_target_ref,
                ..produced.spec
            };
        }
        if gone {
            hpa.memory = Memory {
                certainty: hpa.memory.certainty.clone(),
                ..Memory::default()
            };
            hpa.status = Status::default();
            self.has_recorded = false;
            // A new autoscaler is seen a period after it came.
            let period = hpa.passes.shortest.duration();
            let first = at.saturating_add(period).unwrap_or(self.until);
            self.passes = Some(Turns::from(first, period));
        }
    }

    /// A change from outside.
    fn change(&mut self, change: &Change, at: Timestamp) {
        self.less_sure(change.certainty.clone());
        match &change.input {
            Input::Metrics(metrics) => {
                if let Some(hpa) = &mut self.hpa {
                    hpa.metrics = (**metrics).clone();
                }
            }
            Input::Pods(pods) => {
                if let Some(hpa) = &mut self.hpa {
                    hpa.pods.clone_from(pods);
                }
            }
            Input::Trigger { index, input } => {
                let triggers = self.keda.as_mut().map(|keda| &mut keda.triggers);
                if let Some(found) = triggers.and_then(|triggers| triggers.get_mut(*index)) {
                    // What KEDA remembers stays until it looks again.
                    *found = TriggerInput {
                        observed_by_hpa: std::mem::take(&mut found.observed_by_hpa),
                        cached: std::mem::take(&mut found.cached),
                        ..input.clone()
                    };
                }
            }
            Input::Replicas(replicas) => {
                if let Some(before) = self.size() {
                    self.step(at, before, *replicas, By::Somebody, Cause::Input);
                    self.set(*replicas);
                }
            }
            Input::Hpa(spec) => {
                if let Some(hpa) = &mut self.hpa {
                    hpa.spec = (**spec).clone();
                }
            }
            Input::ScaledObject(spec) => {
                if let Some(keda) = &mut self.keda {
                    keda.scaled_object.spec = (**spec).clone();
                }
                self.edited(at);
            }
            Input::Annotations(annotations) => {
                if let Some(keda) = &mut self.keda {
                    keda.scaled_object
                        .metadata
                        .annotations
                        .clone_from(annotations);
                }
                self.edited(at);
            }
        }
        self.wake(at);
        self.foreseen = None;
    }
}
