//! StatefulSets at work on small clusters.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::fields::{Fields, Scalar};
use super::tests::Cluster;
use super::write;

const CLAIMS: &str = "persistentvolumeclaims";

fn set(cluster: &mut Cluster, replicas: i64, further: &Value) {
    let mut spec = json!({
        "replicas": replicas, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
        "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [{
            "name": "db", "image": "db:1", "readinessProbe": {"httpGet": {"port": 80}, "periodSeconds": 10}}]}},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}}}}],
    });
    for (field, value) in further.as_object().unwrap() {
        spec[field] = value.clone();
    }
    let object = json!({"metadata": {"name": "db", "namespace": "shop"}, "spec": spec});
    cluster.create("statefulsets.apps", object);
}

fn edit(cluster: &mut Cluster, change: impl FnOnce(&mut Value)) {
    let mut object = Value::clone(&cluster.get("statefulsets.apps", "shop/db"));
    change(&mut object["spec"]);
    write::update(&mut cluster.world, "statefulsets.apps", object, "kubectl").unwrap();
}

fn image(cluster: &mut Cluster, image: &str) {
    edit(cluster, |spec| {
        spec["template"]["spec"]["containers"][0]["image"] = json!(image);
    });
}

/// Names of the pods with what is theirs: `+` where they are ready, `-` where they go, and the image's version.
fn seen(cluster: &Cluster) -> String {
    let each = cluster.pods().into_iter().map(|pod| {
        let sign = match (pod.is_deleted(), pod.holds("Ready")) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        let version = pod["spec"]["containers"][0]["image"].text();
        format!(
            "{}{sign}{}",
            pod.name().trim_start_matches("db-"),
            &version[2..]
        )
    });
    each.collect::<Vec<_>>().join(" ")
}

/// What is seen over so many seconds, each state once.
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

#[test]
fn pods_come_in_order_and_go_in_the_other() {
    let mut cluster = Cluster::new(1);
    set(&mut cluster, 3, &json!({}));
    assert_eq!(
        history(&mut cluster, 90),
        ["", "0:1", "0+:1 1:1", "0+:1 1+:1 2:1", "0+:1 1+:1 2+:1"]
    );
    let object = cluster.get("statefulsets.apps", "shop/db");
    let status = &object["status"];
    for field in [
        "replicas",
        "readyReplicas",
        "availableReplicas",
        "currentReplicas",
        "updatedReplicas",
    ] {
        assert_eq!(status[field], 3, "{field}: {status}");
    }
    assert_eq!(status["currentRevision"], status["updateRevision"]);
    assert_eq!(status["collisionCount"], 0);
    let pod = cluster.get("pods", "shop/db-2");
    assert_eq!(pod.label("apps.kubernetes.io/pod-index"), "2");
    assert_eq!(pod.label("statefulset.kubernetes.io/pod-name"), "db-2");
    assert_eq!(
        pod.label("controller-revision-hash"),
        status["updateRevision"].text()
    );
    assert_eq!(
        (&pod["spec"]["hostname"], &pod["spec"]["subdomain"]),
        (&json!("db-2"), &json!("db"))
    );
    assert_eq!(
        pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"],
        "data-db-2"
    );
    let created = cluster.told("SuccessfulCreate");
    assert_eq!(
        created[..2],
        [
            "Create Claim data-db-0 Pod db-0 in StatefulSet db success",
            "Create Pod db-0 in StatefulSet db successful",
        ]
    );
    edit(&mut cluster, |spec| spec["replicas"] = json!(1));
    let seen_then = history(&mut cluster, 120);
    assert_eq!(
        seen_then[1..],
        ["0+:1 1+:1 2-:1", "0+:1 1-:1", "0+:1"].map(str::to_owned),
    );
    assert_eq!(
        write::list(&cluster.world, CLAIMS, "shop").len(),
        3,
        "claims stay"
    );
    assert_eq!(cluster.told("SuccessfulDelete").len(), 2);
}

#[test]
fn without_an_order_all_come_at_once() {
    let mut cluster = Cluster::new(2);
    let further = json!({"podManagementPolicy": "Parallel", "ordinals": {"start": 5}});
    set(&mut cluster, 3, &further);
    cluster.after(1);
    assert_eq!(seen(&cluster), "5:1 6:1 7:1");
    cluster.after(60);
    edit(&mut cluster, |spec| spec["replicas"] = json!(0));
    cluster.after(1);
    assert_eq!(seen(&cluster), "5-:1 6-:1 7-:1");
    cluster.after(60);
    let object = cluster.get("statefulsets.apps", "shop/db");
    assert_eq!(object["status"]["replicas"], 0, "{object}");
    assert!(object["status"]["currentReplicas"].is_null());
}

#[test]
fn an_update_rolls_from_the_last_down_to_the_partition() {
    let mut cluster = Cluster::new(3);
    let further =
        json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}});
    set(&mut cluster, 3, &further);
    cluster.after(90);
    image(&mut cluster, "db:2");
    let seen_then = history(&mut cluster, 120);
    assert_eq!(
        seen_then[1..],
        [
            "0+:1 1+:1 2-:1",
            "0+:1 1+:1 2:2",
            "0+:1 1-:1 2+:2",
            "0+:1 1:2 2+:2",
            "0+:1 1+:2 2+:2",
        ]
        .map(str::to_owned)
    );
    let status = cluster.get("statefulsets.apps", "shop/db")["status"].clone();
    assert_ne!(status["currentRevision"], status["updateRevision"]);
    assert_eq!(
        (&status["currentReplicas"], &status["updatedReplicas"]),
        (&json!(1), &json!(2))
    );
    // Below the partition a pod comes back as it was.
    write::delete(&mut cluster.world, "pods", "shop/db-0", "kubectl").unwrap();
    cluster.after(60);
    assert_eq!(seen(&cluster), "0+:1 1+:2 2+:2");
    edit(&mut cluster, |spec| {
        spec["updateStrategy"]["rollingUpdate"]["partition"] = json!(0);
    });
    cluster.after(60);
    assert_eq!(seen(&cluster), "0+:2 1+:2 2+:2");
    let status = cluster.get("statefulsets.apps", "shop/db")["status"].clone();
    assert_eq!(status["currentRevision"], status["updateRevision"]);
    let revisions = write::list(&cluster.world, "controllerrevisions.apps", "shop");
    let mut numbers: Vec<i64> = revisions
        .iter()
        .map(|one| one["revision"].number())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
    // Back to the first: it becomes the third.
    image(&mut cluster, "db:1");
    cluster.after(180);
    let revisions = write::list(&cluster.world, "controllerrevisions.apps", "shop");
    let mut numbers: Vec<i64> = revisions
        .iter()
        .map(|one| one["revision"].number())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3]);
    assert_eq!(seen(&cluster), "0+:1 1+:1 2+:1");
}

#[test]
fn on_delete_changes_only_what_somebody_deletes() {
    let mut cluster = Cluster::new(4);
    set(
        &mut cluster,
        2,
        &json!({"updateStrategy": {"type": "OnDelete"}}),
    );
    cluster.after(60);
    image(&mut cluster, "db:2");
    cluster.after(60);
    assert_eq!(seen(&cluster), "0+:1 1+:1");
    write::delete(&mut cluster.world, "pods", "shop/db-0", "kubectl").unwrap();
    cluster.after(60);
    assert_eq!(seen(&cluster), "0+:2 1+:1");
}

#[test]
fn history_is_kept_within_its_limit() {
    let mut cluster = Cluster::new(5);
    set(&mut cluster, 1, &json!({"revisionHistoryLimit": 2}));
    cluster.after(60);
    for version in 2..7 {
        image(&mut cluster, &format!("db:{version}"));
        cluster.after(60);
    }
    let revisions = write::list(&cluster.world, "controllerrevisions.apps", "shop");
    assert_eq!(revisions.len(), 3, "the live one beside two");
}

#[test]
fn claims_go_with_what_their_policy_names() {
    let mut cluster = Cluster::new(6);
    let further = json!({"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Delete"}});
    set(&mut cluster, 2, &further);
    cluster.after(90);
    let owner = |cluster: &Cluster, name: &str| {
        let claim = cluster.get(CLAIMS, &format!("shop/{name}"));
        claim["metadata"]["ownerReferences"][0]["kind"]
            .text()
            .to_owned()
    };
    assert_eq!(owner(&cluster, "data-db-1"), "StatefulSet");
    edit(&mut cluster, |spec| spec["replicas"] = json!(1));
    cluster.after(1);
    assert_eq!(owner(&cluster, "data-db-1"), "Pod");
    assert_eq!(owner(&cluster, "data-db-0"), "StatefulSet");
    cluster.after(60);
    assert!(write::get(&cluster.world, CLAIMS, "shop/data-db-1").is_none());
    write::delete(
        &mut cluster.world,
        "statefulsets.apps",
        "shop/db",
        "kubectl",
    )
    .unwrap();
    cluster.after(60);
    assert!(write::list(&cluster.world, CLAIMS, "shop").is_empty());
}
