//! Changed objects.

use std::sync::Arc;

use serde_json::{Value, json};

use super::create::{counted, ignored, owner};
use super::names::invalid;
use super::ownership::{Entries, track};
use super::shape::{schema_of, shaped};
use super::{Part, Writer, deletion, key_of, name_of, scale, seconds, set, validation};
use crate::World;
use crate::kinds::Resource;
use crate::status::Status;

/// What may never change in a kind's spec (`Validate…Update` in kubernetes, `pkg/apis/*/validation`).
const FIXED: [(&str, &[&str]); 4] = [
    ("Deployment", &["selector"]),
    ("ReplicaSet", &["selector"]),
    ("DaemonSet", &["selector"]),
    ("Job", &["selector", "completionMode"]),
];

/// Replaces an object, or a part of it. The answer to a Scale is the Scale.
pub fn update(
    world: &mut World,
    resource: &Resource,
    part: Part,
    object: Value,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    let key = key_of(resource, &object);
    let Some(before) = world.store.get(&key).cloned() else {
        return Err(Status::not_found(
            &resource.group,
            &resource.plural,
            name_of(&object),
        ));
    };
    let scaled = part == Part::Scale;
    let object = if scaled {
        scale::scaled(&before, &object)?
    } else {
        object
    };
    let entries = Entries::from_json(&before["metadata"]["managedFields"]);
    let mut after = object;
    after["apiVersion"] = json!(resource.api_version());
    after["kind"] = json!(*resource.kind);
    set(&mut after["metadata"], "managedFields", Value::Null);
    let (after, problems) = shaped(resource, after);
    if let Some(wrong) = problems.wrong {
        return Err(Status::bad_request(wrong));
    }
    let mut live = Value::clone(&before);
    set(&mut live["metadata"], "managedFields", Value::Null);
    let live = shaped(resource, live).0;
    let now = seconds(world.now());
    let owner = owner(resource, part, writer, false);
    let entries = track(
        schema_of(resource).root(),
        (&live, &after),
        entries,
        &owner,
        &ignored(resource, part),
        &now,
    );
    let kept = keep(world, resource, part, &before, after, &entries, writer)?;
    Ok(if scaled {
        Arc::new(scale::of(resource, &kept))
    } else {
        kept
    })
}

/// Puts a changed object whose fields have their owners into the store (apiserver, `registry.Store.Update`).
pub(super) fn keep(
    world: &mut World,
    resource: &Resource,
    part: Part,
    before: &Arc<Value>,
    mut object: Value,
    entries: &Entries,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    let name = name_of(before).to_owned();
    let conflict = |why: &str| Status::conflict(&resource.group, &resource.plural, &name, why);
    let old = &before["metadata"];
    if let Some(uid) = object["metadata"]["uid"].as_str()
        && old["uid"] != uid
    {
        let current = old["uid"].as_str().unwrap_or_default();
        return Err(conflict(&format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {current}"
        )));
    }
    if let Some(version) = object["metadata"]["resourceVersion"].as_str()
        && old["resourceVersion"] != version
    {
        return Err(conflict(
            "the object has been modified; please apply your changes to the latest version and try again",
        ));
    }
    match part {
        Part::Main | Part::Scale | Part::EphemeralContainers | Part::Finalize => {
            if resource.subresources.iter().any(|name| **name == *"status") {
                set(&mut object, "status", before["status"].clone());
            }
        }
        Part::Status => {
            let metadata = object["metadata"].take();
            let status = object["status"].take();
            object = Value::clone(before);
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
        "generateName",
        "uid",
        "creationTimestamp",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "resourceVersion",
    ] {
        set(metadata, kept, old[kept].clone());
    }
    set(metadata, "managedFields", entries.to_json());
    let changed = |object: &Value| {
        let spec = |object: &Value| match object.as_object() {
            Some(fields) => {
                let mut fields = fields.clone();
                fields.remove("metadata");
                fields.remove("status");
                Value::Object(fields)
            }
            None => Value::Null,
        };
        spec(object) != spec(before)
    };
    // Annotations of a Deployment go on to its ReplicaSets (`deploymentStrategy.PrepareForUpdate`).
    let annotated = &*resource.kind == "Deployment"
        && object["metadata"]["annotations"] != before["metadata"]["annotations"];
    if counted(resource) && part != Part::Status && (annotated || changed(&object)) {
        object["metadata"]["generation"] = json!(old["generation"].as_i64().unwrap_or(0) + 1);
    }
    if part != Part::Status {
        validation::check(resource, &object)?;
    }
    check_fixed(resource, before, &object)?;
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
    Ok(world.store.put(key, object))
}

/// Whether a write changes nothing but times of `managedFields`: then nothing is kept (apiserver, `fieldmanager/equality.go`).
fn same(before: &Value, after: &Value) -> bool {
    let timeless = |object: &Value| {
        let mut object = object.clone();
        for entry in object["metadata"]["managedFields"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            set(entry, "time", Value::Null);
        }
        if object["metadata"]["managedFields"].is_null() {
            set(&mut object["metadata"], "managedFields", Value::Null);
        }
        object
    };
    timeless(before) == timeless(after)
}

fn check_fixed(resource: &Resource, before: &Value, after: &Value) -> Result<(), Status> {
    let name = name_of(before);
    if before["immutable"] == true && matches!(&*resource.kind, "ConfigMap" | "Secret") {
        if after["immutable"] != true {
            let why = "Forbidden: field is immutable when `immutable` is set";
            return Err(invalid(
                resource,
                name,
                &[("immutable", "FieldValueForbidden", why)],
            ));
        }
        for field in ["data", "binaryData"] {
            if before[field] != after[field] {
                let why = "Forbidden: field is immutable when `immutable` is set";
                return Err(invalid(
                    resource,
                    name,
                    &[(field, "FieldValueForbidden", why)],
                ));
            }
        }
    }
    if &*resource.kind == "Secret" && before["type"] != after["type"] {
        let why = format!("Invalid value: {}: field is immutable", after["type"]);
        return Err(invalid(
            resource,
            name,
            &[("type", "FieldValueInvalid", &why)],
        ));
    }
    let fixed = FIXED
        .iter()
        .find(|(kind, _)| *kind == &*resource.kind)
        .map_or(&[][..], |(_, fields)| *fields);
    for field in fixed {
        let (old, new) = (&before["spec"][*field], &after["spec"][*field]);
        if !old.is_null() && old != new {
            let why = format!("Invalid value: {new}: field is immutable");
            return Err(invalid(
                resource,
                name,
                &[(&format!("spec.{field}"), "FieldValueInvalid", &why)],
            ));
        }
    }
    Ok(())
}
