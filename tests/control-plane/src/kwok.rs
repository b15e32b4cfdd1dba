//! The configuration of kwok, which simulates nodes and pods.

mod stages;
mod templates;

use std::path::Path;

use serde_json::{Value, json};

use crate::behaviour;

const API: &str = "kwok.x-k8s.io/v1alpha1";
/// Path of the resource metrics of a node, as metrics-server is told by [`METRICS_ANNOTATION`].
const METRICS_PATH: &str = "/metrics/nodes/{nodeName}/metrics/resource";
/// Annotation of a Node with the path of its metrics.
pub(crate) const METRICS_ANNOTATION: &str = "metrics.k8s.io/resource-metrics-path";

/// Path of the resource metrics of the node `name`.
pub(crate) fn metrics_path(name: &str) -> String {
    METRICS_PATH.replace("{nodeName}", name)
}

/// The whole configuration, as a stream of documents. `default_log` is what every container prints that has no log of
/// its own.
pub(crate) fn configuration(default_log: &Path) -> String {
    let mut documents = vec![
        json!({
            "apiVersion": "config.kwok.x-k8s.io/v1alpha1", "kind": "KwokConfiguration",
            // A document of its own replaces kwok's defaults, so those that matter are repeated.
            "options": {
                "cidr": "10.0.0.0/24", "enableDebuggingHandlers": true, "enablePodsOnNodeSyncListPager": true,
                "podPlayStageParallelism": 16, "nodePlayStageParallelism": 4, "nodeLeaseParallelism": 4,
                "podsOnNodeSyncParallelism": 4,
            },
        }),
        json!({
            "apiVersion": API, "kind": "ClusterLogs", "metadata": {"name": "default"},
            "spec": {"logs": [{"logsFile": default_log, "follow": true}]},
        }),
        usage(),
        metrics(),
    ];
    documents.extend(stages::of_nodes());
    documents.extend(stages::of_pods());
    documents
        .iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("\n---\n")
}

/// The first container uses what the annotation says, the others next to nothing: a pod with a container that uses nothing
/// at all is left out by metrics-server. Only running pods use anything.
fn usage() -> Value {
    let quantity = |annotation: &str, default: &str, others: &str| {
        json!({"expression": format!(
            r#"pod.status.phase != "Running" ? Quantity("0") :
            container.name != pod.spec.containers[0].name ? Quantity("{others}") :
            "{annotation}" in pod.metadata.annotations ? Quantity(pod.metadata.annotations["{annotation}"]) :
            Quantity("{default}")"#
        )})
    };
    json!({
        "apiVersion": API, "kind": "ClusterResourceUsage", "metadata": {"name": "annotations"},
        "spec": {"usages": [{"usage": {
            "cpu": quantity(behaviour::CPU, "1m", "10u"),
            "memory": quantity(behaviour::MEMORY, "1Mi", "64Ki"),
        }}]},
    })
}

/// What metrics-server reads. Each node uses 80 millicores and 700 MiB for itself; with nothing it would be left out.
fn metrics() -> Value {
    let labels = json!([
        {"name": "container", "value": "container.name"},
        {"name": "namespace", "value": "pod.metadata.namespace"},
        {"name": "pod", "value": "pod.metadata.name"},
    ]);
    let metric = |dimension: &str, name: &str, kind: &str, value: &str| {
        let labels = if dimension == "container" {
            labels.clone()
        } else {
            json!([])
        };
        json!({"name": name, "dimension": dimension, "kind": kind, "help": name, "labels": labels, "value": value})
    };
    json!({
        "apiVersion": API, "kind": "Metric", "metadata": {"name": "resource"},
        "spec": {"path": METRICS_PATH, "metrics": [
            metric("node", "scrape_error", "gauge", "0"),
            metric("container", "container_start_time_seconds", "gauge", "pod.SinceSecond()"),
            metric("container", "container_cpu_usage_seconds_total", "counter", r#"pod.CumulativeUsage("cpu", container.name)"#),
            metric("container", "container_memory_working_set_bytes", "gauge", r#"pod.Usage("memory", container.name)"#),
            metric("node", "node_cpu_usage_seconds_total", "counter", r#"node.CumulativeUsage("cpu") + node.SinceSecond() * 0.08"#),
            metric("node", "node_memory_working_set_bytes", "gauge", r#"node.Usage("memory") + 734003200.0"#),
        ]},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_says_what_it_is() {
        for document in configuration(Path::new("/tmp/log")).split("\n---\n") {
            let value: Value = serde_json::from_str(document).expect("each document is JSON");
            assert!(
                value["apiVersion"].is_string() && value["kind"].is_string(),
                "{document}"
            );
        }
    }
}
