//! The earliest change with inputs unchanged: the target follows the decisions, the controller remembers, time goes on; pods, samples
//! and everything else stay.
//!
//! Not every pass is played: between two moments at which a rule can let go, each pass decides what the one before it decided.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::behavior::Windows;
use super::conditions;
use super::decision::RuleStep;
use super::holds::holding;
use super::pods::initialised_at;
use super::reconcile::Judged;
use super::selection::select;
use super::settle::{Start, Way, count};
use super::situation::{Answered, Memory, Pod, Recommendation, Situation};
use super::status::ConditionKind;
use super::timetable::Timetable;
use super::{history, legacy, time};
use crate::certainty::Certainty;
use crate::hold::{HoldRule, NextCause, NextChange, When};

/// The earliest change with inputs unchanged.
pub(crate) fn next_change(judged: &Judged<'_>) -> Option<NextChange> {
    let (situation, decision) = (judged.situation, judged.decision);
    // A write that failed may or may not fail again.
    if decision.rescale_error.is_some() {
        return None;
    }
    let Answered::Value(scale) = &situation.scale.result else {
        return None;
    };
    let timetable = Timetable::of(situation);
    let (current, memory) = if timetable.is_carried_out() {
        (decision.replicas?, &decision.memory)
    } else {
        (decision.current?, &situation.memory)
    };
    let is_kept = situation.writes.status_error.is_none();
    let status = if timetable.is_carried_out() && is_kept {
        &decision.status
    } else {
        &situation.status
    };
    let start = Start {
        situation,
        spec: judged.spec,
        scale,
        current,
        now: situation.now,
        scaled_to_zero: conditions::holds(status, &ConditionKind::ScaledToZero),
    };
    match start.way() {
        Way::Disabled => None,
        Way::AboveMax => Some(change(timetable.coming(), start.max(), None)),
        Way::BelowMin => Some(change(timetable.coming(), start.min(), None)),
        Way::Metrics => {
            let own;
            let selected = if let Some(selected) = judged.selected {
                selected
            } else {
                own = select(situation, &scale.selector).ok()?;
                own.as_slice()
            };
            let future = Future {
                start,
                timetable,
                selected,
                memory: memory.clone(),
                before: timetable
                    .is_carried_out()
                    .then(|| holding(&decision.rules))
                    .flatten(),
            };
            future.change()
        }
    }
}

fn change(at: When, replicas: i32, released: Option<HoldRule>) -> NextChange {
    NextChange {
        at,
        replicas,
        cause: released.map_or(NextCause::Pass, NextCause::Released),
    }
}

/// The passes to come, all of which look at metrics until one changes the size.
struct Future<'a> {
    start: Start<'a>,
    timetable: Timetable,
    selected: &'a [&'a Pod],
    /// What the controller remembers, and will have recorded.
    memory: Memory,
    /// What held the count in the pass before the coming one, if that has run.
    before: Option<HoldRule>,
}

/// Moments at which a rule can let go, each known to lie in a range.
type Moments = BTreeSet<(Timestamp, Timestamp)>;

impl Future<'_> {
    fn change(self) -> Option<NextChange> {
        let coming = self.timetable.coming();
        if coming.earliest == coming.latest {
            return self.after_coming();
        }
        // The coming pass may see what happens before it, and then records nothing else.
        match (self.late(coming), self.after_coming()) {
            (Some(late), Some(change)) if change.at.earliest <= late.at.earliest => Some(change),
            (Some(late), Some(change)) => {
                let latest = late.at.latest.max(change.at.latest);
                let at = When { latest, ..late.at };
                Some(NextChange { at, ..late })
            }
            (late, change) => late.or(change),
        }
    }

    /// The change if the coming pass comes no sooner than something that lets a rule go.
    fn late(&self, coming: When) -> Option<NextChange> {
        let mut memory = self.memory.clone();
        // That pass is then the first to see the autoscaler.
        history::see(&mut memory, self.start.current, coming.latest);
        let mut moments = self.expiries();
        moments.extend(self.maturities().iter().map(|at| (*at, *at)));
        moments
            .into_iter()
            .map(|(at, _)| at)
            .filter(|at| (coming.earliest..=coming.latest).contains(at))
            .find_map(|earliest| {
                let (replicas, _) = self.outcome(&memory, earliest, self.proposed(earliest)?);
                let latest = coming.latest;
                (replicas != self.start.current)
                    .then(|| change(When { earliest, latest }, replicas, self.before))
            })
    }

    /// The change if the coming pass comes as soon as it can.
    fn after_coming(mut self) -> Option<NextChange> {
        let coming = self.timetable.coming();
        let mut moments = self.expiries();
        if self.memory.recommendations.is_empty() {
            // The coming pass is the first to see the autoscaler.
            self.recorded(self.start.current, coming, &mut moments);
        }
        let mut proposed = self.proposed(coming.earliest);
        let mut held = self.before;
        if let Some(desired) = proposed {
            let (replicas, rules) = self.outcome(&self.memory, coming.earliest, desired);
            if replicas != self.start.current {
                return Some(change(coming, replicas, held));
            }
            held = holding(&rules);
            self.recorded(desired, coming, &mut moments);
        }
        let maturities = self.maturities();
        moments.extend(maturities.iter().map(|at| (*at, *at)));
        let mut played = coming.earliest;
        // The latest moment at which what may have let go by now surely has.
        let mut settled = coming.earliest;
        while let Some((earliest, latest)) = moments.pop_first() {
            settled = settled.max(latest);
            if moments.first().is_some_and(|(next, _)| *next == earliest) {
                continue;
            }
            let range = When {
                earliest,
                latest: settled.max(earliest),
            };
            let when = self.timetable.within(range);
            if when.earliest <= played {
                continue;
            }
            let before = std::mem::replace(&mut played, when.earliest);
            let mut matured = false;
            if maturities.range(..=played).next_back() > Some(&before) {
                let again = self.proposed(played);
                matured = again != proposed;
                if let Some(old) = proposed.filter(|_| matured) {
                    // The pass before this one has still recorded the old count.
                    self.recorded(old, self.timetable.before(when), &mut moments);
                }
                proposed = again;
            }
            let Some(desired) = proposed else { continue };
            let (replicas, rules) = self.outcome(&self.memory, played, desired);
            if replicas != self.start.current {
                let cause = held.or(matured.then_some(HoldRule::UnreadyPods));
                return Some(change(when, replicas, cause));
            }
            held = holding(&rules);
        }
        None
    }

    /// What metrics ask for in a pass.
    fn proposed(&self, now: Timestamp) -> Option<i32> {
        let start = Start { now, ..self.start };
        count(&start.propose_for(self.selected)).map(|count| count.max(0))
    }

    /// What a pass makes of it.
    fn outcome(&self, memory: &Memory, now: Timestamp, desired: i32) -> (i32, Vec<RuleStep>) {
        let start = Start { now, ..self.start };
        let settled = start.settle(memory, desired, &Certainty::Derived);
        (settled.replicas, settled.rules)
    }

    /// A count that a pass has recorded, with the moments at which it ceases to count.
    fn recorded(&mut self, desired: i32, at: When, moments: &mut Moments) {
        self.memory.recommendations.push(Recommendation {
            replicas: desired,
            at: at.earliest,
        });
        self.expiry(at, moments);
    }

    /// When a recommendation ceases to count.
    fn expiry(&self, at: When, moments: &mut Moments) {
        let mut end = |window: SignedDuration| {
            moments.insert((
                time::after(at.earliest, window),
                time::after(at.latest, window),
            ));
        };
        let config = &self.start.situation.config;
        match &self.start.spec.behavior {
            None => end(legacy::past(config)),
            Some(behavior) => {
                let windows = Windows::of(behavior, config);
                end(time::seconds(windows.up));
                end(time::seconds(windows.down));
            }
        }
    }

    /// When what is remembered ceases to count.
    fn expiries(&self) -> Moments {
        let mut moments = Moments::new();
        for recommendation in &self.memory.recommendations {
            self.expiry(When::exactly(recommendation.at), &mut moments);
        }
        let Some(behavior) = &self.start.spec.behavior else {
            return moments;
        };
        let up = &self.memory.scale_up_events;
        let events = up.iter().chain(&self.memory.scale_down_events);
        for event in events {
            let rules = [&behavior.scale_up, &behavior.scale_down];
            let policies = rules.into_iter().flatten();
            for policy in policies
                .filter_map(|rules| rules.policies.as_ref())
                .flatten()
            {
                let end = time::after(event.at, time::seconds(policy.period_seconds));
                moments.insert((end, end));
            }
        }
        moments
    }

    /// When pods come out of their initialisation period, which changes whether their samples count.
    fn maturities(&self) -> BTreeSet<Timestamp> {
        let config = &self.start.situation.config;
        self.selected
            .iter()
            .filter_map(|pod| pod.start_time)
            .map(|start| initialised_at(start, config))
            .collect()
    }
}

/// The first moment after `now` at which a pod comes out of its initialisation period.
pub(crate) fn matures_after(situation: &Situation, now: Timestamp) -> Option<Timestamp> {
    let starts = situation.pods.iter().filter_map(|pod| pod.start_time);
    starts
        .map(|start| initialised_at(start, &situation.config))
        .filter(|at| *at > now)
        .min()
}
