//! What keeps a count from going where load asks it to go, and until when.

use jiff::{SignedDuration, Timestamp};

use super::decision::{Arithmetic, Decision, MetricEvaluation, Path, Rule, RuleStep};
use super::normalize::Bounds;
use super::pods::initialised_at;
use super::policies::{Direction, allowance};
use super::reconcile::Judged;
use super::spec::Behavior;
use super::timetable::Timetable;
use super::{legacy, time};
use crate::hold::{Hold, HoldRule, When};

/// The holds of a decision, in the order of the rules.
pub(crate) fn holds(judged: &Judged<'_>) -> Vec<Hold> {
    let decision = judged.decision;
    match &decision.path {
        Path::NoScale { .. } | Path::AboveMax | Path::BelowMin => Vec::new(),
        Path::Disabled => vec![for_good(HoldRule::ScalingDisabled)],
        Path::NoMetrics { .. } => vec![for_good(HoldRule::FailedMetrics)],
        Path::Metrics { .. } => {
            let mut holds = Vec::new();
            holds.extend(of_winner(judged, decision));
            for step in &decision.rules {
                holds.extend(of_step(judged, step));
            }
            holds
        }
    }
}

/// The rule that last changed the count, if it is one that lets go by itself.
pub(crate) fn holding(rules: &[RuleStep]) -> Option<HoldRule> {
    let last = rules.iter().rev().find(|step| step.before != step.after)?;
    rule_of(last).filter(|rule| match rule {
        HoldRule::ScaleDownStabilization
        | HoldRule::ScaleUpStabilization
        | HoldRule::ScaleUpRate
        | HoldRule::ScaleDownRate => true,
        HoldRule::ScaleUpDisabled
        | HoldRule::ScaleDownDisabled
        | HoldRule::Tolerance
        | HoldRule::MaxReplicas
        | HoldRule::MinReplicas
        | HoldRule::FailedMetrics
        | HoldRule::UnreadyPods
        | HoldRule::ScalingDisabled
        | HoldRule::Cooldown
        | HoldRule::Paused
        | HoldRule::Fallback
        | HoldRule::FailedTrigger
        | HoldRule::NotActive => false,
    })
}

fn for_good(rule: HoldRule) -> Hold {
    Hold { rule, until: None }
}

/// The hold that a step which changed the count amounts to.
fn rule_of(step: &RuleStep) -> Option<HoldRule> {
    match &step.rule {
        Rule::NotNegative => None,
        Rule::LegacyStabilization { .. } => Some(HoldRule::ScaleDownStabilization),
        Rule::Stabilization { .. } if step.after > step.before => {
            Some(HoldRule::ScaleDownStabilization)
        }
        Rule::Stabilization { .. } => Some(HoldRule::ScaleUpStabilization),
        Rule::LegacyScaleUpLimit { .. } | Rule::ScaleUpPolicies { .. } => {
            Some(HoldRule::ScaleUpRate)
        }
        Rule::ScaleDownPolicies { .. } => Some(HoldRule::ScaleDownRate),
        Rule::ScaleUpDisabled => Some(HoldRule::ScaleUpDisabled),
        Rule::ScaleDownDisabled => Some(HoldRule::ScaleDownDisabled),
        Rule::MaxReplicas { .. } => Some(HoldRule::MaxReplicas),
        Rule::MinReplicas { .. } => Some(HoldRule::MinReplicas),
    }
}

fn of_step(judged: &Judged<'_>, step: &RuleStep) -> Option<Hold> {
    if step.before == step.after {
        return None;
    }
    let rule = rule_of(step)?;
    let timetable = Timetable::of(judged.situation);
    let ends = |from: &Option<Timestamp>, window: SignedDuration| {
        from.map(|from| timetable.at(time::after(from, window)))
    };
    let until = match &step.rule {
        Rule::LegacyStabilization { from, .. } => {
            ends(from, legacy::past(&judged.situation.config))
        }
        Rule::Stabilization {
            up_from,
            up_window,
            down_from,
            down_window,
            ..
        } => {
            if step.after > step.before {
                ends(down_from, time::seconds(*down_window))
            } else {
                ends(up_from, time::seconds(*up_window))
            }
        }
        Rule::LegacyScaleUpLimit { .. } => Some(following(timetable)),
        Rule::ScaleUpPolicies { .. } => room(judged, Direction::Up),
        Rule::ScaleDownPolicies { .. } => room(judged, Direction::Down),
        Rule::NotNegative
        | Rule::ScaleUpDisabled
        | Rule::ScaleDownDisabled
        | Rule::MaxReplicas { .. }
        | Rule::MinReplicas { .. } => None,
    };
    Some(Hold { rule, until })
}

/// The pass after the decided one.
fn following(timetable: Timetable) -> When {
    let coming = timetable.coming();
    if timetable.is_carried_out() {
        coming
    } else {
        timetable.after(coming)
    }
}

/// When the policies allow more than the decided pass used up.
fn room(judged: &Judged<'_>, direction: Direction) -> Option<When> {
    let (situation, decision) = (judged.situation, judged.decision);
    let behavior = judged.spec.behavior.as_ref()?;
    let current = decision.replicas?;
    let mut moments = event_ends(decision, behavior);
    moments.sort_unstable();
    moments.dedup();
    let timetable = Timetable::of(situation);
    let moments = std::iter::once(following(timetable))
        .chain(moments.into_iter().map(|moment| timetable.at(moment)));
    for when in moments {
        let bounds = Bounds {
            spec: judged.spec,
            config: &situation.config,
            memory: &decision.memory,
            now: when.earliest,
            current,
            min: judged.spec.min_replicas.unwrap_or(1),
            max: judged.spec.max_replicas,
            explains: false,
        };
        let limit = allowance(&bounds, behavior, direction).limit;
        let is_room = match direction {
            Direction::Up => limit > current,
            Direction::Down => limit < current,
        };
        if is_room {
            return Some(when);
        }
    }
    None
}

/// When changes of size leave the periods of policies.
fn event_ends(decision: &Decision, behavior: &Behavior) -> Vec<Timestamp> {
    let rules = [&behavior.scale_up, &behavior.scale_down];
    let policies: Vec<i32> = rules
        .into_iter()
        .flatten()
        .filter_map(|rules| rules.policies.as_ref())
        .flatten()
        .map(|policy| policy.period_seconds)
        .collect();
    let up = &decision.memory.scale_up_events;
    up.iter()
        .chain(&decision.memory.scale_down_events)
        .flat_map(|event| {
            policies
                .iter()
                .map(|period| time::after(event.at, time::seconds(*period)))
        })
        .collect()
}

/// What keeps the deciding metric at the count that it was given.
fn of_winner(judged: &Judged<'_>, decision: &Decision) -> Option<Hold> {
    let winner = usize::try_from(decision.winner?).ok()?;
    let metric = decision.metrics.get(winner)?;
    let is_tempered = metric.arithmetic.iter().any(|step| match step {
        Arithmetic::Rebalance {
            missing, unready, ..
        } => *missing > 0 || *unready > 0,
        Arithmetic::Utilization { .. }
        | Arithmetic::Average { .. }
        | Arithmetic::Total { .. }
        | Arithmetic::PerPod { .. }
        | Arithmetic::Tolerance { .. }
        | Arithmetic::Flipped { .. }
        | Arithmetic::Contradicts { .. }
        | Arithmetic::Ceil { .. }
        | Arithmetic::CeilUsage { .. } => false,
    });
    if is_tempered {
        return Some(Hold {
            rule: HoldRule::UnreadyPods,
            until: matured(judged, metric),
        });
    }
    let is_within = metric.arithmetic.iter().any(|step| match step {
        Arithmetic::Tolerance { ratio, within, .. } => *within && ratio.0.total_cmp(&1.0).is_ne(),
        Arithmetic::Utilization { .. }
        | Arithmetic::Average { .. }
        | Arithmetic::Total { .. }
        | Arithmetic::PerPod { .. }
        | Arithmetic::Rebalance { .. }
        | Arithmetic::Flipped { .. }
        | Arithmetic::Contradicts { .. }
        | Arithmetic::Ceil { .. }
        | Arithmetic::CeilUsage { .. } => false,
    });
    is_within.then(|| for_good(HoldRule::Tolerance))
}

/// When the first unready pod comes out of its initialisation period, if one is still in it.
fn matured(judged: &Judged<'_>, metric: &MetricEvaluation) -> Option<When> {
    let unready = &metric.groups.as_ref()?.unready;
    let situation = judged.situation;
    let moments = judged.selected?.iter().filter_map(|pod| {
        let at = initialised_at(pod.start_time?, &situation.config);
        (at > situation.now && unready.contains(&pod.name)).then_some(at)
    });
    moments.min().map(|at| Timetable::of(situation).at(at))
}
