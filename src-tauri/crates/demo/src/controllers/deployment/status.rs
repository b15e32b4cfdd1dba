//! The status of a Deployment, its conditions among it (`sync.go:calculateStatus`, `progress.go:syncRolloutStatus`).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fenceposts::fenceposts;
use super::sets::Sets;
use super::{RESOURCE, condition, replicas};
use crate::World;
use crate::controllers::fields::{Condition, Fields, Scalar, remove_condition, set_condition};
use crate::controllers::write;
use crate::writes::seconds;

/// Whether all pods are of the present template and available (`DeploymentComplete`).
pub(super) fn is_complete(deployment: &Value, status: &Value) -> bool {
    let wanted = replicas(deployment);
    let counts = ["updatedReplicas", "replicas", "availableReplicas"];
    counts.iter().all(|field| status[field].number() == wanted)
        && status["observedGeneration"].number() >= deployment["metadata"]["generation"].number()
}

/// Counts and availability, without a judgement of the progress.
pub(super) fn write_counts(world: &mut World, sets: &Sets, path: &str) -> Option<Timestamp> {
    let before = write::get(world, RESOURCE, path)?;
    let changed = counted(world, sets, &before);
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
    None
}

/// The whole status; when the progress deadline passes, if that is waited for.
pub(super) fn write(world: &mut World, sets: &Sets, path: &str) -> Option<Timestamp> {
    let before = write::get(world, RESOURCE, path)?;
    let mut changed = counted(world, sets, &before);
    let deadline = deadline(&before);
    let known = before.condition("Progressing").cloned();
    let reason = known.as_ref().map_or("", |known| known["reason"].text());
    let is_settled = reason == "NewReplicaSetAvailable"
        && changed["status"]["replicas"].number() == changed["status"]["updatedReplicas"].number();
    match deadline {
        None => remove_condition(&mut changed, "Progressing"),
        Some(deadline) if !is_settled => progress(world, sets, &before, &mut changed, deadline),
        Some(_) => {}
    }
    failures(&mut changed, sets, world.now());
    let next = deadline.and_then(|deadline| {
        let known = changed.condition("Progressing")?;
        // Without that, one whose pods crash long after its rollout would be looked at for ever.
        let is_over = ["ProgressDeadlineExceeded", "NewReplicaSetAvailable"];
        let waits =
            !is_over.contains(&known["reason"].text()) && !is_complete(&before, &changed["status"]);
        let updated = known["lastUpdateTime"].time()?;
        let at = updated
            .checked_add(deadline + SignedDuration::from_secs(1))
            .ok()?;
        // One that has long progressed and is only scaled waits for nothing.
        (waits && at > world.now()).then_some(at)
    });
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
    next
}

/// Notes a pause, or its end, so that no deadline passes meanwhile (`checkPausedConditions`).
pub(super) fn pausing(world: &mut World, deployment: &Value) {
    if deadline(deployment).is_none() {
        return;
    }
    let known = deployment.condition("Progressing");
    let reason = known.map_or("", |known| known["reason"].text());
    let is_paused = deployment["spec"]["paused"] == true;
    let (reason, message) = match (is_paused, reason) {
        (_, "ProgressDeadlineExceeded") | (true, "DeploymentPaused") => return,
        (true, _) => ("DeploymentPaused", "Deployment is paused"),
        (false, "DeploymentPaused") => ("DeploymentResumed", "Deployment is resumed"),
        (false, _) => return,
    };
    let now = world.now();
    let mut changed = deployment.clone();
    let paused = condition("Progressing", false, reason, message.to_owned());
    let entry = set_condition(&mut changed, &paused, now);
    entry["status"] = json!("Unknown");
    entry["lastUpdateTime"] = json!(seconds(now));
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
}

/// `spec.progressDeadlineSeconds`; None where it is switched off with the largest number there is.
fn deadline(deployment: &Value) -> Option<SignedDuration> {
    let seconds = deployment["spec"]["progressDeadlineSeconds"]
        .as_i64()
        .unwrap_or(600);
    (seconds != i64::from(i32::MAX)).then(|| SignedDuration::from_secs(seconds))
}

fn counted(world: &World, sets: &Sets, deployment: &Value) -> Value {
    let mut changed = deployment.clone();
    let available = sets.sum("availableReplicas");
    let new = sets.new.as_ref();
    let counts = [
        ("replicas", sets.sum("replicas")),
        (
            "updatedReplicas",
            new.map_or(0, |new| new["status"]["replicas"].number()),
        ),
        ("readyReplicas", sets.sum("readyReplicas")),
        ("availableReplicas", available),
        ("unavailableReplicas", (sets.asked() - available).max(0)),
    ];
    if !changed["status"].is_object() {
        changed["status"] = json!({});
    }
    let status = changed["status"].as_object_mut().expect("it was made one");
    for (field, count) in counts {
        if count > 0 {
            status.insert(field.to_owned(), json!(count));
        } else {
            status.remove(field);
        }
    }
    status.insert(
        "terminatingReplicas".to_owned(),
        json!(sets.sum("terminatingReplicas")),
    );
    let generation = deployment["metadata"]["generation"].clone();
    status.insert("observedGeneration".to_owned(), generation);
    let (_, unavailable) = fenceposts(deployment);
    let (holds, reason, message) = if available >= replicas(deployment) - unavailable {
        (
            true,
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        )
    } else {
        let message = "Deployment does not have minimum availability.";
        (false, "MinimumReplicasUnavailable", message)
    };
    let availability = condition("Available", holds, reason, message.to_owned());
    set(&mut changed, &availability, world.now());
    changed
}

/// Judges the progress of a rollout that is not over.
fn progress(
    world: &World,
    sets: &Sets,
    before: &Value,
    changed: &mut Value,
    deadline: SignedDuration,
) {
    let now = world.now();
    let what = match &sets.new {
        Some(new) => format!("ReplicaSet \"{}\"", new.name()),
        None => format!("Deployment \"{}\"", before.name()),
    };
    if is_complete(before, &changed["status"]) {
        let message = format!("{what} has successfully progressed.");
        let done = condition("Progressing", true, "NewReplicaSetAvailable", message);
        set(changed, &done, now);
    } else if is_progressing(&before["status"], &changed["status"]) {
        let message = format!("{what} is progressing.");
        let going = condition("Progressing", true, "ReplicaSetUpdated", message);
        set_condition(changed, &going, now)["lastUpdateTime"] = json!(seconds(now));
    } else if is_late(before, deadline, now) {
        let message = format!("{what} has timed out progressing.");
        let late = condition("Progressing", false, "ProgressDeadlineExceeded", message);
        set(changed, &late, now);
    }
}

/// `DeploymentProgressing`
fn is_progressing(before: &Value, after: &Value) -> bool {
    let old = |status: &Value| status["replicas"].number() - status["updatedReplicas"].number();
    let grows = |field: &str| after[field].number() > before[field].number();
    grows("updatedReplicas")
        || old(after) < old(before)
        || grows("readyReplicas")
        || grows("availableReplicas")
}

/// `DeploymentTimedOut`
fn is_late(deployment: &Value, deadline: SignedDuration, now: Timestamp) -> bool {
    let Some(known) = deployment.condition("Progressing") else {
        return false;
    };
    match known["reason"].text() {
        "NewReplicaSetAvailable" => false,
        "ProgressDeadlineExceeded" => true,
        _ => {
            let updated = known["lastUpdateTime"].time();
            updated.is_some_and(|updated| now.duration_since(updated) > deadline)
        }
    }
}

/// A failure to create pods is told by the Deployment too (`getReplicaFailures`).
fn failures(changed: &mut Value, sets: &Sets, now: Timestamp) {
    let mut all = sets.new.iter().chain(&sets.old);
    match all.find_map(|set| set.condition("ReplicaFailure")) {
        Some(failure) => {
            let message = failure["message"].text().to_owned();
            let reason = failure["reason"].text();
            let failed = condition("ReplicaFailure", true, reason, message);
            set(changed, &failed, now);
        }
        None => remove_condition(changed, "ReplicaFailure"),
    }
}

/// Sets a condition; one with the same status and reason stays as it was (`SetDeploymentCondition`).
fn set(object: &mut Value, condition: &Condition<'_>, now: Timestamp) {
    let status = if condition.holds { "True" } else { "False" };
    let known = object.condition(condition.kind);
    if known.is_some_and(|known| known["status"] == status && known["reason"] == condition.reason) {
        return;
    }
    set_condition(object, condition, now)["lastUpdateTime"] = json!(seconds(now));
}
