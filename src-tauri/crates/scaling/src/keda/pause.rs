//! What a pause annotation makes KEDA's reconciler do.
//!
//! Follows KEDA v2.21.0 `controllers/keda/scaledobject_controller.go:handlePause` with `scaleTargetToPausedCount`.

use serde::{Deserialize, Serialize};

use super::metadata::{PAUSED, PAUSED_REPLICAS, PAUSED_SCALE_IN, PAUSED_SCALE_OUT};
use super::scaled_object::ScaledObject;

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

/// Whether a text is a whole number of any size.
pub(crate) fn is_int(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
