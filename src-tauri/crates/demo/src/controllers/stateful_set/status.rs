//! The status of a StatefulSet (`stateful_set_control.go:updateStatus`, `completeRollingUpdate`).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Look, RESOURCE};
use crate::World;
use crate::controllers::fields::Fields;
use crate::controllers::replica_set::available_at;
use crate::controllers::{revisions, write};

/// Tells the counts of `pods` and both revisions.
pub(super) fn write(world: &mut World, look: &Look<'_>, pods: &[Arc<Value>], collisions: i64) {
    let Some(before) = write::get(world, RESOURCE, &look.set.path()) else {
        return;
    };
    let now = world.now();
    let is_available = |pod: &Value| available_at(pod, look.min_ready).is_some_and(|at| at <= now);
    let of = |revision: &Value| {
        let own =
            |pod: &&Arc<Value>| pod.label(revisions::HASH) == revision.name() && !pod.is_deleted();
        pods.iter().filter(own).count()
    };
    let count = |is: &dyn Fn(&Value) -> bool| pods.iter().filter(|pod| is(pod)).count();
    let ready = count(&|pod| pod["status"]["phase"] == "Running" && pod.holds("Ready"));
    let updated = of(look.update);
    let (mut current, mut current_name) = (of(look.current), look.current.name());
    let wanted = look.set["spec"]["replicas"].as_i64().unwrap_or(1);
    let is_whole = |count: usize| i64::try_from(count) == Ok(wanted);
    let rolls = look.set["spec"]["updateStrategy"]["type"] == "RollingUpdate";
    if rolls && is_whole(updated) && is_whole(ready) && is_whole(pods.len()) {
        (current, current_name) = (updated, look.update.name());
    }
    let mut changed = Value::clone(&before);
    let status = &mut changed["status"];
    if !status.is_object() {
        *status = json!({});
    }
    status["observedGeneration"] = look.set["metadata"]["generation"].clone();
    status["replicas"] = json!(pods.len());
    status["availableReplicas"] = json!(count(&is_available));
    status["collisionCount"] = json!(collisions);
    status["currentRevision"] = json!(current_name);
    status["updateRevision"] = json!(look.update.name());
    for (field, count) in [
        ("readyReplicas", ready),
        ("currentReplicas", current),
        ("updatedReplicas", updated),
    ] {
        if count > 0 {
            status[field] = json!(count);
        } else if let Some(fields) = status.as_object_mut() {
            fields.remove(field);
        }
    }
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
}
