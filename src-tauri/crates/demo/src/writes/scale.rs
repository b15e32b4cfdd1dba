//! The subresource `scale`: an `autoscaling/v1` Scale of an object.

use serde_json::{Value, json};

use super::set;
use crate::World;
use crate::kinds::Resource;
use crate::status::Status;

/// The subresource `scale` of an object.
pub fn scale(
    world: &World,
    resource: &Resource,
    namespace: &str,
    name: &str,
) -> Result<Value, Status> {
    match world.get(&resource.key(), namespace, name) {
        Some(object) => Ok(of(resource, &object)),
        None => Err(Status::not_found(&resource.group, &resource.plural, name)),
    }
}

/// An object's Scale (`scaleFromDeployment` and its like in kubernetes, `pkg/registry/apps`).
pub(super) fn of(resource: &Resource, object: &Value) -> Value {
    let old = &object["metadata"];
    let mut metadata = json!({});
    for field in [
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "creationTimestamp",
    ] {
        set(&mut metadata, field, old[field].clone());
    }
    let mut status = json!({"replicas": object["status"]["replicas"].as_i64().unwrap_or(0)});
    let selector = &object["spec"]["selector"];
    let labels = if &*resource.kind == "ReplicationController" {
        selector
    } else {
        &selector["matchLabels"]
    };
    if let Some(labels) = labels.as_object() {
        let mut each: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
            .collect();
        each.sort();
        status["selector"] = json!(each.join(","));
    }
    let mut spec = json!({});
    if let Some(replicas) = object["spec"]["replicas"]
        .as_i64()
        .filter(|replicas| *replicas != 0)
    {
        spec["replicas"] = json!(replicas);
    }
    json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status})
}

/// `object` with the replicas of `scale`, which may name the version it means.
pub(super) fn scaled(object: &Value, scale: &Value) -> Result<Value, Status> {
    let replicas = scale["spec"]["replicas"].as_i64().unwrap_or(0);
    if replicas < 0 {
        let name = super::name_of(object);
        let message = format!(
            "Scale.autoscaling {name:?} is invalid: spec.replicas: Invalid value: {replicas}: must be greater than or equal to 0"
        );
        let mut status = Status::of(422, "Invalid", message);
        let why = format!("Invalid value: {replicas}: must be greater than or equal to 0");
        status.details = Some(json!({
            "name": name, "group": "autoscaling", "kind": "Scale",
            "causes": [{"reason": "FieldValueInvalid", "message": why, "field": "spec.replicas"}],
        }));
        return Err(status);
    }
    let mut object = object.clone();
    object["spec"]["replicas"] = json!(replicas);
    set(
        &mut object["metadata"],
        "resourceVersion",
        scale["metadata"]["resourceVersion"].clone(),
    );
    Ok(object)
}
