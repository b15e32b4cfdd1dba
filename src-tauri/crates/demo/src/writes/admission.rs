//! What an API server adds to a new object that nobody owns afterwards: its admission plugins, its strategies.

use serde_json::{Value, json};

use super::pods::quality;
use super::{limits, services, set};
use crate::World;
use crate::kinds::Resource;
use crate::status::Status;

/// Changes a new object of the kind; its name and uid are set.
pub(super) fn admit(
    world: &mut World,
    resource: &Resource,
    object: &mut Value,
) -> Result<(), Status> {
    match &*resource.kind {
        "Pod" => {
            limits::fill(world, object);
            object["status"]["qosClass"] = json!(quality(object));
            pod(world, object)?;
        }
        "Node" => taint(object),
        "Service" => services::allocate(world, resource, None, object)?,
        "Job" => select(object),
        "PersistentVolumeClaim" => protect(object, "kubernetes.io/pvc-protection"),
        "PersistentVolume" => protect(object, "kubernetes.io/pv-protection"),
        _ => {}
    }
    Ok(())
}

/// Plugins `Priority` and `DefaultTolerationSeconds`.
fn pod(world: &World, object: &mut Value) -> Result<(), Status> {
    let node = object["spec"]["nodeName"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    super::pods::place(world, &node, object);
    let (priority, policy) = class(world, object)?;
    let spec = &mut object["spec"];
    if spec["priority"].is_null() {
        set(spec, "priority", priority);
    }
    if spec["preemptionPolicy"].is_null() {
        set(spec, "preemptionPolicy", policy);
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
    Ok(())
}

/// Priority and preemption policy of the class that a pod names, or of the one for all.
fn class(world: &World, object: &Value) -> Result<(Value, Value), Status> {
    const CLASSES: &str = "priorityclasses.scheduling.k8s.io";
    let preempts = || json!("PreemptLowerPriority");
    let of = |class: &Value| {
        let policy = class["preemptionPolicy"].clone();
        let policy = if policy.is_null() { preempts() } else { policy };
        (class["value"].clone(), policy)
    };
    let Some(name) = object["spec"]["priorityClassName"].as_str() else {
        let mut all = world.store.list(CLASSES, "", None);
        let found = all.find(|(_, class)| class["globalDefault"] == true);
        return Ok(found.map_or((json!(0), preempts()), |(_, class)| of(class)));
    };
    let system = match name {
        "system-cluster-critical" => Some(2_000_000_000),
        "system-node-critical" => Some(2_000_001_000),
        _ => None,
    };
    if let Some(class) = world.get(CLASSES, "", name) {
        return Ok(of(&class));
    }
    if let Some(value) = system {
        return Ok((json!(value), preempts()));
    }
    let pod = super::name_of(object);
    let message = format!("pods {pod:?} is forbidden: no PriorityClass with name {name} was found");
    let mut status = Status::of(403, "Forbidden", message);
    status.details = Some(json!({"name": pod, "kind": "pods"}));
    Err(status)
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
