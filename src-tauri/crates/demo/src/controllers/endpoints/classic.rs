//! The Endpoints of a Service (`endpoints_controller.go:syncService`).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{changed_at, grouped, hostname, labels, target};
use crate::World;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::write;

const RESOURCE: &str = "endpoints";
const MANAGED_BY: (&str, &str) = ("endpoints.kubernetes.io/managed-by", "endpoint-controller");

/// The Service is gone.
pub(super) fn delete(world: &mut World, path: &str) {
    let is_ours = |known: Arc<Value>| known.label(MANAGED_BY.0) == MANAGED_BY.1;
    if write::get(world, RESOURCE, path).is_some_and(is_ours) {
        let _ = write::delete(world, RESOURCE, path, write::CONTROLLER_MANAGER);
    }
}

/// Writes the addresses of `pods` where they differ.
pub(super) fn write(world: &mut World, service: &Value, pods: &[Arc<Value>]) {
    let subsets = subsets(service, pods);
    let labels = labels(service, &[MANAGED_BY]);
    let known = write::get(world, RESOURCE, &service.path());
    let mut object = match &known {
        Some(known) => {
            let same = known["subsets"].items() == subsets;
            if same && known["metadata"]["labels"] == labels {
                return;
            }
            Value::clone(known)
        }
        None => json!({"metadata": {"name": service.name(), "namespace": service.namespace()}}),
    };
    object["metadata"]["labels"] = labels;
    object["metadata"]["annotations"] = changed_at(world);
    if !subsets.is_empty() {
        object["subsets"] = json!(subsets);
    } else if let Some(fields) = object.as_object_mut() {
        fields.remove("subsets");
    }
    let manager = write::CONTROLLER_MANAGER;
    let _ = match known {
        Some(_) => write::update(world, RESOURCE, object, manager),
        None => write::create(world, RESOURCE, object, manager),
    };
}

/// Addresses by the ports they serve, in order (`RepackSubsets`).
fn subsets(service: &Value, pods: &[Arc<Value>]) -> Vec<Value> {
    let tolerates = service["spec"]["publishNotReadyAddresses"] == true;
    let is_headless = service["spec"]["clusterIP"] == "None";
    let mut subsets = Vec::new();
    for (ports, pods) in grouped(service, pods) {
        if ports.is_empty() && !is_headless {
            continue;
        }
        let (mut ready, mut unready) = (Vec::new(), Vec::new());
        for pod in pods {
            if pod.is_deleted() && !tolerates {
                continue;
            }
            let list = if tolerates || pod.holds("Ready") {
                &mut ready
            } else {
                &mut unready
            };
            list.push(address(service, pod));
        }
        let mut subset = json!({});
        for (field, mut list) in [("addresses", ready), ("notReadyAddresses", unready)] {
            if !list.is_empty() {
                list.sort_by_cached_key(order);
                subset[field] = json!(list);
            }
        }
        if subset.as_object().is_none_or(serde_json::Map::is_empty) {
            continue;
        }
        let named = ports.into_iter().map(|mut port| {
            if port["name"] == ""
                && let Some(port) = port.as_object_mut()
            {
                port.remove("name");
            }
            port
        });
        let named: Vec<Value> = named.collect();
        if !named.is_empty() {
            subset["ports"] = json!(named);
        }
        subsets.push(subset);
    }
    subsets
}

fn address(service: &Value, pod: &Value) -> Value {
    let mut address = json!({
        "ip": pod["status"]["podIP"], "nodeName": pod["spec"]["nodeName"], "targetRef": target(pod),
    });
    if let Some(hostname) = hostname(service, pod) {
        address["hostname"] = json!(hostname);
    }
    address
}

/// Addresses stand in the order of their bytes, then of their pods' uids (`LessEndpointAddress`).
fn order(address: &Value) -> (Option<std::net::IpAddr>, String) {
    let uid = address["targetRef"]["uid"].text().to_owned();
    (address["ip"].text().parse().ok(), uid)
}
