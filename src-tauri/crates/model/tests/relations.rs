//! What is found around an object, as a list and as a picture.
#![allow(clippy::unwrap_used)]

use model::links::{Ident, LinkedRow, links};
use model::relations::{Known, MOST, around, layout, sections};
use serde_json::{Value, json};

fn object(group: &str, kind: &str, name: &str, owner: Option<&str>, rest: &Value) -> LinkedRow {
    let owners: Vec<Value> = owner
        .into_iter()
        .map(|owner| {
            let (kind, name) = owner.split_once('/').unwrap();
            json!({"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": format!("{kind}/{name}"), "controller": true})
        })
        .collect();
    let mut object = json!({"metadata": {
        "name": name, "namespace": "shop", "uid": format!("{kind}/{name}"), "ownerReferences": owners}});
    for (key, value) in rest.as_object().into_iter().flatten() {
        if key == "labels" {
            object["metadata"]["labels"] = value.clone();
        } else {
            object[key] = value.clone();
        }
    }
    links(group, kind, &object).unwrap()
}

fn pod_spec() -> Value {
    json!({"containers": [{"name": "web", "envFrom": [{"configMapRef": {"name": "settings"}}],
        "env": [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "key", "key": "k", "optional": true}}}]}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "ca", "projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}}],
        "serviceAccountName": "default"})
}

fn placed() -> Value {
    let mut spec = pod_spec();
    spec["nodeName"] = json!("node-1");
    spec
}

/// What people put around a workload: group, kind, name, owner, and the rest of the object.
const AROUND: [(&str, &str, &str, Option<&str>, &str); 11] = [
    (
        "",
        "Service",
        "web",
        None,
        r#"{"spec": {"selector": {"app": "web"}}}"#,
    ),
    (
        "",
        "Service",
        "other",
        None,
        r#"{"spec": {"selector": {"app": "other"}}}"#,
    ),
    ("", "Service", "external", None, r#"{"spec": {}}"#),
    (
        "networking.k8s.io",
        "Ingress",
        "shop",
        None,
        r#"{"spec": {"ingressClassName": "nginx",
        "rules": [{"http": {"paths": [{"backend": {"service": {"name": "web"}}}]}}]}}"#,
    ),
    (
        "gateway.networking.k8s.io",
        "Gateway",
        "edge",
        None,
        r#"{"spec": {"gatewayClassName": "envoy"}}"#,
    ),
    (
        "gateway.networking.k8s.io",
        "HTTPRoute",
        "web",
        None,
        r#"{"spec": {"parentRefs": [{"name": "edge"}],
        "rules": [{"backendRefs": [{"name": "web"}]}]}}"#,
    ),
    (
        "keda.sh",
        "ScaledObject",
        "web",
        None,
        r#"{"spec": {"scaleTargetRef": {"name": "web"},
        "triggers": [{"type": "prometheus", "authenticationRef": {"name": "login"}}]}}"#,
    ),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        "keda-hpa-web",
        Some("ScaledObject/web"),
        r#"{"spec": {"maxReplicas": 5,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}}"#,
    ),
    (
        "policy",
        "PodDisruptionBudget",
        "web",
        None,
        r#"{"spec": {"selector": {"matchLabels": {"app": "web"}}}}"#,
    ),
    (
        "networking.k8s.io",
        "NetworkPolicy",
        "all",
        None,
        r#"{"spec": {"podSelector": {}}}"#,
    ),
    (
        "",
        "PersistentVolumeClaim",
        "data",
        None,
        r#"{"spec": {"volumeName": "pv-1"}}"#,
    ),
];

/// A Deployment of so many pods with all that.
fn shop(pods: usize) -> Vec<LinkedRow> {
    let app = json!({"app": "web"});
    let template = json!({"metadata": {"labels": app}, "spec": pod_spec()});
    let workload =
        json!({"spec": {"replicas": 2, "template": template}, "status": {"readyReplicas": 2}});
    let mut all = vec![
        object("apps", "Deployment", "web", None, &workload),
        object(
            "apps",
            "ReplicaSet",
            "web-1",
            Some("Deployment/web"),
            &workload,
        ),
    ];
    for (group, kind, name, owner, rest) in AROUND {
        all.push(object(
            group,
            kind,
            name,
            owner,
            &serde_json::from_str(rest).unwrap(),
        ));
    }
    let mut endpoints = Vec::new();
    for pod in 0..pods {
        let name = format!("web-1-{pod:04}");
        endpoints.push(json!({"targetRef": {"kind": "Pod", "name": name, "namespace": "shop"}}));
        all.push(object(
            "",
            "Pod",
            &name,
            Some("ReplicaSet/web-1"),
            &json!({"labels": app, "spec": placed(),
            "status": {"phase": "Running"}}),
        ));
    }
    all.push(object(
        "discovery.k8s.io",
        "EndpointSlice",
        "web-x",
        Some("Service/web"),
        &json!({"endpoints": endpoints}),
    ));
    all
}

fn ident(kind: &str, name: &str, all: &[LinkedRow]) -> Ident {
    let found = all
        .iter()
        .find(|row| row.kind == kind && &*row.meta.name == name);
    found.unwrap().ident()
}

/// The list as indented lines: `Deployment web`.
fn lines(kind: &str, name: &str, all: &[LinkedRow]) -> Vec<String> {
    let mut known = Known::new(all);
    known.complete("", "ConfigMap", "shop");
    known.complete("", "Secret", "shop");
    let relations = around(&ident(kind, name, all), &known);
    let mut lines = Vec::new();
    for section in sections(&relations) {
        lines.push(section.title.to_owned());
        for entry in section.entries {
            let node = &relations.nodes[entry.node];
            let blanks = "  ".repeat(entry.depth as usize + 1);
            let state = if node.state.starts_with("missing") {
                format!(" ({})", node.state)
            } else {
                String::new()
            };
            lines.push(format!(
                "{blanks}{} {}{state}",
                node.ident.kind, node.ident.name
            ));
        }
    }
    lines
}

#[test]
fn around_a_deployment() {
    assert_eq!(
        lines("Deployment", "web", &shop(2)).join("\n"),
        "Owners and owned
  Deployment web
    ReplicaSet web-1
      Pod web-1-0000
      Pod web-1-0001
Gets requests from
  Service web
    EndpointSlice web-x
    HTTPRoute web
      Gateway edge
    Ingress shop
Scaled by
  HorizontalPodAutoscaler keda-hpa-web
    ScaledObject web
Protected by
  PodDisruptionBudget web
Restricted by
  NetworkPolicy all
Uses
  ConfigMap settings (missing)
  PersistentVolumeClaim data
  Secret key (missing, but optional)"
    );
}

#[test]
fn around_other_things() {
    let all = shop(1);
    let pod = lines("Pod", "web-1-0000", &all).join("\n");
    assert!(
        pod.starts_with(
            "Owners and owned\n  Deployment web\n    ReplicaSet web-1\n      Pod web-1-0000\n"
        ),
        "{pod}"
    );
    assert!(pod.contains("Runs on\n  Node node-1"), "{pod}");
    assert!(pod.contains("  Service web\n"), "{pod}");
    for (kind, name, expected) in [
        (
            "Service",
            "web",
            "Sends requests to\n  Deployment web\n    ReplicaSet web-1\n      Pod web-1-0000",
        ),
        (
            "Service",
            "web",
            "Gets requests from\n  HTTPRoute web\n    Gateway edge\n  Ingress shop",
        ),
        (
            "Gateway",
            "edge",
            "Sends requests to\n  HTTPRoute web\n    Service web\n",
        ),
        ("Ingress", "shop", "Sends requests to\n  Service web\n"),
        ("PersistentVolumeClaim", "data", "Used by\n  Deployment web"),
        ("ScaledObject", "web", "Scales\n  Deployment web\n"),
        ("PodDisruptionBudget", "web", "Protects\n  Deployment web\n"),
    ] {
        let list = lines(kind, name, &all).join("\n");
        assert!(list.contains(expected), "{kind} {name}:\n{list}");
    }
    assert_eq!(
        lines("Service", "external", &all),
        ["Owners and owned", "  Service external"]
    );
}

#[test]
fn what_there_is_too_much_of_is_counted() {
    let all = shop(900);
    let known = Known::new(&all);
    let relations = around(&ident("Deployment", "web", &all), &known);
    assert_eq!(relations.nodes.len(), MOST);
    assert_eq!(relations.left_out.len(), 1);
    let (kind, left) = &relations.left_out[0];
    let pods = relations
        .nodes
        .iter()
        .filter(|node| node.ident.kind == "Pod");
    assert_eq!((kind.as_str(), left + pods.count()), ("Pod", 900));
}

#[test]
fn a_picture_of_500_overlaps_nowhere() {
    let all = shop(480);
    let known = Known::new(&all);
    let relations = around(&ident("Deployment", "web", &all), &known);
    let drawing = layout(&relations);
    assert_eq!(drawing.spots.len(), relations.nodes.len());
    for (at, a) in drawing.spots.iter().enumerate() {
        assert!(
            a.x >= 0.0
                && a.y >= 0.0
                && a.x + a.width <= drawing.width + 0.1
                && a.y + a.height <= drawing.height + 0.1
        );
        for b in &drawing.spots[at + 1..] {
            let apart = a.x + a.width <= b.x
                || b.x + b.width <= a.x
                || a.y + a.height <= b.y
                || b.y + b.height <= a.y;
            assert!(apart, "{a:?} {b:?}");
        }
    }
    assert!(drawing.lines.len() < 40, "{} lines", drawing.lines.len());
    assert!(
        drawing.lines.iter().all(|line| line.to.0 > line.from.0),
        "lines lead to the right"
    );
    assert!(
        drawing.width < 6_000.0 && drawing.height < 2_000.0,
        "{} x {}",
        drawing.width,
        drawing.height
    );
    assert_eq!(drawing, layout(&relations));
}

#[test]
fn owners_in_a_circle_end() {
    let all = vec![
        object("apps", "Deployment", "a", Some("Deployment/b"), &json!({})),
        object("apps", "Deployment", "b", Some("Deployment/a"), &json!({})),
    ];
    let list = lines("Deployment", "a", &all);
    assert!(list.contains(&"  Deployment a".to_owned()), "{list:?}");
    let known = Known::new(&all);
    layout(&around(&ident("Deployment", "a", &all), &known));
}
