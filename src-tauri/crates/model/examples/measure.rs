//! Bytes per pod row and decode speed: `cargo run --release -p model --example measure`.
//!
//! Ten thousand two-container pods as a Deployment makes them, each with what a real one carries
//! (labels, volumes, managed fields). Memory is the growth of the process while the rows are kept,
//! told for the first run only: later ones fill what earlier ones left.

#![allow(clippy::disallowed_methods)] // measuring needs a clock and the process's own size

use std::time::Instant;

use model::{Kind, ObjectRow, decode_json, decode_proto};
use serde_json::{Value, json};

const PODS: usize = 10_000;

fn pod(n: usize) -> Value {
    let status = |name: &str| {
        json!({"name": name, "ready": true, "started": true, "restartCount": n % 3, "image": format!("registry.example.com/shop/{name}:1.27.{}", n % 9),
            "imageID": "registry.example.com/shop/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "containerID": "containerd://9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
            "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-01-01T00:00:00Z"}}})
    };
    let container = |name: &str| {
        json!({"name": name, "image": format!("registry.example.com/shop/{name}:1.27.{}", n % 9),
            "env": [{"name": "MODE", "value": "production"}, {"name": "PORT", "value": "8080"}],
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
            "volumeMounts": [{"name": "kube-api-access", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 5}})
    };
    let condition = |kind: &str| json!({"type": kind, "status": "True", "lastProbeTime": null, "lastTransitionTime": "2026-01-01T00:00:00Z"});
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("storefront-{:08x}-{:05x}", n / 10, n), "namespace": format!("team-{:03}", n % 100),
            "uid": format!("6f1c2b9e-4d3a-4c1f-9a7b-{n:012x}"), "resourceVersion": (1_000_000 + n).to_string(),
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"app": "storefront", "pod-template-hash": format!("{:08x}", n / 10), "team": "web"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("storefront-{:08x}", n / 10),
                "uid": format!("7a1c2b9e-4d3a-4c1f-9a7b-{:012x}", n / 10), "controller": true, "blockOwnerDeletion": true}],
            "managedFields": [{"manager": "kubelet", "operation": "Update", "fieldsV1": {"f:status": {"f:conditions": {"k:{\"type\":\"Ready\"}": {".": {}, "f:status": {}}}}}}]},
        "spec": {"nodeName": format!("node-{:03}.eu-west-1.example.internal", n % 200), "serviceAccountName": "storefront",
            "containers": [container("web"), container("envoy")],
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]},
        "status": {"phase": "Running", "podIP": format!("10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255), "hostIP": "10.0.0.1", "qosClass": "Burstable",
            "conditions": [condition("PodScheduled"), condition("Initialized"), condition("ContainersReady"), condition("Ready")],
            "containerStatuses": [status("web"), status("envoy")]}})
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|p| p.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

fn report(
    what: &str,
    first: bool,
    inputs: &[Vec<u8>],
    decode: impl Fn(&[u8]) -> Option<ObjectRow>,
) {
    let mut rows: Vec<ObjectRow> = Vec::with_capacity(inputs.len());
    let before = resident();
    let started = Instant::now();
    rows.extend(inputs.iter().filter_map(|input| decode(input)));
    let took = started.elapsed();
    let grown = resident().saturating_sub(before);
    let bytes: usize = inputs.iter().map(Vec::len).sum();
    println!(
        "{what}: {:.0} objects/s, {:.0} MB/s, {} bytes per object, {} rows{}",
        rows.len() as f64 / took.as_secs_f64(),
        bytes as f64 / took.as_secs_f64() / 1e6,
        bytes / inputs.len().max(1),
        rows.len(),
        if first {
            format!(", {} bytes resident per row", grown / rows.len().max(1))
        } else {
            String::new()
        },
    );
}

/// The pods of the golden answers as protobuf, over and over.
fn golden() -> Vec<Vec<u8>> {
    let answers = include_str!("../tests/golden/answers.json").lines();
    let pods = answers.filter(|line| line.contains("\"kind\":\"Pod\",\"apiVersion\""));
    let hex = |line: &str| {
        let answer: Value = serde_json::from_str(line).ok()?;
        let hex = answer["proto"].as_str()?.to_owned();
        let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        (0..hex.len()).step_by(2).map(byte).collect()
    };
    let pods: Vec<Vec<u8>> = pods.filter_map(hex).collect();
    pods.iter().cycle().take(PODS).cloned().collect()
}

fn main() {
    let json: Vec<Vec<u8>> = (0..PODS).map(|n| pod(n).to_string().into_bytes()).collect();
    report("JSON pods", true, &json, |bytes| {
        decode_json(Kind::Pods, bytes).ok()
    });
    let proto = golden();
    report(
        "protobuf pods of the golden answers",
        false,
        &proto,
        |bytes| decode_proto(Kind::Pods, bytes).ok(),
    );
}
