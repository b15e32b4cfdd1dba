//! What an object may be called, and where it may lie.

use serde_json::{Value, json};

use crate::World;
use crate::kinds::Resource;
use crate::status::{Status, qualified};

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/// 422 for a name that is missing or malformed (apimachinery, `ValidateObjectMetaAccessor`).
pub(super) fn check_name(resource: &Resource, object: &Value) -> Result<(), Status> {
    let name = super::name_of(object);
    if name.is_empty() {
        let why = "Required value: name or generateName is required";
        return Err(invalid(
            resource,
            "",
            &[("metadata.name", "FieldValueRequired", why)],
        ));
    }
    if resource.group.starts_with("rbac.") {
        return Ok(());
    }
    let label = matches!(&*resource.kind, "Namespace" | "Service");
    let (limit, wanted) = if label { (63, LABEL) } else { (253, SUBDOMAIN) };
    let parts: Vec<&str> = if label {
        vec![name]
    } else {
        name.split('.').collect()
    };
    let why = if name.len() > limit {
        format!("Invalid value: {name:?}: must be no more than {limit} bytes")
    } else if parts.iter().all(|part| is_label(part)) {
        return Ok(());
    } else {
        let dotted = label && name.contains('.') && &*resource.kind == "Namespace";
        let wanted = if dotted {
            "must not contain dots"
        } else {
            wanted
        };
        format!("Invalid value: {name:?}: {wanted}")
    };
    Err(invalid(
        resource,
        name,
        &[("metadata.name", "FieldValueInvalid", &why)],
    ))
}

fn is_label(part: &str) -> bool {
    let ends = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let bytes = part.as_bytes();
    let inside = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(inside)
}

/// 404 for a namespace that is not there, 403 for one that is going (plugin `NamespaceLifecycle`). A world without any namespace has none
/// to check.
pub(super) fn check_namespace(
    world: &World,
    resource: &Resource,
    object: &Value,
) -> Result<(), Status> {
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
    if !resource.namespaced || world.store.list("namespaces", "", None).next().is_none() {
        return Ok(());
    }
    let Some(found) = world.get("namespaces", "", namespace) else {
        return Err(Status::not_found("", "namespaces", namespace));
    };
    if found["metadata"].get("deletionTimestamp").is_none() {
        return Ok(());
    }
    let name = super::name_of(object);
    let because = "because it is being terminated";
    let message = format!(
        "{} {name:?} is forbidden: unable to create new content in namespace {namespace} {because}",
        qualified(&resource.group, &resource.plural)
    );
    let mut status = Status::of(403, "Forbidden", message);
    let cause = json!({"reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"), "field": "metadata.namespace"});
    status.details = Some(json!({"name": name, "kind": *resource.plural, "causes": [cause]}));
    if !resource.group.is_empty() {
        status.details.get_or_insert_default()["group"] = json!(*resource.group);
    }
    Err(status)
}

/// 422 with a cause for each field (apimachinery, `NewInvalid`): field, reason, message.
pub(super) fn invalid(resource: &Resource, name: &str, causes: &[(&str, &str, &str)]) -> Status {
    let told: Vec<String> = causes
        .iter()
        .map(|(field, _, why)| format!("{field}: {why}"))
        .collect();
    let told = if let [one] = &told[..] {
        one.clone()
    } else {
        format!("[{}]", told.join(", "))
    };
    let kind = qualified(&resource.group, &resource.kind);
    let mut status = Status::of(
        422,
        "Invalid",
        format!("{kind} {name:?} is invalid: {told}"),
    );
    let each: Vec<Value> = causes
        .iter()
        .map(|(field, reason, why)| json!({"reason": reason, "message": why, "field": field}))
        .collect();
    let mut details = json!({"name": name, "kind": *resource.kind, "causes": each});
    if !resource.group.is_empty() {
        details["group"] = json!(*resource.group);
    }
    if name.is_empty() {
        super::set(&mut details, "name", Value::Null);
    }
    status.details = Some(details);
    status
}
