//! What differs between two states of an autoscaler is told, and nothing else.
#![allow(clippy::unwrap_used)]

use model::ObjectRow;
use model::fact::{Fact, Part, Subject, SubjectKind, What, decode_seen};
use scaling::Certainty;
use scaling::hpa::situation::Version;
use serde_json::{Value, json};

use super::{Change, Edit, Pause};
use crate::{Past, Settings};

const HPA: (&str, &str) = ("autoscaling", "HorizontalPodAutoscaler");
const OBJECT: (&str, &str) = ("keda.sh", "ScaledObject");
const JOB: (&str, &str) = ("keda.sh", "ScaledJob");

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).unwrap()
}

fn past(kind: SubjectKind) -> Past {
    let subject = Subject {
        kind,
        namespace: "shop".to_owned(),
        name: "cart".to_owned(),
    };
    Past::new(subject, Settings::of(Version::V1_36))
}

fn see(past: &mut Past, second: i64, (group, kind): (&str, &str), object: &Value) {
    let json = object.to_string();
    match decode_seen(group, kind, json.as_bytes()).unwrap() {
        ObjectRow::Seen(seen) => past.add(seen.fact(at(second))),
        other => panic!("{other:?}"),
    }
}

fn tell(past: &mut Past, second: i64, what: What) {
    past.add(Fact {
        received: at(second),
        source: None,
        what,
    });
}

/// An object with this spec, these annotations, and who wrote it at this second.
fn object(spec: &Value, annotations: &Value, by: Option<(&str, i64)>) -> Value {
    let managed: Vec<Value> = by
        .iter()
        .map(|(manager, second)| {
            json!({"manager": manager, "time": at(*second).to_string(), "fieldsV1": {"f:spec": {"f:x": {}}}})
        })
        .collect();
    json!({
        "metadata": {"namespace": "shop", "name": "cart", "uid": "u", "annotations": annotations, "managedFields": managed},
        "spec": spec,
    })
}

/// The change in one line.
fn words(change: &Change) -> String {
    match change {
        Change::Value { field, from, to } => format!("{field}: {from} → {to}"),
        Change::Added { what, value } => format!("+ {what} {value}").trim_end().to_owned(),
        Change::Removed { what } => format!("- {what}"),
        Change::Paused(pause) => format!("paused {pause:?}"),
        Change::Resumed(pause) => format!("resumed {pause:?}"),
    }
}

fn changes(edits: &[Edit]) -> Vec<String> {
    edits
        .iter()
        .flat_map(|edit| &edit.changes)
        .map(words)
        .collect()
}

fn between(of: (&str, &str), before: &Value, after: &Value) -> Vec<String> {
    let kind = match of {
        HPA => SubjectKind::Hpa,
        OBJECT => SubjectKind::ScaledObject,
        _ => SubjectKind::ScaledJob,
    };
    let mut past = past(kind);
    see(&mut past, 1, of, before);
    see(&mut past, 2, of, after);
    changes(&past.edits(at(0), at(9)))
}

#[test]
fn each_field_of_an_hpa_is_told() {
    let base = json!({
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"}, "maxReplicas": 5,
        "metrics": [
            {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}},
            {"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "500m"}}},
        ],
    });
    let with = |pointer: &str, value: Value| {
        let mut spec = base.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        spec.pointer_mut(parent).unwrap()[name] = value;
        spec
    };
    let behavior = |rules: Value| with("/behavior", json!({"scaleDown": rules}));
    let windowed = behavior(
        json!({"stabilizationWindowSeconds": 60, "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}),
    );
    let policies = behavior(
        json!({"stabilizationWindowSeconds": 60, "selectPolicy": "Disabled",
        "policies": [{"type": "Pods", "value": 4, "periodSeconds": 60}, {"type": "Percent", "value": 10, "periodSeconds": 15}]}),
    );
    let external = json!({"type": "External", "external": {
        "metric": {"name": "queue", "selector": {"matchLabels": {"topic": "orders"}}}, "target": {"type": "Value", "value": "30"}}});
    let cpu = &base["metrics"][0];
    for (before, after, told) in [
        (&base, base.clone(), vec![]),
        (
            &base,
            with("/maxReplicas", json!(8)),
            vec!["maxReplicas: 5 → 8"],
        ),
        // 1 is what the API server stores where none is given.
        (&base, with("/minReplicas", json!(1)), vec![]),
        (
            &base,
            with("/minReplicas", json!(0)),
            vec!["minReplicas: 1 → 0"],
        ),
        (
            &base,
            with("/scaleTargetRef/name", json!("mail")),
            vec!["target: Deployment cart → Deployment mail"],
        ),
        (
            &base,
            with("/metrics", json!([base["metrics"][1], cpu])),
            vec![],
        ),
        (&base, with("/metrics", json!([cpu])), vec!["- rps"]),
        (
            &base,
            with(
                "/metrics",
                json!([base["metrics"][0], external, base["metrics"][1]]),
            ),
            vec!["+ queue{topic=orders} 30"],
        ),
        (
            &base,
            {
                let mut spec = base.clone();
                spec["metrics"][0]["resource"]["target"]["averageUtilization"] = json!(70);
                spec["metrics"][1]["pods"]["target"]["averageValue"] = json!("2");
                spec
            },
            vec![
                "cpu target: 50 % → 70 %",
                "rps target: 500m a pod → 2 a pod",
            ],
        ),
        (
            &base,
            windowed.clone(),
            vec![
                "scaleDown stabilization window:  → 60 s",
                "scaleDown policies:  → 1 pod per 60 s",
            ],
        ),
        (
            &windowed,
            policies,
            vec![
                "scaleDown selectPolicy:  → Disabled",
                "scaleDown policies: 1 pod per 60 s → 4 pods per 60 s, 10 % per 15 s",
            ],
        ),
    ] {
        let (before, after) = (
            object(before, &json!({}), None),
            object(&after, &json!({}), None),
        );
        assert_eq!(between(HPA, &before, &after), told);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn each_field_of_a_scaled_object_is_told() {
    let base = json!({
        "scaleTargetRef": {"name": "cart"}, "maxReplicaCount": 10,
        "triggers": [
            {"type": "prometheus", "metadata": {"query": "a", "threshold": "10"}},
            {"type": "prometheus", "metadata": {"query": "b", "threshold": "3"}},
        ],
    });
    let with = |edit: &dyn Fn(&mut Value)| {
        let mut spec = base.clone();
        edit(&mut spec);
        spec
    };
    let none = json!({});
    let paused = |key: &str, value: &str| json!({format!("autoscaling.keda.sh/{key}"): value});
    for (after, annotations, told) in [
        (base.clone(), none.clone(), vec![]),
        (
            with(&|spec| spec["maxReplicaCount"] = json!(20)),
            none.clone(),
            vec!["maxReplicaCount: 10 → 20"],
        ),
        // What is given and what is meant where nothing is given are the same.
        (
            with(&|spec| spec["cooldownPeriod"] = json!(300)),
            none.clone(),
            vec![],
        ),
        (
            with(&|spec| {
                spec["cooldownPeriod"] = json!(60);
                spec["pollingInterval"] = json!(15);
                spec["minReplicaCount"] = json!(1);
                spec["idleReplicaCount"] = json!(0);
            }),
            none.clone(),
            vec![
                "minReplicaCount: 0 → 1",
                "idleReplicaCount:  → 0",
                "pollingInterval: 30 s → 15 s",
                "cooldownPeriod: 300 s → 60 s",
            ],
        ),
        (
            with(&|spec| spec["triggers"][1]["metadata"]["threshold"] = json!("5")),
            none.clone(),
            vec!["prometheus 2 threshold: 3 → 5"],
        ),
        (
            with(&|spec| {
                spec["triggers"] = json!([
                    base["triggers"][0],
                    {"type": "cron", "name": "night", "metadata": {"start": "0 1 * * *"}},
                ]);
            }),
            none.clone(),
            vec!["+ trigger cron night", "- trigger prometheus 2"],
        ),
        (
            with(&|spec| {
                spec["fallback"] = json!({"failureThreshold": 3, "replicas": 6});
                spec["advanced"] = json!({
                    "scalingModifiers": {"formula": "a + b", "target": "2"},
                    "horizontalPodAutoscalerConfig": {"behavior": {"scaleUp": {"stabilizationWindowSeconds": 30}}},
                });
            }),
            none.clone(),
            vec![
                "fallback:  → 6 after 3 failures",
                "formula:  → a + b",
                "formula target:  → 2",
                "scaleUp stabilization window:  → 30 s",
            ],
        ),
        (base.clone(), paused("paused", "true"), vec!["paused Whole"]),
        (base.clone(), paused("paused", "false"), vec![]),
        (
            base.clone(),
            paused("paused-replicas", "3"),
            vec!["paused At(\"3\")"],
        ),
        (
            base.clone(),
            paused("paused-scale-in", ""),
            vec!["paused In"],
        ),
        (
            base.clone(),
            paused("paused-scale-out", "true"),
            vec!["paused Out"],
        ),
    ] {
        let before = object(&base, &none, None);
        let after = object(&after, &annotations, None);
        assert_eq!(between(OBJECT, &before, &after), told);
        let back = between(OBJECT, &after, &before);
        assert_eq!(back.len(), told.len(), "{back:?}");
    }
    let frozen = object(&base, &paused("paused", "true"), None);
    assert_eq!(
        between(OBJECT, &frozen, &object(&base, &none, None)),
        [words(&Change::Resumed(Pause::Whole))]
    );
}

#[test]
fn fields_of_a_scaled_job_are_told() {
    let before = json!({"triggers": [{"type": "kafka", "metadata": {"lagThreshold": "5"}}]});
    let after = json!({
        "maxReplicaCount": 4, "scalingStrategy": {"strategy": "accurate"},
        "triggers": [{"type": "kafka", "metadata": {"lagThreshold": "9"}}],
    });
    let none = json!({});
    assert_eq!(
        between(
            JOB,
            &object(&before, &none, None),
            &object(&after, &none, None)
        ),
        [
            "maxReplicaCount: 100 → 4",
            "scaling strategy:  → accurate",
            "kafka lagThreshold: 5 → 9"
        ]
    );
}

#[test]
fn who_edited_is_told_where_managed_fields_tell_it() {
    let none = json!({});
    let spec = |max: i32| json!({"scaleTargetRef": {"name": "cart"}, "maxReplicas": max});
    let mut past = past(SubjectKind::Hpa);
    for (second, max, by) in [
        (1, 5, Some(("kubectl-apply", 0))),
        (10, 8, Some(("kubectl-edit", 9))),
        // A field that is taken away leaves no trace of who took it.
        (20, 9, Some(("kubectl-edit", 9))),
        (30, 7, None),
    ] {
        see(&mut past, second, HPA, &object(&spec(max), &none, by));
    }
    let edits = past.edits(at(2), at(99));
    let by: Vec<&str> = edits.iter().map(|edit| &*edit.by).collect();
    assert_eq!(by, ["kubectl-edit", "", ""]);
    assert!(
        edits
            .iter()
            .all(|edit| edit.certainty == Certainty::Observed)
    );
    assert_eq!(past.edits(at(10), at(19)).len(), 1);
    assert!(past.edits(at(11), at(19)).is_empty());
}

#[test]
fn what_changed_unseen_is_estimated_and_another_object_is_no_edit() {
    let none = json!({});
    let spec = |max: i32| json!({"scaleTargetRef": {"name": "cart"}, "maxReplicas": max});
    let mut past = past(SubjectKind::Hpa);
    tell(&mut past, 0, What::Watched(Part::Autoscaler));
    see(&mut past, 0, HPA, &object(&spec(5), &none, None));
    tell(&mut past, 10, What::Unwatched(Part::Autoscaler));
    tell(&mut past, 20, What::Watched(Part::Autoscaler));
    see(&mut past, 20, HPA, &object(&spec(6), &none, None));
    tell(&mut past, 30, What::Hpa(None));
    let mut other = object(&spec(9), &none, None);
    other["metadata"]["uid"] = json!("another");
    see(&mut past, 40, HPA, &other);
    let edits = past.edits(at(0), at(99));
    assert_eq!(changes(&edits), ["maxReplicas: 5 → 6"]);
    assert!(matches!(edits[0].certainty, Certainty::Estimated { .. }));
}

/// KEDA brings an edit of a ScaledObject to its HPA: that is one edit. One of the HPA beside KEDA is another.
#[test]
fn what_keda_makes_of_an_edit_is_not_told_twice() {
    let none = json!({});
    let spec = |max: i32| json!({"scaleTargetRef": {"name": "cart"}, "maxReplicaCount": max});
    let hpa = |max: i32| json!({"scaleTargetRef": {"name": "cart"}, "maxReplicas": max});
    let mut past = past(SubjectKind::ScaledObject);
    see(
        &mut past,
        1,
        OBJECT,
        &object(&spec(5), &none, Some(("kubectl-apply", 1))),
    );
    see(
        &mut past,
        1,
        HPA,
        &object(&hpa(5), &none, Some(("keda-operator", 1))),
    );
    see(
        &mut past,
        9,
        OBJECT,
        &object(&spec(8), &none, Some(("kubectl-edit", 9))),
    );
    see(
        &mut past,
        10,
        HPA,
        &object(&hpa(8), &none, Some(("keda-operator", 10))),
    );
    see(
        &mut past,
        20,
        HPA,
        &object(&hpa(2), &none, Some(("kubectl-patch", 20))),
    );
    see(
        &mut past,
        21,
        HPA,
        &object(&hpa(8), &none, Some(("keda-operator", 21))),
    );
    let edits = past.edits(at(0), at(99));
    assert_eq!(
        changes(&edits),
        ["maxReplicaCount: 5 → 8", "maxReplicas: 8 → 2"]
    );
}
