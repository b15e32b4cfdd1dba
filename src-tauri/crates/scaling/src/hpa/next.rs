//! The earliest change with inputs unchanged: the target follows the decisions, the controller remembers, time goes on; pods, samples
//! and everything else stay.
//!
//! Not every pass is played: between two moments at which a rule can let go, each pass decides what the one before it decided.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::behavior::Windows;
use super::conditions;
use super::decision::{Arithmetic, MetricEvaluation, MetricResult, Path, RuleStep};
use super::holds::holding;
use super::pods::initialised_at;
use super::reconcile::Judged;
use super::selection::select;
use super::settle::{Start, Way, count};
use super::situation::{Answered, Memory, Pod, Recommendation, Situation};
use super::spec::MetricSpec;
use super::status::ConditionKind;
use super::timetable::Timetable;
use super::trace::Depth;
use super::{legacy, time};
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
    let mut scale = Cow::Borrowed(scale);
    if current != scale.spec_replicas {
        scale.to_mut().follow(current);
    }
    let is_kept = situation.writes.status_error.is_none();
    let status = if timetable.is_carried_out() && is_kept {
        &decision.status
    } else {
        &situation.status
    };
    let start = Start {
        situation,
        spec: judged.spec,
        scale: &scale,
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
                asked: asked(judged, current),
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
#[derive(Clone)]
struct Future<'a> {
    start: Start<'a>,
    timetable: Timetable,
    selected: &'a [&'a Pod],
    /// What the controller remembers, and will have recorded.
    memory: Memory,
    /// What metrics ask for as long as no pod matures, if that is known.
    asked: Option<i32>,
    /// What held the count in the pass before the coming one, if that has run.
    before: Option<HoldRule>,
}

/// Moments at which a rule can let go, each known to lie in a range.
type Moments = BTreeSet<(Timestamp, Timestamp)>;

impl Future<'_> {
    fn change(self) -> Option<NextChange> {
        let coming = self.timetable.coming();
        if coming.earliest == coming.latest {
            return self.after(coming);
        }
        // What lets go before the coming pass, it sees at once; what lets go after it, the next one. So each part of the range in
        // which the coming pass can run has its own change.
        let mut bounds: BTreeSet<Timestamp> =
            self.expiries().into_iter().map(|(at, _)| at).collect();
        bounds.append(&mut self.maturities());
        bounds.insert(coming.earliest);
        let within = coming.earliest..coming.latest;
        let starts: Vec<Timestamp> = bounds.range(within).copied().collect();
        let ends = starts.iter().skip(1).chain([&coming.latest]);
        let mut first: Option<NextChange> = None;
        for (earliest, latest) in starts.iter().zip(ends) {
            let part = When {
                earliest: *earliest,
                latest: *latest,
            };
            let Some(change) = self.clone().after(part) else {
                continue;
            };
            first = Some(match first {
                None => change,
                Some(first) => {
                    let latest = first.at.latest.max(change.at.latest);
                    let earlier = if change.at.earliest < first.at.earliest {
                        change
                    } else {
                        first
                    };
                    let at = When {
                        latest,
                        ..earlier.at
                    };
                    NextChange { at, ..earlier }
                }
            });
        }
        first
    }

    /// The change if the coming pass runs at this time.
    fn after(mut self, coming: When) -> Option<NextChange> {
        let maturities = self.maturities();
        let mut moments = Moments::new();
        if self.memory.recommendations.is_empty() {
            // The coming pass is the first to see the autoscaler.
            self.recorded(self.start.current, coming, &mut moments);
        }
        let matures_before = maturities.first().is_some_and(|at| *at <= coming.earliest);
        let asked = self.asked.filter(|_| !matures_before);
        let mut proposed = asked.or_else(|| self.proposed(coming.earliest));
        let mut held = self.before;
        if let Some(desired) = proposed {
            let (replicas, rules) = self.outcome(coming.earliest, desired);
            if replicas != self.start.current {
                return Some(change(coming, replicas, held));
            }
            held = holding(&rules);
            self.recorded(desired, coming, &mut moments);
            if desired == self.start.current && maturities.is_empty() {
                // No recommendation moves a count that is as asked.
                return None;
            }
        }
        moments.append(&mut self.expiries());
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
            let (replicas, rules) = self.outcome(played, desired);
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
        count(&start.propose_for(self.selected, Depth::Pass)).map(|count| count.max(0))
    }

    /// What a pass makes of it.
    fn outcome(&self, now: Timestamp, desired: i32) -> (i32, Vec<RuleStep>) {
        let start = Start { now, ..self.start };
        let settled = start.settle(
            &self.memory,
            desired,
            &Certainty::Derived,
            Depth::NextChange,
        );
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

    /// When pods come out of their initialisation period, which changes whether their cpu samples count.
    fn maturities(&self) -> BTreeSet<Timestamp> {
        let config = &self.start.situation.config;
        let now = self.start.now;
        if !self.start.spec.metrics.iter().any(is_cpu) {
            return BTreeSet::new();
        }
        self.selected
            .iter()
            .filter_map(|pod| pod.start_time)
            .map(|start| initialised_at(start, config))
            .filter(|at| *at > now)
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

/// Whether it looks at the age of pods.
fn is_cpu(metric: &MetricSpec) -> bool {
    let resource = metric.resource.as_ref().map(|source| &source.name);
    let container = metric.container_resource.as_ref();
    let container = container.map(|source| &source.name);
    resource
        .into_iter()
        .chain(container)
        .any(|name| name == "cpu")
}

/// What metrics asked for, if they ask for the same at this size.
fn asked(judged: &Judged<'_>, size: i32) -> Option<i32> {
    let decision = judged.decision;
    match decision.path {
        Path::Metrics { error: None } => {}
        Path::Metrics { error: Some(_) }
        | Path::NoMetrics { .. }
        | Path::NoScale { .. }
        | Path::Disabled
        | Path::AboveMax
        | Path::BelowMin => return None,
    }
    let before = decision.current?;
    let is_same =
        before == size || (before != 0 && size != 0 && !decision.metrics.iter().any(heeds_size));
    let winner = usize::try_from(decision.winner?).ok()?;
    match decision.metrics.get(winner)?.result {
        MetricResult::Proposed { replicas } if is_same => Some(replicas.max(0)),
        MetricResult::Proposed { .. } | MetricResult::Failed { .. } => None,
    }
}

/// Whether a metric's proposal rests on the size that it was given.
fn heeds_size(metric: &MetricEvaluation) -> bool {
    metric.arithmetic.iter().any(|step| match step {
        Arithmetic::Tolerance { within, .. } => *within,
        Arithmetic::PerPod { .. }
        | Arithmetic::Rebalance { .. }
        | Arithmetic::Flipped { .. }
        | Arithmetic::Contradicts { .. } => true,
        Arithmetic::Utilization { .. }
        | Arithmetic::Average { .. }
        | Arithmetic::Total { .. }
        | Arithmetic::Ceil { .. }
        | Arithmetic::CeilUsage { .. } => false,
    })
}
