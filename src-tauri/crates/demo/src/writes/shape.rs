//! Objects as their kind's Go type would hold them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::ownership::Entries;
use super::schema::{Problems, Schema};
use super::{Validation, Writer, defaults, schema, structural};
use crate::kinds::Resource;
use crate::status::Status;

/// An object from the body of a request, with its unknown fields refused or told, as the writer says (apiserver, `handlers/create.go`).
pub fn decode(resource: &Resource, body: &[u8], writer: Writer<'_>) -> Result<Value, Status> {
    let object: Value = serde_json::from_slice(body).map_err(|error| {
        Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse error: {error}",
            resource.kind
        ))
    })?;
    if !object.is_object() {
        return Err(Status::bad_request(
            "the body of the request is no JSON object",
        ));
    }
    let (object, problems) = shaped(resource, object);
    let refused = |why: &str| {
        let (kind, version) = (&resource.kind, &resource.version);
        Status::bad_request(format!(
            "{kind} in version {version:?} cannot be handled as a {kind}: {why}"
        ))
    };
    judged(object, problems, writer, refused)
}

/// `object`, unless what was wrong with it is `refused` as the writer says; fields that are unknown may only be told.
pub(super) fn judged(
    object: Value,
    problems: Problems,
    writer: Writer<'_>,
    refused: impl Fn(&str) -> Status,
) -> Result<Value, Status> {
    if let Some(wrong) = problems.wrong {
        return Err(refused(&wrong));
    }
    let unknown = problems.unknown.iter();
    let unknown: Vec<String> = unknown
        .map(|path| format!("unknown field {path:?}"))
        .collect();
    match writer.validation {
        Validation::Strict if !unknown.is_empty() => Err(refused(&format!(
            "strict decoding error: {}",
            unknown.join(", ")
        ))),
        Validation::Warn => {
            for text in unknown {
                writer.warn(text);
            }
            Ok(object)
        }
        Validation::Strict | Validation::Ignore => Ok(object),
    }
}

/// An object in the form it is kept in, with its defaults, and what was wrong with it.
pub(super) fn shaped(resource: &Resource, object: Value) -> (Value, Problems) {
    if let Some(shape) = resource.shape() {
        return structural::shaped(shape, object);
    }
    let mut problems = Problems::default();
    let mut object = schema::decode(schema_of(resource).root(), object, &mut problems);
    defaults::fill(resource, &mut object);
    (object, problems)
}

/// A changed object in the form it is kept in. What it shares with the one that is kept needs no second look.
pub(super) fn reshaped(resource: &Resource, kept: &Value, mut object: Value) -> (Value, Problems) {
    let mut shared = Vec::new();
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|name, value| {
            let is_shared = name != "metadata" && !value.is_null() && kept[name] == *value;
            if is_shared {
                shared.push((name.clone(), value.take()));
            }
            !is_shared
        });
    }
    let (mut object, problems) = shaped(resource, object);
    for (name, value) in shared {
        object[name] = value;
    }
    (object, problems)
}

/// A kept object as it is read in the resource's version.
pub fn read(resource: &Resource, object: &Arc<Value>) -> Arc<Value> {
    structural::read(resource, object).map_or_else(|| Arc::clone(object), Arc::new)
}

/// An object as it is kept: in the version for that.
pub(super) fn kept(resource: &Resource, object: Value) -> Value {
    match &resource.custom {
        Some(custom) if custom.storage != resource.version => {
            let object = structural::convert(resource, &custom.storage, object);
            structural::refilled(custom, object)
        }
        _ => object,
    }
}

/// Whether the fields of `object` cannot be told apart in a version that one of its managers wrote: then nobody owns any more
/// (apimachinery, `managedfields`, whose updates without errors drop what they cannot compare).
pub(super) fn is_foreign(resource: &Resource, object: &Value, entries: &Entries) -> bool {
    let Some(custom) = &resource.custom else {
        return false;
    };
    let prefix = format!("{}/", resource.group);
    let versions = entries.versions();
    versions
        .filter_map(|version| version.strip_prefix(&prefix))
        .filter(|version| *version != &*resource.version)
        .filter_map(|version| custom.shapes.iter().find(|own| *own.version == *version))
        .any(|shape| !structural::unknown_of(shape, &mut object.clone()).is_empty())
}

/// The fields of a kind.
pub(super) fn schema_of(resource: &Resource) -> Schema {
    let built_in = || Schema::built_in(&resource.api_version(), &resource.kind);
    let shape = resource.shape().map(|shape| shape.schema.clone());
    shape
        .or_else(built_in)
        .expect("a kind is built in or has a definition")
}

/// An object of the kind with nothing in it: what a new one is compared with.
pub(super) fn empty(resource: &Resource) -> Value {
    let named = json!({"apiVersion": resource.api_version(), "kind": *resource.kind});
    if resource.custom.is_some() {
        return named;
    }
    schema::decode(schema_of(resource).root(), named, &mut Problems::default())
}
