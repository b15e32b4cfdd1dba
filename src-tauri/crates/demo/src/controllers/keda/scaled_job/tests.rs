//! KEDA's `ScaledJob` on a small cluster.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::RESOURCE;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::tests::Cluster;
use crate::controllers::{job, write};
use crate::load::Shape;

const QUERY: &str = "queue_depth";

/// A ScaledJob whose Jobs run so many seconds, and so many messages in its queue.
fn begun(seed: u64, messages: f64, seconds: u32, further: &Value) -> Cluster {
    let mut cluster = Cluster::new(seed);
    cluster.define_keda();
    let queries = &mut cluster.world.load.queries;
    queries.insert(QUERY.to_owned(), Shape::Flat(messages));
    let mut spec = json!({"pollingInterval": 30, "triggers": [{"type": "prometheus", "metadata": {
            "serverAddress": "http://prometheus.monitoring:9090", "query": QUERY, "threshold": "1"}}],
        "jobTargetRef": {"template": {"spec": {"containers": [
            {"name": "main", "image": "busybox:1.37", "command": ["sleep", seconds.to_string()]}]}}}});
    for (field, value) in further.as_object().unwrap() {
        spec[field] = value.clone();
    }
    cluster.create(
        RESOURCE,
        json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob",
            "metadata": {"name": "invoices", "namespace": "shop", "labels": {"team": "billing"}}, "spec": spec}),
    );
    cluster
}

fn jobs(cluster: &Cluster) -> Vec<std::sync::Arc<Value>> {
    write::list(&cluster.world, job::RESOURCE, "shop")
}

fn running(cluster: &Cluster) -> usize {
    let all = jobs(cluster);
    all.iter().filter(|one| !job::is_finished(one)).count()
}

#[test]
fn each_strategy_creates_its_number_of_jobs() {
    let custom = json!({"strategy": "custom", "customScalingQueueLengthDeduction": 1, "customScalingRunningJobPercentage": "0.5"});
    for (what, messages, spec, expected) in [
        // At once, and at the polls after 30 and 60 seconds; Jobs run on.
        ("default", 3.0, json!({}), [3, 3, 3]),
        ("at most", 9.0, json!({"maxReplicaCount": 4}), [4, 4, 4]),
        (
            "accurate",
            3.0,
            json!({"scalingStrategy": {"strategy": "accurate"}, "maxReplicaCount": 8}),
            [3, 6, 8],
        ),
        (
            "eager",
            3.0,
            json!({"scalingStrategy": {"strategy": "eager"}, "maxReplicaCount": 8}),
            [3, 6, 8],
        ),
        ("custom", 5.0, json!({"scalingStrategy": custom}), [4, 6, 7]),
        ("at least", 0.0, json!({"minReplicaCount": 2}), [2, 2, 2]),
        ("nothing to do", 0.0, json!({}), [0, 0, 0]),
    ] {
        let mut cluster = begun(41, messages, 600, &spec);
        let seen = [20, 30, 30].map(|seconds| {
            cluster.after(seconds);
            running(&cluster)
        });
        assert_eq!(seen, expected, "{what}");
    }
}

#[test]
fn a_queue_that_stays_makes_jobs_for_ever() {
    let spec = json!({"maxReplicaCount": 1, "successfulJobsHistoryLimit": 2});
    let mut cluster = begun(42, 1.0, 10, &spec);
    cluster.after(600);
    let created = cluster.told("SuccessfulCreate").len();
    assert!(created > 15, "{created}");
    assert!(
        jobs(&cluster).len() <= 3,
        "only two that completed are kept"
    );
    let object = cluster.get(RESOURCE, "shop/invoices");
    assert!(object.holds("Ready") && object.holds("Active"), "{object}");
    assert_eq!(object["status"]["triggersTypes"], "prometheus");
    assert_eq!(cluster.told("ScaledJobActive").len(), 1);
    assert!(!cluster.told("KEDAJobsCreated").is_empty());
    let job = &jobs(&cluster)[0];
    assert_eq!(job.label("scaledjob.keda.sh/name"), "invoices");
    assert_eq!(job.label("team"), "billing");
    assert_eq!(job.controller().unwrap()["kind"], "ScaledJob");
    let template = &job["spec"]["template"];
    assert_eq!(template["spec"]["restartPolicy"], "OnFailure");
}

fn change(cluster: &mut Cluster, change: impl FnOnce(&mut Value)) {
    let mut object = Value::clone(&cluster.get(RESOURCE, "shop/invoices"));
    change(&mut object);
    write::update(&mut cluster.world, RESOURCE, object, "kubectl").unwrap();
    cluster.after(20);
}

#[test]
fn a_rollout_replaces_jobs_unless_it_is_gradual() {
    for (strategy, kept) in [("default", 0), ("gradual", 2)] {
        let spec = json!({"rollout": {"strategy": strategy}, "maxReplicaCount": 2});
        let mut cluster = begun(43, 2.0, 600, &spec);
        cluster.after(20);
        let before: Vec<String> = jobs(&cluster).iter().map(|job| job.path()).collect();
        assert_eq!(before.len(), 2);
        change(&mut cluster, |object| {
            object["spec"]["pollingInterval"] = json!(60);
        });
        let after = jobs(&cluster);
        assert_eq!(after.len(), 2);
        let same = after.iter().filter(|job| before.contains(&job.path()));
        assert_eq!(same.count(), kept, "{strategy}");
        let told = cluster.told("ScaledJobRolloutCleanupCompleted").len();
        assert_eq!(told, usize::from(kept == 0));
    }
}

#[test]
fn a_pause_lets_running_jobs_go_on() {
    let mut cluster = begun(44, 2.0, 40, &json!({}));
    cluster.after(20);
    let pause = json!({"autoscaling.keda.sh/paused": "true"});
    change(&mut cluster, |object| {
        object["metadata"]["annotations"] = pause;
    });
    cluster.after(120);
    assert_eq!((running(&cluster), jobs(&cluster).len()), (0, 2));
    assert!(cluster.get(RESOURCE, "shop/invoices").holds("Paused"));
    change(&mut cluster, |object| {
        object["metadata"]["annotations"] = json!({});
    });
    assert_eq!(running(&cluster), 2);
    assert_eq!(cluster.told("ScaledJobUnpaused"), ["ScaledJob is unpaused"]);
}

#[test]
fn jobs_go_with_their_scaled_job() {
    let mut cluster = begun(45, 2.0, 600, &json!({}));
    cluster.after(20);
    let held = &cluster.get(RESOURCE, "shop/invoices")["metadata"]["finalizers"];
    assert_eq!(*held, json!(["finalizer.keda.sh"]));
    write::delete(&mut cluster.world, RESOURCE, "shop/invoices", "kubectl").unwrap();
    cluster.after(60);
    assert!(write::get(&cluster.world, RESOURCE, "shop/invoices").is_none());
    assert!(jobs(&cluster).is_empty() && cluster.pods().is_empty());
    assert_eq!(cluster.told("ScaledJobDeleted"), ["ScaledJob was deleted"]);
}

#[test]
fn a_metric_type_is_refused() {
    let triggers = json!([{"type": "prometheus", "metricType": "Value", "metadata": {
        "serverAddress": "http://prometheus.monitoring:9090", "query": QUERY, "threshold": "1"}}]);
    let mut cluster = begun(46, 2.0, 600, &json!({"triggers": triggers}));
    cluster.after(60);
    assert!(jobs(&cluster).is_empty());
    let object = cluster.get(RESOURCE, "shop/invoices");
    let ready = object.condition("Ready").unwrap();
    assert_eq!(ready["reason"].text(), "ScaledJobCheckFailed");
}
