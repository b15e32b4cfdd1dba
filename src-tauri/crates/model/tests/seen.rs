//! Objects as facts about scaling, from the JSON that a real server writes.
#![allow(clippy::unwrap_used)]

use model::ObjectRow;
use model::fact::{
    SeenRow, What, decode_seen, external_values, object_value, pod_usages, pod_values,
};
use scaling::hpa::situation::Span;
use serde_json::{Value, json};

fn seen(group: &str, kind: &str, object: &Value) -> SeenRow {
    match decode_seen(group, kind, object.to_string().as_bytes()).unwrap() {
        ObjectRow::Seen(row) => *row,
        other => panic!("{other:?}"),
    }
}

/// Objects of a kind, whose times are all the same.
fn golden(kind: &str) -> Vec<Value> {
    let lines = include_str!("golden/objects.json").lines();
    let objects = lines.map(|line| {
        let mut object = serde_json::from_str(line).unwrap();
        date(&mut object);
        object
    });
    objects.filter(|object| object["kind"] == kind).collect()
}

/// `@-60` stands for a minute before the test that compares with kubectl.
fn date(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with('@') => "2026-11-28T12:00:00Z".clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(date),
        Value::Object(members) => members.values_mut().for_each(date),
        _ => {}
    }
}

#[test]
fn every_golden_object_of_scaling_is_read() {
    for (group, kind) in [
        ("", "Pod"),
        ("", "Event"),
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("autoscaling", "HorizontalPodAutoscaler"),
    ] {
        let objects = golden(kind);
        assert!(!objects.is_empty(), "{kind}");
        for object in objects {
            let row = seen(group, kind, &object);
            assert_eq!(object["metadata"]["name"], *row.meta.name);
            let fits = match (&row.what, kind) {
                (What::Pod(pod), "Pod") => *pod.pod.name == *row.meta.name,
                (What::Event(event), "Event") => *event.name == *row.meta.name,
                (What::Target(Some(target)), "Deployment" | "ReplicaSet") => {
                    target.api_version == "apps/v1" && target.kind == kind
                }
                (What::Hpa(Some(hpa)), "HorizontalPodAutoscaler") => {
                    object["spec"]["maxReplicas"] == hpa.spec.max_replicas
                }
                _ => false,
            };
            assert!(fits, "{kind}: {:?}", row.what);
        }
    }
}

#[test]
fn who_set_the_size_is_the_latest_owner_of_the_field() {
    let owner = |manager: &str, subresource: &str, at: &str, fields: Value| {
        json!({"manager": manager, "subresource": subresource, "operation": "Update", "time": at,
               "fieldsType": "FieldsV1", "fieldsV1": fields})
    };
    let replicas = || json!({"f:spec": {"f:replicas": {}}});
    let object = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "metadata": {"name": "web", "uid": "u", "managedFields": [
            owner("kubectl-edit", "", "2026-11-28T12:00:00Z", replicas()),
            owner("kube-controller-manager", "scale", "2026-11-28T12:01:00Z", replicas()),
            owner("rollouts", "status", "2026-11-28T12:02:00Z", json!({"f:status": {}})),
        ]},
        "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "web"},
                 "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]}},
        "status": {"replicas": 3, "readyReplicas": 2},
    });
    let row = seen("argoproj.io", "Rollout", &object);
    assert_eq!(
        row.source.unwrap().to_string(),
        "2026-11-28T12:02:00Z",
        "its last write"
    );
    let What::Target(Some(target)) = row.what else {
        panic!("{:?}", row.what);
    };
    assert_eq!(
        (target.replicas, target.existing, target.ready),
        (Some(4), 3, 2)
    );
    assert_eq!(target.selector, "app=web,tier in (a,b)");
    assert_eq!(target.api_version, "argoproj.io/v1alpha1");
    let by = target.replicas_by.unwrap();
    assert_eq!(
        (&*by.manager, &*by.subresource),
        ("kube-controller-manager", "scale")
    );
    // Where the scale subresource takes its selector from the status, so is it read here.
    let told = json!({"metadata": {"name": "web"}, "status": {"selector": "app=other"}});
    let What::Target(Some(target)) = seen("a.example", "Thing", &told).what else {
        panic!("no target");
    };
    assert_eq!((&*target.selector, target.replicas), ("app=other", None));
}

#[test]
fn a_pod_tells_each_step_of_its_start() {
    let pod = |status: Value| {
        let object = json!({
            "metadata": {"name": "web-1", "uid": "u", "labels": {"app": "web"}, "creationTimestamp": "2026-11-28T12:00:00Z"},
            "spec": {"nodeName": "n1", "containers": [{"name": "a", "resources": {"requests": {"cpu": "100m", "memory": 7}}}],
                     "initContainers": [{"name": "side", "restartPolicy": "Always"}]},
            "status": status,
        });
        match seen("", "Pod", &object).what {
            What::Pod(pod) => *pod,
            other => panic!("{other:?}"),
        }
    };
    let waiting = pod(
        json!({"phase": "Pending", "conditions": [{"type": "PodScheduled",
        "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}]}),
    );
    assert_eq!(waiting.unschedulable, "0/3 nodes are available");
    assert_eq!((waiting.scheduled, waiting.started), (None, None));
    let half = json!([{"name": "a", "state": {"running": {"startedAt": "2026-11-28T12:00:05Z"}}},
                      {"name": "b", "state": {"waiting": {"reason": "ContainerCreating"}}}]);
    assert_eq!(
        pod(json!({"phase": "Pending", "containerStatuses": half})).started,
        None
    );
    let ready = pod(
        json!({"phase": "Running", "startTime": "2026-11-28T12:00:02Z",
        "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-11-28T12:00:01Z"},
                       {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-28T12:00:09Z"}],
        "containerStatuses": [{"name": "a", "state": {"running": {"startedAt": "2026-11-28T12:00:05Z"}}}]}),
    );
    let second = |at: Option<jiff::Timestamp>| at.unwrap().as_second() % 60;
    assert_eq!(
        (second(ready.scheduled), second(ready.started)),
        (1, 5),
        "{ready:?}"
    );
    let condition = ready.pod.ready.as_ref().unwrap();
    assert_eq!(second(condition.last_transition_time), 9);
    let requests = &ready.pod.containers[0].requests;
    assert_eq!(
        (
            requests[&"cpu".into()].milli(),
            requests[&"memory".into()].milli()
        ),
        (100, 7000)
    );
    assert!(ready.pod.init_containers[0].restart_always);
}

#[test]
fn keda_objects_jobs_and_their_text_are_read() {
    let object = json!({
        "metadata": {"name": "cosci", "namespace": "web", "annotations": {"autoscaling.keda.sh/paused": "true"}},
        "spec": {"scaleTargetRef": {"name": "cosci"}, "maxReplicaCount": 8,
                 "triggers": [{"type": "cron", "metadata": {"timezone": "Europe/Oslo"}}]},
        "status": {"hpaName": "keda-hpa-cosci\u{202e}"},
    });
    match seen("keda.sh", "ScaledObject", &object).what {
        What::ScaledObject(Some(read)) => {
            assert_eq!(read.spec.max_replica_count, Some(8));
            assert_eq!(read.status.hpa_name, "keda-hpa-cosci⟨U+202E⟩");
        }
        other => panic!("{other:?}"),
    }
    let job = json!({"metadata": {"name": "q-1", "annotations": {"scaledjob.keda.sh/generation": "3"}},
        "status": {"startTime": "2026-11-28T12:00:00Z",
                   "conditions": [{"type": "Failed", "status": "True", "lastTransitionTime": "2026-11-28T12:03:00Z"}]}});
    match seen("batch", "Job", &job).what {
        What::Job(read) => {
            assert_eq!(read.job.generation.as_deref(), Some("3"));
            assert_eq!(read.ended.unwrap().to_string(), "2026-11-28T12:03:00Z");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn answers_of_the_metrics_apis() {
    let usage = json!({"kind": "PodMetricsList", "items": [
        {"metadata": {"name": "web-1"}, "timestamp": "2026-11-28T12:00:00Z", "window": "1m0.5s",
         "containers": [{"name": "a", "usage": {"cpu": "12500000n", "memory": "1Ki"}}]},
        {"metadata": {"name": "timeless"}, "containers": []}]});
    let read = pod_usages(usage.to_string().as_bytes()).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].window, Span::from(60.5));
    assert_eq!(read[0].containers[0].usage[&"cpu".into()].milli(), 13);
    let values = json!({"items": [{"describedObject": {"name": "web-1"}, "timestamp": "2026-11-28T12:00:00Z",
                                   "windowSeconds": 30, "value": "1500m"}]});
    let values = values.to_string();
    let read = pod_values(values.as_bytes()).unwrap();
    assert_eq!((&*read[0].name, read[0].value.milli()), ("web-1", 1500));
    assert_eq!(
        object_value(values.as_bytes()).unwrap().unwrap().milli(),
        1500
    );
    assert_eq!(external_values(values.as_bytes()).unwrap().len(), 1);
    assert_eq!(external_values(br#"{"items":null}"#).unwrap(), []);
    assert!(external_values(b"<html>").is_err());
}
