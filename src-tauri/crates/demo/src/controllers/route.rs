//! Which controllers a change concerns.

use std::sync::Arc;

use serde_json::Value;

use super::fields::{Fields, Scalar};
use super::index::{Index, is_over};
use super::queue::{Queue, Task, Who};
use crate::store::{Change, Key, What};

/// An object changed.
pub(super) fn changed(queue: &mut Queue, index: &Index, change: &Change) {
    seen(queue, &change.key, &change.object);
    let is_gone = matches!(change.what, What::Deleted);
    if is_gone {
        queue.add(Task::new(Who::Garbage, change.object.uid()));
    }
    let frees = match &*change.key.resource {
        "nodes" => true,
        "pods" => is_gone || is_over(&change.object),
        _ => false,
    };
    if frees {
        for path in &index.waiting {
            queue.add(Task::new(Who::Scheduler, Arc::clone(path)));
        }
    }
}

/// An object is there, or was until now.
pub(super) fn seen(queue: &mut Queue, key: &Key, object: &Value) {
    let own = |who| Task::new(who, Arc::clone(&key.path));
    match &*key.resource {
        "scaledobjects.keda.sh" => queue.add(own(Who::ScaledObjects)),
        "horizontalpodautoscalers.autoscaling" => {
            queue.add(own(Who::Autoscalers));
            owner(queue, object);
        }
        "deployments.apps" => queue.add(own(Who::Deployments)),
        "replicasets.apps" => {
            queue.add(own(Who::ReplicaSets));
            owner(queue, object);
        }
        "pods" => {
            if object["spec"]["nodeName"].text().is_empty() {
                queue.add(own(Who::Scheduler));
            } else {
                queue.add(own(Who::Kubelet));
            }
            owner(queue, object);
        }
        _ => {}
    }
}

/// The controller of an object looks at its own.
fn owner(queue: &mut Queue, object: &Value) {
    let Some(owner) = object.controller() else {
        return;
    };
    let who = match owner["kind"].text() {
        "Deployment" => Who::Deployments,
        "ReplicaSet" => Who::ReplicaSets,
        "ScaledObject" => Who::ScaledObjects,
        _ => return,
    };
    let path = format!("{}/{}", object.namespace(), owner["name"].text());
    queue.add(Task::new(who, path));
}
