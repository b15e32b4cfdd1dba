//! As many pods as a Job wants now.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/job/job_controller.go:manageJob`.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::indexes::{failures, mark};
use super::{NAME, Round, TRACKED, count, is_suspended, replaces_failed_only};
use crate::World;
use crate::controllers::events::Told;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::replica_set::{pod_of, rank};
use crate::controllers::{Controllers, write};

/// At most so many pods are created at a time (`MaxPodCreateDeletePerSync`).
const AT_ONCE: usize = 500;

/// Deletes pods of a suspended Job and those that are too many, or creates missing ones; when to look again if they must wait.
pub(super) fn manage(
    hub: &mut Controllers,
    world: &mut World,
    round: &mut Round,
) -> Option<Timestamp> {
    let active = round.active.len();
    let wanted = if is_suspended(&round.job) {
        0
    } else {
        wanted(round)
    };
    let surplus = surplus(world, round, active.saturating_sub(wanted));
    if !surplus.is_empty() {
        delete(hub, world, round, &surplus, true);
        return None;
    }
    let leaving = if replaces_failed_only(&round.job) {
        round.terminating
    } else {
        0
    };
    let missing = wanted.saturating_sub(leaving + active);
    if missing == 0 {
        return None;
    }
    let is_per_index = !round.job["spec"]["backoffLimitPerIndex"].is_null();
    if !is_per_index && let Some(at) = hub.backoffs.until(&round.job, world.now()) {
        return Some(at);
    }
    create(hub, world, round, missing.min(AT_ONCE))
}

/// How many pods shall be active.
fn wanted(round: &Round) -> usize {
    let number = |field: &str| round.job["spec"][field].as_u64();
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let parallelism = size(number("parallelism").unwrap_or(1));
    match number("completions") {
        Some(completions) => size(completions)
            .saturating_sub(round.succeeded)
            .min(parallelism),
        None if round.succeeded > 0 => round.active.len(),
        None => parallelism,
    }
}

/// The pods that go, at least so many (`activePodsForRemoval`).
fn surplus(world: &World, round: &Round, at_least: usize) -> Vec<Arc<Value>> {
    let mut gone = match &round.indexes {
        Some(indexes) => indexes.surplus(&round.active),
        None => Vec::new(),
    };
    if gone.len() < at_least {
        let mut left = round.active.clone();
        left.retain(|pod| gone.iter().all(|one| one.uid() != pod.uid()));
        left.sort_by_cached_key(|pod| rank(pod, 0, world.now()));
        left.truncate(at_least - gone.len());
        gone.append(&mut left);
    }
    gone
}

/// Deletes active pods; without finalizer they are not counted any more.
pub(super) fn delete(
    hub: &mut Controllers,
    world: &mut World,
    round: &mut Round,
    pods: &[Arc<Value>],
    releases: bool,
) {
    for pod in pods {
        if releases {
            count::release(world, pod);
        }
        let deleted = write::delete(world, "pods", &pod.path(), write::CONTROLLER_MANAGER);
        if deleted.is_ok() {
            let message = format!("Deleted pod: {}", pod.name());
            let told = Told::normal(NAME, "SuccessfulDelete", message);
            hub.tell(world, &round.job, &told);
        }
    }
    round.stopped(pods);
}

/// Creates pods; when indexes that wait may be tried again.
fn create(
    hub: &mut Controllers,
    world: &mut World,
    round: &mut Round,
    missing: usize,
) -> Option<Timestamp> {
    let job = Arc::clone(&round.job);
    let mut again: Option<Timestamp> = None;
    let mut pods = Vec::new();
    if let Some(indexes) = &round.indexes {
        let is_per_index = indexes.failed.is_some();
        for index in indexes.pending(&round.active, missing) {
            let (count, until) = if is_per_index {
                failures(&job, &round.pods, index)
            } else {
                (0, None)
            };
            if let Some(at) = until.filter(|at| *at > world.now()) {
                again = Some(again.map_or(at, |again| again.min(at)));
                continue;
            }
            let mut pod = pod_of(&job);
            mark(&mut pod, &job, index, is_per_index.then_some(count));
            pods.push(pod);
        }
    } else {
        pods = vec![pod_of(&job); missing];
    }
    for mut pod in pods {
        let mut finalizers = pod["metadata"]["finalizers"].items().to_vec();
        if finalizers.iter().all(|one| one != TRACKED) {
            finalizers.push(json!(TRACKED));
        }
        pod["metadata"]["finalizers"] = Value::Array(finalizers);
        match write::create(world, "pods", pod, write::CONTROLLER_MANAGER) {
            Ok(pod) => {
                round.running += 1;
                let message = format!("Created pod: {}", pod.name());
                hub.tell(
                    world,
                    &job,
                    &Told::normal(NAME, "SuccessfulCreate", message),
                );
            }
            Err(error) => {
                let message = format!("Error creating: {error}");
                hub.tell(world, &job, &Told::warning(NAME, "FailedCreate", message));
                break;
            }
        }
    }
    again
}
