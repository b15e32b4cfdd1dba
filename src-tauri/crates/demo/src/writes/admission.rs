//! What an API server adds to a new object that nobody owns afterwards: its admission plugins, its strategies.

use serde_json::{Value, json};

use super::{Writer, set};
use crate::World;
use crate::kinds::Resource;

/// Changes a new object of the kind; its name and uid are set.
pub(super) fn admit(
    world: &mut World,
    resource: &Resource,
    object: &mut Value,
    writer: Writer<'_>,
) {
    match &*resource.kind {
        "Pod" => pod(object),
        // (core/endpoints, `WarningsOnCreate`)
        "Endpoints" => writer.warn(
            "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
                .to_owned(),
        ),
        "Node" => taint(object),
        "Service" => service(world, object),
        "Job" => select(object),
        "PersistentVolumeClaim" => protect(object, "kubernetes.io/pvc-protection"),
        "PersistentVolume" => protect(object, "kubernetes.io/pv-protection"),
        _ => {}
    }
}

/// Plugins `Priority` and `DefaultTolerationSeconds`.
fn pod(object: &mut Value) {
    let spec = &mut object["spec"];
    if spec["priority"].is_null() {
        set(spec, "priority", json!(0));
    }
    if spec["preemptionPolicy"].is_null() {
        set(spec, "preemptionPolicy", json!("PreemptLowerPriority"));
    }
    let mut tolerations = spec["tolerations"].as_array().cloned().unwrap_or_default();
    for key in [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ] {
        let tolerated = tolerations.iter().any(|one| {
            let of = |field: &str| one[field].as_str().unwrap_or_default();
            (of("key") == key || of("key").is_empty()) && matches!(of("effect"), "NoExecute" | "")
        });
        if !tolerated {
            tolerations.push(json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}));
        }
    }
    set(spec, "tolerations", Value::Array(tolerations));
}

/// Plugin `TaintNodesByCondition`.
fn taint(object: &mut Value) {
    if object["status"]["allocatable"].is_object() {
        // It is at work from the beginning: nobody here takes the taint away once it is ready.
        return;
    }
    let mut taints = object["spec"]["taints"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let not_ready = json!({"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"});
    let same = |one: &Value| one["key"] == not_ready["key"] && one["effect"] == not_ready["effect"];
    if !taints.iter().any(same) {
        taints.push(not_ready);
    }
    object["spec"]["taints"] = Value::Array(taints);
}

/// Addresses and ports of nodes (kubernetes, `registry/core/service/storage/alloc.go`).
fn service(world: &mut World, object: &mut Value) {
    let number = world.random();
    let spec = &mut object["spec"];
    if spec["type"] == "ExternalName" {
        return;
    }
    if spec["clusterIP"].as_str().is_none_or(str::is_empty) {
        spec["clusterIP"] = json!(format!("10.96.{}.{}", number >> 8 & 0xff, number & 0xff));
    }
    let address = spec["clusterIP"].clone();
    set(spec, "clusterIPs", json!([address]));
    for (field, value) in [
        ("ipFamilies", json!(["IPv4"])),
        ("ipFamilyPolicy", json!("SingleStack")),
    ] {
        if spec[field].is_null() {
            set(spec, field, value);
        }
    }
    let wants_ports = spec["type"] == "NodePort"
        || spec["type"] == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] != false;
    if wants_ports && let Some(ports) = spec["ports"].as_array_mut() {
        let first = number >> 16;
        for (port, offset) in ports.iter_mut().zip(0..) {
            if port["nodePort"].as_u64().is_none_or(|port| port == 0) {
                port["nodePort"] = json!(30_000 + first.wrapping_add(offset) % 2_768);
            }
        }
    }
}

/// A Job selects its pods by its own uid (kubernetes, `registry/batch/job`, `generateSelector`).
fn select(object: &mut Value) {
    if object["spec"]["manualSelector"] == true {
        return;
    }
    let (uid, name) = (
        object["metadata"]["uid"].clone(),
        object["metadata"]["name"].clone(),
    );
    for (label, value) in [
        ("batch.kubernetes.io/controller-uid", &uid),
        ("controller-uid", &uid),
        ("batch.kubernetes.io/job-name", &name),
        ("job-name", &name),
    ] {
        object["spec"]["template"]["metadata"]["labels"][label] = value.clone();
        object["metadata"]["labels"][label] = value.clone();
    }
    object["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"] = uid;
}

/// Plugin `StorageObjectInUseProtection`.
fn protect(object: &mut Value, finalizer: &str) {
    let mut all = object["metadata"]["finalizers"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if !all.iter().any(|one| one == finalizer) {
        all.push(json!(finalizer));
    }
    set(&mut object["metadata"], "finalizers", Value::Array(all));
}
