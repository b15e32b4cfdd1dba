//! The status of a DaemonSet (`updateDaemonSetStatus`).

use serde_json::{Value, json};

use super::place::Fit;
use super::{Look, RESOURCE};
use crate::World;
use crate::controllers::fields::Fields;
use crate::controllers::write;

/// Tells on how many nodes the set's pods should be, are, are ready.
pub(super) fn write(world: &mut World, look: &Look<'_>, collisions: i64) {
    let Some(before) = write::get(world, RESOURCE, &look.set.path()) else {
        return;
    };
    let (mut desired, mut current, mut misplaced) = (0, 0, 0);
    let (mut ready, mut available, mut updated) = (0, 0, 0);
    for (node, fit) in &look.nodes {
        let oldest = look.pods.get(node.name()).and_then(|pods| pods.first());
        match (fit, oldest) {
            (Fit::Takes, None) => desired += 1,
            (Fit::Takes, Some(pod)) => {
                desired += 1;
                current += 1;
                ready += i64::from(pod.holds("Ready"));
                available += i64::from(look.is_available(pod));
                updated += i64::from(look.is_updated(pod));
            }
            (Fit::Keeps | Fit::Not, Some(_)) => misplaced += 1,
            (Fit::Keeps | Fit::Not, None) => {}
        }
    }
    let mut changed = Value::clone(&before);
    if !changed["status"].is_object() {
        changed["status"] = json!({});
    }
    let status = changed["status"].as_object_mut().expect("it was made one");
    status.insert(
        "observedGeneration".to_owned(),
        look.set["metadata"]["generation"].clone(),
    );
    for (field, count) in [
        ("currentNumberScheduled", current),
        ("numberMisscheduled", misplaced),
        ("desiredNumberScheduled", desired),
        ("numberReady", ready),
    ] {
        status.insert(field.to_owned(), json!(count));
    }
    for (field, count) in [
        ("updatedNumberScheduled", updated),
        ("numberAvailable", available),
        ("numberUnavailable", desired - available),
        ("collisionCount", collisions),
    ] {
        if count > 0 {
            status.insert(field.to_owned(), json!(count));
        } else {
            status.remove(field);
        }
    }
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
}
