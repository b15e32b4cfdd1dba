//! Budgets and the evictions they allow.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::fields::Fields;
use super::tests::Cluster;
use super::{budgets, write};
use crate::status::Status;
use crate::writes::{self, Writer};

fn budget(cluster: &mut Cluster, spec: &Value) {
    let mut spec = spec.clone();
    spec["selector"] = json!({"matchLabels": {"app": "web"}});
    let object = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": spec});
    cluster.create(budgets::RESOURCE, object);
}

fn status(cluster: &Cluster) -> [i64; 4] {
    let status = cluster.get(budgets::RESOURCE, "shop/web")["status"].clone();
    [
        "expectedPods",
        "desiredHealthy",
        "currentHealthy",
        "disruptionsAllowed",
    ]
    .map(|field| status[field].as_i64().unwrap())
}

fn evict(cluster: &mut Cluster, pod: &str) -> Result<(), Status> {
    let eviction = json!({"metadata": {"name": pod, "namespace": "shop"}});
    writes::evict(
        &mut cluster.world,
        "shop",
        pod,
        &eviction,
        Writer::named("kubectl"),
    )
}

#[test]
fn a_budget_counts_its_pods() {
    for (spec, expected) in [
        (json!({"minAvailable": 3}), [4, 3, 4, 1]),
        (json!({"minAvailable": 5}), [4, 5, 4, 0]),
        (json!({"minAvailable": "50%"}), [4, 2, 4, 2]),
        (json!({"maxUnavailable": 1}), [4, 3, 4, 1]),
        (json!({"maxUnavailable": "30%"}), [4, 2, 4, 2]),
    ] {
        let mut cluster = Cluster::new(1);
        budget(&mut cluster, &spec);
        cluster.deployment(4, "nginx:1.29", &json!({}));
        cluster.after(60);
        assert_eq!(status(&cluster), expected, "{spec}");
        let object = cluster.get(budgets::RESOURCE, "shop/web");
        let condition = object.condition("DisruptionAllowed").unwrap();
        let is_allowed = expected[3] > 0;
        assert_eq!(condition["status"] == "True", is_allowed, "{condition}");
        assert_eq!(
            condition["reason"],
            if is_allowed {
                "SufficientPods"
            } else {
                "InsufficientPods"
            }
        );
        assert_eq!(condition["message"], "");
        assert_eq!(condition["observedGeneration"], 1);
    }
}

#[test]
fn an_eviction_uses_the_budget_up() {
    let mut cluster = Cluster::new(2);
    budget(&mut cluster, &json!({"minAvailable": 2}));
    cluster.deployment(3, "nginx:1.29", &json!({}));
    cluster.after(60);
    let pods = cluster.pods();
    evict(&mut cluster, pods[0].name()).unwrap();
    let refused = evict(&mut cluster, pods[1].name()).unwrap_err();
    assert_eq!(refused.code, 429);
    let evicted = cluster.get("pods", &pods[0].path());
    assert!(evicted.is_deleted());
    let target = evicted.condition("DisruptionTarget").unwrap();
    assert_eq!(target["reason"], "EvictionByEvictionAPI");
    cluster.after(0);
    assert_eq!(
        status(&cluster),
        [4, 2, 2, 0],
        "the one that goes is not healthy, its successor not yet"
    );
    let refused = evict(&mut cluster, pods[1].name()).unwrap_err();
    let message = refused.details.unwrap()["causes"][0]["message"].clone();
    assert_eq!(
        message,
        "The disruption budget web needs 2 healthy pods and has 2 currently"
    );
    cluster.after(60);
    assert_eq!(status(&cluster), [3, 2, 3, 1]);
    evict(&mut cluster, pods[1].name()).unwrap();
}

#[test]
fn pods_without_a_controller_are_told() {
    let mut cluster = Cluster::new(3);
    budget(&mut cluster, &json!({"maxUnavailable": 1}));
    cluster.after(1);
    assert_eq!(cluster.told("NoPods").len(), 1);
    let pod = json!({"metadata": {"name": "lone", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "main", "image": "nginx:1"}]}});
    cluster.create("pods", pod);
    cluster.after(30);
    assert_eq!(status(&cluster), [0, 0, 1, 0]);
    assert!(cluster.told("UnmanagedPods")[0].contains("(selector: app=web)"));
}

#[test]
fn what_cannot_be_counted_allows_nothing() {
    let mut cluster = Cluster::new(4);
    budget(&mut cluster, &json!({"maxUnavailable": 1}));
    let owner = json!([{"apiVersion": "example.com/v1", "kind": "Widget", "name": "w", "uid": "1", "controller": true}]);
    let pod = json!({"metadata": {"name": "odd", "namespace": "shop", "labels": {"app": "web"}, "ownerReferences": owner},
        "spec": {"containers": [{"name": "main", "image": "nginx:1"}]}});
    cluster.create("pods", pod);
    cluster.after(30);
    let object = cluster.get(budgets::RESOURCE, "shop/web");
    let condition = object.condition("DisruptionAllowed").unwrap();
    assert_eq!(condition["reason"], "SyncFailed");
    assert_eq!(condition["message"], "found no controllers for pod \"odd\"");
    assert_eq!(
        write::get(&cluster.world, budgets::RESOURCE, "shop/web").unwrap()["status"]["disruptionsAllowed"],
        0
    );
}
