//! How controllers write: as clients of the API, each under the name of its program.

use std::sync::Arc;

use serde_json::{Value, json};

use super::fields::{Fields, split};
use crate::World;
use crate::kinds::Resource;
use crate::status::Status;
use crate::store::Key;
use crate::writes::{self, DeleteOptions, Part, Propagation, Writer};

/// What `managedFields` names for the controllers of the control plane.
pub(crate) const CONTROLLER_MANAGER: &str = "kube-controller-manager";
/// The scheduler.
pub(crate) const SCHEDULER: &str = "kube-scheduler";
/// The nodes' agents.
pub(crate) const KUBELET: &str = "kubelet";

/// An object by its resource and path.
pub(crate) fn get(world: &World, resource: &str, path: &str) -> Option<Arc<Value>> {
    let key = Key {
        resource: resource.into(),
        path: path.into(),
    };
    world.store.get(&key).cloned()
}

/// Objects of a resource in a namespace, or of all with `""`.
pub(crate) fn list(world: &World, resource: &str, namespace: &str) -> Vec<Arc<Value>> {
    let prefix = match namespace {
        "" => String::new(),
        namespace => format!("{namespace}/"),
    };
    let found = world.store.list(resource, &prefix, None);
    found.map(|(_, object)| Arc::clone(object)).collect()
}

/// A new object.
pub(crate) fn create(
    world: &mut World,
    resource: &str,
    object: Value,
    manager: &str,
) -> Result<Arc<Value>, Status> {
    let resource = served(world, resource)?;
    writes::create(world, &resource, object, Writer::named(manager))
}

/// Everything of an object but its status. Nothing is written where nothing differs.
pub(crate) fn update(
    world: &mut World,
    resource: &str,
    object: Value,
    manager: &str,
) -> Result<Arc<Value>, Status> {
    write(world, resource, Part::Main, object, manager)
}

/// The status of an object. Nothing is written where nothing differs.
pub(crate) fn status(
    world: &mut World,
    resource: &str,
    object: Value,
    manager: &str,
) -> Result<Arc<Value>, Status> {
    write(world, resource, Part::Status, object, manager)
}

/// Takes a pod away that has stopped on its node.
pub(crate) fn finish(world: &mut World, path: &str) {
    let Ok(resource) = served(world, "pods") else {
        return;
    };
    let (namespace, name) = split(path);
    let at_once = DeleteOptions {
        grace_period: Some(0),
        ..DeleteOptions::default()
    };
    let writer = Writer::named(KUBELET);
    let _ = writes::delete_with(world, &resource, namespace, name, &at_once, writer);
}

/// Asks for an object's deletion.
pub(crate) fn delete(
    world: &mut World,
    resource: &str,
    path: &str,
    manager: &str,
) -> Result<Arc<Value>, Status> {
    let resource = served(world, resource)?;
    let (namespace, name) = split(path);
    writes::delete(world, &resource, namespace, name, Writer::named(manager))
}

/// Asks for an object's deletion with all that it owns.
pub(crate) fn reap(
    world: &mut World,
    resource: &str,
    path: &str,
    manager: &str,
) -> Result<(), Status> {
    delete_with(world, resource, path, Propagation::Background, manager)
}

/// Gives a pod its node.
pub(crate) fn bind(world: &mut World, pod: &Value, node: &str) -> Result<(), Status> {
    let binding = json!({"target": {"kind": "Node", "name": node}});
    let (namespace, name) = (pod.namespace(), pod.name());
    writes::bind(world, namespace, name, &binding, Writer::named(SCHEDULER))
}

/// The finalizers of a namespace.
pub(crate) fn finalize(world: &mut World, resource: &str, object: Value) {
    let _ = write(world, resource, Part::Finalize, object, CONTROLLER_MANAGER);
}

/// Asks for an object's deletion before, after or without what it owns.
pub(crate) fn delete_with(
    world: &mut World,
    resource: &str,
    path: &str,
    propagation: Propagation,
    manager: &str,
) -> Result<(), Status> {
    let resource = served(world, resource)?;
    let (namespace, name) = split(path);
    let options = DeleteOptions {
        propagation: Some(propagation),
        ..DeleteOptions::default()
    };
    let writer = Writer::named(manager);
    writes::delete_with(world, &resource, namespace, name, &options, writer).map(|_| ())
}

fn write(
    world: &mut World,
    resource: &str,
    part: Part,
    object: Value,
    manager: &str,
) -> Result<Arc<Value>, Status> {
    if let Some(before) = get(world, resource, &object.path())
        && *before == object
    {
        return Ok(before);
    }
    let resource = served(world, resource)?;
    writes::update(world, &resource, part, object, Writer::named(manager))
}

fn served(world: &World, resource: &str) -> Result<Arc<Resource>, Status> {
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    world.resource(group, plural).ok_or_else(|| {
        let message = "the server could not find the requested resource";
        Status::of(404, "NotFound", message.to_owned())
    })
}
