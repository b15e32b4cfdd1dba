//! What comes next, and since when it is waited for.

use jiff::{SignedDuration, Timestamp};
use replay::Past;
use scaling::forecast::{Cause, Step};
use scaling::hold::{NextCause, NextChange};
use scaling::keda::scaled_job;
use scaling::together::{Controller, Decider, Together};
use scaling::words::hold;
use scaling::{Certainty, When};
use wire::NextStep;

use super::{Instant, sure};
use crate::session::graph::marks::{AHEAD, band_rule, clock_of};

/// Between two passes, where they are not known better.
const PASS: SignedDuration = SignedDuration::from_secs(15);

/// So many seconds a moment may be apart for it to be the coming pass or the one behind it.
const ONE_PASS: i64 = 32;
/// How far ahead a cron window is told of.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How far back what holds may have begun.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(1);

/// The next change with inputs unchanged, but for cron windows: of these it is known when they turn.
pub(super) fn next(past: &Past, decided: &Together, instant: &Instant<'_>) -> Option<NextStep> {
    let change = decided.next_change.as_ref();
    let turn = turn(past, instant)
        .filter(|turn| change.is_none_or(|change| turn.at.earliest < change.change.at.earliest));
    if let Some(turn) = turn {
        let (certainty, replicas) = (turn.certainty, turn.to);
        let (at, cause) = (turn.at, NextCause::CronWindow);
        let since = at.earliest.saturating_sub(AHEAD).unwrap_or(instant.at);
        let change = NextChange {
            at,
            replicas,
            cause,
        };
        let (current, unit) = (decided.current, "");
        return Some(told(current, &change, &certainty, since, instant, unit));
    }
    let change = change?;
    let certainty = certainty(decided, change.by);
    let since = since(past, &change.change, instant);
    let mut step = told(
        decided.current,
        &change.change,
        &certainty,
        since,
        instant,
        "",
    );
    step.notes.extend(floor(past, instant));
    Some(step)
}

/// What is foreseen next, if it comes with the turn of a cron window.
fn turn(past: &Past, instant: &Instant<'_>) -> Option<Step> {
    let steps = past.forecast(instant.at, AHEAD).steps;
    let mut first = steps.into_iter().next()?;
    if first.cause != Cause::CronWindow {
        return None;
    }
    // Wherever passes and polls stand, none finds it turned before it is.
    let windows = past.windows(instant.at, first.at.latest);
    let edges = windows
        .iter()
        .flat_map(|window| [window.from, window.until]);
    let ahead = edges.filter(|edge| *edge > instant.at && *edge <= first.at.latest);
    if let Some(edge) = ahead.min() {
        first.at.earliest = first.at.earliest.max(edge);
    }
    Some(first)
}

/// That nothing comes by itself, where that is known, and when a cron window turns.
pub(super) fn unmoved(past: &Past, decided: &Together, instant: &Instant<'_>) -> String {
    match decided.decider {
        Decider::Hpa | Decider::HpaAlone | Decider::ScaleLoop => {}
        // Why nothing is decided stands above.
        Decider::Pause | Decider::Nobody(_) => return String::new(),
    }
    match decided.replicas.certainty {
        Certainty::Observed | Certainty::Derived | Certainty::Estimated { .. } => {}
        Certainty::Unknown { .. } => return String::new(),
    }
    let told = "No change comes by itself while the load stays as it is.";
    let end = instant.at.saturating_add(DAY).unwrap_or(instant.at);
    let windows = past.windows(instant.at, end);
    let edges = windows.iter().flat_map(|window| {
        let ends = window.ends.then_some((window.until, "ends"));
        [Some((window.from, "begins")), ends]
    });
    let ahead = edges.flatten().filter(|(at, _)| *at > instant.at);
    match ahead.min() {
        Some((at, turns)) => {
            let at = instant.clock.time(at);
            format!("{told} A cron window {turns} at {at}.")
        }
        None => told.to_owned(),
    }
}

/// How sure the one who makes the change is of what it decides.
fn certainty(decided: &Together, by: Controller) -> Certainty {
    let own = match by {
        Controller::Keda => decided.keda.as_ref().map(|keda| &keda.replicas.certainty),
        Controller::Hpa => decided.hpa.as_ref().map(|hpa| &hpa.certainty),
    };
    own.unwrap_or(&decided.replicas.certainty).clone()
}

/// The next poll of a `ScaledJob` that creates Jobs.
pub(super) fn of_job(decision: &scaled_job::Decision, instant: &Instant<'_>) -> Option<NextStep> {
    let change = decision.next_change.as_ref()?;
    let running = i32::try_from(decision.arithmetic.running).ok();
    let since = instant.at;
    Some(told(
        running,
        change,
        &decision.certainty,
        since,
        instant,
        " running Jobs",
    ))
}

fn told(
    current: Option<i32>,
    change: &NextChange,
    certainty: &Certainty,
    since: Timestamp,
    instant: &Instant<'_>,
    unit: &str,
) -> NextStep {
    let before = current.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let about = match certainty {
        Certainty::Observed | Certainty::Derived => "",
        Certainty::Estimated { .. } | Certainty::Unknown { .. } => "about ",
    };
    let at = clock_of(instant.clock, change.at);
    let mut notes = vec![hold::cause(change.cause).to_owned()];
    notes.push("if the load stays as it is".to_owned());
    if let When { earliest, latest } = change.at
        && earliest != latest
    {
        let seconds = latest.duration_since(earliest).as_secs();
        notes.push(if seconds <= ONE_PASS {
            "± one pass".to_owned()
        } else {
            "a range, because not all that it rests on was seen".to_owned()
        });
    }
    NextStep {
        headline: format!("{before} → {about}{}{unit} {at}", change.replicas),
        notes,
        earliest_ms: change.at.earliest.as_millisecond(),
        latest_ms: change.at.latest.as_millisecond(),
        since_ms: since.min(change.at.earliest).as_millisecond(),
        sure: sure(certainty),
    }
}

/// Since when what lets go then has held; a pass is waited for since the one before it.
fn since(past: &Past, change: &NextChange, instant: &Instant<'_>) -> Timestamp {
    let rule = match change.cause {
        NextCause::Released(rule) => Some(rule),
        NextCause::Pass | NextCause::CronWindow | NextCause::Poll => None,
    };
    let held = rule.and_then(|rule| {
        let from = instant.at.saturating_sub(LOOK_BACK).ok()?;
        let bands = past.bands(from, instant.at);
        let held = bands
            .into_iter()
            .rev()
            .find(|band| band.holds && band_rule(&band.kind, rule));
        held.map(|band| band.from)
    });
    held.unwrap_or_else(|| {
        let before = change.at.earliest.saturating_sub(PASS);
        before.map_or(instant.at, |before| before.min(instant.at))
    })
}

/// Below what no load takes it while a cron window is open.
fn floor(past: &Past, instant: &Instant<'_>) -> Option<String> {
    let until = instant.at.saturating_add(SignedDuration::from_hours(25));
    let windows = past.windows(instant.at, until.ok()?);
    let open = windows
        .iter()
        .filter(|window| window.from <= instant.at && instant.at < window.until);
    let most = open.max_by_key(|window| window.replicas)?;
    let end = if most.ends {
        format!(" before {}", instant.clock.time(most.until))
    } else {
        String::new()
    };
    Some(format!("never below {}{end}: cron", most.replicas))
}
