//! What goes with what: owners in the foreground, orphans, namespaces.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::fields::{Fields, Scalar};
use super::tests::Cluster;
use super::write;
use crate::writes::Propagation;

fn delete(cluster: &mut Cluster, resource: &str, path: &str, propagation: Propagation) {
    write::delete_with(&mut cluster.world, resource, path, propagation, "kubectl").unwrap();
}

fn count(cluster: &Cluster, resource: &str) -> usize {
    write::list(&cluster.world, resource, "shop").len()
}

#[test]
fn in_the_foreground_the_owner_goes_last() {
    let mut cluster = Cluster::new(1);
    cluster.deployment(2, "nginx:1.29", &json!({}));
    cluster.after(60);
    delete(
        &mut cluster,
        "deployments.apps",
        "shop/web",
        Propagation::Foreground,
    );
    let mut seen = Vec::new();
    for _ in 0..60 {
        cluster.after(1);
        let now = (
            count(&cluster, "deployments.apps"),
            count(&cluster, "replicasets.apps"),
            count(&cluster, "pods"),
        );
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    }
    assert_eq!(seen, [(1, 1, 2), (0, 0, 0)], "all wait for the pods");
    assert!(
        cluster.told("SuccessfulCreate").len() == 2,
        "nothing came back"
    );
}

#[test]
fn orphans_stay_without_an_owner() {
    let mut cluster = Cluster::new(2);
    cluster.deployment(2, "nginx:1.29", &json!({}));
    cluster.after(60);
    delete(
        &mut cluster,
        "deployments.apps",
        "shop/web",
        Propagation::Orphan,
    );
    cluster.after(60);
    assert_eq!(count(&cluster, "deployments.apps"), 0);
    let sets = write::list(&cluster.world, "replicasets.apps", "shop");
    assert!(
        sets[0]["metadata"]["ownerReferences"].is_null(),
        "{}",
        sets[0]
    );
    assert_eq!(cluster.pods().len(), 2);
}

#[test]
fn only_what_blocks_is_waited_for() {
    let mut cluster = Cluster::new(3);
    let owner = json!({"metadata": {"name": "owner", "namespace": "shop"}});
    cluster.create("configmaps", owner);
    let uid = cluster.get("configmaps", "shop/owner").uid().to_owned();
    for (name, blocks) in [("blocks", true), ("does-not", false)] {
        let reference = json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid, "blockOwnerDeletion": blocks});
        cluster.create(
            "configmaps",
            json!({"metadata": {"name": name, "namespace": "shop",
            "ownerReferences": [reference], "finalizers": ["example.com/held"]}}),
        );
    }
    cluster.after(1);
    delete(
        &mut cluster,
        "configmaps",
        "shop/owner",
        Propagation::Foreground,
    );
    cluster.after(1);
    let names = |cluster: &Cluster| {
        let all = write::list(&cluster.world, "configmaps", "shop");
        let each = all
            .iter()
            .map(|one| format!("{}{}", if one.is_deleted() { "-" } else { "" }, one.name()));
        each.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&cluster), "-blocks does-not -owner");
    let mut held = Value::clone(&cluster.get("configmaps", "shop/blocks"));
    held["metadata"]["finalizers"] = json!([]);
    write::update(&mut cluster.world, "configmaps", held, "kubectl").unwrap();
    cluster.after(1);
    assert_eq!(names(&cluster), "-does-not", "it follows its owner");
}

#[test]
fn what_names_an_owner_that_is_not_there_goes() {
    let mut cluster = Cluster::new(4);
    let reference =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "none", "uid": "1-2-3"});
    let unknown =
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "name": "none", "uid": "1-2-4"});
    for (name, owner) in [("dangling", reference), ("unknown", unknown)] {
        cluster.create(
            "configmaps",
            json!({"metadata": {"name": name, "namespace": "shop", "ownerReferences": [owner]}}),
        );
    }
    cluster.after(1);
    let left = write::list(&cluster.world, "configmaps", "shop");
    assert_eq!(left.len(), 1, "of an unknown kind nothing is known");
    assert_eq!(left[0].name(), "unknown");
}

fn namespace(cluster: &mut Cluster) {
    for name in ["default", "shop"] {
        cluster.create("namespaces", json!({"metadata": {"name": name}}));
    }
    cluster.after(1);
}

#[test]
fn a_new_namespace_has_its_account_and_certificate() {
    let mut cluster = Cluster::new(5);
    namespace(&mut cluster);
    let ca = cluster.get("configmaps", "shop/kube-root-ca.crt");
    assert!(
        ca["data"]["ca.crt"]
            .text()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    for (resource, path) in [
        ("configmaps", "shop/kube-root-ca.crt"),
        ("serviceaccounts", "shop/default"),
    ] {
        write::delete(&mut cluster.world, resource, path, "kubectl").unwrap();
        cluster.after(1);
        cluster.get(resource, path);
    }
}

#[test]
fn a_namespace_goes_with_all_that_is_in_it() {
    let mut cluster = Cluster::new(6);
    namespace(&mut cluster);
    cluster.deployment(2, "nginx:1.29", &json!({}));
    cluster.after(60);
    let held = json!({"metadata": {"name": "held", "namespace": "shop", "finalizers": ["example.com/held"]}});
    cluster.create("configmaps", held);
    delete(&mut cluster, "namespaces", "shop", Propagation::Background);
    cluster.after(4);
    assert!(
        cluster.pods().iter().all(|pod| !pod.is_deleted()),
        "first nothing is done"
    );
    assert_eq!(
        cluster.get("namespaces", "shop")["status"]["phase"],
        "Terminating"
    );
    cluster.after(60);
    assert!(cluster.pods().is_empty());
    assert_eq!(
        count(&cluster, "deployments.apps") + count(&cluster, "replicasets.apps"),
        0
    );
    let going = cluster.get("namespaces", "shop");
    for (kind, is_true, message) in [
        (
            "NamespaceDeletionContentFailure",
            false,
            "All content successfully deleted, may be waiting on finalization",
        ),
        (
            "NamespaceContentRemaining",
            true,
            "Some resources are remaining: configmaps. has 1 resource instances",
        ),
        (
            "NamespaceFinalizersRemaining",
            true,
            "Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances",
        ),
    ] {
        let condition = going.condition(kind).unwrap();
        assert_eq!(
            (condition["status"] == "True", condition["message"].text()),
            (is_true, message)
        );
    }
    let mut held = Value::clone(&cluster.get("configmaps", "shop/held"));
    held["metadata"]["finalizers"] = json!([]);
    write::update(&mut cluster.world, "configmaps", held, "kubectl").unwrap();
    cluster.after(10);
    assert!(write::get(&cluster.world, "namespaces", "shop").is_none());
    assert!(
        cluster.told("FailedCreate").is_empty(),
        "nobody complains about a namespace that goes"
    );
}

#[test]
fn what_was_left_is_taken_over_again() {
    let mut cluster = Cluster::new(7);
    cluster.deployment(2, "nginx:1.29", &json!({}));
    cluster.after(60);
    let pods: Vec<String> = cluster.pods().iter().map(|pod| pod.path()).collect();
    delete(
        &mut cluster,
        "deployments.apps",
        "shop/web",
        Propagation::Orphan,
    );
    cluster.after(60);
    cluster.deployment(2, "nginx:1.29", &json!({}));
    cluster.after(60);
    let now: Vec<String> = cluster.pods().iter().map(|pod| pod.path()).collect();
    assert_eq!(now, pods, "nothing was made anew");
    assert_eq!(count(&cluster, "replicasets.apps"), 1);
    let owner = cluster.get("deployments.apps", "shop/web");
    let set = &write::list(&cluster.world, "replicasets.apps", "shop")[0];
    assert_eq!(set.controller().unwrap()["uid"], owner.uid());
    assert_eq!(owner["status"]["availableReplicas"], 2);
}

#[test]
fn a_pod_with_other_labels_is_let_go_and_replaced() {
    let mut cluster = Cluster::new(8);
    cluster.deployment(2, "nginx:1.29", &json!({}));
    cluster.after(60);
    let path = cluster.pods()[0].path();
    let relabel = |cluster: &mut Cluster, app: &str| {
        let mut pod = Value::clone(&cluster.get("pods", &path));
        pod["metadata"]["labels"]["app"] = json!(app);
        write::update(&mut cluster.world, "pods", pod, "kubectl").unwrap();
    };
    relabel(&mut cluster, "looked-at");
    cluster.after(60);
    assert_eq!(cluster.pods().len(), 3);
    assert!(cluster.get("pods", &path).controller().is_none());
    // Back among them it is one too many.
    relabel(&mut cluster, "web");
    cluster.after(60);
    assert_eq!(cluster.pods().len(), 2);
}
