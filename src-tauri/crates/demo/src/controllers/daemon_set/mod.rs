//! DaemonSets: a pod on every node that takes it.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/daemon/daemon_controller.go`.

mod place;
mod roll;
mod status;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::events::Told;
use super::fields::{Fields, Scalar};
use super::index::{controlled, is_over};
use super::replica_set::available_at;
use super::{Controllers, claim, namespaces, revisions, write};
use crate::World;
use place::Fit;

const NAME: &str = "daemonset-controller";
const RESOURCE: &str = "daemonsets.apps";
/// When what was refused is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(15);

/// What is known at one look.
struct Look<'a> {
    set: &'a Value,
    /// All nodes, with how the set's pods fit on them.
    nodes: Vec<(Arc<Value>, Fit)>,
    /// The set's pods by the node that they are for, the oldest first.
    pods: BTreeMap<String, Vec<Arc<Value>>>,
    /// Of the present template.
    hash: &'a str,
    min_ready: i64,
    now: Timestamp,
}

/// What is to be done about pods.
#[derive(Debug, Default)]
struct Plan {
    /// Nodes that get one.
    create: Vec<String>,
    /// Paths of those that go.
    delete: Vec<String>,
}

/// Brings the set's pods one step on, then tells the status; when to look again by time alone.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let set = write::get(world, RESOURCE, path)?;
    if set.is_deleted() {
        return None;
    }
    if claim::claim(hub, world, &set, "pods", |_| true) || revisions::claim(hub, world, &set) {
        return Some(world.now());
    }
    let history = revisions::all(hub, world, &set);
    let (present, collisions) = revisions::present(world, &set, &history);
    let present = present?;
    let look = Look {
        nodes: place::nodes(world, &set),
        pods: place::pods(controlled(&hub.index, world, &set, "pods")),
        hash: present.label(revisions::HASH),
        min_ready: set["spec"]["minReadySeconds"].number(),
        now: world.now(),
        set: &set,
    };
    let mut plan = manage(hub, world, &look);
    if plan.create.is_empty()
        && plan.delete.is_empty()
        && set["spec"]["updateStrategy"]["type"] != "OnDelete"
    {
        plan = roll::plan(&look);
    }
    let is_refused = carry_out(hub, world, &look, &plan);
    revisions::clean_up(world, &set, &history, |one| {
        let hash = one.label(revisions::HASH);
        let mut pods = look.pods.values().flatten();
        one.name() == present.name() || pods.any(|pod| pod.label(revisions::HASH) == hash)
    });
    status::write(world, &look, collisions);
    let pods = look.pods.values().flatten();
    let times = pods.filter_map(|pod| available_at(pod, look.min_ready));
    let next = times.filter(|at| *at > look.now).min();
    let again = look.now.checked_add(AGAIN).ok().filter(|_| is_refused);
    next.into_iter().chain(again).min()
}

impl Look<'_> {
    fn is_available(&self, pod: &Value) -> bool {
        available_at(pod, self.min_ready).is_some_and(|at| at <= self.now)
    }

    /// `IsPodUpdated`
    fn is_updated(&self, pod: &Value) -> bool {
        let generation = self.set.annotation(place::GENERATION);
        let same_generation =
            !generation.is_empty() && pod.label("pod-template-generation") == generation;
        same_generation || pod.label(revisions::HASH) == self.hash
    }

    fn surges(&self) -> bool {
        let surge = &self.set["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"];
        surge.as_i64().is_some_and(|surge| surge > 0) || surge.is_string() && surge != "0%"
    }
}

/// Nodes without a pod that should have one, pods that should not be where they are (`podsShouldBeOnNode`).
fn manage(hub: &mut Controllers, world: &mut World, look: &Look<'_>) -> Plan {
    let mut plan = Plan::default();
    for (node, fit) in &look.nodes {
        let pods = look.pods.get(node.name()).map_or(&[][..], Vec::as_slice);
        let mut alive: Vec<&Arc<Value>> = pods.iter().filter(|pod| !pod.is_deleted()).collect();
        match fit {
            Fit::Takes if pods.is_empty() => plan.create.push(node.name().to_owned()),
            Fit::Takes | Fit::Keeps => {
                alive.retain(|pod| {
                    if is_over(pod) {
                        tell_of_end(hub, world, look.set, pod, node.name());
                        plan.delete.push(pod.path());
                    }
                    !is_over(pod)
                });
                if look.surges() {
                    let is_bare = alive.is_empty() && matches!(fit, Fit::Takes);
                    plan.create.extend(is_bare.then(|| node.name().to_owned()));
                    plan.delete.extend(roll::replaced(look, &alive));
                } else {
                    plan.delete
                        .extend(alive.iter().skip(1).map(|pod| pod.path()));
                }
            }
            Fit::Not => plan.delete.extend(alive.iter().map(|pod| pod.path())),
        }
    }
    // What waits for a node that is not there never gets to one.
    for (node, pods) in &look.pods {
        if !look.nodes.iter().any(|(known, _)| known.name() == node) {
            let waits =
                |pod: &&Arc<Value>| pod["spec"]["nodeName"].text().is_empty() && !pod.is_deleted();
            plan.delete
                .extend(pods.iter().filter(waits).map(|pod| pod.path()));
        }
    }
    plan
}

fn tell_of_end(hub: &mut Controllers, world: &mut World, set: &Value, pod: &Value, node: &str) {
    let path = pod.path();
    let told = if pod["status"]["phase"] == "Failed" {
        let message = format!("Found failed daemon pod {path} on node {node}, will try to kill it");
        Told::warning(NAME, "FailedDaemonPod", message)
    } else {
        let message =
            format!("Found succeeded daemon pod {path} on node {node}, will try to delete it");
        Told::normal(NAME, "SucceededDaemonPod", message)
    };
    hub.tell(world, set, &told);
}

/// Creates and deletes pods; whether anything was refused (`syncNodes`).
fn carry_out(hub: &mut Controllers, world: &mut World, look: &Look<'_>, plan: &Plan) -> bool {
    let mut is_refused = false;
    for node in &plan.create {
        let pod = place::pod(look.set, look.hash, node);
        let told = match write::create(world, "pods", pod, write::CONTROLLER_MANAGER) {
            Ok(pod) => Told::normal(
                NAME,
                "SuccessfulCreate",
                format!("Created pod: {}", pod.name()),
            ),
            Err(error) if namespaces::is_terminating(&error) => return false,
            Err(error) => {
                is_refused = true;
                Told::warning(NAME, "FailedCreate", format!("Error creating: {error}"))
            }
        };
        hub.tell(world, look.set, &told);
        if is_refused {
            break;
        }
    }
    for path in &plan.delete {
        if write::delete(world, "pods", path, write::CONTROLLER_MANAGER).is_ok() {
            let (_, name) = super::fields::split(path);
            let message = format!("Deleted pod: {name}");
            hub.tell(
                world,
                look.set,
                &Told::normal(NAME, "SuccessfulDelete", message),
            );
        }
    }
    is_refused
}
