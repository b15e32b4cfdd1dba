//! What Kubernetes' own printers cannot tell: `ScaledObjects`, usage, colours, order, scaling rows.
#![allow(clippy::unwrap_used)]

use model::rows::{Amount, MetricSource, Pause};
use model::scaling::{self, ScalingKind};
use model::{HpaRow, Kind, ObjectRow, ScaledObjectRow, ScalingRow, Usage, decode_json};
use serde_json::{Value, json};
use table::{Row, SortKey, Tone};

const NOW: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z

fn row(kind: Kind, object: &Value) -> ObjectRow {
    decode_json(kind, object.to_string().as_bytes()).unwrap()
}

fn column(kind: Kind, id: &str) -> usize {
    kind.spec().columns.iter().position(|c| c.id == id).unwrap()
}

fn texts(row: &ObjectRow, kind: Kind) -> Vec<String> {
    (0..kind.spec().columns.len())
        .map(|c| row.cell(c, NOW).text)
        .collect()
}

fn scaled_object(extra: &Value) -> Value {
    let mut object = json!({
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
        "metadata": {"name": "orders", "namespace": "shop", "uid": "so-1", "creationTimestamp": "2025-12-31T23:50:00Z", "annotations": {}},
        "spec": {"scaleTargetRef": {"name": "orders"}, "minReplicaCount": 0, "maxReplicaCount": 20, "cooldownPeriod": 120,
            "triggers": [{"type": "rabbitmq", "metadata": {"queueName": "q", "value": "5", "host": "amqp://user:secret@mq"}}]},
        "status": {"scaleTargetKind": "apps/v1.Deployment", "hpaName": "keda-hpa-orders", "triggersTypes": "rabbitmq",
            "lastActiveTime": "2025-12-31T23:59:00Z",
            "conditions": [{"type": "Ready", "status": "True", "reason": "ScaledObjectReady"}, {"type": "Active", "status": "True"},
                {"type": "Fallback", "status": "False"}, {"type": "Paused", "status": "Unknown"}]},
    });
    merge(&mut object, extra);
    object
}

fn hpa(extra: &Value) -> Value {
    let mut object = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "keda-hpa-orders", "namespace": "shop", "uid": "h-1"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "orders"}, "minReplicas": 1, "maxReplicas": 20,
            "metrics": [{"type": "External", "external": {"metric": {"name": "s0-rabbitmq-q"}, "target": {"type": "AverageValue", "averageValue": "5"}}}]},
        "status": {"currentReplicas": 3, "desiredReplicas": 3, "lastScaleTime": "2025-12-31T23:58:00Z",
            "currentMetrics": [{"type": "External", "external": {"metric": {"name": "s0-rabbitmq-q"}, "current": {"averageValue": "7500m"}}}],
            "conditions": [{"type": "AbleToScale", "status": "True"}, {"type": "ScalingActive", "status": "True"}, {"type": "ScalingLimited", "status": "False"}]},
    });
    merge(&mut object, extra);
    object
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn hpa_row(extra: &Value) -> HpaRow {
    match row(Kind::HorizontalPodAutoscalers, &hpa(extra)) {
        ObjectRow::Hpa(row) => *row,
        other => panic!("{other:?}"),
    }
}

fn object_row(extra: &Value) -> ScaledObjectRow {
    match row(Kind::ScaledObjects, &scaled_object(extra)) {
        ObjectRow::ScaledObject(row) => *row,
        other => panic!("{other:?}"),
    }
}

#[test]
fn scaled_objects_show_kedas_columns() {
    let full = row(Kind::ScaledObjects, &scaled_object(&json!({})));
    assert_eq!(
        texts(&full, Kind::ScaledObjects),
        [
            "shop",
            "orders",
            "apps/v1.Deployment",
            "orders",
            "0",
            "20",
            "True",
            "True",
            "False",
            "Unknown",
            "rabbitmq",
            "",
            "10m",
            "<none>",
            "<none>"
        ]
    );
    let bare = row(Kind::ScaledObjects, &json!({"metadata": {"name": "new"}}));
    assert_eq!(
        texts(&bare, Kind::ScaledObjects),
        [
            "",
            "new",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "<unknown>",
            "<none>",
            "<none>"
        ]
    );
}

#[test]
fn scaled_jobs_show_kedas_columns() {
    let full = row(
        Kind::ScaledJobs,
        &json!({
            "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob",
            "metadata": {"name": "invoices", "namespace": "billing", "creationTimestamp": "2025-12-31T23:50:00Z",
                "annotations": {"autoscaling.keda.sh/paused": "true"}},
            "spec": {"maxReplicaCount": 3, "triggers": [{"type": "prometheus", "metadata": {"threshold": "5", "query": "q"}}]},
            "status": {"triggersTypes": "prometheus", "authenticationsTypes": "bearer",
                "conditions": [{"type": "Ready", "status": "True"}, {"type": "Active", "status": "False"}, {"type": "Paused", "status": "True"}]},
        }),
    );
    assert_eq!(
        texts(&full, Kind::ScaledJobs),
        [
            "billing",
            "invoices",
            "",
            "3",
            "True",
            "False",
            "True",
            "prometheus",
            "bearer",
            "10m",
            "<none>",
            "<none>"
        ]
    );
    let ObjectRow::ScaledJob(job) = &full else {
        panic!("{full:?}");
    };
    let line = ScalingRow::of_job(job, None);
    assert_eq!((line.max, &*line.status), (3, "paused"));
    assert_eq!(&*line.metrics, "prometheus: threshold=5");
    let target = ScalingRow::columns()
        .iter()
        .position(|c| c.id == "target")
        .unwrap();
    assert_eq!(line.cell(target, NOW).text, "Jobs");
    let bare = row(Kind::ScaledJobs, &json!({"metadata": {"name": "new"}}));
    assert_eq!(texts(&bare, Kind::ScaledJobs)[9], "<unknown>");
}

#[test]
fn scaled_objects_tell_the_scaling_page() {
    let object = object_row(&json!({}));
    assert_eq!(
        (object.min, object.max, object.idle, object.cooldown_period),
        (Some(0), Some(20), None, Some(120))
    );
    assert_eq!(object.last_active_ms, Some(NOW - 60_000));
    assert_eq!(&*object.triggers[0].summary, "value=5, queueName=q");
    for (annotations, pause) in [
        (json!({}), Pause::No),
        (json!({"autoscaling.keda.sh/paused": "true"}), Pause::Held),
        (json!({"autoscaling.keda.sh/paused": ""}), Pause::Held),
        (json!({"autoscaling.keda.sh/paused": "false"}), Pause::No),
        (
            json!({"autoscaling.keda.sh/paused-replicas": "4"}),
            Pause::At(Some(4)),
        ),
        (
            json!({"autoscaling.keda.sh/paused-replicas": "4", "autoscaling.keda.sh/paused": "false"}),
            Pause::At(Some(4)),
        ),
        (
            json!({"autoscaling.keda.sh/paused-replicas": "four"}),
            Pause::At(None),
        ),
    ] {
        assert_eq!(
            object_row(&json!({"metadata": {"annotations": annotations}})).pause,
            pause,
            "{annotations}"
        );
    }
}

#[test]
fn hpas_tell_the_scaling_page() {
    let owner = json!([{"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": "orders", "uid": "so-1"}]);
    let hpa = hpa_row(&json!({"metadata": {"ownerReferences": owner}}));
    assert_eq!(hpa.scaled_object.as_deref(), Some("orders"));
    assert_eq!(
        (hpa.min, hpa.max, hpa.current, hpa.desired),
        (Some(1), 20, 3, 3)
    );
    assert_eq!(hpa.last_scale_ms, Some(NOW - 120_000));
    let metric = &hpa.metrics[0];
    assert_eq!(
        (&*metric.name, metric.source),
        ("s0-rabbitmq-q", MetricSource::External)
    );
    assert_eq!(metric.current.map(Amount::as_f64), Some(7.5));
    assert_eq!(metric.target.map(Amount::text).as_deref(), Some("5"));
}

#[test]
fn an_hpa_folds_into_its_scaled_object() {
    let references = json!([{"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": "orders", "uid": "so-1"}]);
    let owned = hpa_row(&json!({"metadata": {"ownerReferences": references}}));
    let named = hpa_row(&json!({}));
    let stranger = hpa_row(&json!({"metadata": {"name": "orders"}}));
    let elsewhere = hpa_row(&json!({"metadata": {"namespace": "other"}}));
    let object = object_row(&json!({}));
    for hpa in [&owned, &named] {
        assert!(scaling::belongs(hpa, &object));
        let rows = scaling::join([hpa], [&object]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].key.kind, ScalingKind::ScaledObject);
        assert_eq!(rows[0].hpa_name.as_deref(), Some("keda-hpa-orders"));
        assert_eq!(
            (rows[0].current, rows[0].min, rows[0].max),
            (Some(3), 0, 20)
        );
    }
    for hpa in [&stranger, &elsewhere] {
        assert!(!scaling::belongs(hpa, &object));
    }
    let rows = scaling::join([&owned, &stranger, &elsewhere], [&object]);
    let mut ids: Vec<_> = rows.iter().map(Row::identity).collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            ("other", "HPA/keda-hpa-orders"),
            ("shop", "HPA/orders"),
            ("shop", "ScaledObject/orders")
        ]
    );
    assert!(scaling::join([], [&object])[0].hpa_name.is_none());
    assert!(ScalingRow::join(None, None).is_none());
}

#[test]
fn scaling_rows_say_what_holds_them() {
    let columns = ScalingRow::columns();
    let is_status = |column: &table::Column| column.id == ScalingRow::STATUS;
    let status_column = columns.iter().position(is_status).unwrap();
    let able = |kind: &str, status: &str, reason: &str| json!([{"type": kind, "status": status, "reason": reason}]);
    let status = |conditions: Value, current: i32, desired: i32| json!({"status": {"conditions": conditions, "currentReplicas": current, "desiredReplicas": desired}});
    for (extra, words, tone) in [
        (json!({}), "at the desired size", Tone::Plain),
        (
            status(able("ScalingLimited", "True", "TooManyReplicas"), 20, 20),
            "at max",
            Tone::Warn,
        ),
        (
            status(able("ScalingLimited", "True", "TooFewReplicas"), 1, 1),
            "at min",
            Tone::Quiet,
        ),
        (
            status(able("ScalingLimited", "True", "ScaleUpLimit"), 3, 6),
            "scaling up, limited: ScaleUpLimit",
            Tone::Warn,
        ),
        (
            status(able("ScalingActive", "True", ""), 6, 3),
            "scaling down",
            Tone::Warn,
        ),
        (
            status(able("ScalingActive", "True", ""), 20, 20),
            "at max",
            Tone::Warn,
        ),
        (
            status(
                able("ScalingActive", "False", "FailedGetResourceMetric"),
                3,
                0,
            ),
            "unable: FailedGetResourceMetric",
            Tone::Bad,
        ),
        (
            status(able("ScalingActive", "False", "ScalingDisabled"), 0, 0),
            "disabled: its target has no replicas",
            Tone::Quiet,
        ),
        (
            status(able("AbleToScale", "False", "FailedGetScale"), 3, 3),
            "unable: FailedGetScale",
            Tone::Bad,
        ),
        (
            status(json!([]), 0, 0),
            "not yet looked at by its controller",
            Tone::Quiet,
        ),
    ] {
        let row = ScalingRow::join(Some(&hpa_row(&extra)), None).unwrap();
        assert_eq!((&*row.status, row.tone), (words, tone), "{extra}");
        assert_eq!(row.cell(status_column, NOW).text, words);
    }
    let annotated =
        |annotation: &str, value: &str| json!({"metadata": {"annotations": {annotation: value}}});
    let condition = |kind: &str, status: &str, reason: &str| json!({"status": {"conditions": [{"type": kind, "status": status, "reason": reason}]}});
    for (extra, words) in [
        (json!({}), "at the desired size"),
        (annotated("autoscaling.keda.sh/paused", "true"), "paused"),
        (
            annotated("autoscaling.keda.sh/paused-replicas", "2"),
            "paused at 2",
        ),
        (
            annotated("autoscaling.keda.sh/paused-scale-in", "true"),
            "at the desired size; scaling in is paused",
        ),
        (
            condition("Ready", "False", "TriggerError"),
            "not ready: TriggerError",
        ),
        (
            condition("Fallback", "True", "FallbackExists"),
            "fallback: a trigger fails",
        ),
        (
            condition("Active", "False", "ScalerNotActive"),
            "at the desired size",
        ),
    ] {
        let row = ScalingRow::join(Some(&hpa_row(&json!({}))), Some(&object_row(&extra))).unwrap();
        assert_eq!(&*row.status, words, "{extra}");
    }
    let idle = object_row(&condition("Active", "False", "ScalerNotActive"));
    assert_eq!(
        &*ScalingRow::join(None, Some(&idle)).unwrap().status,
        "idle: no trigger is active"
    );
    let waiting = ScalingRow::join(None, Some(&object_row(&json!({})))).unwrap();
    assert_eq!(&*waiting.status, "waiting for KEDA to make its HPA");
    assert_eq!(waiting.cell(4, NOW).text, "rabbitmq: value=5, queueName=q");
}

#[test]
fn usage_shows_as_in_kubectl_top() {
    let usage = Usage {
        cpu_nano: 249_000_001,
        memory_bytes: 134_217_727,
        at_ms: NOW,
        window_ms: 15_000,
    };
    let mut pod = row(Kind::Pods, &json!({"metadata": {"name": "a"}}));
    let (cpu, memory) = (column(Kind::Pods, "cpu"), column(Kind::Pods, "memory"));
    assert_eq!(
        (pod.cell(cpu, NOW).text.as_str(), pod.sort_key(cpu)),
        ("", SortKey::Absent)
    );
    pod.set_usage(Some(usage));
    assert_eq!(
        (
            pod.cell(cpu, NOW).text.as_str(),
            pod.cell(memory, NOW).text.as_str()
        ),
        ("250m", "127Mi")
    );
    let mut node = row(
        Kind::Nodes,
        &json!({"metadata": {"name": "n"}, "status": {"allocatable": {"cpu": "2", "memory": "1Gi"}}}),
    );
    node.set_usage(Some(usage));
    let shown = texts(&node, Kind::Nodes);
    assert_eq!(shown[10..], ["250m", "12%", "127Mi", "12%", "<none>"]);
    node.set_usage(None);
    assert_eq!(texts(&node, Kind::Nodes)[10..], ["", "", "", "", "<none>"]);
}

#[test]
fn order_is_by_value() {
    let pod = |created: &str, ready: bool, restarts: i32| {
        row(
            Kind::Pods,
            &json!({"metadata": {"name": "a", "creationTimestamp": created}, "spec": {"containers": [{"name": "c"}]},
            "status": {"containerStatuses": [{"name": "c", "ready": ready, "restartCount": restarts, "state": {"running": {}}}]}}),
        )
    };
    let (young, old) = (
        pod("2026-01-01T00:00:00Z", true, 2),
        pod("2025-01-01T00:00:00Z", false, 10),
    );
    let int = |row: &ObjectRow, id: &str| match row.sort_key(column(Kind::Pods, id)) {
        SortKey::Int(n) => n,
        other => panic!("{other:?}"),
    };
    let float = |row: &ObjectRow, id: &str| match row.sort_key(column(Kind::Pods, id)) {
        SortKey::Float(n) => n,
        other => panic!("{other:?}"),
    };
    assert!(
        int(&young, "age") < int(&old, "age"),
        "ascending shows the youngest first"
    );
    assert!(
        int(&young, "restarts") < int(&old, "restarts"),
        "2 before 10"
    );
    assert!(float(&old, "ready") < float(&young, "ready"));
}

#[test]
fn pods_are_coloured_by_what_they_are() {
    let pod = |phase: &str, ready: bool, waiting: Option<&str>| {
        let state = waiting.map_or(
            json!({"running": {}}),
            |reason| json!({"waiting": {"reason": reason}}),
        );
        row(
            Kind::Pods,
            &json!({"metadata": {"name": "a"}, "spec": {"containers": [{"name": "c"}]},
            "status": {"phase": phase, "containerStatuses": [{"name": "c", "ready": ready, "state": state}]}}),
        )
    };
    for (row, tone) in [
        (pod("Running", true, None), Tone::Good),
        (pod("Running", false, None), Tone::Warn),
        (pod("Pending", false, Some("ContainerCreating")), Tone::Warn),
        (pod("Running", false, Some("CrashLoopBackOff")), Tone::Bad),
        (pod("Pending", false, Some("ImagePullBackOff")), Tone::Bad),
    ] {
        assert_eq!(
            row.cell(column(Kind::Pods, "status"), NOW).tone,
            tone,
            "{row:?}"
        );
    }
}
