//! What an API server does between a request and its store.

pub mod ownership;
pub mod schema;
mod writer;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::World;
use crate::kinds::Resource;
use crate::status::Status;
use crate::store::Key;

pub use writer::{
    DeleteOptions, Deleted, Part, Patch, Propagation, Validation, Warnings, Writer, Written,
};

/// A new object. `metadata.name`, or `generateName`, and the namespace must be there.
pub fn create(
    world: &mut World,
    resource: &Resource,
    mut object: Value,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    let now = world.now();
    if object["metadata"]["name"].is_null()
        && let Some(prefix) = object["metadata"]["generateName"]
            .as_str()
            .map(str::to_owned)
    {
        let suffix = suffix(world.random());
        object["metadata"]["name"] = json!(format!("{prefix}{suffix}"));
    }
    let key = key_of(resource, &object);
    if world.store.get(&key).is_some() {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        return Err(Status::already_exists(
            &resource.group,
            &resource.plural,
            name,
        ));
    }
    object["apiVersion"] = json!(resource.api_version());
    object["kind"] = json!(*resource.kind);
    object["metadata"]["uid"] = json!(uid(world));
    object["metadata"]["creationTimestamp"] = json!(seconds(now));
    object["metadata"]["generation"] = json!(1);
    if writer.dry_run {
        return Ok(Arc::new(object));
    }
    Ok(world.store.put(key, object))
}

/// Replaces an object, or its status.
pub fn update(
    world: &mut World,
    resource: &Resource,
    part: Part,
    mut object: Value,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    let key = key_of(resource, &object);
    let name = object["metadata"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let Some(before) = world.store.get(&key).cloned() else {
        return Err(Status::not_found(&resource.group, &resource.plural, &name));
    };
    if let Some(version) = object["metadata"]["resourceVersion"].as_str()
        && before["metadata"]["resourceVersion"] != version
    {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        return Err(Status::conflict(
            &resource.group,
            &resource.plural,
            &name,
            why,
        ));
    }
    match part {
        Part::Main => {
            for kept in ["uid", "creationTimestamp", "generation"] {
                object["metadata"][kept] = before["metadata"][kept].clone();
            }
            object["status"] = before["status"].clone();
            if object["spec"] != before["spec"] {
                let generation = before["metadata"]["generation"].as_i64().unwrap_or(0) + 1;
                object["metadata"]["generation"] = json!(generation);
            }
        }
        Part::Status | Part::Scale | Part::EphemeralContainers | Part::Finalize => {
            let status = object["status"].take();
            object = Value::clone(&before);
            object["status"] = status;
        }
    }
    if object["status"].is_null()
        && let Some(fields) = object.as_object_mut()
    {
        fields.remove("status");
    }
    if object == *before || writer.dry_run {
        return Ok(before);
    }
    Ok(world.store.put(key, object))
}

/// Deletes an object, or marks it as deleted where something must come first.
pub fn delete(
    world: &mut World,
    resource: &Resource,
    namespace: &str,
    name: &str,
    writer: Writer<'_>,
) -> Result<Arc<Value>, Status> {
    let key = Key::new(&resource.key(), namespace, name);
    let Some(before) = world.store.get(&key).cloned() else {
        return Err(Status::not_found(&resource.group, &resource.plural, name));
    };
    if writer.dry_run {
        return Ok(before);
    }
    Ok(world.store.remove(&key).unwrap_or(before))
}

/// Deletes as `options` say.
pub fn delete_with(
    world: &mut World,
    resource: &Resource,
    namespace: &str,
    name: &str,
    options: &DeleteOptions,
    writer: Writer<'_>,
) -> Result<Deleted, Status> {
    let _ = options;
    delete(world, resource, namespace, name, writer).map(Deleted::Object)
}

/// Changes a part of an object by a patch. `body` is JSON, or YAML for [`Patch::Apply`].
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
    let _ = (world, resource, part, namespace, name, kind, body, writer);
    Err(Status::bad_request("patches are not served yet"))
}

/// An object from the body of a request (JSON, or YAML), with its unknown and doubled fields refused or told, as the writer says.
pub fn decode(resource: &Resource, body: &[u8], writer: Writer<'_>) -> Result<Value, Status> {
    let _ = (resource, writer);
    serde_json::from_slice(body).map_err(|error| Status::bad_request(error.to_string()))
}

/// The subresource `scale` of an object: an `autoscaling/v1` Scale.
pub fn scale(
    world: &World,
    resource: &Resource,
    namespace: &str,
    name: &str,
) -> Result<Value, Status> {
    let _ = world.get(&resource.key(), namespace, name);
    Err(Status::not_found(&resource.group, &resource.plural, name))
}

/// The subresource `eviction` of a pod; `eviction` is a `policy/v1` Eviction.
pub fn evict(
    world: &mut World,
    namespace: &str,
    name: &str,
    eviction: &Value,
    writer: Writer<'_>,
) -> Result<(), Status> {
    let _ = (world, namespace, eviction, writer);
    Err(Status::not_found("", "pods", name))
}

/// The subresource `binding` of a pod; `binding` is a `v1` Binding.
pub fn bind(
    world: &mut World,
    namespace: &str,
    name: &str,
    binding: &Value,
    writer: Writer<'_>,
) -> Result<(), Status> {
    let _ = (world, namespace, binding, writer);
    Err(Status::not_found("", "pods", name))
}

fn key_of(resource: &Resource, object: &Value) -> Key {
    let of = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    let namespace = if resource.namespaced {
        of("namespace")
    } else {
        ""
    };
    Key::new(&resource.key(), namespace, of("name"))
}

/// A time as objects hold it: RFC 3339 in whole seconds.
pub fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn uid(world: &mut World) -> String {
    let (high, low) = (world.random(), world.random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

/// Five letters and digits that spell nothing (apimachinery, `rand.SafeEncodeString`).
fn suffix(mut random: u64) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut next = || {
        let letter = LETTERS[usize::try_from(random % LETTERS.len() as u64).unwrap_or(0)];
        random /= LETTERS.len() as u64;
        char::from(letter)
    };
    (0..5).map(|_| next()).collect()
}
