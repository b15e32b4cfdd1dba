//! What the controllers leave is what Kubernetes' own left of the same objects (`real.json`: a control plane with three nodes).
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::{Fields, Scalar};
use super::tests::Cluster;
use super::write;

const REAL: &str = include_str!("real.json");

fn workload(name: &str, spec: Value) -> Value {
    let container = json!({"name": name, "image": format!("{name}:1")});
    let template =
        json!({"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}});
    let mut spec = spec;
    spec["selector"] = json!({"matchLabels": {"app": name}});
    spec["template"] = template;
    json!({"metadata": {"name": name, "namespace": "shop"}, "spec": spec})
}

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(1);
    for (name, zone) in [("node-1", "b"), ("node-2", "c"), ("node-3", "a")] {
        if name == "node-3" {
            cluster.node(name, "4");
        }
        let mut node = Value::clone(&cluster.get("nodes", name));
        node["metadata"]["labels"] = json!({
            "topology.kubernetes.io/zone": format!("eu-central-1{zone}"), "topology.kubernetes.io/region": "eu-central-1",
        });
        write::update(&mut cluster.world, "nodes", node, "kubectl").unwrap();
    }
    for name in ["default", "shop"] {
        cluster.create("namespaces", json!({"metadata": {"name": name}}));
    }
    let headless = json!({"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"port": 80, "name": "http"}]});
    let ports = json!([{"port": 80, "name": "http", "targetPort": "web"}, {"port": 443, "name": "tls", "targetPort": 8443}]);
    let service = |name: &str, labels: Value, spec: Value| json!({"metadata": {"name": name, "namespace": "shop", "labels": labels}, "spec": spec});
    let mut web = workload("web", json!({"replicas": 2}));
    web["spec"]["template"]["spec"]["containers"][0]["ports"] =
        json!([{"name": "web", "containerPort": 8080}]);
    let budget = json!({"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}});
    let budget = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": budget});
    for (resource, object) in [
        ("services", service("db", json!({"app": "db"}), headless)),
        (
            "services",
            service(
                "web",
                json!({}),
                json!({"selector": {"app": "web"}, "ports": ports}),
            ),
        ),
        (
            "statefulsets.apps",
            workload("db", json!({"replicas": 2, "serviceName": "db"})),
        ),
        ("deployments.apps", web),
        ("daemonsets.apps", workload("agent", json!({}))),
        ("poddisruptionbudgets.policy", budget),
    ] {
        cluster.create(resource, object);
    }
    cluster.after(120);
    cluster
}

/// Without what differs from one cluster to the next: uids, times, addresses, nodes, what names end with.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(plain_text(text)),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(plain).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(fields) => {
            let each = fields.iter().map(|(name, value)| {
                let name = if name.starts_with("k:{\"uid\"") {
                    "k:uid"
                } else {
                    name
                };
                (name.to_owned(), plain(value))
            });
            Value::Object(each.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn plain_text(text: &str) -> String {
    let is_uid = text.len() == 36 && text.matches('-').count() == 4;
    let is_time = text.len() == 20 && text.ends_with('Z');
    let is_address =
        text.split('.').count() == 4 && text.bytes().all(|byte| !byte.is_ascii_alphabetic());
    let generated = ["web-", "agent-"]
        .iter()
        .find(|name| text.starts_with(**name) && text.len() > name.len());
    match (is_uid, is_time, is_address, generated) {
        (true, ..) => "uid".to_owned(),
        (_, true, ..) => "time".to_owned(),
        (_, _, true, _) => "address".to_owned(),
        (_, _, _, Some(name)) => format!("{name}*"),
        _ if text.starts_with("node-") => "node".to_owned(),
        _ if text.starts_with("eu-central-1") => "place".to_owned(),
        _ => text.to_owned(),
    }
}

/// An object as it is compared.
fn compared(object: &Value) -> Value {
    let mut object = object.clone();
    match object["kind"].text() {
        "StatefulSet" | "DaemonSet" | "PodDisruptionBudget" => object["spec"] = Value::Null,
        "Pod" => object["status"] = Value::Null,
        "EndpointSlice" => {
            // How often it was written depends on who was ready when.
            object["metadata"]["generation"] = Value::Null;
            object["metadata"]["name"] = Value::Null;
        }
        _ => {}
    }
    let metadata = &mut object["metadata"];
    metadata["creationTimestamp"] = Value::Null;
    metadata["resourceVersion"] = Value::Null;
    if metadata["labels"]["app"] == "agent" {
        // Upstream hashes Go's own print of the template.
        metadata["labels"]["controller-revision-hash"] = json!("hash");
    }
    let ours = metadata["managedFields"].items().iter();
    let ours = ours.filter(|entry| entry["manager"] == write::CONTROLLER_MANAGER);
    let ours: Vec<Value> = ours
        .map(|entry| {
            let mut entry = entry.clone();
            entry["time"] = Value::Null;
            entry
        })
        .collect();
    metadata["managedFields"] = json!(ours);
    without_nulls(&plain(&object))
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            let kept = kept.map(|(name, value)| (name.clone(), without_nulls(value)));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[test]
fn the_controllers_leave_what_kubernetes_own_leave() {
    let cluster = cluster();
    let mut own: BTreeMap<String, Value> = BTreeMap::new();
    for resource in cluster.world.resources() {
        for object in write::list(&cluster.world, &resource.key(), "shop") {
            let name = plain_text(object.name());
            let name = if object["kind"] == "EndpointSlice" {
                object.label("kubernetes.io/service-name").to_owned()
            } else {
                name
            };
            own.insert(
                format!("{} {name}", object["kind"].text()),
                compared(&object),
            );
        }
    }
    let real: Vec<Value> = serde_json::from_str(REAL).unwrap();
    assert!(real.len() > 10);
    for object in &real {
        let name = if object["kind"] == "EndpointSlice" {
            object.label("kubernetes.io/service-name").to_owned()
        } else {
            plain_text(object.name())
        };
        let name = format!("{} {name}", object["kind"].text());
        let found = own.get(&name).unwrap_or_else(|| panic!("no {name}"));
        let wanted = compared(object);
        for (part, value) in wanted.as_object().unwrap() {
            assert_eq!(&found[part], value, "{name}: {part}");
        }
    }
}
