//! Conditions in the status of a ScaledObject or ScaledJob.

use serde::{Deserialize, Serialize};

/// A condition as KEDA keeps it: without a time (KEDA v2.21.0 `apis/keda/v1alpha1/condition_types.go`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaCondition"))]
#[serde(default)]
pub struct Condition {
    /// `Ready`, `Active`, `Fallback`, `Paused` or `HPAActive`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// One word.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// One sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// The object is defined correctly and its triggers work.
pub const READY: &str = "Ready";
/// Triggers ask for at least one replica or job.
pub const ACTIVE: &str = "Active";
/// A trigger's value is a stand-in.
pub const FALLBACK: &str = "Fallback";
/// A pause annotation is in force.
pub const PAUSED: &str = "Paused";
/// Mirrors the HPA's `ScalingActive`.
pub const HPA_ACTIVE: &str = "HPAActive";

/// `True`
pub const TRUE: &str = "True";
/// `False`
pub const FALSE: &str = "False";
/// `Unknown`
pub const UNKNOWN: &str = "Unknown";

impl Condition {
    /// A condition with its reason and message.
    pub fn new(kind: &str, status: &str, reason: &str, message: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            status: status.into(),
            reason: reason.into(),
            message: message.into(),
        }
    }
}

/// Replaces the condition of the same type, or adds it at the end (`condition_types.go:SetCondition`).
pub fn set(conditions: &mut Vec<Condition>, condition: Condition) {
    match conditions
        .iter_mut()
        .find(|known| known.kind == condition.kind)
    {
        Some(known) => *known = condition,
        None => conditions.push(condition),
    }
}

/// Whether all conditions are there that an object begins with (`condition_types.go:AreInitialized`).
pub(crate) fn are_initialized(conditions: &[Condition]) -> bool {
    initial()
        .iter()
        .all(|wanted| conditions.iter().any(|one| one.kind == wanted.kind))
}

/// The status of a condition; empty when there is none of that type.
pub fn status<'a>(conditions: &'a [Condition], kind: &str) -> &'a str {
    conditions
        .iter()
        .find(|condition| condition.kind == kind)
        .map_or("", |condition| &condition.status)
}

/// An event that KEDA records on the object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaEvent"))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One word.
    pub reason: String,
    /// One sentence.
    pub message: String,
}

impl Event {
    pub(crate) fn normal(reason: &str, message: impl Into<String>) -> Self {
        Self {
            kind: "Normal".into(),
            reason: reason.into(),
            message: message.into(),
        }
    }

    pub(crate) fn warning(reason: &str, message: impl Into<String>) -> Self {
        Self {
            kind: "Warning".into(),
            ..Self::normal(reason, message)
        }
    }
}

/// The conditions of an object that KEDA sees for the first time (`GetInitializedConditions`).
pub fn initial() -> Vec<Condition> {
    [
        (READY, UNKNOWN),
        (ACTIVE, UNKNOWN),
        (FALLBACK, UNKNOWN),
        (PAUSED, FALSE),
    ]
    .map(|(kind, status)| Condition::new(kind, status, "", ""))
    .into()
}
