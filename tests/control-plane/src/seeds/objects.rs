//! The story's objects.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{demand, schedule};
use crate::{Pace, behaviour};

/// All of them, with Prometheus at this address.
pub(super) fn all(pace: Pace, prometheus: &str, now: Timestamp) -> Vec<Value> {
    let mut all = web(pace, now);
    all.extend(shop(pace, prometheus));
    all.extend(billing(pace, prometheus));
    all
}

fn web(pace: Pace, now: Timestamp) -> Vec<Value> {
    let [start, end] = schedule::windows(pace, now);
    let evening = json!({"type": "cron", "metadata": {"timezone": "UTC", "start": start, "end": end, "desiredReplicas": "2"}});
    let per_nginx = json!({"type": "kubernetes-workload", "metadata": {"podSelector": "app=nginx", "value": "0.5"}});
    vec![
        deployment("web", "nginx", "nginx:1.29", 1, Some("50m")),
        deployment("web", "cosci", "cosci:1.8.2", 2, Some("50m")),
        scaled_object(pace, "web", "nginx", [1, 4], &json!([evening])),
        scaled_object(pace, "web", "cosci", [1, 8], &json!([evening, per_nginx])),
    ]
}

fn shop(pace: Pace, prometheus: &str) -> Vec<Value> {
    let window = Some(pace.pick(20, 180));
    let visitors = asks(prometheus, demand::VISITORS, "100", "0");
    let orders = asks(prometheus, demand::ORDERS, "100", "5");
    let deployed = |name: &str, image: &str, replicas: u32| {
        deployment("shop", name, image, replicas, Some("100m"))
    };
    vec![
        deployed("storefront", "shop/storefront:3.4.1", 1),
        deployed("orders", "shop/orders:4.1.0", 0),
        deployed("cart", "shop/cart:7.0.2", 2),
        deployed("search", "shop/search:2.3.0", 4),
        deployed("pricing", "shop/pricing:1.12.0", 1),
        deployed("stock", "shop/stock:1.6.4", 1),
        scaled_object(pace, "shop", "storefront", [1, 5], &json!([visitors])),
        scaled_object(pace, "shop", "orders", [0, 5], &json!([orders])),
        hpa("shop", "cart", [2, 12, 60], None),
        hpa("shop", "search", [1, 4, 60], None),
        hpa("shop", "pricing", [1, 5, 50], window),
        hpa("shop", "stock", [1, 5, 50], window),
    ]
}

fn billing(pace: Pace, prometheus: &str) -> Vec<Value> {
    let mut reports = deployment("billing", "reports", "billing/reports:1.0.7", 1, None);
    reports["spec"]["template"]["metadata"]["annotations"][behaviour::CPU] = json!("45m");
    let template = json!({
        "metadata": {"annotations": {behaviour::START_DELAY: "2s", behaviour::RUNS_FOR: pace.pick("12s", "40s")}},
        "spec": {"restartPolicy": "Never", "containers": [container("main", "billing/invoice-worker:1.7.1", Some("50m"))]},
    });
    let invoices = json!({
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob", "metadata": {"name": "invoices", "namespace": "billing"},
        "spec": {
            "pollingInterval": pace.pick(10, 60), "minReplicaCount": 0, "maxReplicaCount": 3,
            "successfulJobsHistoryLimit": 4, "failedJobsHistoryLimit": 2,
            "triggers": [asks(prometheus, demand::INVOICES, "5", "0")],
            "jobTargetRef": {"backoffLimit": 2, "template": template},
        },
    });
    vec![
        reports,
        hpa("billing", "reports", [1, 3, 70], None),
        invoices,
    ]
}

fn container(name: &str, image: &str, cpu: Option<&str>) -> Value {
    let mut requests = json!({"memory": "64Mi"});
    if let Some(cpu) = cpu {
        requests["cpu"] = json!(cpu);
    }
    json!({"name": name, "image": format!("registry.example.com/{image}"), "resources": {"requests": requests}})
}

fn deployment(namespace: &str, name: &str, image: &str, replicas: u32, cpu: Option<&str>) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}, "annotations": {
                    behaviour::START_DELAY: "1s", behaviour::READY_DELAY: "3s", behaviour::MEMORY: "80Mi",
                }},
                "spec": {"terminationGracePeriodSeconds": 2, "containers": [container(name, image, cpu)]},
            },
        },
    })
}

/// On the share of CPU that is requested.
fn hpa(
    namespace: &str,
    name: &str,
    [min, max, utilization]: [u32; 3],
    window: Option<u32>,
) -> Value {
    let mut object = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "minReplicas": min, "maxReplicas": max,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": utilization}}}],
        },
    });
    if let Some(window) = window {
        object["spec"]["behavior"] = json!({"scaleDown": {"stabilizationWindowSeconds": window}});
    }
    object
}

fn scaled_object(
    pace: Pace,
    namespace: &str,
    name: &str,
    [min, max]: [u32; 2],
    triggers: &Value,
) -> Value {
    let mut object = json!({
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "scaleTargetRef": {"name": name}, "minReplicaCount": min, "maxReplicaCount": max, "triggers": triggers,
        },
    });
    match pace {
        Pace::Quick => {
            object["spec"]["pollingInterval"] = json!(5);
            object["spec"]["cooldownPeriod"] = json!(30);
        }
        // KEDA's own defaults.
        Pace::Upstream => {}
    }
    object
}

/// A trigger that asks Prometheus.
fn asks(prometheus: &str, query: &str, threshold: &str, activation: &str) -> Value {
    json!({"type": "prometheus", "metadata": {
        "serverAddress": prometheus, "query": format!("sum({query})"), "threshold": threshold, "activationThreshold": activation,
    }})
}
