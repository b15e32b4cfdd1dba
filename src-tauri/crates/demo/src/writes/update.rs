//! Changed objects.

use std::sync::Arc;

use serde_json::{Value, json};

use super::create::{counted, ignored, owner};
use super::names::invalid;
use super::ownership::{Entries, track, track_again};
use super::shape::{is_foreign, kept, reshaped, schema_of};
use super::{
    Part, Writer, deletion, key_of, name_of, resize, scale, seconds, services, set, validation,
};
use crate::World;
use crate::kinds::Resource;
use crate::status::Status;

/// Replaces an object, or a part of it. The answer to a Scale is the Scale.
pub fn update(
    world: &mut World,
    resource: &Resource,
    part: Part,
    object: Value,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    let key = key_of(resource, &object);
    let Some(before) = world.store.get(&key) else {
        return Err(Status::not_found(
            &resource.group,
            &resource.plural,
            name_of(&object),
        ));
    };
    let before = super::read(resource, before);
    let scaled = part == Part::Scale;
    let object = if scaled {
        scale::scaled(resource, &before, &object)?
    } else {
        object
    };
    let given = object["metadata"]["managedFields"].clone();
    let is_given =
        part == Part::Main && !given.is_null() && given != before["metadata"]["managedFields"];
    let mut after = object;
    after["apiVersion"] = json!(resource.api_version());
    after["kind"] = json!(*resource.kind);
    set(&mut after["metadata"], "managedFields", Value::Null);
    let (after, problems) = reshaped(resource, &before, after);
    if let Some(wrong) = problems.wrong {
        return Err(Status::bad_request(wrong));
    }
    // A scale has no time of its own (apiserver, `scaleFromObject` and `managedfields.ScaleHandler`).
    let now = if scaled {
        String::new()
    } else {
        seconds(world.now())
    };
    let owner = owner(resource, part, writer, false);
    let ignored = ignored(resource, part);
    let schema = schema_of(resource);
    let both = (&*before, &after);
    let again = if is_given || scaled {
        None
    } else {
        track_again(schema.root(), both, &owner, &ignored, &now)
    };
    let managed = again.unwrap_or_else(|| {
        let entries = managed(part, &before, &given);
        // What nobody owns is nobody's until it is applied (apimachinery, `skipNonAppliedManager`).
        if entries == Entries::default() || is_foreign(resource, &after, &entries) {
            return Value::Null;
        }
        track(schema.root(), both, entries, &owner, &ignored, &now).to_json()
    });
    let kept = keep(world, resource, part, &before, after, managed, writer)?;
    Ok(if scaled {
        Arc::new(scale::of(resource, &kept))
    } else {
        kept
    })
}

/// Kinds whose replacement must name the version it replaces (`AllowUnconditionalUpdate`).
const CONDITIONAL: [&str; 8] = [
    "PodDisruptionBudget",
    "CSIDriver",
    "VolumeAttachment",
    "CSINode",
    "Lease",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "CustomResourceDefinition",
];

/// Kinds that a replacement makes where there is none (`AllowCreateOnUpdate`).
const MADE: [&str; 10] = [
    "RuntimeClass",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "Lease",
    "LimitRange",
    "Event",
    "Service",
    "Endpoints",
];

/// Whether a replacement of an object that is not there makes it.
pub fn creates(resource: &Resource) -> bool {
    resource.custom.is_none() && MADE.contains(&&*resource.kind)
}

/// 422 for a replacement that names no version, where one must be named (apiserver, `registry.Store.Update`).
pub fn check_conditional(resource: &Resource, part: Part, object: &Value) -> Result<(), Status> {
    let conditional = resource.custom.is_some() || CONDITIONAL.contains(&&*resource.kind);
    if !conditional || part == Part::Scale || !object["metadata"]["resourceVersion"].is_null() {
        return Ok(());
    }
    let why = "Invalid value: 0: must be specified for an update";
    let cause = [("metadata.resourceVersion", "FieldValueInvalid", why)];
    let named = Resource {
        kind: Arc::clone(&resource.plural),
        ..resource.clone()
    };
    Err(invalid(&named, name_of(object), &cause))
}

/// Who owns what before a write: as the write says, or else as it was (apimachinery, `decodeLiveOrNew`).
fn managed(part: Part, before: &Value, given: &Value) -> Entries {
    if part == Part::Main {
        if *given == json!([{}]) {
            return Entries::default();
        }
        let given = Entries::from_json(given);
        if given != Entries::default() {
            return given;
        }
    }
    Entries::from_json(&before["metadata"]["managedFields"])
}

/// Puts a changed object whose fields have their owners into the store (apiserver, `registry.Store.Update`).
pub(super) fn keep(
    world: &mut World,
    resource: &Resource,
    part: Part,
    before: &Arc<Value>,
    mut object: Value,
    managed: Value,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    preconditions(resource, before, &object)?;
    let old = &before["metadata"];
    match part {
        Part::Main | Part::Scale | Part::EphemeralContainers | Part::Finalize => {
            if &*resource.kind == "Service" {
                services::carry(before, &mut object);
            }
            if resource.subresources.iter().any(|name| **name == *"status") {
                set(&mut object, "status", before["status"].clone());
            }
        }
        Part::Resize => object = resize::resized(resource, before, &object)?,
        Part::Status => {
            let metadata = object["metadata"].take();
            let status = object["status"].take();
            object = Value::clone(before);
            let metadata = if resource.custom.is_some() {
                before["metadata"].clone()
            } else {
                metadata
            };
            for field in ["annotations", "finalizers"] {
                set(&mut object["metadata"], field, metadata[field].clone());
            }
            set(&mut object, "status", status);
        }
    }
    let metadata = &mut object["metadata"];
    for kept in [
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "resourceVersion",
    ] {
        set(metadata, kept, old[kept].clone());
    }
    set(metadata, "managedFields", managed);
    set(metadata, "selfLink", Value::Null);
    // A status that is no part of its own counts as any other field.
    let uncounted = if resource.custom.is_none()
        || resource.subresources.iter().any(|name| **name == *"status")
    {
        &["metadata", "status"][..]
    } else {
        &["metadata"]
    };
    // Annotations of a Deployment go on to its ReplicaSets (`deploymentStrategy.PrepareForUpdate`).
    let annotated = &*resource.kind == "Deployment"
        && object["metadata"]["annotations"] != before["metadata"]["annotations"];
    if counted(resource)
        && part != Part::Status
        && &*resource.kind != "PriorityClass"
        && (annotated || !same_fields(before, &object, uncounted))
    {
        object["metadata"]["generation"] = json!(old["generation"].as_i64().unwrap_or(0) + 1);
    }
    if &*resource.kind == "DaemonSet" && part == Part::Main {
        count_templates(before, &mut object);
    }
    if part != Part::Status || resource.custom.is_some() {
        validation::check(resource, part, Some(before), &object)?;
    } else {
        validation::check_status(resource, &object)?;
    }
    if &*resource.kind == "Service" && object["spec"] != before["spec"] {
        services::allocate(world, resource, Some(before), &mut object)?;
    }
    if same(before, &object) {
        return Ok(Arc::clone(before));
    }
    if writer.dry_run {
        return Ok(Arc::new(object));
    }
    let key = key_of(resource, before);
    if deletion::finish(world, &key, &object) {
        return Ok(Arc::new(object));
    }
    let stored = world.store.put(key, kept(resource, object));
    Ok(super::read(resource, &stored))
}

/// An annotation counts the templates that a DaemonSet has had (`daemonSetStrategy.PrepareForUpdate`).
fn count_templates(before: &Value, object: &mut Value) {
    const COUNT: &str = "deprecated.daemonset.template.generation";
    let count = before["metadata"]["annotations"][COUNT].as_str();
    let count: i64 = count.and_then(|count| count.parse().ok()).unwrap_or(0);
    let differs = object["spec"]["template"] != before["spec"]["template"];
    let count = count + i64::from(differs);
    object["metadata"]["annotations"][COUNT] = json!(count.to_string());
}

/// 409 for a write on another object, or on an older state of it.
fn preconditions(resource: &Resource, before: &Value, object: &Value) -> Result<(), Status> {
    let name = name_of(before).to_owned();
    let conflict = |why: &str| Status::conflict(&resource.group, &resource.plural, &name, why);
    let old = &before["metadata"];
    if let Some(uid) = object["metadata"]["uid"].as_str()
        && old["uid"] != uid
    {
        let current = old["uid"].as_str().unwrap_or_default();
        let group = if resource.custom.is_some() {
            &*resource.group
        } else {
            ""
        };
        let slash = if group.is_empty() { "" } else { "/" };
        let key = key_of(resource, before);
        return Err(conflict(&format!(
            "StorageError: invalid object, Code: 4, Key: /registry/{group}{slash}{}/{}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {current}",
            resource.plural, key.path
        )));
    }
    if let Some(version) = object["metadata"]["resourceVersion"].as_str()
        && old["resourceVersion"] != version
    {
        return Err(conflict(
            "the object has been modified; please apply your changes to the latest version and try again",
        ));
    }
    Ok(())
}

/// Whether a write changes nothing but times of `managedFields`: then nothing is kept (apiserver, `fieldmanager/equality.go`).
fn same(before: &Value, after: &Value) -> bool {
    let (own, new) = (&before["metadata"], &after["metadata"]);
    let both = [own, new].map(|metadata| metadata["managedFields"].as_array());
    let managed = match both {
        [Some(own), Some(new)] => {
            let mut pairs = own.iter().zip(new);
            own.len() == new.len() && pairs.all(|(own, new)| same_fields(own, new, &["time"]))
        }
        [own, new] => own == new,
    };
    managed
        && same_fields(before, after, &["metadata"])
        && same_fields(own, new, &["managedFields"])
}

/// Whether two objects have the same fields, those that do not count aside.
fn same_fields(one: &Value, other: &Value, uncounted: &[&str]) -> bool {
    fn counted<'a>(
        object: &'a Value,
        uncounted: &[&str],
    ) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let fields = object.as_object().into_iter().flatten();
        fields.filter(move |(name, _)| !uncounted.contains(&name.as_str()))
    }
    counted(one, uncounted).eq(counted(other, uncounted))
}
