//! PodDisruptionBudgets: how many of the pods they select may be evicted now.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/disruption/disruption.go:trySync`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::deployment::share;
use super::events::Told;
use super::fields::{Condition, Fields, Scalar, set_condition};
use super::{Controllers, selector, write};
use crate::World;
use crate::selectors::selects;

const NAME: &str = "controllermanager";
pub(super) const RESOURCE: &str = "poddisruptionbudgets.policy";
/// So long an evicted pod may take until it is marked as deleted (`DeletionTimeout`).
const EVICTING: SignedDuration = SignedDuration::from_mins(2);

/// Counts a budget's pods; when one that was evicted should have been deleted.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let budget = write::get(world, RESOURCE, path)?;
    let wanted = &budget["spec"]["selector"];
    let mut pods = write::list(world, "pods", budget.namespace());
    pods.retain(|pod| selects(wanted, &pod["metadata"]["labels"]));
    if pods.is_empty() {
        let told = Told::normal(NAME, "NoPods", "No matching pods found");
        hub.tell(world, &budget, &told);
    }
    let (evicted, next) = evicted(&budget, &pods, world.now());
    let (expected, desired) = match expected(hub, world, &budget, &pods) {
        Ok(counts) => counts,
        Err(error) => {
            fail(hub, world, &budget, &error);
            return next;
        }
    };
    let is_healthy = |pod: &&Arc<Value>| {
        pod.holds("Ready") && !pod.is_deleted() && !evicted.contains_key(pod.name())
    };
    let healthy = pods.iter().filter(is_healthy).count();
    let healthy = i64::try_from(healthy).unwrap_or(i64::MAX);
    let allowed = match expected {
        ..=0 => 0,
        _ => (healthy - desired).max(0),
    };
    let mut changed = Value::clone(&budget);
    if !changed["status"].is_object() {
        changed["status"] = json!({});
    }
    let generation = budget["metadata"]["generation"].clone();
    let status = &mut changed["status"];
    for (field, count) in [
        ("currentHealthy", healthy),
        ("desiredHealthy", desired),
        ("expectedPods", expected),
        ("disruptionsAllowed", allowed),
    ] {
        status[field] = json!(count);
    }
    status["observedGeneration"] = generation.clone();
    if !evicted.is_empty() {
        status["disruptedPods"] = Value::Object(evicted);
    } else if let Some(status) = status.as_object_mut() {
        status.remove("disruptedPods");
    }
    let reason = if allowed > 0 {
        "SufficientPods"
    } else {
        "InsufficientPods"
    };
    tell_whether(
        &mut changed,
        allowed > 0,
        reason,
        "",
        &generation,
        world.now(),
    );
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
    next
}

/// The condition `DisruptionAllowed`.
fn tell_whether(
    budget: &mut Value,
    holds: bool,
    reason: &str,
    message: &str,
    generation: &Value,
    now: Timestamp,
) {
    let condition = Condition {
        kind: "DisruptionAllowed",
        holds,
        reason,
        message: message.to_owned(),
    };
    let entry = set_condition(budget, &condition, now);
    entry["message"] = json!(message);
    entry["observedGeneration"] = generation.clone();
}

/// Pods that were evicted and are not marked as deleted yet, with when the first of them is given up (`buildDisruptedPodMap`).
fn evicted(
    budget: &Value,
    pods: &[Arc<Value>],
    now: Timestamp,
) -> (Map<String, Value>, Option<Timestamp>) {
    let mut next: Option<Timestamp> = None;
    let mut all = Map::new();
    for pod in pods.iter().filter(|pod| !pod.is_deleted()) {
        let since = &budget["status"]["disruptedPods"][pod.name()];
        let end = since
            .time()
            .and_then(|since| since.checked_add(EVICTING).ok());
        if let Some(end) = end.filter(|end| *end >= now) {
            all.insert(pod.name().to_owned(), since.clone());
            next = Some(next.map_or(end, |next| next.min(end)));
        }
    }
    (all, next)
}

/// Pods that there should be, and that have to be healthy (`getExpectedPodCount`).
fn expected(
    hub: &mut Controllers,
    world: &mut World,
    budget: &Value,
    pods: &[Arc<Value>],
) -> Result<(i64, i64), String> {
    let spec = &budget["spec"];
    let (most, least) = (&spec["maxUnavailable"], &spec["minAvailable"]);
    if most.is_null()
        && let Some(least) = least.as_i64()
    {
        let count = i64::try_from(pods.len()).unwrap_or(i64::MAX);
        return Ok((count, least));
    }
    if most.is_null() && least.is_null() {
        return Ok((0, 0));
    }
    let mut scales: BTreeMap<String, i64> = BTreeMap::new();
    let mut is_unmanaged = false;
    for pod in pods {
        match pod.controller() {
            Some(owner) => {
                let (uid, scale) = scale(world, pod.namespace(), owner)
                    .ok_or_else(|| format!("found no controllers for pod {:?}", pod.name()))?;
                scales.insert(uid, scale);
            }
            None => is_unmanaged = true,
        }
    }
    if is_unmanaged {
        let words = selector::in_words(&spec["selector"]);
        let message = format!(
            "Pods selected by this PodDisruptionBudget (selector: {words}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value."
        );
        hub.tell(
            world,
            budget,
            &Told::warning(NAME, "UnmanagedPods", message),
        );
    }
    let all = scales.values().sum();
    let desired = if most.is_null() {
        share(least, all, true)
    } else {
        (all - share(most, all, true)).max(0)
    };
    Ok((all, desired))
}

/// The workload behind a pod's owner, and its size (`finders`).
fn scale(world: &World, namespace: &str, owner: &Value) -> Option<(String, i64)> {
    let resource = match owner["kind"].text() {
        "ReplicaSet" => "replicasets.apps",
        "Deployment" => "deployments.apps",
        "StatefulSet" => "statefulsets.apps",
        "ReplicationController" => "replicationcontrollers",
        _ => return None,
    };
    let path = format!("{namespace}/{}", owner["name"].text());
    let found = write::get(world, resource, &path)?;
    if found.uid() != owner["uid"].text() {
        return None;
    }
    match found.controller() {
        Some(above) if above["kind"] == "Deployment" => scale(world, namespace, above),
        _ => Some((
            found.uid().to_owned(),
            found["spec"]["replicas"].as_i64().unwrap_or(1),
        )),
    }
}

/// Nothing may be evicted while the pods cannot be counted (`failSafe`).
fn fail(hub: &mut Controllers, world: &mut World, budget: &Value, error: &str) {
    let message = format!("Failed to calculate the number of expected pods: {error}");
    let told = Told::warning(NAME, "CalculateExpectedPodCountFailed", message);
    hub.tell(world, budget, &told);
    let mut changed = budget.clone();
    changed["status"]["disruptionsAllowed"] = json!(0);
    let generation = budget["status"]["observedGeneration"].clone();
    tell_whether(
        &mut changed,
        false,
        "SyncFailed",
        error,
        &generation,
        world.now(),
    );
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
}
