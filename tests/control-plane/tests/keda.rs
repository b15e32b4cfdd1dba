//! KEDA and Prometheus scale on a real control plane.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use control_plane::{Autoscaling, ControlPlane, Options, Prometheus};
use serde_json::json;

const PATIENCE: Duration = Duration::from_mins(1);
const NAMESPACE: &str = "scaled";

fn deployment(name: &str, replicas: u32) -> String {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": name, "image": "registry.example.com/worker:1"}]},
            },
        },
    })
    .to_string()
}

fn scaled_object(name: &str, trigger: &serde_json::Value) -> String {
    json!({
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "scaleTargetRef": {"name": name}, "pollingInterval": 1, "cooldownPeriod": 2,
            "minReplicaCount": 0, "maxReplicaCount": 6, "triggers": [trigger],
        },
    })
    .to_string()
}

fn wait_for_replicas(cluster: &ControlPlane, name: &str, wanted: u64) {
    let path = format!("/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{name}");
    cluster
        .wait(&format!("{wanted} replicas of {name}"), PATIENCE, || {
            let found = cluster.client().get(&path);
            let found = found.map_err(|error| error.to_string())?;
            if found["spec"]["replicas"] == wanted {
                Ok(())
            } else {
                Err(found["spec"]["replicas"].to_string())
            }
        })
        .unwrap();
}

#[test]
fn keda_follows_pods_and_prometheus() {
    let options = Options {
        nodes: 1,
        metrics: false,
        keda: true,
        prometheus: Some(Prometheus::quick()),
        autoscaling: Autoscaling::quick(),
        ..Options::default()
    };
    let start = Instant::now();
    let cluster = ControlPlane::start(&options).unwrap();
    eprintln!("started in {:?}", start.elapsed());
    cluster.exporter().set("orders_waiting", 0.0);
    cluster.create_namespace(NAMESPACE).unwrap();
    let per_pod = json!({"type": "kubernetes-workload", "metadata": {"podSelector": "app=front", "value": "0.5"}});
    let orders = json!({"type": "prometheus", "metadata": {
        "serverAddress": cluster.prometheus_url(), "query": "orders_waiting", "threshold": "10"}});
    for object in [
        deployment("front", 2),
        deployment("back", 1),
        deployment("orders", 0),
        scaled_object("back", &per_pod),
        scaled_object("orders", &orders),
    ] {
        cluster.apply(&object).unwrap();
    }
    wait_for_replicas(&cluster, "back", 4);
    wait_for_replicas(&cluster, "orders", 0);
    cluster.exporter().set("orders_waiting", 25.0);
    wait_for_replicas(&cluster, "orders", 3);
    cluster
        .kubectl(&["scale", "deployment/front", "--replicas=3", "-n", NAMESPACE])
        .unwrap();
    wait_for_replicas(&cluster, "back", 6);
    cluster.exporter().set("orders_waiting", 0.0);
    wait_for_replicas(&cluster, "orders", 0);
    let events = cluster
        .kubectl(&["get", "events", "-n", NAMESPACE, "-o", "name"])
        .unwrap();
    assert!(events.contains("event/orders."), "{events}");
}
