//! Where passes and polls may lie, and what that leaves open about the steps.

use jiff::{SignedDuration, Timestamp};

use super::{Cause, Step};
use crate::certainty::Certainty;
use crate::hold::When;
use crate::hpa::situation::PassPhase;
use crate::keda;
use crate::together::Situation;

/// When passes and polls run in one play.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phase {
    /// How late the first pass and poll come where that is not known, in eighths of their periods.
    pub(super) eighths: i32,
    /// Whether passes are as far apart as they can be.
    pub(super) is_slow: bool,
}

/// The plays that a forecast takes: one if all is known.
pub(super) fn phases(situation: &Situation) -> Vec<Phase> {
    let is_open = is_pass_open(situation) || is_poll_open(situation);
    let eighths: &[i32] = if is_open { &[0, 3, 6] } else { &[0] };
    let mut phases: Vec<Phase> = eighths
        .iter()
        .map(|&eighths| Phase {
            eighths,
            is_slow: false,
        })
        .collect();
    if is_jittered(situation) {
        phases.push(Phase {
            eighths: 0,
            is_slow: true,
        });
    }
    phases
}

fn is_pass_open(situation: &Situation) -> bool {
    situation
        .hpa
        .as_ref()
        .is_some_and(|hpa| match hpa.passes.phase {
            PassPhase::Unknown => true,
            PassPhase::Now | PassPhase::Next(_) => false,
        })
}

fn is_poll_open(situation: &Situation) -> bool {
    situation
        .keda
        .as_ref()
        .is_some_and(|keda| keda.last_poll.is_none())
}

fn is_jittered(situation: &Situation) -> bool {
    situation
        .hpa
        .as_ref()
        .is_some_and(|hpa| hpa.passes.longest > hpa.passes.shortest)
}

/// How far a step may lie from where it was played, if nothing before it is in doubt.
fn margin(situation: &Situation) -> SignedDuration {
    let mut margin = SignedDuration::ZERO;
    if let Some(hpa) = situation
        .hpa
        .as_ref()
        .filter(|_| is_pass_open(situation) || is_jittered(situation))
    {
        margin = margin.saturating_add(hpa.passes.longest.duration());
    }
    if let Some(keda) = situation.keda.as_ref().filter(|_| is_poll_open(situation)) {
        margin = margin.saturating_add(keda::next::interval(keda));
    }
    margin
}

/// The steps of the first play, their times wide enough for all phases. From where the plays differ in more than time, steps are
/// estimated.
pub(super) fn merge(situation: &Situation, plays: Vec<Vec<Step>>, from: Timestamp) -> Vec<Step> {
    let mut plays = plays.into_iter();
    let mut steps = plays.next().unwrap_or_default();
    let others: Vec<Vec<Step>> = plays.collect();
    let margin = margin(situation);
    if margin.is_zero() {
        return steps;
    }
    let guess = "the phase of the passes and polls".to_owned();
    let guessed = Certainty::Estimated { guess };
    let mut is_in_doubt = false;
    let mut reach = SignedDuration::ZERO;
    for (index, step) in steps.iter_mut().enumerate() {
        let is_anchored = match step.cause {
            Cause::CronWindow | Cause::Input => true,
            Cause::Metric { .. }
            | Cause::Released { .. }
            | Cause::Activation { .. }
            | Cause::Cooldown
            | Cause::Bound { .. }
            | Cause::Pause => false,
        };
        reach = if is_anchored {
            margin
        } else {
            reach.saturating_add(margin)
        };
        let same = |other: &Vec<Step>| {
            let found = other.get(index)?;
            (found.to == step.to && found.by == step.by).then_some(found.at)
        };
        let mut at = step.at;
        for found in others.iter().map(same) {
            match found {
                Some(found) => {
                    at.earliest = at.earliest.min(found.earliest);
                    at.latest = at.latest.max(found.latest);
                }
                None => is_in_doubt = true,
            }
        }
        step.at = When {
            earliest: at
                .earliest
                .saturating_sub(reach)
                .unwrap_or(Timestamp::MIN)
                .max(from),
            latest: at.latest.saturating_add(reach).unwrap_or(Timestamp::MAX),
        };
        if is_in_doubt {
            step.certainty = step.certainty.clone().and(guessed.clone());
        }
    }
    steps
}
