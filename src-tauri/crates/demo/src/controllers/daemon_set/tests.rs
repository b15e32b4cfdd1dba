//! DaemonSets at work on small clusters.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::tests::Cluster;
use crate::controllers::write;

fn set(cluster: &mut Cluster, further: &Value) {
    let mut spec = json!({
        "selector": {"matchLabels": {"app": "agent"}},
        "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{
            "name": "agent", "image": "agent:1", "readinessProbe": {"httpGet": {"port": 80}, "periodSeconds": 10}}]}},
    });
    for (field, value) in further.as_object().unwrap() {
        spec[field] = value.clone();
    }
    let object = json!({"metadata": {"name": "agent", "namespace": "shop"}, "spec": spec});
    cluster.create("daemonsets.apps", object);
}

fn edit(cluster: &mut Cluster, resource: &str, path: &str, change: impl FnOnce(&mut Value)) {
    let mut object = Value::clone(&cluster.get(resource, path));
    change(&mut object["spec"]);
    write::update(&mut cluster.world, resource, object, "kubectl").unwrap();
}

fn update(cluster: &mut Cluster, image: &str) {
    edit(cluster, "daemonsets.apps", "shop/agent", |spec| {
        spec["template"]["spec"]["containers"][0]["image"] = json!(image);
    });
}

/// The pods on each node: the image's version, `+` where it is ready, `-` where it goes.
fn seen(cluster: &Cluster) -> String {
    let mut each: Vec<String> = Vec::new();
    for pod in cluster.pods() {
        let sign = match (pod.is_deleted(), pod.holds("Ready")) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        let node = pod["spec"]["nodeName"].text().trim_start_matches("node-");
        let image = pod["spec"]["containers"][0]["image"].text();
        each.push(format!(
            "{node}:{}{sign}",
            image.trim_start_matches("agent:")
        ));
    }
    each.sort();
    each.join(" ")
}

fn history(cluster: &mut Cluster, seconds: usize) -> Vec<String> {
    let mut all = vec![seen(cluster)];
    for _ in 0..seconds {
        cluster.after(1);
        let now = seen(cluster);
        if all.last() != Some(&now) {
            all.push(now);
        }
    }
    all
}

fn counts(cluster: &Cluster) -> [i64; 5] {
    let status = cluster.get("daemonsets.apps", "shop/agent")["status"].clone();
    [
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberMisscheduled",
    ]
    .map(|field| status[field].number())
}

#[test]
fn every_node_has_one() {
    let mut cluster = Cluster::new(1);
    set(&mut cluster, &json!({}));
    cluster.after(60);
    assert_eq!(seen(&cluster), "1:1+ 2:1+");
    assert_eq!(counts(&cluster), [2, 2, 2, 2, 0]);
    let pod = &cluster.pods()[0];
    let tolerated = pod["spec"]["tolerations"].items().iter();
    let keys: Vec<&str> = tolerated.map(|one| one["key"].text()).collect();
    assert_eq!(keys.len(), 6, "{keys:?}");
    assert!(pod.name().starts_with("agent-"));
    assert_eq!(cluster.told("SuccessfulCreate").len(), 2);
    cluster.node("node-3", "4");
    cluster.after(60);
    assert_eq!(seen(&cluster), "1:1+ 2:1+ 3:1+");
    // What nobody else may use it stands.
    edit(&mut cluster, "nodes", "node-1", |spec| {
        *spec = json!({"unschedulable": true,
        "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]});
    });
    let pod = cluster
        .pods()
        .iter()
        .find(|pod| pod["spec"]["nodeName"] == "node-1")
        .unwrap()
        .path();
    write::delete(&mut cluster.world, "pods", &pod, "kubectl").unwrap();
    cluster.after(60);
    assert_eq!(seen(&cluster), "1:1+ 2:1+ 3:1+");
}

#[test]
fn taints_and_selectors_keep_it_away() {
    let mut cluster = Cluster::new(2);
    set(&mut cluster, &json!({}));
    cluster.after(60);
    edit(&mut cluster, "nodes", "node-1", |spec| {
        *spec = json!({"taints": [{"key": "gpu", "effect": "NoSchedule"}]});
    });
    cluster.after(60);
    assert_eq!(seen(&cluster), "1:1+ 2:1+", "what runs stays");
    assert_eq!(counts(&cluster), [1, 1, 1, 1, 1]);
    edit(&mut cluster, "nodes", "node-1", |spec| {
        *spec = json!({"taints": [{"key": "gpu", "effect": "NoExecute"}]});
    });
    cluster.after(60);
    assert_eq!(seen(&cluster), "2:1+");
    edit(&mut cluster, "daemonsets.apps", "shop/agent", |spec| {
        spec["template"]["spec"]["nodeSelector"] = json!({"disk": "ssd"});
    });
    cluster.after(60);
    assert_eq!(seen(&cluster), "");
    assert_eq!(counts(&cluster), [0, 0, 0, 0, 0]);
}

#[test]
fn an_update_goes_node_by_node() {
    let mut cluster = Cluster::new(3);
    set(&mut cluster, &json!({}));
    cluster.after(60);
    update(&mut cluster, "agent:2");
    let states = history(&mut cluster, 90);
    assert_eq!(states.last().unwrap(), "1:2+ 2:2+", "{states:?}");
    assert!(
        states.iter().all(|state| state.matches('+').count() >= 1),
        "one at a time: {states:?}"
    );
    let revisions = write::list(&cluster.world, "controllerrevisions.apps", "shop");
    assert_eq!(revisions.len(), 2);
    assert_eq!(counts(&cluster), [2, 2, 2, 2, 0]);
}

#[test]
fn a_surge_keeps_all_at_work() {
    let mut cluster = Cluster::new(4);
    let further = json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}});
    set(&mut cluster, &further);
    cluster.after(60);
    update(&mut cluster, "agent:2");
    let states = history(&mut cluster, 120);
    assert_eq!(states.last().unwrap(), "1:2+ 2:2+", "{states:?}");
    assert!(
        states.iter().all(|state| state.matches('+').count() >= 2),
        "{states:?}"
    );
}

#[test]
fn on_delete_waits_for_somebody() {
    let mut cluster = Cluster::new(5);
    set(
        &mut cluster,
        &json!({"updateStrategy": {"type": "OnDelete"}}),
    );
    cluster.after(60);
    update(&mut cluster, "agent:2");
    cluster.after(60);
    assert_eq!(seen(&cluster), "1:1+ 2:1+");
    let pod = cluster.pods()[0].path();
    write::delete(&mut cluster.world, "pods", &pod, "kubectl").unwrap();
    cluster.after(60);
    assert_eq!(
        seen(&cluster).matches(":2+").count(),
        1,
        "{}",
        seen(&cluster)
    );
}
