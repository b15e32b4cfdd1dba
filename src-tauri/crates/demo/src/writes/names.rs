//! What an object may be called, and where it may lie.

use serde_json::{Value, json};

use super::validation::names;
use crate::World;
use crate::kinds::Resource;
use crate::status::{Status, qualified};

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
    let why = match &*resource.kind {
        "Namespace" if name.contains('.') => Some("must not contain dots".to_owned()),
        "Namespace" | "Service" => names::label(name),
        _ => names::subdomain(name),
    };
    let Some(why) = why else {
        return Ok(());
    };
    let why = format!("Invalid value: {name:?}: {why}");
    let cause = [("metadata.name", "FieldValueInvalid", &*why)];
    Err(invalid(resource, name, &cause))
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
    // What is found twice is told once (apimachinery, `utilerrors.Aggregate`).
    let mut told: Vec<String> = Vec::new();
    for (field, _, why) in causes {
        let text = format!("{field}: {why}");
        if !told.contains(&text) {
            told.push(text);
        }
    }
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
