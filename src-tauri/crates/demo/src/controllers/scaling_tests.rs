//! Autoscalers at work on a small cluster.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fields::{Fields, Scalar};
use super::tests::{BEGIN, Cluster};
use crate::api::{Request, handle};
use crate::load::{Demand, Shape};

fn at(seconds: i64) -> Timestamp {
    BEGIN.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn demand(cpu: Shape) -> Demand {
    Demand {
        namespace: "shop".to_owned(),
        label: ("app".to_owned(), "web".to_owned()),
        cpu,
        memory: 64 << 20,
        noise: 0.0,
    }
}

fn replicas(cluster: &Cluster) -> i64 {
    cluster.get("deployments.apps", "shop/web")["spec"]["replicas"].number()
}

#[test]
fn an_autoscaler_grows_at_once_and_shrinks_after_its_window() {
    let mut cluster = Cluster::new(11);
    cluster.world.load.demands = vec![demand(Shape::Steps(vec![
        (at(-60), 40.0),
        (at(120), 200.0),
        (at(600), 40.0),
    ]))];
    cluster.deployment(1, "nginx:1.29", &json!({}));
    let spec = json!({"minReplicas": 1, "maxReplicas": 10,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]});
    cluster.create(
        "horizontalpodautoscalers.autoscaling",
        json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}),
    );
    cluster.after(110);
    assert_eq!(replicas(&cluster), 1);
    // 200 of 100 thousandths a pod, where 50 are wanted.
    cluster.after(130);
    assert_eq!(replicas(&cluster), 4);
    // The load is gone at 600; the default window of 300 s holds the size.
    cluster.after(640);
    assert_eq!(replicas(&cluster), 4);
    let autoscaler = cluster.get("horizontalpodautoscalers.autoscaling", "shop/web");
    let able = autoscaler.condition("AbleToScale").unwrap();
    assert_eq!(able["reason"], "ScaleDownStabilized", "{autoscaler}");
    cluster.after(120);
    let autoscaler = cluster.get("horizontalpodautoscalers.autoscaling", "shop/web");
    assert_eq!(replicas(&cluster), 1, "{autoscaler}");
    let told = cluster.told("SuccessfulRescale");
    assert!(told[0].starts_with("New size: 4"), "{told:?}");
}

#[test]
fn the_metrics_api_gives_what_autoscalers_see() {
    let mut cluster = Cluster::new(12);
    cluster.world.load.demands = vec![demand(Shape::Flat(90.0))];
    cluster.deployment(3, "nginx:1.29", &json!({}));
    cluster.after(5);
    assert!(usage(&mut cluster, "namespaces/shop/pods").is_empty());
    cluster.after(60);
    let pods = usage(&mut cluster, "namespaces/shop/pods");
    assert_eq!(pods.len(), 3);
    for pod in &pods {
        let expected = json!([{"name": "web", "usage": {"cpu": "30000000n", "memory": "65536Ki"}}]);
        assert_eq!(pod["containers"], expected);
        assert_eq!(pod["timestamp"], "2026-11-28T12:01:00Z");
    }
    let nodes = usage(&mut cluster, "nodes");
    let cpu = nodes
        .iter()
        .map(|node| node["usage"]["cpu"].text().trim_end_matches('n'));
    let cpu: i64 = cpu.map(|cpu| cpu.parse::<i64>().unwrap()).sum();
    assert_eq!(cpu, 90_000_000 + 2 * 60_000_000);
}

fn usage(cluster: &mut Cluster, path: &str) -> Vec<Value> {
    let request = Request {
        method: "GET".to_owned(),
        path: format!("/apis/metrics.k8s.io/v1beta1/{path}"),
        ..Request::default()
    };
    let answer = handle(&mut cluster.world, &request);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["items"].items().to_vec()
}
