//! What the story's cluster begins with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::load::{Demand, Shape};
use crate::programs::{Exit, Program};

/// Images that do something of their own.
pub(super) fn programs() -> Vec<(&'static str, Program)> {
    let crashes = Program {
        ends: Some((8, 20, Exit::Code(1))),
        ready_after: None,
        ..Program::default()
    };
    vec![("ledger:3.2", crashes)]
}

/// What workloads use.
pub(super) fn demands(begin: Timestamp) -> Vec<Demand> {
    let of = |app: &str, cpu: Shape| Demand {
        namespace: "shop".to_owned(),
        label: ("app".to_owned(), app.to_owned()),
        cpu,
        memory: 96 << 20,
        noise: 0.05,
    };
    let wave = Shape::Wave {
        mean: 320.0,
        height: 240.0,
        period: 5400,
        from: begin,
    };
    vec![of("web", wave), of("search", Shape::Flat(2_400.0))]
}

/// What Prometheus knows.
pub(super) fn queries(begin: Timestamp) -> BTreeMap<String, Shape> {
    // Half of the time there is nothing to do.
    let orders = Shape::Wave {
        mean: 80.0,
        height: 400.0,
        period: 3600,
        from: begin,
    };
    [(ORDERS.to_owned(), orders)].into()
}

const ORDERS: &str = "sum(rate(orders_total[1m]))";

/// Objects with their resources, in the order in which they are created.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let mut all: Vec<(&str, Value)> = ["default", "web", "shop"]
        .map(|name| {
            (
                "namespaces",
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
            )
        })
        .into();
    all.extend(["node-a", "node-b", "node-c"].map(|name| ("nodes", node(name))));
    let deployments = [
        deployment("web", "nginx", 1, "nginx:1.29", Some("50m")),
        deployment("web", "cosci", 1, "cosci:1.8", Some("50m")),
        deployment("shop", "orders", 0, "orders:4.1", Some("100m")),
        deployment("shop", "web", 2, "web:7.0", Some("100m")),
        deployment("shop", "search", 1, "search:2.3", Some("100m")),
        deployment("shop", "reports", 1, "reports:1.0", None),
        deployment("shop", "ledger", 1, "ledger:3.2", Some("50m")),
        deployment("shop", "training", 1, "training:0.9", Some("12")),
    ];
    all.extend(deployments.map(|object| ("deployments.apps", object)));
    let evening = json!({"type": "cron", "metadata": {"timezone": "Europe/Oslo",
        "start": "0 21 * * *", "end": "0 0 * * *", "desiredReplicas": "2"}});
    let per_nginx = json!({"type": "kubernetes-workload", "metadata": {"podSelector": "app=nginx", "value": "0.5"}});
    let orders = json!({"type": "prometheus", "metadata": {
        "serverAddress": "http://prometheus.monitoring:9090", "query": ORDERS, "threshold": "100"}});
    all.extend([
        ("scaledobjects.keda.sh", scaled("web", "nginx", &json!({"minReplicaCount": 1, "maxReplicaCount": 4, "triggers": [evening]}))),
        ("scaledobjects.keda.sh", scaled("web", "cosci", &json!({"minReplicaCount": 1, "maxReplicaCount": 8, "triggers": [evening, per_nginx]}))),
        ("scaledobjects.keda.sh", scaled("shop", "orders", &json!({"minReplicaCount": 0, "maxReplicaCount": 5, "triggers": [orders]}))),
    ]);
    let hpas = [hpa("web", 2, 10), hpa("search", 1, 4), hpa("reports", 1, 3)];
    all.extend(hpas.map(|object| ("horizontalpodautoscalers.autoscaling", object)));
    all
}

fn node(name: &str) -> Value {
    let amounts = json!({"cpu": "4", "memory": "8Gi", "pods": "110"});
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "status": {"capacity": amounts, "allocatable": amounts,
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}]}})
}

fn deployment(namespace: &str, name: &str, replicas: i32, image: &str, cpu: Option<&str>) -> Value {
    let mut container = json!({"name": name, "image": image,
        "readinessProbe": {"httpGet": {"port": 80}, "periodSeconds": 10}});
    if let Some(cpu) = cpu {
        container["resources"] = json!({"requests": {"cpu": cpu}});
    }
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "progressDeadlineSeconds": 600,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"restartPolicy": "Always", "containers": [container]}}}})
}

fn scaled(namespace: &str, name: &str, spec: &Value) -> Value {
    let mut spec = spec.clone();
    spec["scaleTargetRef"] = json!({"name": name});
    json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
        "metadata": {"name": name, "namespace": namespace}, "spec": spec})
}

fn hpa(name: &str, min: i32, max: i32) -> Value {
    json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"minReplicas": min, "maxReplicas": max,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]}})
}
