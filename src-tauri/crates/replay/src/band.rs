//! What held the size, and for how long.

use jiff::{SignedDuration, Timestamp};
use scaling::hpa::spec::PolicyKind;

use crate::outcome::{Limit, Outcome};
use crate::period::Phase;
use crate::replay::Done;
use scaling::hold::HoldRule;
use scaling::{Certainty, When};

/// What held the size for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Which rule.
    pub kind: BandKind,
    /// Since when.
    pub from: Timestamp,
    /// Until when: in the past exact as far as passes were seen, ahead with inputs unchanged; `None` if it does not end by itself.
    pub until: Option<When>,
    /// Whether it still holds at the last moment of what is known.
    pub holds: bool,
    /// The size that it held.
    pub held: Option<i32>,
    /// The size that load asked for, last.
    pub asked: Option<i32>,
    /// How sure all this is.
    pub certainty: Certainty,
}

/// The rules that make bands.
#[derive(Clone, Debug, PartialEq)]
pub enum BandKind {
    /// An earlier, higher recommendation: until it leaves the window.
    ScaleDownStabilization {
        /// When the recommendation was made that holds longest.
        since: Timestamp,
        /// Seconds.
        window: i32,
    },
    /// An earlier, lower recommendation: until it leaves the window.
    ScaleUpStabilization {
        /// When the recommendation was made that holds longest.
        since: Timestamp,
        /// Seconds.
        window: i32,
    },
    /// Rate policies; none for the older algorithm's "twice the size, at least 4", or where a direction is disabled.
    Rate {
        /// Whether they limit growth.
        is_up: bool,
        /// Each policy at the last pass that it limited.
        policies: Vec<PolicyUse>,
    },
    /// KEDA's cooldown.
    Cooldown,
    /// A pause of KEDA.
    Paused,
    /// A pause of KEDA for one direction.
    PausedOneWay {
        /// Whether it is scaling out that is paused.
        is_out: bool,
    },
    /// KEDA's fallback.
    Fallback,
    /// At `maxReplicas` while load asks for more.
    Cap,
    /// No usable metric: the reason of the condition `ScalingActive`.
    NoMetrics {
        /// `FailedGetResourceMetric`
        reason: String,
    },
}

/// How much of a rate policy is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyUse {
    /// What `value` counts.
    pub kind: PolicyKind,
    /// Pods or per cent.
    pub value: i32,
    /// Seconds.
    pub period: i32,
    /// Pods by which the size changed in its direction within the period, less those of the other direction.
    pub used: i32,
    /// Pods that it allows within the period.
    pub allowed: i32,
    /// When the first of those changes leaves the period; `None` if nothing is used.
    pub room_at: Option<Timestamp>,
}

/// The bands of passes in order of time.
pub(crate) fn of_passes<'a>(passes: impl Iterator<Item = &'a Done>, phase: &Phase) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    // Those that go on, by their places in `bands`.
    let mut open: Vec<usize> = Vec::new();
    for done in passes {
        let mut still = Vec::new();
        for band in of_pass(done, phase) {
            let same = open
                .iter()
                .copied()
                .find(|index| is_same(&bands[*index], &band));
            if let Some(index) = same {
                let from = bands[index].from;
                bands[index] = Band { from, ..band };
                still.push(index);
            } else {
                still.push(bands.len());
                bands.push(band);
            }
        }
        for index in open.iter().filter(|index| !still.contains(index)) {
            bands[*index].until = Some(done.pass.at);
            bands[*index].holds = false;
        }
        open = still;
    }
    bands
}

fn is_same(one: &Band, other: &Band) -> bool {
    one.held == other.held
        && match (&one.kind, &other.kind) {
            (BandKind::Rate { is_up, .. }, BandKind::Rate { is_up: other, .. }) => is_up == other,
            (BandKind::NoMetrics { reason }, BandKind::NoMetrics { reason: other }) => {
                reason == other
            }
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        }
}

fn of_pass(done: &Done, phase: &Phase) -> Vec<Band> {
    let pass = &done.pass;
    let mut bands = Vec::new();
    let mut add = |kind, until, held, certainty| {
        bands.push(Band {
            kind,
            from: pass.at.earliest,
            until,
            holds: true,
            held,
            asked: pass.wanted.as_ref().map(|wanted| wanted.value),
            certainty,
        });
    };
    if let Some(reason) = done
        .told
        .inactive
        .as_ref()
        .filter(|reason| *reason != "ScalingDisabled")
    {
        let reason = reason.clone();
        add(
            BandKind::NoMetrics { reason },
            None,
            None,
            Certainty::Observed,
        );
        return bands;
    }
    if !done.is_measured {
        return bands;
    }
    let asked = pass.wanted.as_ref().map(|wanted| wanted.certainty.clone());
    let remembered = done
        .certainty
        .clone()
        .and(asked.unwrap_or(Certainty::Derived));
    if let Some(held) = done.held {
        let window = i32::try_from(held.window.as_secs()).unwrap_or(i32::MAX);
        let since = held.since;
        let kind = match done.told.able {
            Outcome::HeldDown => BandKind::ScaleUpStabilization { since, window },
            Outcome::HeldUp | Outcome::Ready | Outcome::Rescaled | Outcome::Other => {
                BandKind::ScaleDownStabilization { since, window }
            }
        };
        let until = phase.first_from(held.until);
        add(kind, Some(until), Some(pass.after), remembered.clone());
    }
    if !done.told.is_limited {
        return bands;
    }
    match done.told.limit {
        Limit::UpRate | Limit::DownRate => {
            let is_up = done.told.limit == Limit::UpRate;
            let is_disabled = pass.holds.iter().any(|hold| {
                matches!(
                    hold,
                    HoldRule::ScaleUpDisabled | HoldRule::ScaleDownDisabled
                )
            });
            let room = done
                .policies
                .iter()
                .filter_map(|policy| policy.room_at)
                .min();
            let next = room.unwrap_or(pass.at.latest + SignedDuration::from_secs(1));
            let until = (!is_disabled).then(|| phase.first_from(next));
            let policies = done.policies.clone();
            add(BandKind::Rate { is_up, policies }, until, None, remembered);
        }
        Limit::Max => add(BandKind::Cap, None, Some(pass.after), Certainty::Observed),
        Limit::Within | Limit::Min | Limit::Other => {}
    }
    bands
}
