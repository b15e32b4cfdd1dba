//! The HPA controller's decisions as users read them: each snapshot is a page of situations with their words.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_pass_by_value)] // situations read better without &

mod told;

use jiff::{SignedDuration, Timestamp};
use scaling::hpa::{Situation, decide};
use scaling::words;
use serde_json::{Value, json};
use told::{Page, clock};

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn ago(seconds: i64) -> String {
    (now() - SignedDuration::from_secs(seconds)).to_string()
}

/// An autoscaler between 1 and 8 whose pods request 200m of cpu and 256Mi; `used` is what each pod's sample says, if it has one.
fn web(replicas: i32, metrics: Value, used: &[Option<(&str, &str)>]) -> Value {
    let name = |index: usize| format!("web-{index}");
    let pods: Vec<Value> = (0..used.len())
        .map(|index| {
            json!({"name": name(index), "labels": {"app": "web"}, "phase": "Running", "startTime": ago(7200),
                "ready": {"status": "True", "lastTransitionTime": ago(7000)},
                "containers": [{"name": "app", "requests": {"cpu": "200m", "memory": "256Mi"}}]})
        })
        .collect();
    let samples: Vec<Value> = used
        .iter()
        .enumerate()
        .filter_map(|(index, used)| {
            let (cpu, memory) = (*used)?;
            Some(
                json!({"name": name(index), "timestamp": ago(5), "window": 30,
                "containers": [{"name": "app", "usage": {"cpu": cpu, "memory": memory}}]}),
            )
        })
        .collect();
    json!({
        "now": now().to_string(), "namespace": "shop", "name": "web",
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"},
            "minReplicas": 1, "maxReplicas": 8, "metrics": metrics},
        "scale": {"result": {"value": {"specReplicas": replicas, "statusReplicas": replicas, "selector": "app=web"}}},
        "pods": pods,
        "metrics": {"resource": {"result": {"value": samples}}},
        "memory": {"recommendations": [{"replicas": replicas, "at": ago(900)}]},
        "passes": {"shortest": 15, "longest": 15, "phase": "now"},
    })
}

fn cpu() -> Value {
    json!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}])
}

/// So many pods that each use so much cpu.
fn busy(replicas: i32, cpu_used: &str) -> Value {
    let used = vec![Some((cpu_used, "100Mi")); usize::try_from(replicas).unwrap()];
    web(replicas, cpu(), &used)
}

/// The same with a part of the situation replaced.
fn with(mut situation: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    situation.pointer_mut(parent).unwrap()[name] = value;
    situation
}

fn recommended(situation: Value, recommendations: &[(i32, i64)]) -> Value {
    let list: Vec<Value> = recommendations
        .iter()
        .map(|(replicas, age)| json!({"replicas": replicas, "at": ago(*age)}))
        .collect();
    with(situation, "/memory/recommendations", list.into())
}

fn external(target: &Value, value: &str) -> Value {
    let situation = web(
        2,
        json!([{"type": "External", "external": {"metric": {"name": "queue"}, "target": target}}]),
        &[Some(("50m", "100Mi")); 2],
    );
    let answer = json!([{"metric": {"name": "queue"}, "answer": {"result": {"value": [value]}}}]);
    with(situation, "/metrics/external", answer)
}

fn page(situations: Vec<(&str, Value)>) -> String {
    let mut page = Page::default();
    for (title, situation) in situations {
        let situation: Situation = serde_json::from_value(situation).unwrap();
        let (decision, _) = decide(&situation);
        page.add(title, &words::hpa(&decision, &clock(now())));
    }
    page.0
}

#[test]
fn load_is_followed() {
    let _plain = told::plainly();
    insta::assert_snapshot!(page(vec![
        ("Twice the load: it grows", busy(2, "320m")),
        ("Load as wanted: it stays", busy(3, "160m")),
        ("A little above the target: the tolerance", busy(3, "170m")),
        (
            "Half the load, nothing remembered: it shrinks",
            busy(4, "80m")
        ),
        (
            "No utilization, but an amount for each pod",
            web(
                2,
                json!([{"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "128Mi"}}}]),
                &[Some(("10m", "192Mi")), Some(("10m", "200Mi"))],
            ),
        ),
        (
            "One container of the pods",
            web(
                2,
                json!([{"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "app", "target": {"type": "Utilization", "averageUtilization": 50}}}]),
                &[Some(("190m", "1Mi")), Some(("170m", "1Mi"))],
            ),
        ),
    ]));
}

#[test]
fn other_metrics_are_followed() {
    let _plain = told::plainly();
    let average = json!({"type": "AverageValue", "averageValue": "5"});
    let of_pods = web(
        2,
        json!([{"type": "Pods", "pods": {"metric": {"name": "requests"}, "target": average}}]),
        &[None, None],
    );
    let values: Vec<Value> = ["7500m", "8"]
        .iter()
        .enumerate()
        .map(|(index, value)| json!({"name": format!("web-{index}"), "timestamp": ago(5), "value": value}))
        .collect();
    let answer = json!([{"metric": {"name": "requests"}, "answer": {"result": {"value": values}}}]);
    let of_pods = with(of_pods, "/metrics/pods", answer);

    let object = json!({"kind": "Ingress", "name": "front", "apiVersion": "networking.k8s.io/v1"});
    let of_object = web(
        2,
        json!([{"type": "Object", "object": {"describedObject": object, "metric": {"name": "hits"}, "target": {"type": "Value", "value": "100"}}}]),
        &[Some(("1m", "1Mi")); 2],
    );
    let answer = json!([{"metric": {"name": "hits"}, "object": object, "answer": {"result": {"value": "250"}}}]);
    let of_object = with(of_object, "/metrics/object", answer);
    insta::assert_snapshot!(page(vec![
        ("A custom metric of the pods", of_pods),
        ("A custom metric of an object, in all", of_object),
        (
            "A queue, in all",
            external(&json!({"type": "Value", "value": "10"}), "25")
        ),
        ("A queue, for each pod", external(&average, "22500m")),
    ]));
}

#[test]
fn earlier_recommendations_hold() {
    let _plain = told::plainly();
    let quiet = || recommended(busy(6, "50m"), &[(6, 170), (3, 30)]);
    let behavior = json!({"scaleDown": {"stabilizationWindowSeconds": 60}});
    let slow_up = json!({"scaleUp": {"stabilizationWindowSeconds": 120}});
    let estimated =
        json!({"kind": "estimated", "guess": "recommendations were rebuilt from events"});
    insta::assert_snapshot!(page(vec![
        ("Without a behavior: five minutes", quiet()),
        (
            "The time of the passes is not known",
            with(quiet(), "/passes/phase", "unknown".into()),
        ),
        (
            "What the controller remembers was guessed",
            with(quiet(), "/memory/certainty", estimated),
        ),
        (
            "With a behavior: a minute",
            with(
                recommended(busy(6, "50m"), &[(6, 20)]),
                "/spec/behavior",
                behavior
            ),
        ),
        (
            "With a behavior: growing waits too",
            with(
                recommended(busy(2, "320m"), &[(2, 40)]),
                "/spec/behavior",
                slow_up
            ),
        ),
        (
            "Without a behavior an old recommendation makes it grow",
            recommended(busy(2, "160m"), &[(4, 100)]),
        ),
    ]));
}

#[test]
fn limits_bind() {
    let _plain = told::plainly();
    let slow_up =
        json!({"scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}});
    let slow_down = json!({"scaleDown": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}, {"type": "Pods", "value": 1, "periodSeconds": 60}], "selectPolicy": "Min"}});
    let no_up = json!({"scaleUp": {"selectPolicy": "Disabled"}});
    let no_down =
        json!({"scaleDown": {"stabilizationWindowSeconds": 0, "selectPolicy": "Disabled"}});
    let used_up = with(busy(3, "320m"), "/spec/behavior", slow_up.clone());
    let used_up = with(
        used_up,
        "/memory/scaleUpEvents",
        json!([{"change": 1, "at": ago(20)}]),
    );
    insta::assert_snapshot!(page(vec![
        (
            "Without a behavior: at most twice the size, or four",
            busy(1, "1200m")
        ),
        (
            "A policy upwards",
            with(busy(3, "320m"), "/spec/behavior", slow_up)
        ),
        ("A policy upwards that is used up", used_up),
        (
            "Two policies downwards, the stricter one",
            with(busy(6, "20m"), "/spec/behavior", slow_down)
        ),
        (
            "Scaling up is disabled",
            with(busy(3, "320m"), "/spec/behavior", no_up)
        ),
        (
            "Scaling down is disabled",
            with(busy(3, "10m"), "/spec/behavior", no_down)
        ),
        ("The upper limit", busy(8, "320m")),
        (
            "The lower limit",
            with(busy(3, "10m"), "/spec/minReplicas", 3.into())
        ),
    ]));
}

#[test]
fn metrics_are_not_looked_at() {
    let _plain = told::plainly();
    let unreadable = json!({"result": {"error": "deployments.apps \"web\" not found"}});
    insta::assert_snapshot!(page(vec![
        ("Above the upper limit", busy(12, "10m")),
        (
            "Below the lower limit",
            with(busy(2, "10m"), "/spec/minReplicas", 3.into())
        ),
        ("Somebody set it to 0", busy(0, "10m")),
        (
            "The target cannot be read",
            with(busy(2, "10m"), "/scale", unreadable)
        ),
    ]));
}

#[test]
fn pods_and_metrics_that_are_not_all_there() {
    let _plain = told::plainly();
    let young = with(busy(3, "300m"), "/pods/2/startTime", ago(60).into());
    let young = with(
        young,
        "/pods/2/ready",
        json!({"status": "False", "lastTransitionTime": ago(58)}),
    );
    let without_request = with(busy(2, "100m"), "/pods/0/containers/0/requests", json!({}));
    let used = [Some(("300m", "1Mi")), Some(("300m", "1Mi")), None];
    let idle = [Some(("20m", "1Mi")), Some(("20m", "1Mi")), None, None];
    let queue = json!({"type": "External", "external": {"metric": {"name": "queue"}, "target": {"type": "AverageValue", "averageValue": "5"}}});
    let resource = cpu()[0].clone();
    let both = |usage: &str| {
        let failing = json!([{"metric": {"name": "queue"}, "answer": {"result": {"error": "no such metric"}}}]);
        let situation = with(busy(2, usage), "/spec/metrics", json!([resource, queue]));
        with(situation, "/metrics/external", failing)
    };
    let answer = json!([{"metric": {"name": "queue"}, "answer": {"result": {"value": ["21"]}}}]);
    let guessed = json!({"kind": "estimated", "guess": "usage is of a minute ago"});
    let unknown = json!({"kind": "unknown", "why": "the metrics API was not asked"});
    insta::assert_snapshot!(page(vec![
        ("A young pod is not measured when it would grow", young),
        (
            "A pod without a sample tempers growth",
            web(3, cpu(), &used)
        ),
        (
            "Pods without a sample temper shrinking",
            web(4, cpu(), &idle)
        ),
        ("A container without a request", without_request),
        ("No samples at all", web(2, cpu(), &[None, None])),
        (
            "One of two metrics fails, the other would grow it",
            both("320m")
        ),
        (
            "One of two metrics fails, the other would shrink it",
            both("20m")
        ),
        (
            "Two metrics: the largest decides",
            with(both("100m"), "/metrics/external", answer)
        ),
        (
            "The samples were guessed",
            with(busy(2, "320m"), "/metrics/resource/certainty", guessed),
        ),
        (
            "The samples are not known",
            with(busy(2, "320m"), "/metrics/resource/certainty", unknown),
        ),
        (
            "The size cannot be set",
            with(
                busy(2, "320m"),
                "/writes",
                json!({"scaleError": "quota exceeded"})
            ),
        ),
    ]));
}
