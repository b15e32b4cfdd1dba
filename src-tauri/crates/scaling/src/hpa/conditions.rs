//! How the controller keeps its conditions.
//!
//! Follows `horizontal.go` (`setConditionInList`, `removeCondition`, `getScaledToZeroConditionStatus`).

use jiff::Timestamp;
use smol_str::SmolStr;

use super::status::{Condition, ConditionKind, ConditionStatus, Status};
use super::time;

/// Sets a condition, at the end of the list if it is new. Its time moves only with its status.
pub(crate) fn set(
    status: &mut Status,
    kind: ConditionKind,
    holds: bool,
    reason: &'static str,
    message: SmolStr,
    now: Timestamp,
) {
    let holds = if holds {
        ConditionStatus::True
    } else {
        ConditionStatus::False
    };
    let found = status
        .conditions
        .iter_mut()
        .find(|condition| condition.kind == kind);
    match found {
        Some(condition) => {
            if condition.status != holds {
                condition.last_transition_time = Some(time::stored(now));
                condition.status = holds;
            }
            condition.reason = SmolStr::new_static(reason);
            condition.message = message;
        }
        None => status.conditions.push(Condition {
            kind,
            status: holds,
            last_transition_time: Some(time::stored(now)),
            reason: SmolStr::new_static(reason),
            message,
        }),
    }
}

/// Removes a condition.
pub(crate) fn remove(status: &mut Status, kind: &ConditionKind) {
    status
        .conditions
        .retain(|condition| condition.kind != *kind);
}

/// Whether a condition is there and holds.
pub(crate) fn holds(status: &Status, kind: &ConditionKind) -> bool {
    status
        .condition(kind)
        .is_some_and(|condition| condition.status == ConditionStatus::True)
}
