//! Both controllers played forward: the steps of a workload's size to come, with time and cause.
//!
//! The target follows the decisions at once; load, pods and samples stay as they are but for the given [`Change`]s. Not every pass is
//! played: between two moments at which anything can differ, each pass and poll decides what the one before it decided.

mod cause;
mod inputs;
mod play;
mod range;
mod turns;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::certainty::Certainty;
use crate::hold::{HoldRule, When};
use crate::keda::active;
use crate::together::Situation;

pub use inputs::{Change, Input};

/// What is to come until a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// The present.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub from: Timestamp,
    /// Up to here, this moment excluded.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub until: Timestamp,
    /// The size at present; `None` if it could not be read, and then there are no steps.
    pub replicas: Option<i32>,
    /// Each change of the size, in order.
    pub steps: Vec<Step>,
    /// Whether steps beyond the last one were left out, because there are too many.
    pub is_cut: bool,
}

/// A change of the size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// When; a range where the phase of the passes or polls is not known.
    pub at: When,
    /// The size before.
    pub from: i32,
    /// The size after.
    pub to: i32,
    /// Who makes it.
    pub by: By,
    /// Why then.
    pub cause: Cause,
    /// How sure the size after is.
    pub certainty: Certainty,
}

/// Who changes a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum By {
    /// KEDA's scale loop.
    ScaleLoop,
    /// The HPA controller.
    Hpa,
    /// A pause of KEDA at a given size.
    Pause,
    /// Somebody else, as the inputs say.
    Somebody,
}

/// Why a size changes when it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "ForecastCause"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Cause {
    /// A metric asks for it.
    Metric {
        /// Its own name.
        metric: String,
    },
    /// A rule of the HPA that held the size lets go, with load unchanged.
    Released {
        /// Which.
        rule: HoldRule,
    },
    /// A cron window has begun or ended since the pass before.
    CronWindow,
    /// A trigger is active: up from zero or the idle count.
    Activation {
        /// The active metrics; none if an annotation forces it.
        metrics: Vec<String>,
    },
    /// No trigger is active, and the cooldown is over: down to zero or the idle count.
    Cooldown,
    /// The size lay outside this limit.
    Bound {
        /// [`HoldRule::MinReplicas`] or [`HoldRule::MaxReplicas`].
        rule: HoldRule,
    },
    /// A pause begins.
    Pause,
    /// The inputs say so.
    Input,
}

/// So many steps are made at most: two controllers that fight would go on forever.
const MOST_STEPS: usize = 1000;

/// A week and a day: schedules of a week turn within it.
const TURNS: SignedDuration = SignedDuration::from_hours(8 * 24);

/// The steps within `horizon`, which is not negative. Changes may come in any order; those before the present happen at once.
pub fn forecast(situation: &Situation, changes: &[Change], horizon: SignedDuration) -> Forecast {
    let mut changes: Vec<&Change> = changes.iter().collect();
    changes.sort_by_key(|change| change.at);
    let from = present(situation);
    let until = from.saturating_add(horizon).unwrap_or(Timestamp::MAX);
    let steps = steps(situation, &changes, until, |_| false);
    Forecast {
        from,
        until,
        replicas: play::replicas(situation),
        is_cut: steps.len() >= MOST_STEPS,
        steps,
    }
}

/// The first step of the HPA after a cron window has begun or ended, if there is one within [`TURNS`]. What a window's end leaves is held
/// for a while, as a rule, so the step need not come with the turn.
pub(crate) fn next_cron_step(situation: &Situation) -> Option<Step> {
    let from = present(situation);
    let until = from.saturating_add(TURNS).ok()?;
    let triggers = active::build(situation.keda.as_ref()?).ok()?;
    let turn = play::first_turn(&triggers, from)?;
    let is_it = |step: &Step| step.by == By::Hpa && step.at.earliest >= turn;
    steps(situation, &[], until, is_it).into_iter().find(is_it)
}

fn present(situation: &Situation) -> Timestamp {
    let of_hpa = situation.hpa.as_ref().map(|hpa| hpa.now);
    let of_keda = situation.keda.as_ref().map(|keda| keda.now);
    of_hpa.max(of_keda).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn steps(
    situation: &Situation,
    changes: &[&Change],
    until: Timestamp,
    is_last: impl Fn(&Step) -> bool,
) -> Vec<Step> {
    let from = present(situation);
    let plays = range::phases(situation)
        .into_iter()
        .map(|phase| play::play(situation, changes, from, until, phase, &is_last))
        .collect();
    range::merge(situation, plays, from)
}
