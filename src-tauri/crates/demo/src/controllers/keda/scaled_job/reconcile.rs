//! What KEDA does when a ScaledJob changes: its pause, its older Jobs, its conditions.
//!
//! Follows KEDA v2.21.0 `controllers/keda/scaledjob_controller.go:Reconcile` and `deletePreviousVersionScaleJobs`.

use scaling::keda::condition::{self, ACTIVE, Condition, FALSE, PAUSED, READY, TRUE, UNKNOWN};
use scaling::keda::scaled_job::{ScaledJob, Situation, rollout};
use serde_json::{Value, json};

use super::{NAME, RESOURCE, job, read, situation, write};
use crate::World;
use crate::controllers::Controllers;
use crate::controllers::events::Told;
use crate::controllers::fields::Fields;

/// Brings Jobs and conditions in line; whether there is a scale loop afterwards.
pub(super) fn reconcile(hub: &mut Controllers, world: &mut World, object: &Value) -> bool {
    let Some(situation) = situation(hub, world, object, None) else {
        return false;
    };
    let job = &situation.scaled_job;
    let mut conditions = job.status.conditions.clone();
    if conditions.is_empty() {
        conditions = condition::initial();
    }
    let mut events = Vec::new();
    let was_paused = condition::status(&conditions, PAUSED) == TRUE;
    let has_loop = if job.is_paused() {
        if !was_paused {
            let message = "ScaledJob is paused";
            set(&mut conditions, PAUSED, TRUE, "ScaledJobPaused", message);
            events.push(Told::normal(NAME, "ScaledJobPaused", message));
        }
        let message = "ScaledJob is paused, skipping reconcile loop";
        set(&mut conditions, READY, TRUE, "ScaledJobReady", message);
        false
    } else {
        if was_paused {
            let message = "ScaledJob is unpaused";
            set(&mut conditions, PAUSED, FALSE, "ScaledJobUnpaused", message);
            events.push(Told::normal(NAME, "ScaledJobUnpaused", message));
        }
        clear_older(world, object, &situation, &mut events);
        judge(job, &mut conditions, &mut events)
    };
    for event in &events {
        hub.tell(world, object, event);
    }
    note(world, object, &conditions);
    has_loop
}

fn set(conditions: &mut Vec<Condition>, kind: &str, status: &str, reason: &str, message: &str) {
    condition::set(conditions, Condition::new(kind, status, reason, message));
}

/// Whether it is defined correctly, told in its conditions.
fn judge(
    job: &ScaledJob,
    conditions: &mut Vec<Condition>,
    events: &mut Vec<Told<'static>>,
) -> bool {
    if job
        .spec
        .triggers
        .iter()
        .any(|trigger| !trigger.metric_type.is_empty())
    {
        let message = "Cannot set metricType in ScaledJob triggers";
        set(conditions, READY, FALSE, "ScaledJobCheckFailed", message);
        let unknown = "ScaledJob check failed";
        set(conditions, ACTIVE, UNKNOWN, "UnknownState", unknown);
        events.push(Told::warning(NAME, "ScaledJobCheckFailed", message));
        return false;
    }
    if matches!(condition::status(conditions, READY), FALSE | UNKNOWN) {
        let message = "ScaledJob is ready for scaling";
        events.push(Told::normal(NAME, "ScaledJobReady", message));
    }
    events.push(Told::normal(
        NAME,
        "KEDAScalersStarted",
        "Started scalers watch",
    ));
    let message = "ScaledJob is defined correctly and is ready to scaling";
    set(conditions, READY, TRUE, "ScaledJobReady", message);
    true
}

/// Deletes the Jobs of an older ScaledJob, running ones too.
fn clear_older(
    world: &mut World,
    object: &Value,
    situation: &Situation,
    events: &mut Vec<Told<'static>>,
) {
    let older = rollout::deleted(&situation.scaled_job, &situation.jobs);
    if older.is_empty() {
        return;
    }
    let count = older.len();
    let what = format!("{count} jobs owned by the previous version of the scaledJob");
    let message = format!("Deleting {what}");
    events.push(Told::normal(
        NAME,
        "ScaledJobRolloutCleanupStarted",
        message,
    ));
    for name in older {
        let path = format!("{}/{name}", object.namespace());
        let _ = write::reap(world, job::RESOURCE, &path, NAME);
    }
    let message = format!("Deleted {what}");
    events.push(Told::normal(
        NAME,
        "ScaledJobRolloutCleanupCompleted",
        message,
    ));
}

fn note(world: &mut World, object: &Value, conditions: &[Condition]) {
    let Some(latest) = write::get(world, RESOURCE, &object.path()) else {
        return;
    };
    let mut changed = Value::clone(&latest);
    let status = &mut changed["status"];
    status["conditions"] = json!(conditions);
    let (kinds, authentications) = read::kinds(object);
    status["triggersTypes"] = json!(kinds);
    status["authenticationsTypes"] = json!(authentications);
    let _ = write::status(world, RESOURCE, changed, NAME);
}
