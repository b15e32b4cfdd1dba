//! What the operator does before one of its objects may go.
//!
//! Follows KEDA v2.21.0 `controllers/keda/scaledobject_finalizer.go` and `scaledjob_finalizer.go`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{NAME, read};
use crate::World;
use crate::controllers::events::Told;
use crate::controllers::fields::Scalar;
use crate::controllers::{Controllers, write};

const FINALIZER: &str = "finalizer.keda.sh";

fn is_held(object: &Value) -> bool {
    let mut all = object["metadata"]["finalizers"].items().iter();
    all.any(|one| one == FINALIZER)
}

/// The object, held until [`release`]; as it was where it is no object that may be written.
pub(super) fn hold(world: &mut World, resource: &str, object: Arc<Value>) -> Arc<Value> {
    if is_held(&object) {
        return object;
    }
    let mut changed = Value::clone(&object);
    let mut all = changed["metadata"]["finalizers"].items().to_vec();
    all.push(json!(FINALIZER));
    changed["metadata"]["finalizers"] = Value::Array(all);
    write::update(world, resource, changed, NAME).unwrap_or(object)
}

/// Lets an object go that is being deleted; the target of a ScaledObject gets its first size back if that was asked for.
pub(super) fn release(hub: &mut Controllers, world: &mut World, resource: &str, object: &Value) {
    if !is_held(object) {
        return;
    }
    if object["spec"]["advanced"]["restoreToOriginalReplicaCount"] == true {
        restore(world, object);
    }
    let mut changed = object.clone();
    let mut left = changed["metadata"]["finalizers"].items().to_vec();
    left.retain(|one| one != FINALIZER);
    if let Some(metadata) = changed["metadata"].as_object_mut() {
        if left.is_empty() {
            metadata.remove("finalizers");
        } else {
            metadata.insert("finalizers".to_owned(), Value::Array(left));
        }
    }
    let _ = write::update(world, resource, changed, NAME);
    let kind = object["kind"].text();
    let (reason, message) = (format!("{kind}Deleted"), format!("{kind} was deleted"));
    let told = Told::warning(NAME, &reason, message);
    hub.tell(world, object, &told);
}

fn restore(world: &mut World, object: &Value) {
    let status = &object["status"];
    let Some(original) = status["originalReplicaCount"].as_i64() else {
        return;
    };
    if status["scaleTargetGVKR"].is_null() {
        return;
    }
    let Some((resource, path)) = read::target(object) else {
        return;
    };
    if let Some(target) = write::get(world, resource, &path) {
        let mut changed = Value::clone(&target);
        changed["spec"]["replicas"] = json!(original);
        let _ = write::update(world, resource, changed, NAME);
    }
}
