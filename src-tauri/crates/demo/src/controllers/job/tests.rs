//! Jobs on a small cluster.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::RESOURCE;
use super::indexes::{parse, print};
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::tests::Cluster;
use crate::controllers::write;

/// A Job whose container runs a command.
fn job(command: &str, further: &Value) -> Value {
    let mut spec = json!({"template": {"spec": {"restartPolicy": "Never", "containers": [
        {"name": "main", "image": "busybox:1.37", "command": ["sh", "-c", command]}]}}});
    for (field, value) in further.as_object().unwrap() {
        spec[field] = value.clone();
    }
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "work", "namespace": "shop"}, "spec": spec})
}

fn ran(seed: u64, command: &str, further: &Value, seconds: i64) -> Cluster {
    let mut cluster = Cluster::new(seed);
    cluster.create(RESOURCE, job(command, further));
    cluster.after(seconds);
    cluster
}

/// `status` without times, conditions as `Type Reason`.
fn told(cluster: &Cluster) -> Value {
    let job = cluster.get(RESOURCE, "shop/work");
    let mut status = job["status"].clone();
    let fields = status.as_object_mut().unwrap();
    for field in ["startTime", "completionTime", "uncountedTerminatedPods"] {
        fields.remove(field);
    }
    let conditions = job["status"]["conditions"].items().iter();
    let words: Vec<String> = conditions
        .filter(|one| one["status"] == "True")
        .map(|one| format!("{} {}", one["type"].text(), one["reason"].text()))
        .collect();
    status["conditions"] = json!(words);
    status
}

/// What, command, spec, seconds, the status then: `ready` and `terminating` are 0 and `conditions` empty where nothing is said.
const CASES: &str = include_str!("cases.txt");

#[test]
fn every_job_comes_to_its_end() {
    let completed = json!([
        "SuccessCriteriaMet CompletionsReached",
        "Complete CompletionsReached"
    ]);
    for case in CASES.lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        let mut expected = json!({"ready": 0, "terminating": 0, "conditions": []});
        for (field, value) in case[4].as_object().unwrap() {
            expected[field] = value.clone();
        }
        if expected["conditions"] == "completed" {
            expected["conditions"] = completed.clone();
        }
        let cluster = ran(31, case[1].text(), &case[2], case[3].number());
        assert_eq!(told(&cluster), expected, "{}", case[0]);
    }
}

#[test]
fn what_happens_is_told() {
    let cluster = ran(32, "sleep 5", &json!({}), 60);
    let pod = cluster.pods()[0].name().to_owned();
    assert!(pod.starts_with("work-"), "{pod}");
    assert_eq!(
        cluster.told("SuccessfulCreate"),
        [format!("Created pod: {pod}")]
    );
    assert_eq!(cluster.told("Completed"), ["Job completed"]);
    let job = cluster.get(RESOURCE, "shop/work");
    assert!(!job["status"]["completionTime"].is_null());
    assert_eq!(job["status"]["uncountedTerminatedPods"], json!({}));
    assert!(
        cluster.pods()[0]["metadata"]["finalizers"].is_null(),
        "it is counted"
    );
    let failed = ran(33, "exit 3", &json!({"backoffLimit": 0}), 60);
    let message = "Job has reached the specified backoff limit";
    assert_eq!(failed.told("BackoffLimitExceeded"), [message]);
}

#[test]
fn tries_come_less_and_less_often() {
    let mut cluster = ran(34, "exit 3", &json!({"backoffLimit": 9}), 1);
    let mut seen = Vec::new();
    for _ in 0..120 {
        cluster.after(5);
        let count = cluster.pods().len();
        if seen.last().is_none_or(|(_, known)| *known != count) {
            seen.push((cluster.world.now(), count));
        }
    }
    let waits: Vec<i64> = seen
        .windows(2)
        .map(|pair| pair[1].0.duration_since(pair[0].0).as_secs())
        .collect();
    assert!(waits.len() >= 5, "{waits:?}");
    for (wait, least) in waits.iter().zip([10, 20, 40, 80, 160]) {
        assert!((least..=least + 15).contains(wait), "{waits:?}");
    }
}

#[test]
fn a_job_goes_with_its_pods_when_its_time_has_passed() {
    let mut cluster = ran(35, "sleep 5", &json!({"ttlSecondsAfterFinished": 60}), 30);
    assert_eq!(cluster.pods().len(), 1);
    cluster.after(60);
    assert!(write::get(&cluster.world, RESOURCE, "shop/work").is_none());
    assert!(cluster.pods().is_empty());
}

#[test]
fn pods_of_a_deleted_job_are_not_held_by_their_finalizer() {
    let mut cluster = ran(36, "sleep 500", &json!({"parallelism": 2}), 30);
    assert_eq!(cluster.pods().len(), 2);
    write::reap(&mut cluster.world, RESOURCE, "shop/work", "kubectl").unwrap();
    cluster.after(60);
    assert!(cluster.pods().is_empty());
}

#[test]
fn a_deleted_pod_counts_as_failed_and_is_replaced() {
    let mut cluster = ran(37, "sleep 500", &json!({}), 30);
    let first = cluster.pods()[0].path();
    write::delete(&mut cluster.world, "pods", &first, "kubectl").unwrap();
    cluster.after(60);
    let pods = cluster.pods();
    assert_eq!(pods.len(), 1);
    assert_ne!(pods[0].path(), first);
    assert_eq!(told(&cluster)["failed"], 1);
}

#[test]
fn a_suspended_job_lets_its_pods_go_and_begins_anew() {
    let mut cluster = ran(38, "sleep 40", &json!({}), 20);
    let suspend = |cluster: &mut Cluster, suspend: bool| {
        let mut job = Value::clone(&cluster.get(RESOURCE, "shop/work"));
        job["spec"]["suspend"] = json!(suspend);
        write::update(&mut cluster.world, RESOURCE, job, "kubectl").unwrap();
        cluster.after(60);
    };
    suspend(&mut cluster, true);
    assert!(cluster.pods().is_empty());
    assert!(cluster.get(RESOURCE, "shop/work")["status"]["startTime"].is_null());
    assert_eq!(
        told(&cluster)["conditions"],
        json!(["Suspended JobSuspended"])
    );
    suspend(&mut cluster, false);
    assert!(cluster.get(RESOURCE, "shop/work").holds("Complete"));
    assert_eq!(cluster.told("Resumed"), ["Job resumed"]);
    assert_eq!(
        told(&cluster)["failed"],
        Value::Null,
        "suspension fails nothing"
    );
}

#[test]
fn an_index_is_told_to_its_pod() {
    let spec = json!({"completions": 2, "parallelism": 2, "completionMode": "Indexed"});
    let cluster = ran(39, "sleep 100", &spec, 20);
    let pods = cluster.pods();
    let label = "batch.kubernetes.io/job-completion-index";
    let seen: Vec<&str> = pods.iter().map(|pod| pod.label(label)).collect();
    assert_eq!(seen, ["0", "1"]);
    assert!(pods[1].name().starts_with("work-1-"));
    assert_eq!(pods[1]["spec"]["hostname"], "work-1");
    let env = &pods[1]["spec"]["containers"][0]["env"][0];
    assert_eq!(env["name"], "JOB_COMPLETION_INDEX");
}

#[test]
fn indexes_are_told_in_intervals() {
    for text in ["", "0", "0,1", "0-2", "1-3,5,7,8", "10-12"] {
        assert_eq!(print(&parse(text)), text);
    }
    assert_eq!(print(&[0, 1, 2, 4].into()), "0-2,4");
}
