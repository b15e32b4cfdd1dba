//! Patches of the four kinds (apiserver, `handlers/patch.go`).

mod strategic;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::create::{ignored, owner};
use super::ownership::{Entries, apply};
use super::shape::{empty, judged, schema_of, shaped};
use super::{Part, Patch, Writer, Written, create, scale, seconds, set, update};
use crate::World;
use crate::kinds::Resource;
use crate::status::{Status, no_json};
use crate::store::Key;

/// Changes a part of an object by a patch. `body` is JSON.
#[allow(clippy::too_many_arguments)] // a request has that many parts
pub fn patch(
    world: &mut World,
    resource: &Resource,
    part: Part,
    namespace: &str,
    name: &str,
    kind: Patch,
    body: &[u8],
    writer: Writer<'_>,
) -> Result<Written, Status> {
    let given: Value = serde_json::from_slice(body).map_err(|error| {
        Status::bad_request(format!("error decoding patch: {}", no_json(&error)))
    })?;
    let before = world
        .store
        .get(&Key::new(&resource.key(), namespace, name))
        .map(|before| super::read(resource, before));
    if kind == Patch::Apply && part != Part::Scale {
        return applied(
            world,
            resource,
            part,
            (namespace, name),
            before.as_ref(),
            given,
            writer,
        );
    }
    let Some(before) = before else {
        return Err(Status::not_found(&resource.group, &resource.plural, name));
    };
    let current = if part == Part::Scale {
        scale::of(resource, &before)
    } else {
        Value::clone(&before)
    };
    let mut patched = patched(resource, kind, current, given)?;
    if part != Part::Scale {
        patched = checked(resource, &patched, writer)?;
        if super::name_of(&patched) != name {
            let found = super::name_of(&patched);
            return Err(Status::bad_request(format!(
                "the name of the object ({found}) does not match the name on the URL ({name})"
            )));
        }
    }
    if resource.namespaced && patched["metadata"]["namespace"] != namespace {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    fixed(resource, &before, &patched)?;
    let object = update(world, resource, part, patched, writer)?;
    Ok(Written {
        object,
        created: false,
    })
}

/// 422 for what the server alone sets (apimachinery, `ValidateObjectMetaAccessorUpdate`). Upstream looks twice.
fn fixed(resource: &Resource, before: &Value, patched: &Value) -> Result<(), Status> {
    let (old, new) = (&before["metadata"], &patched["metadata"]);
    let mut causes = Vec::new();
    for field in ["uid", "deletionTimestamp"] {
        if !new[field].is_null() && new[field] != old[field] {
            let why = format!("Invalid value: {}: field is immutable", new[field]);
            causes.push((format!("metadata.{field}"), why));
        }
    }
    if causes.is_empty() {
        return Ok(());
    }
    let causes: Vec<(&str, &str, &str)> = causes
        .iter()
        .chain(&causes)
        .map(|(field, why)| (&**field, "FieldValueInvalid", &**why))
        .collect();
    Err(super::names::invalid(
        resource,
        super::name_of(before),
        &causes,
    ))
}

fn patched(
    resource: &Resource,
    kind: Patch,
    mut current: Value,
    given: Value,
) -> Result<Value, Status> {
    let fields = |value: Value| match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(Status::bad_request(
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
        )),
    };
    match kind {
        Patch::Json => {
            let Value::Array(mut operations) = given else {
                return Err(Status::bad_request(
                    "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
                ));
            };
            let refused = || {
                Status::of(
                    422,
                    "Invalid",
                    "the server rejected our request due to an error in our request".to_owned(),
                )
                .with_empty_details()
            };
            for operation in &mut operations {
                lenient(&current, operation);
                let one = json_patch::Patch(vec![
                    serde_json::from_value(operation.clone()).map_err(|_| refused())?,
                ]);
                json_patch::patch(&mut current, &one).map_err(|_| refused())?;
            }
            Ok(current)
        }
        Patch::Merge | Patch::Apply => {
            json_patch::merge(&mut current, &Value::Object(fields(given)?));
            Ok(current)
        }
        Patch::Strategic => {
            let schema = schema_of(resource);
            let merged = strategic::merge(Some(schema.root()), fields(current)?, fields(given)?);
            merged.map(Value::Object).map_err(Status::plain)
        }
    }
}

/// Upstream's library lets `replace` add a member that is not there (evanphx/json-patch, version 4).
fn lenient(current: &Value, operation: &mut Value) {
    let path = operation["path"].as_str().unwrap_or_default();
    if operation["op"] == "replace" && current.pointer(path).is_none() {
        operation["op"] = json!("add");
    }
}

/// What was patched, in the form it is kept in, or refused as the writer says.
fn checked(resource: &Resource, patched: &Value, writer: Writer<'_>) -> Result<Value, Status> {
    let (object, problems) = shaped(resource, patched.clone());
    let refused = |why: &str| {
        let message = format!("Invalid value: {:?}: {why}", patched.to_string());
        let mut status = Status::of(
            422,
            "Invalid",
            format!(" \"\" is invalid: patch: {message}"),
        );
        status.details = Some(
            json!({"causes": [{"reason": "FieldValueInvalid", "message": message, "field": "patch"}]}),
        );
        status
    };
    judged(object, problems, writer, refused)
}

/// Server-side apply, which may create.
fn applied(
    world: &mut World,
    resource: &Resource,
    part: Part,
    (namespace, name): (&str, &str),
    before: Option<&Arc<Value>>,
    mut given: Value,
    writer: Writer<'_>,
) -> Result<Written, Status> {
    if !given["metadata"]["managedFields"].is_null() {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    if before.is_none()
        && let Some(uid) = given["metadata"]["uid"].as_str()
    {
        let why = format!(
            "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
        );
        return Err(Status::conflict(
            &resource.group,
            &resource.plural,
            name,
            &why,
        ));
    }
    if before.is_none() && part != Part::Main {
        return Err(Status::not_found(&resource.group, &resource.plural, name));
    }
    if !given["metadata"].is_object() {
        given["metadata"] = Value::Object(Map::new());
    }
    let of = |field: &str| given[field].as_str().unwrap_or_default();
    let version = of("apiVersion");
    let group = version.split_once('/').map_or("", |(group, _)| group);
    if version.is_empty() || group != &*resource.group || of("kind") != &*resource.kind {
        let version = if version.contains('/') {
            version.to_owned()
        } else {
            format!("/{version}")
        };
        return Err(Status::bad_request(format!(
            "invalid object type: {version}, Kind={}",
            of("kind")
        )));
    }
    match super::name_of(&given) {
        "" => {
            return Err(Status::bad_request(format!(
                "the name of the object ({name} based on URL) was undeterminable: name must be provided"
            )));
        }
        found if found != name => {
            return Err(Status::bad_request(format!(
                "the name of the object ({found}) does not match the name on the URL ({name})"
            )));
        }
        _ => {}
    }
    let schema = schema_of(resource);
    let (mut live, entries) = match before {
        Some(before) => (
            Value::clone(before),
            Entries::from_json(&before["metadata"]["managedFields"]),
        ),
        None => (empty(resource), Entries::default()),
    };
    set(&mut live["metadata"], "managedFields", Value::Null);
    let owner = owner(resource, part, writer, true);
    let now = seconds(world.now());
    let made = apply(
        schema.root(),
        (&live, &given),
        entries,
        &owner,
        writer.force,
        &ignored(resource, part),
        &now,
    )?;
    let mut object = checked(resource, &made.object, writer)?;
    if resource.namespaced {
        object["metadata"]["namespace"] = json!(namespace);
    }
    let created = before.is_none();
    let object = if let Some(before) = before {
        let managed = made.entries.to_json();
        update::keep(world, resource, part, before, object, managed, writer)?
    } else {
        create::keep(world, resource, object, &made.entries, writer)?
    };
    Ok(Written { object, created })
}
