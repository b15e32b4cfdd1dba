//! What keeps a ScaledJob from creating Jobs, and when it next creates some.

use jiff::{SignedDuration, Timestamp};

use super::decision::{Decision, build, poll};
use super::situation::Situation;
use crate::certainty::Certainty;
use crate::hold::{Hold, HoldRule, NextCause, NextChange, When};
use crate::keda::triggers::Trigger;

/// What keeps Jobs from being created.
pub(super) fn holds(decision: &Decision) -> Vec<Hold> {
    let mut holds = Vec::new();
    let mut add = |rule| holds.push(Hold { rule, until: None });
    if decision.is_paused {
        add(HoldRule::Paused);
    }
    if decision.is_error && !decision.queues.is_active {
        add(HoldRule::FailedTrigger);
    } else if !decision.queues.is_active {
        add(HoldRule::NotActive);
    } else if decision.arithmetic.scale_to > decision.arithmetic.effective_max_scale {
        add(HoldRule::MaxReplicas);
    }
    holds
}

/// So many windows are looked at.
const TURNS: usize = 20;

/// The first later poll that creates Jobs.
pub(super) fn next_change(situation: &Situation, decision: &Decision) -> Option<NextChange> {
    if decision.is_paused || matches!(decision.certainty, Certainty::Unknown { .. }) {
        return None;
    }
    let seconds = i64::from(situation.scaled_job.polling_interval().max(1));
    let interval = SignedDuration::from_secs(seconds);
    let phase = situation.last_poll.unwrap_or(situation.now);
    let built = build(&situation.scaled_job).ok()?;
    let mut at = situation.clone().after(decision);
    let mut cause = NextCause::Poll;
    let mut moment = situation.now;
    for _ in 0..TURNS {
        let step = interval.as_nanos().max(1);
        let passed = moment.as_nanosecond() - phase.as_nanosecond();
        let next = phase.as_nanosecond() + (passed.div_euclid(step) + 1) * step;
        at.now = Timestamp::from_nanosecond(next).ok()?;
        let later = poll(&at);
        if later.created > 0 {
            let margin = situation.last_poll.is_none().then_some(interval);
            let margin = margin.unwrap_or_default();
            return Some(NextChange {
                at: When {
                    earliest: at.now.checked_sub(margin).ok()?.max(situation.now),
                    latest: at.now.checked_add(margin).ok()?,
                },
                replicas: i32::try_from(later.arithmetic.running.saturating_add(later.created))
                    .unwrap_or(i32::MAX),
                cause,
            });
        }
        let now = at.now;
        at = at.after(&later);
        let turn = built
            .iter()
            .filter_map(|trigger| match trigger {
                Trigger::Cron(cron) => cron.turns_after(now),
                Trigger::Workload(_)
                | Trigger::Prometheus(_)
                | Trigger::Resource(_)
                | Trigger::External { .. } => None,
            })
            .min()?;
        // A poll at the very moment finds the window turned.
        moment = turn
            .checked_sub(SignedDuration::from_nanos(1))
            .ok()?
            .max(now);
        cause = NextCause::CronWindow;
    }
    None
}
