//! How the controller keeps its conditions.
//!
//! Follows `horizontal.go` (`setConditionInList`, `removeCondition`, `getScaledToZeroConditionStatus`).

use std::borrow::Cow;

use jiff::Timestamp;

use super::status::{Condition, ConditionKind, ConditionStatus, Status};
use super::time;

/// Sets a condition, at the end of the list if it is new. Its time moves only with its status.
pub(crate) fn set(
    status: &mut Status,
    kind: ConditionKind,
    holds: bool,
    reason: &str,
    message: Cow<'_, str>,
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
            if condition.reason != reason {
                reason.clone_into(&mut condition.reason);
            }
            if condition.message != message {
                condition.message = message.into_owned();
            }
        }
        None => status.conditions.push(Condition {
            kind,
            status: holds,
            last_transition_time: Some(time::stored(now)),
            reason: reason.to_owned(),
            message: message.into_owned(),
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
