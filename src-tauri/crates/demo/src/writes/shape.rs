//! Objects as their kind's Go type would hold them.

use serde_json::{Value, json};

use super::schema::{Field, Kind, Problems, Schema, Structure, Types};
use super::{Validation, Writer, defaults, schema};
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
    let mut problems = Problems::default();
    let mut object = schema::decode(schema_of(resource).root(), object, &mut problems);
    defaults::fill(resource, &mut object);
    (object, problems)
}

/// The fields of a kind. Of a custom kind all but `metadata` is open.
pub(super) fn schema_of(resource: &Resource) -> Schema {
    Schema::built_in(&resource.api_version(), &resource.kind).unwrap_or_else(|| {
        let mut types = Types::metadata();
        let metadata = types
            .named("meta.ObjectMeta")
            .expect("the table has metadata");
        let mut root = Structure::new(
            &resource.kind,
            vec![
                Field::plain("apiVersion", Kind::String),
                Field::plain("kind", Kind::String),
                Field::plain("metadata", metadata),
            ],
        );
        root.open = true;
        root.custom = true;
        let index = types.add(root);
        Schema::of(types, index)
    })
}

/// An object of the kind with nothing in it: what a new one is compared with.
pub(super) fn empty(resource: &Resource) -> Value {
    let named = json!({"apiVersion": resource.api_version(), "kind": *resource.kind});
    schema::decode(schema_of(resource).root(), named, &mut Problems::default())
}
