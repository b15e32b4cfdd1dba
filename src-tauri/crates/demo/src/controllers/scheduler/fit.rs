//! Why a node does not take a pod.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::Amounts;
use crate::controllers::fields::{Fields, Scalar};

/// Why a node does not take a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reasons {
    words: Vec<String>,
    /// Whether the node could take it if other pods went.
    is_resolvable: bool,
}

/// The filters in the scheduler's order; only the last gives more than one reason.
pub(super) fn refused(
    pod: &Value,
    wanted: &Amounts,
    node: &Value,
    allocatable: &Amounts,
    requested: Option<&Amounts>,
) -> Option<Reasons> {
    let never = |words: &str| {
        Some(Reasons {
            words: vec![words.to_owned()],
            is_resolvable: false,
        })
    };
    let tolerations = pod["spec"]["tolerations"].items();
    let unschedulable =
        serde_json::json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    if node["spec"]["unschedulable"] == true && !is_tolerated(&unschedulable, tolerations) {
        return never("node(s) were unschedulable");
    }
    let taints = node["spec"]["taints"].items().iter();
    let mut taints = taints.filter(|taint| taint["effect"] != "PreferNoSchedule");
    if taints.any(|taint| !is_tolerated(taint, tolerations)) {
        return never("node(s) had untolerated taint(s)");
    }
    if !is_wanted(pod, node) {
        return never("node(s) didn't match Pod's node affinity/selector");
    }
    let words: Vec<String> = allocatable
        .lacking(requested, wanted)
        .map(|resource| match resource {
            "pods" => "Too many pods".to_owned(),
            resource => format!("Insufficient {resource}"),
        })
        .collect();
    if words.is_empty() {
        return None;
    }
    Some(Reasons {
        // What the node does not have at all it cannot free.
        is_resolvable: allocatable.lacking(None, wanted).next().is_none(),
        words,
    })
}

/// `Toleration.ToleratesTaint`
pub(crate) fn is_tolerated(taint: &Value, tolerations: &[Value]) -> bool {
    tolerations.iter().any(|toleration| {
        let effect = toleration["effect"].text();
        let key = toleration["key"].text();
        let fits_effect = effect.is_empty() || effect == taint["effect"].text();
        let exists = toleration["operator"] == "Exists";
        let fits_key = key == taint["key"].text() || key.is_empty() && exists;
        fits_effect && fits_key && (exists || toleration["value"].text() == taint["value"].text())
    })
}

/// Whether a node has what the pod's selector and required node affinity ask for.
pub(crate) fn is_wanted(pod: &Value, node: &Value) -> bool {
    let labels = &node["metadata"]["labels"];
    let selector = pod["spec"]["nodeSelector"].as_object();
    let by_label = selector
        .into_iter()
        .flatten()
        .all(|(name, value)| labels[name.as_str()] == *value);
    let required =
        &pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let terms = required["nodeSelectorTerms"].items();
    let fits = |term: &Value| {
        let by_expression = term["matchExpressions"]
            .items()
            .iter()
            .all(|expression| is_met(expression, &labels[expression["key"].text()]));
        let by_field = term["matchFields"].items().iter().all(|field| {
            field["values"]
                .items()
                .iter()
                .any(|name| *name == node.name())
        });
        by_expression && by_field
    };
    by_label && (required.is_null() || terms.iter().any(fits))
}

fn is_met(expression: &Value, value: &Value) -> bool {
    let values = expression["values"].items();
    let compared = || {
        let own: i64 = value.text().parse().ok()?;
        let limit: i64 = values.first()?.text().parse().ok()?;
        Some((own, limit))
    };
    match expression["operator"].text() {
        "In" => values.contains(value),
        "NotIn" => !values.contains(value),
        "Exists" => !value.is_null(),
        "DoesNotExist" => value.is_null(),
        "Gt" => compared().is_some_and(|(own, limit)| own > limit),
        "Lt" => compared().is_some_and(|(own, limit)| own < limit),
        _ => false,
    }
}

/// What all nodes said, for the words of the scheduler.
#[derive(Clone, Debug)]
pub(super) struct Refusals {
    nodes: usize,
    reasons: BTreeMap<String, usize>,
    resolvable: usize,
}

impl Refusals {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            nodes,
            reasons: BTreeMap::new(),
            resolvable: 0,
        }
    }

    pub(super) fn add(&mut self, reasons: Reasons) {
        self.resolvable += usize::from(reasons.is_resolvable);
        for words in reasons.words {
            *self.reasons.entry(words).or_default() += 1;
        }
    }
}

/// `FitError.Error` with what preemption adds.
impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nodes == 0 {
            return f.write_str("no nodes available to schedule pods");
        }
        let counted = |count: usize, words: &str| format!("{count} {words}");
        let mut reasons: Vec<String> = self
            .reasons
            .iter()
            .map(|(words, count)| counted(*count, words))
            .collect();
        reasons.sort();
        let mut preemption = Vec::new();
        if self.nodes > self.resolvable {
            let count = self.nodes - self.resolvable;
            preemption.push(counted(count, "Preemption is not helpful for scheduling"));
        }
        if self.resolvable > 0 {
            let words = "No preemption victims found for incoming pod";
            preemption.push(counted(self.resolvable, words));
        }
        preemption.sort();
        let nodes = self.nodes;
        write!(
            f,
            "0/{nodes} nodes are available: {}. no new claims to deallocate, preemption: 0/{nodes} nodes are available: {}.",
            reasons.join(", "),
            preemption.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(name: &str, cpu: &str, more: &Value) -> Value {
        let mut node = json!({
            "metadata": {"name": name, "labels": {"kubernetes.io/os": "linux"}},
            "spec": {}, "status": {"allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "110"}},
        });
        if let Some(taints) = more.get("taints") {
            node["spec"]["taints"] = taints.clone();
        }
        node
    }

    fn refusal(pod: &Value, nodes: &[Value]) -> Option<String> {
        let wanted = Amounts::of_pod(pod);
        let mut refusals = Refusals::new(nodes.len());
        for node in nodes {
            refusals.add(refused(pod, &wanted, node, &Amounts::of_node(node), None)?);
        }
        Some(refusals.to_string())
    }

    #[test]
    fn reasons_are_summed_up_as_upstream() {
        let taint = json!({"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]});
        let nodes = [
            node("a", "4", &taint),
            node("b", "4", &json!({})),
            node("c", "2", &json!({})),
        ];
        let pod = json!({"spec": {"containers": [{"resources": {"requests": {"cpu": "8", "nvidia.com/gpu": "1"}}}]}});
        assert_eq!(
            refusal(&pod, &nodes).unwrap_or_default(),
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu, 2 Insufficient nvidia.com/gpu. no new claims to \
             deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
        );
        let small = json!({"spec": {"containers": [{"resources": {"requests": {"cpu": "3"}}}]}});
        assert_eq!(refusal(&small, &nodes), None);
        let elsewhere = json!({"spec": {"nodeSelector": {"disk": "ssd"}, "containers": []}});
        assert!(
            refusal(&elsewhere, &nodes[1..])
                .unwrap_or_default()
                .contains("2 node(s) didn't match Pod's node affinity/selector")
        );
    }

    #[test]
    fn taints_are_tolerated() {
        let taint = json!({"key": "gpu", "value": "a100", "effect": "NoSchedule"});
        for (toleration, is_tolerant) in [
            (json!({"operator": "Exists"}), true),
            (json!({"key": "gpu", "operator": "Exists"}), true),
            (
                json!({"key": "gpu", "value": "a100", "effect": "NoSchedule"}),
                true,
            ),
            (json!({"key": "gpu", "value": "h100"}), false),
            (
                json!({"key": "gpu", "operator": "Exists", "effect": "NoExecute"}),
                false,
            ),
        ] {
            assert_eq!(
                is_tolerated(&taint, std::slice::from_ref(&toleration)),
                is_tolerant,
                "{toleration}"
            );
        }
    }
}
