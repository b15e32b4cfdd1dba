//! The garbage collector: what was owned goes with its last owner, in the background.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/garbagecollector/garbagecollector.go:attemptToDeleteItem`.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{Fields, Scalar};
use super::{Controllers, write};
use crate::World;

/// The object with this uid is gone: deletes what it owned, but what others own too only loses the reference.
pub(crate) fn collect(hub: &mut Controllers, world: &mut World, uid: &str) -> Option<Timestamp> {
    for key in hub.index.owned_by(uid) {
        let Some(owned) = world.store.get(&key).cloned() else {
            continue;
        };
        let owners = owned["metadata"]["ownerReferences"].items();
        let others: Vec<Value> = owners
            .iter()
            .filter(|owner| owner["uid"] != uid)
            .cloned()
            .collect();
        if others.is_empty() {
            let path = owned.path();
            let _ = write::delete(world, &key.resource, &path, write::CONTROLLER_MANAGER);
        } else {
            let mut changed = Value::clone(&owned);
            changed["metadata"]["ownerReferences"] = Value::Array(others);
            let _ = write::update(world, &key.resource, changed, write::CONTROLLER_MANAGER);
        }
    }
    None
}
