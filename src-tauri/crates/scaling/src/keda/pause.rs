//! What a pause annotation makes KEDA's reconciler do.
//!
//! Follows KEDA v2.21.0 `controllers/keda/scaledobject_controller.go:handlePause` with `scaleTargetToPausedCount`.

use serde::{Deserialize, Serialize};

use super::condition::{self, ACTIVE, Condition, Event, FALSE, READY, TRUE, UNKNOWN};
use super::decision::{Decision, Path};
use super::fallback;
use super::metadata::{PAUSED, PAUSED_REPLICAS, PAUSED_SCALE_IN, PAUSED_SCALE_OUT};
use super::scaled_object::ScaledObject;
use super::situation::Situation;
use crate::certainty::Certain;

/// How a ScaledObject is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaPause"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Pause {
    /// Frozen at the size it had: neither loop nor HPA.
    Frozen,
    /// Frozen at a given size.
    At {
        /// The size.
        replicas: i32,
    },
    /// The size is no 32-bit integer: loop and HPA are gone, the size stays, reconciling fails.
    BadCount {
        /// As written.
        value: String,
    },
}

/// The pause in force, if any: `paused-replicas` whatever `paused` says (`NeedToBePausedByAnnotation`).
pub fn pause(object: &ScaledObject) -> Option<Pause> {
    if let Some(value) = object.metadata.annotations.get(PAUSED_REPLICAS) {
        return Some(match value.parse() {
            Ok(replicas) => Pause::At { replicas },
            Err(_) => Pause::BadCount {
                value: value.clone(),
            },
        });
    }
    object.metadata.switched_on(PAUSED).then_some(Pause::Frozen)
}

/// Whether scaling in, or out, alone is stopped.
pub fn one_way(object: &ScaledObject) -> (bool, bool) {
    (
        object.metadata.switched_on(PAUSED_SCALE_IN),
        object.metadata.switched_on(PAUSED_SCALE_OUT),
    )
}

/// `reconcileScaledObject` with `handlePause`, and what `Reconcile` writes after it.
pub(crate) fn paused(situation: &Situation, pause: Pause) -> Decision {
    let object = &situation.scaled_object;
    let mut status = object.status.clone();
    let mut events = Vec::new();
    if !condition::are_initialized(&status.conditions) {
        status.conditions = condition::initial();
    }
    let mut conditions = Vec::new();
    let mut replicas = situation.target.replicas.clone();
    let outcome = paused_count(situation, &pause);
    let written = outcome.as_ref().ok().copied().flatten();
    if let Some(count) = written {
        replicas = Certain {
            value: count,
            certainty: replicas.certainty.derived(),
        };
    }
    let message = "ScaledObject is paused";
    let was_paused = condition::status(&status.conditions, condition::PAUSED) == TRUE;
    if !was_paused {
        events.push(Event::normal("ScaledObjectPaused", message));
    }
    if !was_paused || outcome.is_ok() {
        conditions.push(Condition::new(
            condition::PAUSED,
            TRUE,
            "ScaledObjectPaused",
            message,
        ));
    }
    match outcome {
        Ok(count) => {
            status.paused_replica_count = count;
            if matches!(
                condition::status(&status.conditions, READY),
                FALSE | UNKNOWN
            ) {
                events.push(Event::normal(
                    "ScaledObjectReady",
                    "ScaledObject is ready for scaling",
                ));
            }
            conditions.push(Condition::new(READY, TRUE, "ScaledObjectReady", message));
        }
        Err(error) => {
            let error = format!("failed to scale target to paused replica count: {error}");
            events.push(Event::warning("ScaledObjectCheckFailed", &error));
            conditions.push(Condition::new(
                READY,
                FALSE,
                "ScaledObjectCheckFailed",
                error,
            ));
            let message = "ScaledObject check failed";
            conditions.push(Condition::new(ACTIVE, UNKNOWN, "UnknownState", message));
        }
    }
    if fallback::valid(object).is_none() {
        conditions.push(fallback::none());
    }
    for condition in &conditions {
        condition::set(&mut status.conditions, condition.clone());
    }
    Decision {
        at: situation.now,
        path: Path::Paused { pause },
        current: situation.target.current().ok(),
        replicas,
        is_written: written.is_some(),
        activity: None,
        rules: Vec::new(),
        conditions,
        events,
        status,
        holds: Vec::new(),
        next_change: None,
    }
}

/// Sets the target to the count of the pause (`scaleTargetToPausedCount`); the count that the status then notes, or the error.
fn paused_count(situation: &Situation, pause: &Pause) -> Result<Option<i32>, String> {
    let target = &situation.target;
    match pause {
        Pause::Frozen => Ok(None),
        Pause::BadCount { value } => {
            let reason = if is_int(value) {
                "value out of range"
            } else {
                "invalid syntax"
            };
            Err(format!(
                "failed to parse paused replica count: strconv.ParseInt: parsing {value:?}: {reason}"
            ))
        }
        Pause::At { replicas: wanted } => {
            let (found, written) = target.set_scale();
            if let Some(error) = &target.scale_read_error {
                return Err(format!("failed to get scale for target resource: {error}"));
            }
            if found != *wanted {
                written.map_err(|error| {
                    format!("failed to scale target to paused replica count: {error}")
                })?;
            }
            Ok(Some(*wanted))
        }
    }
}

/// Whether a text is a whole number of any size.
fn is_int(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
