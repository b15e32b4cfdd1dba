//! Rows of what lives outside namespaces.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::settings::modes;
use super::words::{age, either, int, items, name, text, text_or};
use super::{Column, Made, Printer};

const AGE: Column = ("Age", "string", 0);
const NAME: Column = ("Name", "string", 0);

pub(crate) fn printer(key: &str) -> Option<Printer> {
    let (columns, cells): Made = match key {
        "namespaces" => (&[NAME, ("Status", "string", 0), AGE], |object, now| {
            let phase = text(&object["status"]["phase"]);
            vec![name(object), phase, age(object, now)]
        }),
        "nodes" => (
            &[
                NAME,
                ("Status", "string", 0),
                ("Roles", "string", 0),
                AGE,
                ("Version", "string", 0),
                ("Internal-IP", "string", 1),
                ("External-IP", "string", 1),
                ("OS-Image", "string", 1),
                ("Kernel-Version", "string", 1),
                ("Container-Runtime", "string", 1),
            ],
            node,
        ),
        "persistentvolumes" => (
            &[
                NAME,
                ("Capacity", "string", 0),
                ("Access Modes", "string", 0),
                ("Reclaim Policy", "string", 0),
                ("Status", "string", 0),
                ("Claim", "string", 0),
                ("StorageClass", "string", 0),
                ("VolumeAttributesClass", "string", 0),
                ("Reason", "string", 0),
                AGE,
                ("VolumeMode", "string", 1),
            ],
            volume,
        ),
        "storageclasses.storage.k8s.io" => (
            &[
                NAME,
                ("Provisioner", "string", 0),
                ("ReclaimPolicy", "string", 0),
                ("VolumeBindingMode", "string", 0),
                ("AllowVolumeExpansion", "string", 0),
                AGE,
            ],
            storage_class,
        ),
        "ingressclasses.networking.k8s.io" => (
            &[
                NAME,
                ("Controller", "string", 0),
                ("Parameters", "string", 0),
                AGE,
            ],
            ingress_class,
        ),
        "priorityclasses.scheduling.k8s.io" => (
            &[
                NAME,
                ("Value", "integer", 0),
                ("Global-Default", "boolean", 0),
                AGE,
                ("PreemptionPolicy", "string", 0),
            ],
            |object, now| {
                vec![
                    name(object),
                    json!(int(&object["value"])),
                    json!(object["globalDefault"] == true),
                    age(object, now),
                    text(&object["preemptionPolicy"]),
                ]
            },
        ),
        "apiservices.apiregistration.k8s.io" => (
            &[
                NAME,
                ("Service", "string", 0),
                ("Available", "string", 0),
                AGE,
            ],
            api_service,
        ),
        _ => return None,
    };
    Some(Printer { columns, cells })
}

/// The name, marked where a class is the default one.
fn marked(object: &Value, annotation: &str) -> Value {
    let own = object["metadata"]["name"].as_str().unwrap_or_default();
    if object["metadata"]["annotations"][annotation] == "true" {
        json!(format!("{own} (default)"))
    } else {
        json!(own)
    }
}

fn node(object: &Value, now: Timestamp) -> Vec<Value> {
    let status = &object["status"];
    let ready = items(&status["conditions"])
        .iter()
        .find(|own| own["type"] == "Ready");
    let mut state = match ready {
        Some(ready) if ready["status"] == "True" => "Ready".to_owned(),
        Some(_) => "NotReady".to_owned(),
        None => "Unknown".to_owned(),
    };
    if object["spec"]["unschedulable"] == true {
        state.push_str(",SchedulingDisabled");
    }
    let mut roles = Vec::new();
    for (key, value) in object["metadata"]["labels"]
        .as_object()
        .into_iter()
        .flatten()
    {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => roles.push(role.to_owned()),
            _ if key == "kubernetes.io/role" => {
                roles.extend(
                    value
                        .as_str()
                        .map(str::to_owned)
                        .filter(|role| !role.is_empty()),
                );
            }
            _ => {}
        }
    }
    roles.sort();
    roles.dedup();
    let roles = if roles.is_empty() {
        "<none>".to_owned()
    } else {
        roles.join(",")
    };
    let address = |kind: &str| {
        let own = items(&status["addresses"])
            .iter()
            .find(|own| own["type"] == kind);
        json!(
            own.and_then(|own| own["address"].as_str())
                .unwrap_or("<none>")
        )
    };
    let info = &status["nodeInfo"];
    let known = |field: &str| info[field].as_str().filter(|text| !text.is_empty());
    let mut kernel = known("kernelVersion").unwrap_or("<unknown>").to_owned();
    if let Some(architecture) = known("architecture") {
        kernel = format!("{kernel} ({architecture})");
    }
    vec![
        name(object),
        json!(state),
        json!(roles),
        age(object, now),
        text(&info["kubeletVersion"]),
        address("InternalIP"),
        address("ExternalIP"),
        text_or(&info["osImage"], "<unknown>"),
        json!(kernel),
        text_or(&info["containerRuntimeVersion"], "<unknown>"),
    ]
}

fn volume(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let claim = &spec["claimRef"];
    let of = |field: &str| claim[field].as_str().unwrap_or_default();
    let claim = if claim.is_object() {
        format!("{}/{}", of("namespace"), of("name"))
    } else {
        String::new()
    };
    let phase = if object["metadata"]["deletionTimestamp"].is_null() {
        text(&status["phase"])
    } else {
        json!("Terminating")
    };
    let capacity = either(&spec["capacity"]["storage"]);
    vec![
        name(object),
        json!(capacity.unwrap_or_else(|| "0".to_owned())),
        json!(modes(&spec["accessModes"])),
        text(&spec["persistentVolumeReclaimPolicy"]),
        phase,
        json!(claim),
        text(&spec["storageClassName"]),
        text_or(&spec["volumeAttributesClassName"], "<unset>"),
        text(&status["reason"]),
        age(object, now),
        text_or(&spec["volumeMode"], "<unset>"),
    ]
}

fn storage_class(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![
        marked(object, "storageclass.kubernetes.io/is-default-class"),
        text(&object["provisioner"]),
        text_or(&object["reclaimPolicy"], "Delete"),
        text_or(&object["volumeBindingMode"], "Immediate"),
        json!(object["allowVolumeExpansion"] == true),
        age(object, now),
    ]
}

fn ingress_class(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = &object["spec"];
    let parameters = &spec["parameters"];
    let of = |field: &str| parameters[field].as_str().unwrap_or_default();
    let parameters = match (parameters.is_object(), parameters["apiGroup"].as_str()) {
        (false, _) => "<none>".to_owned(),
        (true, Some(group)) => format!("{}.{group}/{}", of("kind"), of("name")),
        (true, None) => format!("{}/{}", of("kind"), of("name")),
    };
    vec![
        marked(object, "ingressclass.kubernetes.io/is-default-class"),
        text(&spec["controller"]),
        json!(parameters),
        age(object, now),
    ]
}

fn api_service(object: &Value, now: Timestamp) -> Vec<Value> {
    let service = &object["spec"]["service"];
    let of = |field: &str| service[field].as_str().unwrap_or_default();
    let service = if service.is_object() {
        format!("{}/{}", of("namespace"), of("name"))
    } else {
        "Local".to_owned()
    };
    let available = items(&object["status"]["conditions"])
        .iter()
        .find(|own| own["type"] == "Available");
    let available = available.map_or_else(
        || "Unknown".to_owned(),
        |own| {
            let status = own["status"].as_str().unwrap_or_default();
            match own["reason"].as_str() {
                Some(reason) if status != "True" => format!("{status} ({reason})"),
                _ => status.to_owned(),
            }
        },
    );
    vec![
        name(object),
        json!(service),
        json!(available),
        age(object, now),
    ]
}
