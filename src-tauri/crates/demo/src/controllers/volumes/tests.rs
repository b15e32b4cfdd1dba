//! Claims, their volumes and the pods that use them.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::{CLAIMS, VOLUMES};
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::tests::Cluster;
use crate::controllers::write;

fn class(cluster: &mut Cluster, mode: &str, reclaim: &str) {
    cluster.create(
        "storageclasses.storage.k8s.io",
        json!({
            "metadata": {"name": "fast", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": "disks.example.com", "volumeBindingMode": mode, "reclaimPolicy": reclaim,
        }),
    );
}

fn claim(cluster: &mut Cluster) {
    let spec =
        json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    let object = json!({"metadata": {"name": "data", "namespace": "shop"}, "spec": spec});
    cluster.create(CLAIMS, object);
}

fn pod(cluster: &mut Cluster) {
    let spec = json!({"containers": [{"name": "main", "image": "db:1"}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]});
    let object = json!({"metadata": {"name": "db", "namespace": "shop"}, "spec": spec});
    cluster.create("pods", object);
}

fn volumes(cluster: &Cluster) -> Vec<String> {
    let all = write::list(&cluster.world, VOLUMES, "");
    let phases = all
        .iter()
        .map(|one| one["status"]["phase"].text().to_owned());
    phases.collect()
}

#[test]
fn a_claim_gets_a_volume_of_its_class() {
    let mut cluster = Cluster::new(1);
    claim(&mut cluster);
    cluster.after(1);
    assert_eq!(cluster.told("FailedBinding").len(), 1);
    class(&mut cluster, "Immediate", "Delete");
    write::delete(&mut cluster.world, CLAIMS, "shop/data", "kubectl").unwrap();
    cluster.after(1);
    claim(&mut cluster);
    cluster.after(1);
    let bound = cluster.get(CLAIMS, "shop/data");
    assert_eq!(bound["status"]["phase"], "Bound", "{bound}");
    assert_eq!(bound["status"]["capacity"]["storage"], "1Gi");
    assert_eq!(bound["spec"]["volumeName"], format!("pvc-{}", bound.uid()));
    assert_eq!(volumes(&cluster), ["Bound"]);
    assert_eq!(cluster.told("ProvisioningSucceeded").len(), 1);
}

#[test]
fn a_claim_may_wait_for_its_pod() {
    let mut cluster = Cluster::new(2);
    class(&mut cluster, "WaitForFirstConsumer", "Delete");
    claim(&mut cluster);
    cluster.after(30);
    assert_eq!(
        cluster.get(CLAIMS, "shop/data")["status"]["phase"],
        "Pending"
    );
    pod(&mut cluster);
    cluster.after(30);
    assert_eq!(cluster.get(CLAIMS, "shop/data")["status"]["phase"], "Bound");
}

#[test]
fn what_is_used_stays_until_its_pod_is_gone() {
    for (reclaim, left) in [("Delete", vec![]), ("Retain", vec!["Released"])] {
        let mut cluster = Cluster::new(3);
        class(&mut cluster, "Immediate", reclaim);
        claim(&mut cluster);
        pod(&mut cluster);
        cluster.after(30);
        write::delete(&mut cluster.world, CLAIMS, "shop/data", "kubectl").unwrap();
        cluster.after(30);
        assert!(cluster.get(CLAIMS, "shop/data").is_deleted());
        write::delete(&mut cluster.world, "pods", "shop/db", "kubectl").unwrap();
        cluster.after(60);
        assert!(write::get(&cluster.world, CLAIMS, "shop/data").is_none());
        assert_eq!(volumes(&cluster), left);
    }
}
