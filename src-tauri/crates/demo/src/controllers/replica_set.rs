//! ReplicaSets: as many pods as are asked for.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/replicaset/replica_set.go`, `replica_set_utils.go:calculateStatus` and
//! `pkg/controller/controller_utils.go:ActivePodsWithRanks`.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::events::Told;
use super::fields::{Condition, Fields, Scalar, owned_by, remove_condition, set_condition};
use super::index::{controlled, is_over};
use super::{Controllers, claim, namespaces, write};
use crate::World;

const NAME: &str = "replicaset-controller";

/// Creates or deletes pods, then tells the status; when a pod becomes available, if one does by time alone.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let set = write::get(world, "replicasets.apps", path)?;
    if claim::claim(hub, world, &set, "pods", |_| true) {
        return Some(world.now());
    }
    let pods = controlled(&hub.index, world, &set, "pods");
    let active: Vec<Arc<Value>> = pods
        .iter()
        .filter(|pod| !pod.is_deleted() && !is_over(pod))
        .cloned()
        .collect();
    let mut failure = None;
    if !set.is_deleted() {
        let wanted = usize::try_from(set["spec"]["replicas"].as_i64().unwrap_or(1)).unwrap_or(0);
        if active.len() < wanted {
            failure = create(hub, world, &set, wanted - active.len());
        } else if active.len() > wanted {
            delete(hub, world, &set, &active, active.len() - wanted);
        }
    }
    status(world, &set, &pods, &active, failure)
}

/// Creates pods; the error of the first that is refused.
fn create(hub: &mut Controllers, world: &mut World, set: &Value, count: usize) -> Option<String> {
    for _ in 0..count {
        match write::create(world, "pods", pod_of(set), write::CONTROLLER_MANAGER) {
            Ok(pod) => {
                let message = format!("Created pod: {}", pod.name());
                hub.tell(world, set, &Told::normal(NAME, "SuccessfulCreate", message));
            }
            Err(error) if namespaces::is_terminating(&error) => return None,
            Err(error) => {
                let message = format!("Error creating: {error}");
                hub.tell(world, set, &Told::warning(NAME, "FailedCreate", message));
                return Some(error.message);
            }
        }
    }
    None
}

/// A pod of a workload's template, named after it (`GetPodFromTemplate`).
pub(crate) fn pod_of(owner: &Value) -> Value {
    let template = &owner["spec"]["template"];
    let mut metadata = json!({
        "generateName": format!("{}-", owner.name()), "namespace": owner.namespace(), "ownerReferences": owned_by(owner),
    });
    for field in ["labels", "annotations", "finalizers"] {
        if !template["metadata"][field].is_null() {
            metadata[field] = template["metadata"][field].clone();
        }
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
}

fn delete(
    hub: &mut Controllers,
    world: &mut World,
    set: &Value,
    active: &[Arc<Value>],
    count: usize,
) {
    let together = |pod: &Value| {
        let node = pod["spec"]["nodeName"].text();
        let on_node = |other: &&Arc<Value>| other["spec"]["nodeName"] == node && !node.is_empty();
        active.iter().filter(on_node).count()
    };
    let mut ranked: Vec<&Arc<Value>> = active.iter().collect();
    ranked.sort_by_cached_key(|pod| rank(pod, together(pod), world.now()));
    for pod in ranked.into_iter().take(count) {
        if write::delete(world, "pods", &pod.path(), write::CONTROLLER_MANAGER).is_ok() {
            let message = format!("Deleted pod: {}", pod.name());
            hub.tell(world, set, &Told::normal(NAME, "SuccessfulDelete", message));
        }
    }
}

pub(super) type Rank = (
    bool,
    u8,
    bool,
    i64,
    Reverse<usize>,
    u32,
    Reverse<i64>,
    u32,
    String,
);

/// Which pods go first, the smallest first: without a node, not running, not ready, cheap by annotation, crowded on a node, ready
/// since a shorter time, restarted more, younger. Times are compared by their order of magnitude.
pub(super) fn rank(pod: &Value, together: usize, now: Timestamp) -> Rank {
    let magnitude = |since: Option<Timestamp>| {
        let age = since.map_or(0, |since| now.duration_since(since).as_secs());
        u64::try_from(age).unwrap_or(0).checked_ilog2().unwrap_or(0)
    };
    let phase = match pod["status"]["phase"].text() {
        "Running" => 2,
        "Unknown" => 1,
        _ => 0,
    };
    let cost = pod.annotation("controller.kubernetes.io/pod-deletion-cost");
    let containers = pod["status"]["containerStatuses"].items().iter();
    let restarts = containers
        .map(|status| status["restartCount"].number())
        .max();
    (
        !pod["spec"]["nodeName"].text().is_empty(),
        phase,
        pod.holds("Ready"),
        cost.parse().unwrap_or(0),
        Reverse(together),
        magnitude(ready_since(pod)),
        Reverse(restarts.unwrap_or(0)),
        magnitude(pod["metadata"]["creationTimestamp"].time()),
        pod.uid().to_owned(),
    )
}

fn ready_since(pod: &Value) -> Option<Timestamp> {
    let ready = pod
        .condition("Ready")
        .filter(|ready| ready["status"] == "True")?;
    ready["lastTransitionTime"].time()
}

/// When a ready pod counts as available (`IsPodAvailable`).
pub(crate) fn available_at(pod: &Value, min_ready_seconds: i64) -> Option<Timestamp> {
    ready_since(pod)?
        .checked_add(SignedDuration::from_secs(min_ready_seconds))
        .ok()
}

fn status(
    world: &mut World,
    set: &Value,
    pods: &[Arc<Value>],
    active: &[Arc<Value>],
    failure: Option<String>,
) -> Option<Timestamp> {
    let path = set.path();
    let mut changed = Value::clone(&*write::get(world, "replicasets.apps", &path)?);
    let now = world.now();
    let min_ready = set["spec"]["minReadySeconds"].number();
    let labels = &set["spec"]["template"]["metadata"]["labels"];
    let labeled = |pod: &&Arc<Value>| {
        let wanted = labels.as_object().into_iter().flatten();
        wanted
            .into_iter()
            .all(|(name, value)| pod.label(name) == value.text())
    };
    let ready: Vec<&Arc<Value>> = active.iter().filter(|pod| pod.holds("Ready")).collect();
    let times: Vec<Timestamp> = ready
        .iter()
        .filter_map(|pod| available_at(pod, min_ready))
        .collect();
    let terminating = pods.iter().filter(|pod| pod.is_deleted() && !is_over(pod));
    let counts = [
        (
            "fullyLabeledReplicas",
            active.iter().filter(labeled).count(),
        ),
        ("readyReplicas", ready.len()),
        (
            "availableReplicas",
            times.iter().filter(|at| **at <= now).count(),
        ),
    ];
    let status = &mut changed["status"];
    if !status.is_object() {
        *status = json!({});
    }
    status["replicas"] = json!(active.len());
    status["terminatingReplicas"] = json!(terminating.count());
    for (field, count) in counts {
        if count > 0 {
            status[field] = json!(count);
        } else if let Some(fields) = status.as_object_mut() {
            fields.remove(field);
        }
    }
    status["observedGeneration"] = set["metadata"]["generation"].clone();
    match failure {
        Some(message) => {
            let condition = Condition {
                kind: "ReplicaFailure",
                holds: true,
                reason: "FailedCreate",
                message,
            };
            set_condition(&mut changed, &condition, now);
        }
        None => remove_condition(&mut changed, "ReplicaFailure"),
    }
    let _ = write::status(
        world,
        "replicasets.apps",
        changed,
        write::CONTROLLER_MANAGER,
    );
    times.into_iter().filter(|at| *at > now).min()
}
