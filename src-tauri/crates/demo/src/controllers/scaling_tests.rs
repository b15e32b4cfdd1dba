//! Autoscalers at work on a small cluster.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fields::{Fields, Scalar};
use super::tests::{BEGIN, Cluster};
use super::write;
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
        by: None,
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

/// A cluster with KEDA's kind, `web` of no pods, and a ScaledObject for it.
fn keda(seed: u64, replicas: i64, spec: &Value) -> Cluster {
    let mut cluster = Cluster::new(seed);
    cluster.define_keda();
    cluster.deployment(replicas, "nginx:1.29", &json!({}));
    let mut spec = spec.clone();
    spec["scaleTargetRef"] = json!({"name": "web"});
    cluster.create(
        "scaledobjects.keda.sh",
        json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
            "metadata": {"name": "web", "namespace": "shop"}, "spec": spec}),
    );
    cluster
}

fn annotate(cluster: &mut Cluster, annotations: &Value) {
    let mut object = Value::clone(&cluster.get("scaledobjects.keda.sh", "shop/web"));
    object["metadata"]["annotations"] = annotations.clone();
    write::update(
        &mut cluster.world,
        "scaledobjects.keda.sh",
        object,
        "kubectl",
    )
    .unwrap();
}

#[test]
fn a_prometheus_trigger_wakes_grows_and_sleeps() {
    let spec = json!({"minReplicaCount": 0, "maxReplicaCount": 5, "pollingInterval": 15, "cooldownPeriod": 60,
        "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}}},
        "triggers": [{"type": "prometheus", "metadata": {
            "serverAddress": "http://prometheus", "query": "orders", "threshold": "100"}}]});
    let mut cluster = keda(13, 0, &spec);
    let steps = vec![(at(0), 0.0), (at(120), 350.0), (at(600), 0.0)];
    cluster
        .world
        .load
        .queries
        .insert("orders".to_owned(), Shape::Steps(steps));
    cluster.after(110);
    assert_eq!(replicas(&cluster), 0);
    let object = cluster.get("scaledobjects.keda.sh", "shop/web");
    assert!(object.holds("Ready"), "{object}");
    assert_eq!(object.condition("Active").unwrap()["status"], "False");
    assert_eq!(
        object["status"]["externalMetricNames"],
        json!(["s0-prometheus"])
    );
    let hpa = cluster.get("horizontalpodautoscalers.autoscaling", "shop/keda-hpa-web");
    assert_eq!(hpa["spec"]["minReplicas"], 1);
    assert_eq!(
        hpa.condition("ScalingActive").unwrap()["reason"],
        "ScalingDisabled",
        "{hpa}"
    );

    cluster.after(60);
    assert_eq!(replicas(&cluster), 4, "KEDA goes to 1, its HPA goes on");
    let told = cluster.told("KEDAScaleTargetActivated");
    assert_eq!(
        told,
        ["Scaled apps/v1.Deployment shop/web from 0 to 1, triggered by s0-prometheus"]
    );
    assert!(
        cluster
            .get("scaledobjects.keda.sh", "shop/web")
            .holds("Active")
    );

    cluster.after(445);
    assert_eq!(
        replicas(&cluster),
        1,
        "no load, but the cooldown is not over"
    );
    let object = cluster.get("scaledobjects.keda.sh", "shop/web");
    assert_eq!(
        object.condition("Active").unwrap()["reason"],
        "ScalerCooldown",
        "{object}"
    );
    cluster.after(60);
    assert_eq!(replicas(&cluster), 0);
    assert!(cluster.pods().is_empty() || cluster.after(60).is_some());
    assert_eq!(cluster.told("KEDAScaleTargetDeactivated").len(), 1);
}

#[test]
fn of_cron_and_workload_triggers_the_higher_wins() {
    // 13:00 to 14:00 in Oslo is the hour from the begin on.
    let spec = json!({"minReplicaCount": 1, "maxReplicaCount": 9, "triggers": [
        {"type": "cron", "metadata": {"timezone": "Europe/Oslo", "start": "10 13 * * *", "end": "0 14 * * *", "desiredReplicas": "2"}},
        {"type": "kubernetes-workload", "metadata": {"podSelector": "app=nginx", "value": "0.5"}}]});
    let mut cluster = keda(14, 1, &spec);
    cluster.after(300);
    assert_eq!(replicas(&cluster), 1, "before the window");
    cluster.after(420);
    assert_eq!(replicas(&cluster), 2, "the window asks for 2");
    for name in ["a", "b"] {
        let pod = json!({"metadata": {"name": name, "namespace": "shop", "labels": {"app": "nginx"}},
            "spec": {"containers": [{"name": "nginx", "image": "nginx:1.29"}]}});
        cluster.create("pods", pod);
    }
    cluster.after(60);
    assert_eq!(replicas(&cluster), 4, "2 for each of 2 pods");
    let object = cluster.get("scaledobjects.keda.sh", "shop/web");
    assert_eq!(
        object["status"]["triggersTypes"],
        "cron,kubernetes-workload"
    );
}

#[test]
fn a_pause_freezes_at_its_count_until_it_is_lifted() {
    let spec = json!({"minReplicaCount": 3, "triggers": [
        {"type": "kubernetes-workload", "metadata": {"podSelector": "app=nginx", "value": "1"}}]});
    let mut cluster = keda(15, 1, &spec);
    cluster.after(60);
    assert_eq!(replicas(&cluster), 3);
    annotate(
        &mut cluster,
        &json!({"autoscaling.keda.sh/paused-replicas": "2"}),
    );
    cluster.after(60);
    assert_eq!(replicas(&cluster), 2);
    assert!(
        cluster
            .get("scaledobjects.keda.sh", "shop/web")
            .holds("Paused")
    );
    assert!(write::list(&cluster.world, "horizontalpodautoscalers.autoscaling", "").is_empty());
    annotate(&mut cluster, &json!({}));
    cluster.after(60);
    assert_eq!(replicas(&cluster), 3);
    assert!(
        !cluster
            .get("scaledobjects.keda.sh", "shop/web")
            .holds("Paused")
    );
    write::delete(
        &mut cluster.world,
        "scaledobjects.keda.sh",
        "shop/web",
        "kubectl",
    )
    .unwrap();
    cluster.after(60);
    assert!(write::list(&cluster.world, "horizontalpodautoscalers.autoscaling", "").is_empty());
}

#[test]
fn a_deleted_scaled_object_gives_back_the_first_size_if_asked() {
    for (restores, expected) in [(true, 1), (false, 3)] {
        let spec = json!({"minReplicaCount": 3, "advanced": {"restoreToOriginalReplicaCount": restores}, "triggers": [
            {"type": "kubernetes-workload", "metadata": {"podSelector": "app=nginx", "value": "1"}}]});
        let mut cluster = keda(16, 1, &spec);
        cluster.after(60);
        assert_eq!(replicas(&cluster), 3);
        let path = "shop/web";
        let held = &cluster.get("scaledobjects.keda.sh", path)["metadata"]["finalizers"];
        assert_eq!(*held, json!(["finalizer.keda.sh"]));
        write::delete(&mut cluster.world, "scaledobjects.keda.sh", path, "kubectl").unwrap();
        cluster.after(60);
        assert!(write::get(&cluster.world, "scaledobjects.keda.sh", path).is_none());
        assert_eq!(replicas(&cluster), expected);
        assert_eq!(
            cluster.told("ScaledObjectDeleted"),
            ["ScaledObject was deleted"]
        );
    }
}
