//! The EndpointSlices of a Service (endpointslice, `reconciler.go:reconcileByPortMapping`).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{changed_at, grouped, hostname, labels, target};
use crate::World;
use crate::controllers::fields::{Fields, Scalar, owned_by};
use crate::controllers::index::controlled;
use crate::controllers::{Controllers, write};

const RESOURCE: &str = "endpointslices.discovery.k8s.io";
/// Addresses in one slice (kube-controller-manager, flag `max-endpoints-per-slice`).
const MOST: usize = 100;
const MANAGED_BY: (&str, &str) = (
    "endpointslice.kubernetes.io/managed-by",
    "endpointslice-controller.k8s.io",
);

/// Writes the slices of `pods` where they differ. What a slice holds stays in it; what is new comes into the first with room.
pub(super) fn write(hub: &Controllers, world: &mut World, service: &Value, pods: &[Arc<Value>]) {
    let mut known = controlled(&hub.index, world, service, RESOURCE);
    known.retain(|slice| slice.label(MANAGED_BY.0) == MANAGED_BY.1);
    let mut groups = grouped(service, pods);
    if groups.is_empty() {
        // A Service without pods has an empty slice.
        groups.push((Vec::new(), Vec::new()));
    }
    let mut kept: Vec<String> = Vec::new();
    for (ports, pods) in groups {
        let mut wanted: Vec<Value> = pods
            .iter()
            .map(|pod| endpoint(world, service, pod))
            .collect();
        let own = known.iter().filter(|slice| slice["ports"].items() == ports);
        let mut slices: Vec<(Option<&Arc<Value>>, Vec<Value>)> = Vec::new();
        for slice in own {
            let mut holds = Vec::new();
            for before in slice["endpoints"].items() {
                let of = |one: &Value| one["targetRef"]["uid"] == before["targetRef"]["uid"];
                if let Some(at) = wanted.iter().position(of) {
                    holds.push(wanted.remove(at));
                }
            }
            slices.push((Some(slice), holds));
        }
        for (_, holds) in &mut slices {
            let room = MOST.saturating_sub(holds.len()).min(wanted.len());
            holds.extend(wanted.drain(..room));
        }
        // Empty slices go, but for the last of a Service without addresses.
        if !wanted.is_empty() || slices.iter().any(|(_, holds)| !holds.is_empty()) {
            slices.retain(|(_, holds)| !holds.is_empty());
        } else {
            slices.truncate(1);
        }
        if wanted.is_empty() && slices.is_empty() {
            slices.push((None, Vec::new()));
        }
        slices.extend(wanted.chunks(MOST).map(|part| (None, part.to_vec())));
        for (slice, holds) in slices {
            kept.extend(slice.map(|slice| slice.name().to_owned()));
            put(world, service, slice, &ports, holds);
        }
    }
    for slice in known {
        if !kept.iter().any(|name| name == slice.name()) {
            let _ = write::delete(world, RESOURCE, &slice.path(), write::CONTROLLER_MANAGER);
        }
    }
}

/// `podToEndpoint`
fn endpoint(world: &World, service: &Value, pod: &Value) -> Value {
    let (serving, terminating) = (pod.holds("Ready"), pod.is_deleted());
    let ready = service["spec"]["publishNotReadyAddresses"] == true || serving && !terminating;
    let mut endpoint = json!({
        "addresses": [pod["status"]["podIP"]], "targetRef": target(pod),
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
    });
    let node = pod["spec"]["nodeName"].text();
    if !node.is_empty() {
        endpoint["nodeName"] = json!(node);
        let node = write::get(world, "nodes", node);
        let zone = node.map(|node| node.label("topology.kubernetes.io/zone").to_owned());
        if let Some(zone) = zone.filter(|zone| !zone.is_empty()) {
            endpoint["zone"] = json!(zone);
        }
    }
    if let Some(hostname) = hostname(service, pod) {
        endpoint["hostname"] = json!(hostname);
    }
    endpoint
}

fn put(
    world: &mut World,
    service: &Value,
    slice: Option<&Arc<Value>>,
    ports: &[Value],
    endpoints: Vec<Value>,
) {
    let name = ("kubernetes.io/service-name", service.name());
    let labels = labels(service, &[MANAGED_BY, name]);
    let manager = write::CONTROLLER_MANAGER;
    let of_none = |list: Vec<Value>| {
        if list.is_empty() {
            Value::Null
        } else {
            json!(list)
        }
    };
    let Some(slice) = slice else {
        let object = json!({
            "metadata": {
                "generateName": format!("{}-", service.name()), "namespace": service.namespace(),
                "labels": labels, "annotations": changed_at(world), "ownerReferences": owned_by(service),
            },
            "addressType": "IPv4", "endpoints": of_none(endpoints), "ports": of_none(ports.to_vec()),
        });
        let _ = write::create(world, RESOURCE, object, manager);
        return;
    };
    let same = slice["endpoints"].items() == endpoints;
    if same && slice["metadata"]["labels"] == labels {
        return;
    }
    let mut changed = Value::clone(slice);
    changed["endpoints"] = of_none(endpoints);
    changed["metadata"]["labels"] = labels;
    changed["metadata"]["annotations"] = changed_at(world);
    let _ = write::update(world, RESOURCE, changed, manager);
}
