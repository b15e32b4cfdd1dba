//! When KEDA's loop polls: once when it starts, then each interval after the poll before.

use jiff::Timestamp;
use scaling::keda::ScaledObject;
use scaling::keda::condition::{self, ACTIVE};

use crate::facts::Facts;

/// The last poll up to a moment of which something was seen.
pub(crate) fn last(facts: &Facts, at: Timestamp) -> Option<Timestamp> {
    let points = facts.scaled_object.within(Timestamp::MIN, at);
    let pairs = points.windows(2).rev();
    for pair in pairs {
        let [(_, before), (seen, after)] = pair else {
            continue;
        };
        let (Some(before), Some(after)) = (before, after) else {
            // Made anew: the loop starts at once.
            return after.as_ref().map(|_| *seen);
        };
        if is_poll(before, after) {
            return Some(*seen);
        }
    }
    // An object that was just made is polled at once.
    let (seen, first) = points.first()?;
    let created = first.as_ref()?.metadata.creation_timestamp?;
    let is_new = seen.duration_since(created).as_secs() < 10;
    is_new.then_some(*seen)
}

/// Whether a change tells of a poll: a new generation starts the loop anew, and it alone moves these.
fn is_poll(before: &ScaledObject, after: &ScaledObject) -> bool {
    let active = |object: &ScaledObject| {
        let conditions = object.status.conditions.iter();
        let mut active = conditions.filter(|condition| condition.kind == ACTIVE);
        active.next().cloned()
    };
    before.metadata.generation != after.metadata.generation
        || before.status.last_active_time != after.status.last_active_time
        || (active(before) != active(after)
            && condition::status(&after.status.conditions, ACTIVE) != condition::UNKNOWN)
}
