//! The subresource `scale`: an `autoscaling/v1` Scale of an object.

use serde_json::{Value, json};

use super::set;
use super::structural::ScalePaths;
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
        Some(object) => Ok(of(resource, &super::read(resource, &object))),
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
    if let Some(paths) = resource.shape().and_then(|shape| shape.scale.as_ref()) {
        return by_paths(paths, &metadata, object);
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

/// Of a custom object, whose definition says where the figures are (apiextensions, `scaleFromCustomResource`).
fn by_paths(paths: &ScalePaths, metadata: &Value, object: &Value) -> Value {
    let number = |path: &[String]| find(object, path).and_then(Value::as_i64).unwrap_or(0);
    let mut scale = json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
        "spec": {}, "status": {"replicas": number(&paths.status)},
    });
    let replicas = number(&paths.spec);
    if replicas != 0 {
        scale["spec"]["replicas"] = json!(replicas);
    }
    let selector = find(object, &paths.selector).and_then(Value::as_str);
    if let Some(selector) = selector.filter(|text| !text.is_empty()) {
        scale["status"]["selector"] = json!(selector);
    }
    scale
}

/// The value at a path of names; None for the empty path.
pub(super) fn find<'a>(object: &'a Value, path: &[String]) -> Option<&'a Value> {
    let (last, names) = path.split_last()?;
    let holder = names
        .iter()
        .try_fold(object, |value, name| value.get(name))?;
    holder.get(last)
}

/// `object` with the replicas of `scale`, which may name the version it means.
pub(super) fn scaled(resource: &Resource, object: &Value, scale: &Value) -> Result<Value, Status> {
    let replicas = scale["spec"]["replicas"].as_i64().unwrap_or(0);
    if replicas < 0 && resource.custom.is_none() {
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
    let by_paths = resource.shape().and_then(|shape| shape.scale.as_ref());
    if let Some((last, names)) = by_paths.and_then(|paths| paths.spec.split_last()) {
        let holder = names
            .iter()
            .fold(&mut object, |value, name| &mut value[name]);
        holder[last] = json!(replicas);
    } else {
        object["spec"]["replicas"] = json!(replicas);
    }
    set(
        &mut object["metadata"],
        "resourceVersion",
        scale["metadata"]["resourceVersion"].clone(),
    );
    Ok(object)
}
