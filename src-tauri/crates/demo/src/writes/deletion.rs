//! Deletion: at once, or marked where something must come first.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{DeleteOptions, Deleted, Propagation, Writer, seconds};
use crate::World;
use crate::kinds::Resource;
use crate::status::Status;
use crate::store::Key;

/// Kinds whose deletion is answered with the object (`ReturnDeletedObject`).
const TOLD_WHOLE: [&str; 6] = [
    "Service",
    "ServiceAccount",
    "ResourceQuota",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
];
/// Kinds whose dependents stay unless something else is said (`DefaultGarbageCollectionPolicy`).
const ORPHANING: [&str; 2] = ["Job", "ReplicationController"];
const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

/// Deletes an object, or marks it as deleted where something must come first.
pub fn delete(
    world: &mut World,
    resource: &Resource,
    namespace: &str,
    name: &str,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    let key = Key::new(&resource.key(), namespace, name);
    let before = world.store.get(&key).cloned();
    match delete_with(
        world,
        resource,
        namespace,
        name,
        &DeleteOptions::default(),
        writer,
    )? {
        Deleted::Object(object) => Ok(object),
        Deleted::Success(_) => {
            before.ok_or_else(|| Status::not_found(&resource.group, &resource.plural, name))
        }
    }
}

/// Deletes as `options` say (apiserver, `registry.Store.Delete`).
pub fn delete_with(
    world: &mut World,
    resource: &Resource,
    namespace: &str,
    name: &str,
    options: &DeleteOptions,
    writer: Writer<'_>,
) -> Result<Deleted, Status> {
    let key = Key::new(&resource.key(), namespace, name);
    let Some(before) = world.store.get(&key).cloned() else {
        return Err(Status::not_found(&resource.group, &resource.plural, name));
    };
    check(resource, &before, name, options)?;
    if &*resource.kind == "Job"
        && options.propagation.is_none()
        && options.orphan_dependents.is_none()
    {
        let kept = "child pods are preserved by default when jobs are deleted";
        let instead = "set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";
        writer.warn(format!("{kept}; {instead}"));
    }
    if &*resource.kind == "CustomResourceDefinition"
        && before["metadata"]["deletionTimestamp"].is_null()
    {
        let object = closing(&before, &seconds(world.now()));
        if writer.dry_run {
            return Ok(Deleted::Object(Arc::new(object)));
        }
        return Ok(Deleted::Object(world.store.put(key, object)));
    }
    let mut object = Value::clone(&before);
    let finalizers = finalizers(resource, &object, options);
    super::set(
        &mut object["metadata"],
        "finalizers",
        if finalizers.is_empty() {
            Value::Null
        } else {
            json!(finalizers)
        },
    );
    let grace = grace(resource, &before, options);
    let waits = grace > 0
        || !finalizers.is_empty()
        || (&*resource.kind == "Namespace" && !before["spec"]["finalizers"].is_null());
    if waits {
        let metadata = &mut object["metadata"];
        let marked = !metadata["deletionTimestamp"].is_null();
        let shorter = metadata["deletionGracePeriodSeconds"]
            .as_i64()
            .is_some_and(|old| grace < old);
        if !marked || shorter {
            let end = world.now() + SignedDuration::from_secs(grace);
            metadata["deletionTimestamp"] = json!(seconds(end));
            if &*resource.kind != "Namespace" {
                metadata["deletionGracePeriodSeconds"] = json!(grace);
            }
            if !marked && let Some(generation) = metadata["generation"].as_i64() {
                metadata["generation"] = json!(generation + 1);
            }
        }
        if &*resource.kind == "Namespace" {
            object["status"]["phase"] = json!("Terminating");
        }
        if object == *before {
            return Ok(Deleted::Object(before));
        }
        if writer.dry_run {
            return Ok(Deleted::Object(Arc::new(object)));
        }
        return Ok(Deleted::Object(world.store.put(key, object)));
    }
    let last = if writer.dry_run {
        before
    } else {
        world.store.remove(&key).unwrap_or(before)
    };
    if &*resource.kind == "Pod" {
        let mut last = Value::clone(&last);
        let metadata = &mut last["metadata"];
        metadata["deletionGracePeriodSeconds"] = json!(0);
        if metadata["deletionTimestamp"].is_null() {
            metadata["deletionTimestamp"] = json!(seconds(world.now()));
            if let Some(generation) = metadata["generation"].as_i64() {
                metadata["generation"] = json!(generation + 1);
            }
        }
        return Ok(Deleted::Object(Arc::new(last)));
    }
    if TOLD_WHOLE.contains(&&*resource.kind) {
        return Ok(Deleted::Object(last));
    }
    let mut details =
        json!({"name": name, "kind": *resource.plural, "uid": last["metadata"]["uid"]});
    if !resource.group.is_empty() {
        details["group"] = json!(*resource.group);
    }
    Ok(Deleted::Success(json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details,
    })))
}

/// What holds a definition until its objects are gone.
pub(crate) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// A definition that is marked: its objects go first (apiextensions, `registry/customresourcedefinition`, `REST.Delete`).
fn closing(before: &Value, now: &str) -> Value {
    let mut object = before.clone();
    object["metadata"]["deletionTimestamp"] = json!(now);
    let held = object["metadata"]["finalizers"].as_array().cloned();
    let mut held = held.unwrap_or_default();
    if !held.iter().any(|one| one == CLEANUP) {
        held.push(json!(CLEANUP));
    }
    object["metadata"]["finalizers"] = json!(held);
    let mut conditions = object["status"]["conditions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    conditions.push(json!({
        "type": "Terminating", "status": "True", "lastTransitionTime": now, "reason": "InstanceDeletionPending",
        "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
    }));
    object["status"]["conditions"] = json!(conditions);
    object
}

/// Takes a marked object away once nothing holds it any more (`deleteWithoutFinalizers`), and tells whether it did.
pub(super) fn finish(world: &mut World, key: &Key, object: &Value) -> bool {
    let metadata = &object["metadata"];
    let held = metadata["finalizers"]
        .as_array()
        .is_some_and(|all| !all.is_empty())
        || object["spec"]["finalizers"]
            .as_array()
            .is_some_and(|all| !all.is_empty());
    let graceful = metadata["deletionGracePeriodSeconds"]
        .as_i64()
        .is_some_and(|grace| grace > 0);
    if metadata["deletionTimestamp"].is_null() || held || graceful {
        return false;
    }
    world.store.remove(key).is_some()
}

/// 409 where the object is not the one that was meant.
fn check(
    resource: &Resource,
    object: &Value,
    name: &str,
    options: &DeleteOptions,
) -> Result<(), Status> {
    let metadata = &object["metadata"];
    for (what, field, wanted, meaning) in [
        (
            "UID",
            "uid",
            &options.uid,
            "The object might have been deleted and then recreated",
        ),
        (
            "ResourceVersion",
            "resourceVersion",
            &options.resource_version,
            "The object might have been modified",
        ),
    ] {
        let found = metadata[field].as_str().unwrap_or_default();
        if let Some(wanted) = wanted
            && found != wanted
        {
            let why = format!(
                "the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). {meaning}"
            );
            return Err(Status::conflict("", &resource.kind, name, &why));
        }
    }
    Ok(())
}

/// Seconds a pod is given; other kinds go at once (core/pod, `podStrategy.CheckGracefulDelete`).
fn grace(resource: &Resource, pod: &Value, options: &DeleteOptions) -> i64 {
    if &*resource.kind != "Pod" {
        return 0;
    }
    let ended = matches!(
        pod["status"]["phase"].as_str(),
        Some("Succeeded" | "Failed")
    );
    if ended
        || pod["spec"]["nodeName"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
    {
        return 0;
    }
    let own = pod["spec"]["terminationGracePeriodSeconds"]
        .as_i64()
        .unwrap_or(30);
    match options.grace_period.unwrap_or(own) {
        ..0 => 1,
        seconds => seconds,
    }
}

/// The object's finalizers with what the propagation asks for (`deletionFinalizersForGarbageCollection`).
fn finalizers(resource: &Resource, object: &Value, options: &DeleteOptions) -> Vec<String> {
    let old = object["metadata"]["finalizers"]
        .as_array()
        .into_iter()
        .flatten();
    let mut all: Vec<String> = old.filter_map(Value::as_str).map(str::to_owned).collect();
    let wanted = match (options.propagation, options.orphan_dependents) {
        (Some(Propagation::Orphan), _) | (None, Some(true)) => Some(ORPHAN),
        (Some(Propagation::Foreground), _) => Some(FOREGROUND),
        (Some(Propagation::Background), _) | (None, Some(false)) => None,
        (None, None) if ORPHANING.contains(&&*resource.kind) => Some(ORPHAN),
        (None, None) => return all,
    };
    all.retain(|one| one != ORPHAN && one != FOREGROUND);
    all.extend(wanted.map(str::to_owned));
    all
}
