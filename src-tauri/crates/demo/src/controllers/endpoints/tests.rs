//! Services with pods behind them.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::tests::Cluster;
use crate::controllers::write;

const SLICES: &str = "endpointslices.discovery.k8s.io";

fn service(cluster: &mut Cluster, further: &Value) {
    let mut spec = json!({"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]});
    for (field, value) in further.as_object().unwrap() {
        spec[field] = value.clone();
    }
    let object = json!({"metadata": {"name": "web", "namespace": "shop", "labels": {"team": "a"}}, "spec": spec});
    cluster.create("services", object);
}

/// Of all slices: ready, serving, terminating of each address.
fn slices(cluster: &Cluster) -> Vec<[bool; 3]> {
    let slices = write::list(&cluster.world, SLICES, "shop");
    let each = slices
        .iter()
        .flat_map(|slice| slice["endpoints"].items().to_vec());
    each.map(|one| ["ready", "serving", "terminating"].map(|name| one["conditions"][name] == true))
        .collect()
}

fn addresses(cluster: &Cluster, field: &str) -> usize {
    let endpoints = cluster.get("endpoints", "shop/web");
    endpoints["subsets"][0][field].items().len()
}

#[test]
fn ready_pods_come_behind_their_service() {
    let mut cluster = Cluster::new(1);
    service(&mut cluster, &json!({}));
    cluster.after(1);
    assert_eq!(
        write::list(&cluster.world, SLICES, "shop").len(),
        1,
        "an empty one"
    );
    assert!(cluster.get("endpoints", "shop/web")["subsets"].is_null());
    cluster.deployment(2, "nginx:1.29", &json!({}));
    cluster.after(4);
    assert_eq!(addresses(&cluster, "notReadyAddresses"), 2);
    cluster.after(60);
    assert_eq!(slices(&cluster), [[true, true, false]; 2]);
    assert_eq!(
        (
            addresses(&cluster, "addresses"),
            addresses(&cluster, "notReadyAddresses")
        ),
        (2, 0)
    );
    let endpoints = cluster.get("endpoints", "shop/web");
    assert_eq!(
        endpoints["subsets"][0]["ports"],
        json!([{"name": "http", "port": 8080, "protocol": "TCP"}])
    );
    let all = write::list(&cluster.world, SLICES, "shop");
    assert_eq!(all.len(), 1);
    let slice = &all[0];
    assert_eq!(slice.label("kubernetes.io/service-name"), "web");
    assert_eq!(slice.label("team"), "a");
    assert_eq!(slice["addressType"], "IPv4");
    let versions = (
        slice["metadata"]["resourceVersion"].clone(),
        endpoints["metadata"]["resourceVersion"].clone(),
    );
    cluster.after(600);
    let later = cluster.get("endpoints", "shop/web")["metadata"]["resourceVersion"].clone();
    let slice =
        write::list(&cluster.world, SLICES, "shop")[0]["metadata"]["resourceVersion"].clone();
    assert_eq!(
        versions,
        (slice, later),
        "nothing is written while nothing changes"
    );
}

#[test]
fn what_goes_is_told_until_it_is_gone() {
    let mut cluster = Cluster::new(2);
    service(&mut cluster, &json!({}));
    cluster.deployment(1, "nginx:1.29", &json!({}));
    cluster.after(60);
    cluster.edit(|spec| spec["replicas"] = json!(0));
    cluster.after(0);
    assert_eq!(slices(&cluster), [[false, true, true]]);
    assert_eq!(
        addresses(&cluster, "addresses"),
        0,
        "Endpoints know only those that stay"
    );
    cluster.after(60);
    assert!(slices(&cluster).is_empty());
    write::delete(&mut cluster.world, "services", "shop/web", "kubectl").unwrap();
    cluster.after(1);
    assert!(write::list(&cluster.world, SLICES, "shop").is_empty());
    assert!(write::list(&cluster.world, "endpoints", "shop").is_empty());
}

#[test]
fn a_slice_holds_a_hundred() {
    let mut cluster = Cluster::new(3);
    for node in 3..6 {
        cluster.node(&format!("node-{node}"), "40");
    }
    service(&mut cluster, &json!({}));
    cluster.deployment(130, "nginx:1.29", &json!({}));
    cluster.after(120);
    let sizes = |cluster: &Cluster| {
        let all = write::list(&cluster.world, SLICES, "shop");
        let mut sizes: Vec<usize> = all
            .iter()
            .map(|slice| slice["endpoints"].items().len())
            .collect();
        sizes.sort_unstable();
        sizes
    };
    assert_eq!(sizes(&cluster), [30, 100]);
    cluster.edit(|spec| spec["replicas"] = json!(0));
    cluster.after(120);
    assert_eq!(sizes(&cluster), [0]);
}

#[test]
fn a_service_without_a_selector_is_somebody_else_s() {
    let mut cluster = Cluster::new(4);
    service(&mut cluster, &json!({"selector": null}));
    cluster.deployment(1, "nginx:1.29", &json!({}));
    cluster.after(60);
    assert!(write::list(&cluster.world, SLICES, "shop").is_empty());
    assert!(write::list(&cluster.world, "endpoints", "shop").is_empty());
}
