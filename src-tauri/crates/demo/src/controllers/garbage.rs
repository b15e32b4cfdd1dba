//! The garbage collector: what was owned goes with its last owner, before it or after it, or stays.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/garbagecollector/garbagecollector.go`.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{Fields, Scalar};
use super::{Controllers, job, write};
use crate::World;
use crate::store::Key;
use crate::writes::Propagation;

/// Holds an object until what it owns is gone.
pub(super) const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// A look at one object, named by its resource and path, or at what an object owned that is gone, named by its uid.
pub(crate) fn collect(hub: &mut Controllers, world: &mut World, what: &str) -> Option<Timestamp> {
    match what.split_once(' ') {
        Some((resource, path)) => {
            let key = Key {
                resource: resource.into(),
                path: path.into(),
            };
            look(hub, world, &key);
        }
        None => {
            for key in hub.index.owned_by(what) {
                look(hub, world, &key);
            }
        }
    }
    None
}

/// Whether an object waits until what it owns is gone.
pub(super) fn waits_for_owned(object: &Value) -> bool {
    object.is_deleted() && has_finalizer(object, FOREGROUND)
}

/// `attemptToDeleteItem` and `attemptToOrphanWorker`
fn look(hub: &mut Controllers, world: &mut World, key: &Key) {
    let Some(object) = world.store.get(key).cloned() else {
        return;
    };
    if object.is_deleted() && has_finalizer(&object, ORPHAN) {
        for owned in hub.index.owned_by(object.uid()) {
            disown(world, &owned, |owner| owner["uid"] == object.uid());
        }
        remove_finalizer(world, key, ORPHAN);
        return;
    }
    if waits_for_owned(&object) {
        wait(hub, world, key, &object);
        return;
    }
    let owners = object["metadata"]["ownerReferences"].items();
    if object.is_deleted() || owners.is_empty() {
        return;
    }
    let of = |kind: Owner| {
        let mut owners = owners.iter();
        owners.any(|owner| state(world, owner, object.namespace()) == kind)
    };
    let (is_owned, waits) = (of(Owner::Solid), of(Owner::Waits));
    if is_owned {
        if waits || of(Owner::Gone) {
            let mut kept = owners.to_vec();
            kept.retain(|owner| state(world, owner, object.namespace()) == Owner::Solid);
            let kept: Vec<Value> = kept.into_iter().map(|owner| owner["uid"].clone()).collect();
            disown(world, key, |owner| !kept.contains(&owner["uid"]));
        }
        return;
    }
    let owns = !hub.index.owned_by(object.uid()).is_empty();
    let propagation = if waits && owns || has_finalizer(&object, FOREGROUND) {
        Propagation::Foreground
    } else if has_finalizer(&object, ORPHAN) {
        Propagation::Orphan
    } else {
        Propagation::Background
    };
    job::release(world, &object);
    let manager = write::CONTROLLER_MANAGER;
    let _ = write::delete_with(world, &key.resource, &key.path, propagation, manager);
}

/// Lets an object go once nothing blocks it; asks what does to go (`processDeletingDependentsItem`).
fn wait(hub: &mut Controllers, world: &mut World, key: &Key, object: &Value) {
    let mut is_blocked = false;
    for owned in hub.index.owned_by(object.uid()) {
        let Some(dependent) = world.store.get(&owned).cloned() else {
            continue;
        };
        let mut owners = dependent["metadata"]["ownerReferences"].items().iter();
        let blocks =
            |owner: &Value| owner["uid"] == object.uid() && owner["blockOwnerDeletion"] == true;
        if owners.any(blocks) {
            is_blocked = true;
            if !waits_for_owned(&dependent) {
                look(hub, world, &owned);
            }
        }
    }
    if !is_blocked {
        remove_finalizer(world, key, FOREGROUND);
    }
}

/// How it stands with an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Solid,
    /// It waits for what it owns.
    Waits,
    Gone,
}

/// Looks an owner up (`classifyReferences`). One of a kind that is not served counts as being there.
fn state(world: &World, owner: &Value, namespace: &str) -> Owner {
    let api_version = owner["apiVersion"].text();
    let (group, _) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = owner["kind"].text();
    let mut resources = world.resources().iter();
    let Some(resource) = resources.find(|one| *one.group == *group && *one.kind == *kind) else {
        return Owner::Solid;
    };
    let namespace = if resource.namespaced { namespace } else { "" };
    match world.get(&resource.key(), namespace, owner["name"].text()) {
        Some(found) if found.uid() != owner["uid"].text() => Owner::Gone,
        Some(found) if waits_for_owned(&found) => Owner::Waits,
        Some(_) => Owner::Solid,
        None => Owner::Gone,
    }
}

fn disown(world: &mut World, key: &Key, goes: impl Fn(&Value) -> bool) {
    let Some(object) = world.store.get(key) else {
        return;
    };
    let mut changed = Value::clone(object);
    let metadata = &mut changed["metadata"];
    let mut owners = metadata["ownerReferences"].items().to_vec();
    owners.retain(|owner| !goes(owner));
    let is_orphan = owners.is_empty();
    if !is_orphan {
        metadata["ownerReferences"] = Value::Array(owners);
    } else if let Some(metadata) = metadata.as_object_mut() {
        metadata.remove("ownerReferences");
    }
    if let Ok(written) = write::update(world, &key.resource, changed, write::CONTROLLER_MANAGER)
        && is_orphan
    {
        job::release(world, &written);
    }
}

fn has_finalizer(object: &Value, name: &str) -> bool {
    let mut all = object["metadata"]["finalizers"].items().iter();
    all.any(|one| one == name)
}

/// Takes a finalizer away; what it alone held is gone then.
pub(super) fn remove_finalizer(world: &mut World, key: &Key, name: &str) {
    let Some(object) = world.store.get(key) else {
        return;
    };
    let mut changed = Value::clone(object);
    if let Some(all) = changed["metadata"]["finalizers"].as_array_mut() {
        all.retain(|one| one != name);
    }
    let _ = write::update(world, &key.resource, changed, write::CONTROLLER_MANAGER);
}
