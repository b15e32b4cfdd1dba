//! A workload takes over what it selects that nobody controls, and lets go of what it selects no more.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/controller_ref_manager.go:ClaimObject`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::fields::{Fields, Scalar, owned_by};
use super::index::{Index, controlled, is_over};
use super::queue::Who;
use super::{Controllers, write};
use crate::World;
use crate::selectors::selects;
use crate::store::{Change, Key, What};

/// Who looks at a workload that takes things over.
pub(super) fn claims(resource: &str) -> Option<Who> {
    match resource {
        "deployments.apps" => Some(Who::Deployments),
        "replicasets.apps" => Some(Who::ReplicaSets),
        "statefulsets.apps" => Some(Who::StatefulSets),
        "daemonsets.apps" => Some(Who::DaemonSets),
        _ => None,
    }
}

/// Whether an object may be taken over.
pub(super) fn is_free(key: &Key, object: &Value) -> bool {
    let resource = &*key.resource;
    let may = matches!(
        resource,
        "pods" | "replicasets.apps" | "controllerrevisions.apps"
    );
    may && object.controller().is_none()
}

/// Whether the workloads of its namespace have to look at an object that nobody controls.
pub(super) fn is_news(change: &Change) -> bool {
    let metadata = &change.object["metadata"];
    let differs = |before: &Arc<Value>| {
        let before = &before["metadata"];
        before["labels"] != metadata["labels"]
            || before["ownerReferences"] != metadata["ownerReferences"]
    };
    match change.what {
        What::Deleted => false,
        What::Added => is_free(&change.key, &change.object),
        What::Modified => {
            is_free(&change.key, &change.object) && change.before.as_ref().is_none_or(differs)
        }
    }
}

/// Takes over and lets go; whether anything was, so that the workload has to look again.
pub(super) fn claim(
    hub: &Controllers,
    world: &mut World,
    owner: &Value,
    resource: &str,
    is_named: impl Fn(&Value) -> bool,
) -> bool {
    if owner.is_deleted() {
        return false;
    }
    let selector = &owner["spec"]["selector"];
    let is_ours =
        |object: &Value| selects(selector, &object["metadata"]["labels"]) && is_named(object);
    let mut changes = Vec::new();
    for object in controlled(&hub.index, world, owner, resource) {
        if !is_ours(&object) && !object.is_deleted() {
            let mut owners = object["metadata"]["ownerReferences"].items().to_vec();
            owners.retain(|one| one["uid"] != owner.uid());
            changes.push((object, owners));
        }
    }
    for object in free(&hub.index, world, owner.namespace(), resource) {
        if is_ours(&object) && !object.is_deleted() && !is_over(&object) {
            let mut owners = object["metadata"]["ownerReferences"].items().to_vec();
            owners.extend(owned_by(owner).items().iter().cloned());
            changes.push((object, owners));
        }
    }
    let is_news = !changes.is_empty();
    for (object, owners) in changes {
        let mut written = Value::clone(&object);
        if !owners.is_empty() {
            written["metadata"]["ownerReferences"] = json!(owners);
        } else if let Some(metadata) = written["metadata"].as_object_mut() {
            metadata.remove("ownerReferences");
        }
        let _ = write::update(world, resource, written, write::CONTROLLER_MANAGER);
    }
    is_news
}

/// Objects of a namespace that nobody controls.
fn free(index: &Index, world: &World, namespace: &str, resource: &str) -> Vec<Arc<Value>> {
    let keys = index.free.get(namespace).into_iter().flatten();
    let keys = keys.filter(|key| *key.resource == *resource);
    keys.filter_map(|key| world.store.get(key).cloned())
        .collect()
}
