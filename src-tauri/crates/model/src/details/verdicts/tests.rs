//! Objects as real servers write them, with what is said to be wrong.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use crate::details::{Around, details};
use crate::{Kind, ObjectRow, decode_json};

const NOW: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z

fn event(about: (&str, &str), reason: &str, message: &str, count: i32, path: &str) -> Value {
    json!({"metadata": {"name": format!("{reason}-{count}"), "namespace": "shop"}, "type": "Warning", "reason": reason, "message": message,
        "count": count, "lastTimestamp": "2025-12-31T23:59:00Z",
        "involvedObject": {"kind": about.0, "namespace": "shop", "name": about.1, "fieldPath": path}})
}

/// `headline | explanation | cause` of each verdict.
fn told_with(object: &Value, events: &[Value], around: Around<'_>) -> Vec<String> {
    let rows: Vec<_> = events
        .iter()
        .map(
            |e| match decode_json(Kind::Events, e.to_string().as_bytes()).unwrap() {
                ObjectRow::Event(row) => *row,
                other => panic!("{other:?}"),
            },
        )
        .collect();
    let rows: Vec<_> = rows.iter().collect();
    let around = Around {
        events: &rows,
        ..around
    };
    let verdicts = details(object, around, NOW).verdicts;
    verdicts
        .into_iter()
        .map(|v| {
            let cause = v.cause.map(|c| format!("{} {}", c.kind, c.name));
            format!(
                "{} | {} | {}",
                v.headline,
                v.explanation,
                cause.unwrap_or_default()
            )
        })
        .collect()
}

fn told(object: &Value, events: &[Value]) -> Vec<String> {
    told_with(object, events, Around::default())
}

#[allow(clippy::needless_pass_by_value)] // `json!` makes values.
fn pod(status: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop", "uid": ""},
        "spec": {"nodeName": "n1", "containers": [{"name": "web", "image": "reg/web:9",
            "resources": {"limits": {"memory": "128Mi"}}, "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}}}]},
        "status": status})
}

fn web(status: Value) -> Value {
    let mut status = status;
    status["name"] = json!("web");
    pod(json!({"phase": "Running", "containerStatuses": [status]}))
}

#[test]
fn containers() {
    let waiting = |reason: &str, message: &str| {
        web(
            json!({"ready": false, "restartCount": 7, "state": {"waiting": {"reason": reason, "message": message}},
            "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "startedAt": "2025-12-31T23:59:17Z", "finishedAt": "2025-12-31T23:59:20Z"}}}),
        )
    };
    assert_eq!(
        told(
            &waiting(
                "CrashLoopBackOff",
                "back-off 5m0s restarting failed container=web"
            ),
            &[]
        ),
        [
            "web keeps crashing | Its last run ended 40s ago with exit code 1 (Error) after 3s. It was restarted 7 times; kubelet now waits 5m0s between attempts. | "
        ]
    );
    let pull = "Failed to pull image \"reg/web:9\": rpc error: code = NotFound desc = failed to resolve reference \"reg/web:9\": not found";
    assert_eq!(
        told(
            &waiting("ImagePullBackOff", "Back-off pulling image \"reg/web:9\""),
            &[event(
                ("Pod", "web-1"),
                "Failed",
                pull,
                3,
                "spec.containers{web}"
            )]
        ),
        [format!(
            "web: image reg/web:9 was not found | {pull}. Check the name and the tag. | "
        )]
    );
    let denied = told(
        &waiting(
            "ErrImagePull",
            "pull access denied, repository does not exist or may require authorization",
        ),
        &[],
    );
    assert!(
        denied[0].starts_with("web: image reg/web:9 may not be pulled | "),
        "{denied:?}"
    );
    assert_eq!(
        told(
            &waiting(
                "CreateContainerConfigError",
                "configmap \"settings\" not found"
            ),
            &[]
        ),
        [
            "web cannot start: ConfigMap settings does not exist | configmap \"settings\" not found. | ConfigMap settings"
        ]
    );
    assert_eq!(
        told(
            &waiting(
                "CreateContainerConfigError",
                "couldn't find key token in Secret shop/vault"
            ),
            &[]
        ),
        [
            "web cannot start: Secret vault has no key token | couldn't find key token in Secret shop/vault. | Secret vault"
        ]
    );
    assert_eq!(
        told(&waiting("ContainerCreating", ""), &[]),
        Vec::<String>::new()
    );
}

#[test]
fn out_of_memory_names_limit_and_peak() {
    let oom = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2025-12-31T23:58:00Z"}});
    let looping = web(
        json!({"ready": false, "restartCount": 1, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": oom}),
    );
    let peaks = [("web".to_owned(), 120.0 * 1024.0 * 1024.0)];
    let around = Around {
        peaks: &peaks,
        ..Around::default()
    };
    assert_eq!(
        told_with(&looping, &[], around),
        [
            "web keeps running out of memory (OOMKilled) | Its last run ended 2m ago with exit code 137 (OOMKilled). Its memory limit is 128Mi. The most measured while this was open was 120Mi. It was restarted 1 time. | "
        ]
    );
    let again =
        web(json!({"ready": true, "restartCount": 1, "state": {"running": {}}, "lastState": oom}));
    assert_eq!(
        told(&again, &[]),
        ["web ran out of memory 2m ago (OOMKilled) | It runs again. Its memory limit is 128Mi. | "]
    );
}

#[test]
fn probes() {
    let unready = web(json!({"ready": false, "started": true, "state": {"running": {}}}));
    let failed = "Readiness probe failed: HTTP probe failed with statuscode: 503";
    assert_eq!(
        told(
            &unready,
            &[event(
                ("Pod", "web-1"),
                "Unhealthy",
                failed,
                12,
                "spec.containers{web}"
            )]
        ),
        [
            "web is not ready | Readiness probe failed 12 times: HTTP probe failed with statuscode: 503. | "
        ]
    );
    assert_eq!(
        told(
            &unready,
            &[event(
                ("Pod", "web-1"),
                "Unhealthy",
                failed,
                12,
                "spec.containers{other}"
            )]
        ),
        [
            "web is not ready | Its readiness probe does not succeed: http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3. | "
        ]
    );
    let well = web(json!({"ready": true, "started": true, "state": {"running": {}}}));
    assert_eq!(
        told(
            &well,
            &[event(("Pod", "web-1"), "Unhealthy", failed, 1, "")]
        ),
        Vec::<String>::new()
    );
}

#[test]
fn pods_that_are_not_scheduled_or_evicted() {
    let unscheduled = pod(
        json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
        "message": "0/3 nodes are available: persistentvolumeclaim \"data\" not found."}]}),
    );
    assert_eq!(
        told(&unscheduled, &[]),
        [
            "No node takes it | 0/3 nodes: its PersistentVolumeClaim data does not exist. | PersistentVolumeClaim data"
        ]
    );
    let evicted = pod(
        json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}),
    );
    assert_eq!(
        told(&evicted, &[]),
        ["Evicted by its node | The node was low on resource: memory. | Node n1"]
    );
    let mount = event(
        ("Pod", "web-1"),
        "FailedMount",
        "MountVolume.SetUp failed for volume \"c\" : configmap \"settings\" not found",
        5,
        "",
    );
    assert_eq!(
        told(&pod(json!({"phase": "Pending"})), &[mount]),
        [
            "A volume cannot be mounted | MountVolume.SetUp failed for volume \"c\" : configmap \"settings\" not found. (5 times) | ConfigMap settings"
        ]
    );
}

#[test]
fn workloads() {
    let object = |kind: &str, spec: Value, status: Value| json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web", "namespace": "shop"}, "spec": spec, "status": status});
    let stuck = object(
        "Deployment",
        json!({"replicas": 3}),
        json!({"conditions": [
        {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "ReplicaSet \"web-1\" has timed out progressing."}]}),
    );
    assert_eq!(
        told(&stuck, &[]),
        [
            "The rollout made no progress for 600s | ReplicaSet \"web-1\" has timed out progressing. | "
        ]
    );
    let refused = object(
        "ReplicaSet",
        json!({"replicas": 3}),
        json!({"replicas": 2, "conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": "pods \"web-x\" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=2, limited: pods=2"}]}),
    );
    assert_eq!(
        told(&refused, &[]),
        [
            "A quota keeps its pods from being made | Quota compute: requested: pods=1, used: pods=2, limited: pods=2. | ResourceQuota compute"
        ]
    );
    let ordered = object(
        "StatefulSet",
        json!({"replicas": 3}),
        json!({"replicas": 2, "readyReplicas": 1}),
    );
    assert_eq!(
        told(&ordered, &[]),
        [
            "1 of 3 pods are ready | Pods come one after the other: the next is made when web-1 and those before it are ready. | "
        ]
    );
    let job = |spec: Value, status: Value| json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": "shop"}, "spec": spec, "status": status});
    let failed = |reason: &str| json!({"conditions": [{"type": "Failed", "status": "True", "reason": reason, "message": "m"}]});
    assert_eq!(
        told(
            &job(json!({"backoffLimit": 2}), failed("BackoffLimitExceeded")),
            &[]
        ),
        ["Failed: its pods failed more often than its backoff limit of 2 | m. | "]
    );
    assert_eq!(
        told(
            &job(
                json!({"activeDeadlineSeconds": 30}),
                failed("DeadlineExceeded")
            ),
            &[]
        ),
        ["Failed: it ran longer than its deadline of 30s | m. | "]
    );
}

#[test]
fn claims() {
    let claim = |class: Value| {
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "shop"},
            "spec": {"storageClassName": class}, "status": {"phase": "Pending"}})
    };
    let about = ("PersistentVolumeClaim", "data");
    assert_eq!(
        told(
            &claim(json!("fast")),
            &[event(
                about,
                "ProvisioningFailed",
                "storageclass.storage.k8s.io \"fast\" not found",
                9,
                ""
            )]
        ),
        [
            "Its storage class fast does not exist | storageclass.storage.k8s.io \"fast\" not found. | StorageClass fast"
        ]
    );
    assert_eq!(
        told(
            &claim(json!("fast")),
            &[event(
                about,
                "WaitForFirstConsumer",
                "waiting for first consumer to be created before binding",
                1,
                ""
            )]
        ),
        [
            "Waits for its first pod | Its storage class binds when a pod that uses the claim is scheduled. | StorageClass fast"
        ]
    );
    assert_eq!(
        told(
            &claim(Value::Null),
            &[event(
                about,
                "FailedBinding",
                "no persistent volumes available for this claim and no storage class is set",
                1,
                ""
            )]
        )[0]
        .split(" | ")
        .next(),
        Some("No storage class makes a volume for it")
    );
}

#[test]
fn deletions_that_wait() {
    let object = |kind: &str, finalizers: Value| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x", "namespace": "shop", "deletionTimestamp": "2025-12-31T23:48:00Z", "finalizers": finalizers}});
    assert_eq!(
        told(
            &object(
                "PersistentVolumeClaim",
                json!(["kubernetes.io/pvc-protection"])
            ),
            &[]
        ),
        [
            "Deletion waits for finalizer kubernetes.io/pvc-protection since 12m | kubernetes.io/pvc-protection: the claim protection controller takes it away when no pod uses the claim any more. | "
        ]
    );
    let unknown = told(&object("ConfigMap", json!(["acme.example.com/guard"])), &[]);
    assert!(
        unknown[0].contains("the controller of acme.example.com must take it away"),
        "{unknown:?}"
    );
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "old", "deletionTimestamp": "2025-12-31T23:48:00Z"},
        "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Terminating", "conditions": [
            {"type": "NamespaceContentRemaining", "status": "True", "message": "Some resources are remaining: pods. has 1 resource instances"},
            {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "All resources successfully discovered"}]}});
    assert_eq!(
        told(&namespace, &[]),
        [
            "Terminating since 12m | Some resources are remaining: pods. has 1 resource instances. | "
        ]
    );
}

#[test]
fn nodes_services_and_the_rest() {
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}, "spec": {"unschedulable": true}, "status": {"conditions": [
        {"type": "DiskPressure", "status": "True", "reason": "KubeletHasDiskPressure", "message": "kubelet has disk pressure", "lastTransitionTime": "2025-12-31T23:50:00Z"},
        {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status.", "lastTransitionTime": "2025-12-31T23:50:00Z"}]}});
    assert_eq!(
        told(&node, &[]),
        [
            "Short of disk: it evicts pods since 10m | kubelet has disk pressure. | ",
            "Its kubelet is silent since 10m | Kubelet stopped posting node status. | ",
            "Cordoned | No new pods come here until it is uncordoned. | ",
        ]
    );
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "shop"}, "spec": {"selector": {"app": "web"}, "type": "ClusterIP"}});
    let around = |endpoints| Around {
        endpoints,
        ..Around::default()
    };
    assert_eq!(
        told_with(&service, &[], around(Some((0, 0)))),
        ["Nothing answers behind it | No pod matches its selector app=web. | "]
    );
    assert_eq!(
        told_with(&service, &[], around(Some((1, 2)))),
        Vec::<String>::new()
    );
    assert_eq!(told_with(&service, &[], around(None)), Vec::<String>::new());
    let api = json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1.m"},
        "spec": {"service": {"namespace": "kube-system", "name": "metrics-server"}},
        "status": {"conditions": [{"type": "Available", "status": "False", "reason": "MissingEndpoints", "message": "endpoints have no addresses"}]}});
    assert_eq!(
        told(&api, &[]),
        ["Its API does not answer | endpoints have no addresses. | Service metrics-server"]
    );
    let hpa = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h", "namespace": "shop"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
        "status": {"conditions": [{"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": "no metrics"}]}});
    assert_eq!(
        told(&hpa, &[]),
        ["It does not scale: FailedGetResourceMetric | no metrics. | Deployment web"]
    );
    let custom = json!({"apiVersion": "acme.example.com/v1", "kind": "Thing", "metadata": {"name": "t"},
        "status": {"conditions": [{"type": "Ready", "status": "False", "reason": "Pulling", "message": "wait"}, {"type": "Odd", "status": "False"}]}});
    assert_eq!(told(&custom, &[]), ["Not Ready: Pulling | wait. | "]);
}
