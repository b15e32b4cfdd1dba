//! What holds the count of a ScaledObject, and when its scale loop next changes it.

use jiff::{SignedDuration, Timestamp};

use super::activation::{cooled_down_after, poll, whole_second};
use super::active::{self, Activity};
use super::decision::{Decision, Path, Rule};
use super::fallback::{self, Served};
use super::situation::Situation;
use super::triggers::Trigger;
use crate::certainty::Certainty;
use crate::hold::{Hold, HoldRule, NextCause, NextChange, When};

/// What keeps the count where it is.
pub(crate) fn holds(situation: &Situation, decision: &Decision) -> Vec<Hold> {
    let mut holds = Vec::new();
    let mut add = |rule, until| holds.push(Hold { rule, until });
    match &decision.path {
        Path::Paused { .. } => add(HoldRule::Paused, None),
        Path::Stopped { .. } => add(HoldRule::FailedTrigger, None),
        Path::NoTarget { .. } | Path::Decided => {}
    }
    if let Some(step) = decision.rules.iter().find(|step| step.fits) {
        match step.rule {
            Rule::ActivateIsPaused | Rule::DeactivateIsPaused => add(HoldRule::Paused, None),
            Rule::WaitForFallback | Rule::TriggerError => add(HoldRule::FailedTrigger, None),
            Rule::Cooldown => {
                let end = cooled_down_after(&situation.scaled_object);
                add(HoldRule::Cooldown, Some(poll_after(situation, end)));
            }
            Rule::StayInactive if step.before == 0 => add(HoldRule::NotActive, None),
            Rule::Activate
            | Rule::ActiveWithError
            | Rule::StayActive
            | Rule::Deactivate
            | Rule::RaiseToMin
            | Rule::StayInactive => {}
        }
    }
    if decision
        .activity
        .as_ref()
        .is_some_and(|activity| activity.fallback_active)
    {
        add(HoldRule::Fallback, None);
    }
    holds
}

/// The first poll strictly after a moment.
fn poll_after(situation: &Situation, at: Timestamp) -> When {
    let interval = interval(situation);
    let earliest = at.max(situation.now);
    if let Some(phase) = situation.last_poll {
        return When::exactly(poll_strictly_after(phase, interval, earliest));
    }
    When {
        earliest,
        latest: earliest.saturating_add(interval).unwrap_or(Timestamp::MAX),
    }
}

/// Between two polls; no interval at all means polls without pause, for which a second stands.
pub(crate) fn interval(situation: &Situation) -> SignedDuration {
    SignedDuration::from_secs(i64::from(situation.scaled_object.polling_interval().max(1)))
}

pub(crate) fn poll_strictly_after(
    phase: Timestamp,
    interval: SignedDuration,
    at: Timestamp,
) -> Timestamp {
    let step = interval.as_nanos().max(1);
    let passed = at.as_nanosecond() - phase.as_nanosecond();
    let next = phase.as_nanosecond() + (passed.div_euclid(step) + 1) * step;
    Timestamp::from_nanosecond(next).unwrap_or(Timestamp::MAX)
}

/// So many moments at which something may turn are looked at.
const TURNS: i32 = 40;

/// The first later poll that changes the count: inputs stay, the target follows the loop alone, time goes on.
pub(crate) fn next_change(situation: &Situation, decision: &Decision) -> Option<NextChange> {
    if !matches!(decision.path, Path::Decided)
        || matches!(decision.replicas.certainty, Certainty::Unknown { .. })
    {
        return None;
    }
    let interval = interval(situation);
    let phase = situation.last_poll.unwrap_or(situation.now);
    let triggers = active::build(situation).ok()?;
    let mut now = situation.now;
    let mut at = situation.clone().after(decision);
    let mut last = decision.clone();
    for turn in 1..=TURNS {
        let (moment, cause) = turns_next(&at, &triggers, &last, now, interval)?;
        let next = poll_strictly_after(phase, interval, moment.max(now));
        let skipped =
            ((next.as_nanosecond() - now.as_nanosecond()) / interval.as_nanos().max(1)) - 1;
        at = skip(at, &last, next, interval, skipped);
        at.now = next;
        let later = poll(&at);
        if later.current.is_some() && Some(later.replicas.value) != later.current {
            return Some(NextChange {
                at: moment_of(situation, next, interval, turn),
                replicas: later.replicas.value,
                cause,
            });
        }
        now = next;
        at = at.after(&later);
        last = later;
    }
    None
}

/// A poll's time, or how far it may lie from there where the phase of the polls is not known.
fn moment_of(situation: &Situation, at: Timestamp, interval: SignedDuration, turns: i32) -> When {
    if situation.last_poll.is_some() {
        return When::exactly(at);
    }
    let margin = interval.saturating_mul(turns);
    When {
        earliest: at
            .saturating_sub(margin)
            .unwrap_or(Timestamp::MIN)
            .max(situation.now),
        latest: at.saturating_add(margin).unwrap_or(Timestamp::MAX),
    }
}

/// The first moment after which a poll may find things otherwise: the poll must come strictly later.
pub(crate) fn turns_next(
    situation: &Situation,
    triggers: &[Trigger],
    last: &Decision,
    now: Timestamp,
    interval: SignedDuration,
) -> Option<(Timestamp, NextCause)> {
    let instant = SignedDuration::from_nanos(1);
    let windows = triggers.iter().filter_map(|trigger| match trigger {
        Trigger::Cron(cron) => {
            // A poll at the very moment finds the window turned.
            let turn = cron.turns_after(now)?.checked_sub(instant).ok()?;
            Some((turn, NextCause::CronWindow))
        }
        Trigger::Workload(_)
        | Trigger::Prometheus(_)
        | Trigger::Resource(_)
        | Trigger::External { .. } => None,
    });
    let fits = last
        .rules
        .iter()
        .find(|step| step.fits)
        .map(|step| step.rule);
    let cooldown = (fits == Some(Rule::Cooldown)).then(|| {
        let end = cooled_down_after(&situation.scaled_object);
        (end, NextCause::Released(HoldRule::Cooldown))
    });
    // Right after a change the next poll may already do more.
    let changed = matches!(
        fits,
        Some(Rule::Activate | Rule::Deactivate | Rule::RaiseToMin)
    )
    .then_some((now, NextCause::Poll));
    let polls = last
        .activity
        .as_ref()
        .and_then(|activity| polls_to_fallback(situation, activity));
    let fallback = polls.and_then(|polls| {
        let wait = interval.checked_mul(i32::try_from(polls).ok()?.checked_sub(1)?)?;
        Some((now.checked_add(wait).ok()?, NextCause::Poll))
    });
    windows
        .chain(cooldown)
        .chain(changed)
        .chain(fallback)
        .min_by_key(|(moment, _)| *moment)
}

/// After how many further polls a fallback comes into force.
fn polls_to_fallback(situation: &Situation, activity: &Activity) -> Option<i64> {
    let fallback = fallback::valid(&situation.scaled_object)?;
    activity
        .triggers
        .iter()
        .flat_map(|trigger| &trigger.metrics)
        .filter(|metric| !metric.observed_by_hpa && matches!(metric.served, Served::Failed { .. }))
        .filter_map(|metric| {
            let missing = i64::from(fallback.failure_threshold) + 1 - i64::from(metric.failures?);
            (missing > 0).then_some(missing)
        })
        .min()
}

/// What polls that change nothing else leave behind: the last active time, failures counted.
pub(crate) fn skip(
    mut situation: Situation,
    last: &Decision,
    next: Timestamp,
    interval: SignedDuration,
    skipped: i128,
) -> Situation {
    if skipped <= 0 {
        return situation;
    }
    let status = &mut situation.scaled_object.status;
    if last
        .rules
        .iter()
        .any(|step| step.fits && step.rule == Rule::StayActive)
        && let Ok(previous) = next.checked_sub(interval)
    {
        status.last_active_time = Some(whole_second(previous));
    }
    let counted = last.activity.iter().flat_map(|activity| &activity.triggers);
    for metric in counted.flat_map(|trigger| &trigger.metrics) {
        let failing = !matches!(metric.served, Served::Measured { .. });
        if failing && let Some(health) = status.health.get_mut(&metric.reading.metric) {
            let more = i32::try_from(skipped).unwrap_or(i32::MAX);
            health.number_of_failures = health
                .number_of_failures
                .map(|failures| failures.saturating_add(more));
        }
    }
    situation
}
