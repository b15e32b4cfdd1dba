//! The scheduler: which node a pod runs on, or why none.
//!
//! Follows Kubernetes 1.36.3 `pkg/scheduler`: filters for taints, node selectors, node affinity and resources; of the nodes that are
//! left the one with the largest free share (`LeastAllocated`).

mod amounts;
mod fit;

pub(crate) use amounts::Amounts;
pub(crate) use fit::{is_tolerated, is_wanted};

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::events::Told;
use super::fields::{Condition, Fields, Scalar, set_condition};
use super::index::Index;
use super::{Controllers, write};
use crate::World;

const NAME: &str = "default-scheduler";
/// So long a pod that fits nowhere waits if nothing changes (`DefaultPodMaxInUnschedulablePodsDuration`).
const WAITS: SignedDuration = SignedDuration::from_mins(5);

/// Looks for a node for one pod; when to look again if there is none.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let pod = write::get(world, "pods", path)?;
    let is_waiting = pod["spec"]["nodeName"].text().is_empty() && !pod.is_deleted();
    let gates = !pod["spec"]["schedulingGates"].items().is_empty();
    let ours = matches!(pod["spec"]["schedulerName"].text(), "" | NAME);
    if !is_waiting || gates || !ours {
        return None;
    }
    let nodes = write::list(world, "nodes", "");
    match choose(&hub.index, &nodes, &pod) {
        Ok(node) => {
            bind(hub, world, &pod, &node);
            None
        }
        Err(why) => {
            let known = pod.condition("PodScheduled");
            let is_news = known.is_none_or(|known| known["message"] != why.as_str());
            let mut changed = Value::clone(&pod);
            let now = world.now();
            let condition = Condition {
                kind: "PodScheduled",
                holds: false,
                reason: "Unschedulable",
                message: why.clone(),
            };
            let entry = set_condition(&mut changed, &condition, now);
            if entry["lastProbeTime"].is_null() && is_news {
                entry["lastProbeTime"] = Value::Null;
            }
            let _ = write::status(world, "pods", changed, write::SCHEDULER);
            hub.tell(world, &pod, &Told::warning(NAME, "FailedScheduling", why));
            now.checked_add(WAITS).ok()
        }
    }
}

fn bind(hub: &mut Controllers, world: &mut World, pod: &Value, node: &str) {
    if write::bind(world, pod, node).is_err() {
        return;
    }
    let message = format!("Successfully assigned {} to {node}", pod.path());
    hub.tell(world, pod, &Told::normal(NAME, "Scheduled", message));
}

/// The best node, or the words of the condition and the event (`FitError`).
fn choose(index: &Index, nodes: &[Arc<Value>], pod: &Value) -> Result<String, String> {
    let wanted = Amounts::of_pod(pod);
    let mut best: Option<(i64, &str)> = None;
    let mut refusals = fit::Refusals::new(nodes.len());
    for node in nodes {
        let requested = index.requested.get(node.name());
        let allocatable = Amounts::of_node(node);
        if let Some(reasons) = fit::refused(pod, &wanted, node, &allocatable, requested) {
            refusals.add(reasons);
            continue;
        }
        let score = allocatable.free_share(requested, &wanted);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, node.name()));
        }
    }
    match best {
        Some((_, node)) => Ok(node.to_owned()),
        None => Err(refusals.to_string()),
    }
}
