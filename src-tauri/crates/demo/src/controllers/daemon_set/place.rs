//! Which nodes take a DaemonSet's pods, and its pods by node (`NodeShouldRunDaemonPod`, `util/daemonset_util.go`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::World;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::index::is_over;
use crate::controllers::replica_set::pod_of;
use crate::controllers::scheduler::{is_tolerated, is_wanted};
use crate::controllers::{revisions, write};

/// How often the template has changed, as the API server counts it.
pub(super) const GENERATION: &str = "deprecated.daemonset.template.generation";

/// Whether a node takes a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Takes,
    /// It takes none, but keeps what runs.
    Keeps,
    Not,
}

/// All nodes, with how the pods of a set fit on them.
pub(super) fn nodes(world: &World, set: &Value) -> Vec<(Arc<Value>, Fit)> {
    let mut pod = json!({"spec": set["spec"]["template"]["spec"]});
    tolerate(&mut pod["spec"]);
    let nodes = write::list(world, "nodes", "").into_iter();
    nodes
        .map(|node| {
            let fit = fit(&pod, &node);
            (node, fit)
        })
        .collect()
}

fn fit(pod: &Value, node: &Value) -> Fit {
    let name = pod["spec"]["nodeName"].text();
    if !name.is_empty() && name != node.name() || !is_wanted(pod, node) {
        return Fit::Not;
    }
    let tolerations = pod["spec"]["tolerations"].items();
    let repels = |effects: &[&str]| {
        let taints = node["spec"]["taints"].items().iter();
        let mut taints = taints.filter(|taint| effects.contains(&taint["effect"].text()));
        taints.any(|taint| !is_tolerated(taint, tolerations))
    };
    if repels(&["NoExecute"]) {
        Fit::Not
    } else if repels(&["NoSchedule"]) {
        Fit::Keeps
    } else {
        Fit::Takes
    }
}

/// Pods by the node that they run on or wait for, the oldest first, without those that are over and go.
pub(super) fn pods(pods: Vec<Arc<Value>>) -> BTreeMap<String, Vec<Arc<Value>>> {
    let mut by_node: BTreeMap<String, Vec<Arc<Value>>> = BTreeMap::new();
    for pod in pods {
        if !(pod.is_deleted() && is_over(&pod)) {
            let node = node_of(&pod).to_owned();
            by_node.entry(node).or_default().push(pod);
        }
    }
    for pods in by_node.values_mut() {
        // (`podByCreationTimestampAndPhase`: those with a node first.)
        pods.sort_by_cached_key(|pod| {
            let waits = pod["spec"]["nodeName"].text().is_empty();
            let created = pod["metadata"]["creationTimestamp"].time();
            (waits, created, pod.path())
        });
    }
    by_node
}

/// `GetTargetNodeName`
fn node_of(pod: &Value) -> &str {
    let bound = pod["spec"]["nodeName"].text();
    if !bound.is_empty() {
        return bound;
    }
    let required =
        &pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let terms = required["nodeSelectorTerms"].items().iter();
    let mut fields = terms.flat_map(|term| term["matchFields"].items());
    let name = fields.find(|field| field["key"] == "metadata.name");
    name.map_or("", |name| name["values"][0].text())
}

/// The pod for a node, which only that node takes (`CreatePodTemplate`, `ReplaceDaemonSetPodNodeNameNodeAffinity`).
pub(super) fn pod(set: &Value, hash: &str, node: &str) -> Value {
    let mut pod = pod_of(set);
    tolerate(&mut pod["spec"]);
    let generation = set.annotation(GENERATION);
    let labels = &mut pod["metadata"]["labels"];
    if !generation.is_empty() {
        labels["pod-template-generation"] = json!(generation);
    }
    labels[revisions::HASH] = json!(hash);
    let affinity = &mut pod["spec"]["affinity"]["nodeAffinity"];
    let only = json!({"key": "metadata.name", "operator": "In", "values": [node]});
    affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"] =
        json!([{"matchFields": [only]}]);
    pod
}

/// What every DaemonSet's pod stands (`AddOrUpdateDaemonPodTolerations`).
fn tolerate(spec: &mut Value) {
    let mut all = vec![
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    ];
    if spec["hostNetwork"] == true {
        all.push(("network-unavailable", "NoSchedule"));
    }
    let mut tolerations = spec["tolerations"].items().to_vec();
    for (key, effect) in all {
        let wanted = json!({"key": format!("node.kubernetes.io/{key}"), "operator": "Exists", "effect": effect});
        tolerations.retain(|one| one["key"] != wanted["key"] || one["effect"] != wanted["effect"]);
        tolerations.push(wanted);
    }
    spec["tolerations"] = json!(tolerations);
}
