//! What KEDA does for a ScaledObject, and why.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::active::{Activity, Because, Stopped};
use super::condition::{Condition, Event};
use super::metadata::FORCE_ACTIVATION;
use super::pause::Pause;
use super::scaled_object::{ScaledObject, ScaledObjectStatus};
use crate::certainty::Certain;
use crate::hold::{Hold, NextChange};

/// What KEDA does at a poll, or in a pause, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaDecision"))]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// When.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub at: Timestamp,
    /// How far it came.
    pub path: Path,
    /// The count before; `None` if it could not be read.
    pub current: Option<i32>,
    /// The count after.
    pub replicas: Certain<i32>,
    /// Whether KEDA writes that count, which it may do though it is the same.
    pub is_written: bool,
    /// What the triggers say; `None` if they gave no answer, or were not asked.
    pub activity: Option<Activity>,
    /// Each case that was looked at, in order; the last one fits.
    pub rules: Vec<RuleStep>,
    /// The conditions that this poll sets, in order.
    pub conditions: Vec<Condition>,
    /// The events it records, in order; those of failing triggers come in any order.
    pub events: Vec<Event>,
    /// The status afterwards.
    pub status: ScaledObjectStatus,
    /// What keeps the count where it is.
    pub holds: Vec<Hold>,
    /// The next moment at which the loop changes the count with inputs unchanged.
    pub next_change: Option<NextChange>,
}

/// How far a poll came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaPath"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Path {
    /// All cases were looked at.
    Decided,
    /// There is no loop: the object is paused.
    Paused {
        /// How.
        pause: Pause,
    },
    /// The triggers gave no answer.
    Stopped {
        /// Why.
        stopped: Stopped,
    },
    /// The count could not be read.
    NoTarget {
        /// The error.
        error: String,
    },
}

/// One case of the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaRuleStep"))]
#[serde(rename_all = "camelCase")]
pub struct RuleStep {
    /// Which.
    pub rule: Rule,
    /// Whether it is the one that counts.
    pub fits: bool,
    /// The count before.
    pub before: i32,
    /// The count after.
    pub after: i32,
}

/// The cases, in the order in which they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaRule"))]
#[serde(rename_all = "camelCase")]
pub enum Rule {
    /// Active at 0, or below the least count in idle mode: up to `minReplicaCount`, or 1.
    Activate,
    /// The same, but scaling out is paused.
    ActivateIsPaused,
    /// Active, and some trigger failed: nothing, and the last active time stays.
    ActiveWithError,
    /// Active: nothing to do.
    StayActive,
    /// Not active, some trigger failed, a fallback may come: nothing.
    WaitForFallback,
    /// Not active, some trigger failed: nothing.
    TriggerError,
    /// Not active: down to the idle count, or 0.
    Deactivate,
    /// The same, but scaling in is paused.
    DeactivateIsPaused,
    /// The same, but the cooldown is not over.
    Cooldown,
    /// Not active, below `minReplicaCount`: up to it.
    RaiseToMin,
    /// Not active: nothing to do.
    StayInactive,
}

impl Decision {
    /// Whether the object counts as active, by its triggers or by an annotation; `None` if that was not asked.
    pub fn is_active(&self, object: &ScaledObject) -> Option<bool> {
        let activity = self.activity.as_ref()?;
        Some(activity.is_active || object.metadata.switched_on(FORCE_ACTIVATION))
    }

    /// Why the triggers count as active or not.
    pub fn because(&self) -> Option<Because> {
        self.activity.as_ref().map(|activity| activity.because)
    }
}
