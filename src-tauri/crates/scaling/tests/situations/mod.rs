//! Random situations of an autoscaler, as strategies that shrink.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;
use scaling::hpa::Situation;
use serde_json::{Value, json};

/// The `now` of every situation.
pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// A moment so many seconds ago.
fn ago(seconds: i64) -> String {
    let at = now() - SignedDuration::from_secs(seconds);
    at.to_string()
}

/// A pod that is ready since long.
fn settled(index: usize) -> Value {
    json!({"name": format!("web-{index}"), "labels": {"app": "web"}, "phase": "Running", "startTime": ago(7200),
        "ready": {"status": "True", "lastTransitionTime": ago(7000)},
        "containers": [{"name": "app", "requests": {"cpu": "100m", "memory": "100Mi"}}]})
}

fn pod() -> impl Strategy<Value = Value> {
    (
        0i64..600,
        0i64..60,
        select(vec!["True", "True", "False", "Unknown"]),
        select(vec![
            "Running",
            "Running",
            "Running",
            "Pending",
            "Failed",
            "Succeeded",
        ]),
        0u8..12,
    )
        .prop_map(|(age, delay, ready, phase, quirk)| {
            let mut pod = settled(0);
            pod["phase"] = phase.into();
            pod["startTime"] = ago(age).into();
            pod["ready"] =
                json!({"status": ready, "lastTransitionTime": ago((age - delay).max(0))});
            match quirk {
                0 => pod["deletionTimestamp"] = ago(3).into(),
                1 => pod["ready"] = Value::Null,
                2 => pod["startTime"] = Value::Null,
                3 => pod["labels"] = json!({"app": "other"}),
                _ => {}
            }
            pod
        })
}

/// Between one and a few pods, all settled or not.
fn pods() -> impl Strategy<Value = Vec<Value>> {
    let named = |mut pods: Vec<Value>| {
        for (index, pod) in pods.iter_mut().enumerate() {
            pod["name"] = format!("web-{index}").into();
        }
        pods
    };
    prop_oneof![
        (1usize..8).prop_map(|count| (0..count).map(settled).collect()),
        prop::collection::vec(pod(), 0..8).prop_map(named),
    ]
}

/// A metric with the percentage of its target that is used.
fn metric() -> impl Strategy<Value = (&'static str, u32, i64)> {
    (
        select(vec![
            "cpu",
            "cpu",
            "memory",
            "cpuValue",
            "pods",
            "object",
            "objectAverage",
            "external",
            "externalAverage",
        ]),
        select(vec![
            0, 30, 70, 89, 90, 95, 100, 105, 110, 111, 150, 200, 500, 1000,
        ]),
        select(vec![1, 50, 80, 100, 130]),
    )
}

fn rules() -> impl Strategy<Value = Value> {
    let policy = (
        select(vec!["Pods", "Percent"]),
        1i64..120,
        select(vec![15, 30, 60, 300]),
    )
        .prop_map(
            |(kind, value, period)| json!({"type": kind, "value": value, "periodSeconds": period}),
        );
    (
        prop::option::of(select(vec![0, 15, 60, 300, 900])),
        prop::option::of(select(vec!["Max", "Min", "Disabled"])),
        prop::option::of(prop::collection::vec(policy, 1..3)),
        prop::option::of(select(vec!["0", "50m", "200m"])),
    )
        .prop_map(|(window, select, policies, tolerance)| {
            let mut rules = json!({});
            let mut set = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    rules[name] = value;
                }
            };
            set("stabilizationWindowSeconds", window.map(Value::from));
            set("selectPolicy", select.map(Value::from));
            set("policies", policies.map(Value::from));
            set("tolerance", tolerance.map(Value::from));
            rules
        })
}

/// How the answers of the metrics APIs and the spec fit together.
fn with_metrics(situation: &mut Value, metrics: &[(&'static str, u32, i64)]) {
    let names: Vec<String> = situation["pods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pod| pod["name"].as_str().unwrap().to_owned())
        .collect();
    let mut usage: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "timestamp": ago(5), "window": 30, "containers": [{"name": "app", "usage": {}}]}))
        .collect();
    let mut specs = Vec::new();
    let (mut of_pods, mut of_objects, mut external) = (Vec::new(), Vec::new(), Vec::new());
    let status = situation["scale"]["result"]["value"]["statusReplicas"]
        .as_i64()
        .unwrap();
    for (index, (kind, percent, target)) in metrics.iter().enumerate() {
        let id = json!({"name": format!("m{index}")});
        let used = target * i64::from(*percent) / 100;
        let total = format!("{used}");
        match *kind {
            "cpu" | "memory" | "cpuValue" => {
                let resource = if *kind == "memory" { "memory" } else { "cpu" };
                for pod in &mut usage {
                    let amount = if resource == "cpu" {
                        format!("{used}m")
                    } else {
                        format!("{used}Mi")
                    };
                    pod["containers"][0]["usage"][resource] = amount.into();
                }
                let target = if *kind == "cpuValue" {
                    json!({"type": "AverageValue", "averageValue": format!("{target}m")})
                } else {
                    json!({"type": "Utilization", "averageUtilization": target})
                };
                specs.push(
                    json!({"type": "Resource", "resource": {"name": resource, "target": target}}),
                );
            }
            "pods" => {
                let target = json!({"type": "AverageValue", "averageValue": target.to_string()});
                specs.push(json!({"type": "Pods", "pods": {"metric": id, "target": target}}));
                let values: Vec<Value> = names
                    .iter()
                    .skip(usize::from(percent % 2 == 1))
                    .map(|name| json!({"name": name, "timestamp": ago(5), "value": total}))
                    .collect();
                of_pods.push(json!({"metric": id, "answer": {"result": {"value": values}}}));
            }
            "object" | "objectAverage" => {
                let object = json!({"kind": "Service", "name": "front", "apiVersion": "v1"});
                let (goal, value) = goal(*kind == "objectAverage", *target, used, status);
                specs.push(json!({"type": "Object", "object": {"describedObject": object, "metric": id, "target": goal}}));
                of_objects.push(
                    json!({"metric": id, "object": object, "answer": {"result": {"value": value}}}),
                );
            }
            _ => {
                let (goal, value) = goal(*kind == "externalAverage", *target, used, status);
                specs.push(json!({"type": "External", "external": {"metric": id, "target": goal}}));
                external.push(json!({"metric": id, "answer": {"result": {"value": [value]}}}));
            }
        }
    }
    situation["spec"]["metrics"] = specs.into();
    situation["metrics"] = json!({"resource": {"result": {"value": usage}}, "pods": of_pods, "object": of_objects, "external": external});
}

fn goal(is_average: bool, target: i64, used: i64, status: i64) -> (Value, String) {
    if is_average {
        let goal = json!({"type": "AverageValue", "averageValue": target.to_string()});
        (goal, (used * status).to_string())
    } else {
        (
            json!({"type": "Value", "value": target.to_string()}),
            used.to_string(),
        )
    }
}

/// The controller's memory: recommendations and changes of size with their ages in seconds.
type History = (Vec<(i32, i64)>, Vec<(i32, i64)>, Vec<(i32, i64)>);

fn history() -> impl Strategy<Value = History> {
    let events = || prop::collection::vec((1i32..5, 0i64..400), 0..3);
    (
        prop::collection::vec((0i32..15, 0i64..1000), 0..8),
        events(),
        events(),
    )
}

prop_compose! {
    /// A situation as JSON.
    pub(crate) fn value()(
        pods in pods(),
        size in (0i32..12, 0i32..12),
        limits in (select(vec![0, 1, 1, 2, 5]), 1i32..15),
        metrics in prop::collection::vec(metric(), 1..4),
        behavior in prop::option::of((prop::option::of(rules()), prop::option::of(rules()))),
        (recommendations, up, down) in history(),
        scale_to_zero in any::<bool>(),
        went_to_zero in any::<bool>(),
    ) -> Value {
        let (min, max) = limits;
        let event = |(change, age): &(i32, i64)| json!({"change": change, "at": ago(*age)});
        let mut situation = json!({
            "now": now().to_string(), "namespace": "ns", "name": "web",
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"},
                "minReplicas": min, "maxReplicas": max.max(min)},
            "scale": {"result": {"value": {"specReplicas": size.0, "statusReplicas": size.1, "selector": "app=web"}}},
            "pods": pods,
            "memory": {"recommendations": recommendations.iter().map(|(replicas, age)| json!({"replicas": replicas, "at": ago(*age)}))
                    .collect::<Vec<_>>(),
                "scaleUpEvents": up.iter().map(event).collect::<Vec<_>>(),
                "scaleDownEvents": down.iter().map(event).collect::<Vec<_>>()},
            "passes": {"shortest": 15, "longest": 15, "phase": "now"},
        });
        with_metrics(&mut situation, &metrics);
        if let Some((up, down)) = behavior {
            situation["spec"]["behavior"] = json!({"scaleUp": up, "scaleDown": down});
        }
        if scale_to_zero {
            situation["config"] = serde_json::to_value(scaling::hpa::situation::Config::default()).unwrap();
            situation["config"]["gates"]["scaleToZero"] = true.into();
            situation["status"] = json!({"conditions": [{"type": "ScaledToZero", "status": if went_to_zero { "True" } else { "False" }}]});
        }
        situation
    }
}

/// A situation.
pub(crate) fn situation() -> impl Strategy<Value = Situation> {
    value().prop_map(|value| serde_json::from_value(value).unwrap())
}
