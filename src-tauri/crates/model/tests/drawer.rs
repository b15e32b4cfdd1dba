//! Details of whole objects.
#![allow(clippy::unwrap_used)]

use model::details::{Around, FactValue, ObjectDetails, details, owners_of};
use model::rows::{ContainerPhase, ContainerRole};
use model::{Kind, ObjectRow, decode_json};
use serde_json::{Value, json};
use table::Tone;

const NOW: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z

fn of(object: &Value) -> ObjectDetails {
    details(object, Around::default(), NOW)
}

/// The first value of a fact of the first group.
fn first(details: &ObjectDetails, label: &str) -> FactValue {
    let facts = &details.sections[0].facts;
    let found = facts.iter().find(|f| f.label == label);
    found
        .unwrap_or_else(|| panic!("no {label} in {facts:?}"))
        .values[0]
        .clone()
}

fn pod() -> Value {
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web-1", "namespace": "shop", "uid": "u1", "creationTimestamp": "2025-12-31T23:00:00Z",
            "labels": {"app": "web\u{202e}"}, "annotations": {"note": "a\nb"},
            "ownerReferences": [{"apiVersion": "v1", "kind": "Thing", "name": "t", "uid": "t1"},
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "r1", "controller": true}]},
        "spec": {"nodeName": "n1", "serviceAccountName": "web", "initContainers": [{"name": "setup", "image": "i"}, {"name": "proxy", "image": "p", "restartPolicy": "Always"}],
            "containers": [{"name": "web", "image": "reg/web:1"}], "ephemeralContainers": [{"name": "dbg", "image": "busybox"}]},
        "status": {"phase": "Running", "qosClass": "Burstable",
            "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady", "message": "x", "lastTransitionTime": "2025-12-31T23:58:00Z"}],
            "initContainerStatuses": [{"name": "setup", "state": {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": "2025-12-31T23:00:05Z"}}},
                {"name": "proxy", "ready": true, "started": true, "state": {"running": {"startedAt": "2025-12-31T23:00:06Z"}}}],
            "containerStatuses": [{"name": "web", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                "lastState": {"terminated": {"exitCode": 137, "signal": 9, "reason": "OOMKilled", "finishedAt": "2025-12-31T23:57:00Z"}}}]}})
}

#[test]
fn a_pod_is_told_whole() {
    let details = of(&pod());
    assert_eq!(
        (details.name.as_str(), details.namespace.as_deref()),
        ("web-1", Some("shop"))
    );
    let created = details.created.clone().unwrap();
    assert_eq!(
        (created.text.as_str(), created.until_ms),
        ("60m", Some(NOW + 60_000))
    );
    let status = details.status.clone().unwrap();
    assert_eq!(
        (status.text.as_str(), status.tone),
        ("CrashLoopBackOff", Tone::Bad)
    );
    let owners = owners_of(&pod());
    let owners: Vec<_> = owners
        .iter()
        .map(|o| (o.kind.as_str(), o.uid.as_str()))
        .collect();
    assert_eq!(
        owners,
        [("ReplicaSet", "r1"), ("Thing", "t1")],
        "the controller first"
    );
    let fact = |label: &str| first(&details, label);
    assert_eq!(fact("Ready").text, "1/2");
    assert_eq!(fact("Restarts").text, "4 (3m ago)");
    assert_eq!(fact("Also Owned By").text, "Thing t");
    let node = fact("Node").link.unwrap();
    assert_eq!(
        (node.kind.as_str(), node.name.as_str(), node.namespace),
        ("Node", "n1", None)
    );
    assert_eq!(
        fact("Service Account")
            .link
            .clone()
            .unwrap()
            .namespace
            .as_deref(),
        Some("shop")
    );
    let condition = &details.conditions[0];
    assert_eq!(
        (
            condition.kind.as_str(),
            condition.tone,
            condition.since.as_ref().unwrap().text.as_str()
        ),
        ("Ready", Tone::Warn, "2m")
    );
}

#[test]
fn containers_keep_role_state_and_last_end() {
    let containers = of(&pod()).containers;
    let roles: Vec<_> = containers
        .iter()
        .map(|c| (c.name.as_str(), c.role, c.state.as_ref().map(|s| s.phase)))
        .collect();
    assert_eq!(
        roles,
        [
            (
                "setup",
                ContainerRole::Init,
                Some(ContainerPhase::Terminated)
            ),
            (
                "proxy",
                ContainerRole::Sidecar,
                Some(ContainerPhase::Running)
            ),
            (
                "web",
                ContainerRole::Container,
                Some(ContainerPhase::Waiting)
            ),
            ("dbg", ContainerRole::Ephemeral, None),
        ]
    );
    let web = &containers[2];
    assert_eq!(
        (web.restarts, web.ready, web.image.as_str()),
        (4, false, "reg/web:1")
    );
    let last = web.last.as_ref().unwrap();
    assert_eq!(
        (last.exit_code, last.signal, last.reason.as_str(), last.tone),
        (Some(137), Some(9), "OOMKilled", Tone::Bad)
    );
}

#[test]
fn workloads_show_their_template() {
    let details = of(
        &json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "web", "image": "w"}]}}}, "status": {"readyReplicas": 2}}),
    );
    assert_eq!(details.containers[0].image, "w");
    assert!(details.containers[0].state.is_none());
    assert_eq!(first(&details, "Ready").text, "2/2");
}

#[test]
fn only_its_own_events_latest_first() {
    let event = |name: &str, uid: &str, object: &str, last: &str| {
        let json = json!({"metadata": {"name": name, "namespace": "shop"}, "reason": name, "type": "Warning", "lastTimestamp": last,
            "involvedObject": {"kind": "Pod", "namespace": "shop", "name": object, "uid": uid}});
        match decode_json(Kind::Events, json.to_string().as_bytes()).unwrap() {
            ObjectRow::Event(event) => *event,
            other => panic!("{other:?}"),
        }
    };
    let events = [
        event("early", "u1", "web-1", "2025-12-31T23:50:00Z"),
        event("late", "u1", "web-1", "2025-12-31T23:59:00Z"),
        event("before-it-was", "u0", "web-1", "2025-12-31T23:59:30Z"),
        event("neighbour", "u2", "web-2", "2025-12-31T23:59:30Z"),
    ];
    let events: Vec<_> = events.iter().collect();
    let around = Around {
        events: &events,
        ..Around::default()
    };
    let details = details(&pod(), around, NOW);
    let reasons: Vec<_> = details.events.iter().map(|e| e.reason.as_str()).collect();
    assert_eq!(reasons, ["late", "early"]);
}

#[test]
fn links_lead_to_what_is_scaled() {
    let hpa = of(
        &json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h", "namespace": "shop"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"}, "maxReplicas": 3}}),
    );
    let link = first(&hpa, "Reference").link.unwrap();
    assert_eq!(
        (
            link.api_version.as_str(),
            link.kind.as_str(),
            link.name.as_str()
        ),
        ("apps/v1", "StatefulSet", "db")
    );
}

#[test]
fn odd_and_unknown_objects_still_show() {
    for object in [
        json!(null),
        json!([]),
        json!({}),
        json!({"metadata": 7, "status": [], "spec": "x"}),
    ] {
        assert_eq!(of(&object).name, "");
    }
    let claim = of(
        &json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"}, "status": {"phase": "Bound"}}),
    );
    assert_eq!(claim.status.unwrap().tone, Tone::Good);
    let secret = of(
        &json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "s", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"data\":\"hunter2\"}"}}}),
    );
    assert!(!format!("{secret:?}").contains("hunter2"));
}
