//! Endpoints and EndpointSlices: the addresses behind a Service.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/endpoint/endpoints_controller.go` and endpointslice 0.36 `reconciler.go`.

mod classic;
mod ports;
mod slices;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::fields::{Fields, Scalar};
use super::index::is_over;
use super::{Controllers, write};
use crate::World;
use crate::selectors::matches;
use crate::writes::seconds;

/// When what stands behind the Service changed last.
const CHANGED: &str = "endpoints.kubernetes.io/last-change-trigger-time";
const HEADLESS: &str = "service.kubernetes.io/headless";

/// Brings the addresses behind one Service up to date.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let Some(service) = write::get(world, "services", path) else {
        // Slices are owned by their Service; Endpoints are not.
        classic::delete(world, path);
        return None;
    };
    let selector = &service["spec"]["selector"];
    let is_elsewhere = service["spec"]["type"] == "ExternalName";
    if service.is_deleted() || is_elsewhere || selector.is_null() {
        return None;
    }
    let mut pods = write::list(world, "pods", service.namespace());
    pods.retain(|pod| {
        let has_address = !pod["status"]["podIP"].text().is_empty();
        has_address && !is_over(pod) && matches(selector, &pod["metadata"]["labels"])
    });
    slices::write(hub, world, &service, &pods);
    classic::write(world, &service, &pods);
    None
}

/// The labels of what describes a Service: its own and `own`.
fn labels(service: &Value, own: &[(&str, &str)]) -> Value {
    let mut labels = json!({});
    let theirs = service["metadata"]["labels"].as_object();
    for (name, value) in theirs.into_iter().flatten() {
        labels[name] = value.clone();
    }
    if service["spec"]["clusterIP"] == "None" {
        labels[HEADLESS] = json!("");
    } else if let Some(labels) = labels.as_object_mut() {
        labels.remove(HEADLESS);
    }
    for (name, value) in own {
        labels[*name] = json!(value);
    }
    labels
}

fn changed_at(world: &World) -> Value {
    json!({CHANGED: seconds(world.now())})
}

/// A reference to a pod as the target of an address.
fn target(pod: &Value) -> Value {
    json!({"kind": "Pod", "namespace": pod.namespace(), "name": pod.name(), "uid": pod.uid()})
}

/// The name by which a pod is known under its Service (`ShouldSetHostname`).
fn hostname<'p>(service: &Value, pod: &'p Value) -> Option<&'p str> {
    let spec = &pod["spec"];
    let hostname = spec["hostname"].text();
    let is_under = spec["subdomain"] == service.name() && !hostname.is_empty();
    is_under.then_some(hostname)
}

/// Pods in groups of the same ports, in the order of their first pod.
fn grouped<'p>(service: &Value, pods: &'p [Arc<Value>]) -> Vec<(Vec<Value>, Vec<&'p Arc<Value>>)> {
    let mut groups: Vec<(Vec<Value>, Vec<&Arc<Value>>)> = Vec::new();
    for pod in pods {
        let ports = ports::of(service, pod);
        match groups.iter_mut().find(|(known, _)| *known == ports) {
            Some((_, group)) => group.push(pod),
            None => groups.push((ports, vec![pod])),
        }
    }
    groups
}
