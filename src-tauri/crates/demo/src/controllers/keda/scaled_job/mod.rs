//! KEDA's operator for a `ScaledJob`: `scaling` decides how many Jobs there shall be, here they are created and cleared away.
//!
//! Follows KEDA v2.21.0 `controllers/keda/scaledjob_controller.go` and `pkg/scaling/executor/scale_jobs.go` where they read and write.

mod create;
mod reconcile;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use scaling::keda::scaled_job::history::History;
use scaling::keda::scaled_job::jobs::{Job, JobCondition, JobPod};
use scaling::keda::scaled_job::{Decision, ScaledJob, Situation, poll};
use serde_json::{Value, json};

use super::{NAME, finalizer, read, tell, write};
use crate::World;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::index::{controlled, objects};
use crate::controllers::{Controllers, job};

pub(super) const RESOURCE: &str = "scaledjobs.keda.sh";
/// The annotation by which Jobs of an older ScaledJob are told.
const GENERATION: &str = "scaledjob.keda.sh/generation";

/// What the operator keeps of one ScaledJob.
#[derive(Clone, Debug)]
struct Kept {
    uid: String,
    /// What it was last reconciled as.
    reconciled: Value,
    /// The next poll; None while there is no loop.
    due: Option<Timestamp>,
    last_poll: Option<Timestamp>,
}

/// What it keeps of all, by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScaledJobs(BTreeMap<String, Kept>);

/// Reconciles one ScaledJob if it changed, and polls it if it is time; when the next poll is.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let object = write::get(world, RESOURCE, path);
    let Some(object) = object.filter(|object| {
        if object.is_deleted() {
            finalizer::release(hub, world, RESOURCE, object);
        }
        !object.is_deleted()
    }) else {
        hub.scaled_jobs.0.remove(path);
        return None;
    };
    let object = finalizer::hold(world, RESOURCE, object);
    let now = world.now();
    let asked = json!([
        object["metadata"]["generation"],
        object["metadata"]["annotations"]
    ]);
    let known = hub.scaled_jobs.0.get(path).cloned();
    let known = known.filter(|kept| kept.uid == object.uid());
    let mut kept = known.unwrap_or_else(|| Kept {
        uid: object.uid().to_owned(),
        reconciled: Value::Null,
        due: None,
        last_poll: None,
    });
    if kept.reconciled != asked {
        let has_loop = reconcile::reconcile(hub, world, &object);
        kept.reconciled = asked;
        kept.due = has_loop.then_some(now);
    }
    if kept.due.is_some_and(|due| due <= now) {
        kept.due = once(hub, world, path, kept.last_poll);
        kept.last_poll = Some(now);
    }
    let next = kept.due;
    hub.scaled_jobs.0.insert(path.to_owned(), kept);
    next
}

/// One round of the scale loop; when the next is.
fn once(
    hub: &mut Controllers,
    world: &mut World,
    path: &str,
    last_poll: Option<Timestamp>,
) -> Option<Timestamp> {
    let object = write::get(world, RESOURCE, path)?;
    let mut situation = situation(hub, world, &object, last_poll)?;
    let mut decision = poll(&situation);
    if let Err(error) = create::create(world, &object, decision.created) {
        situation.create_error = Some(error);
        decision = poll(&situation);
    }
    for event in &decision.events {
        tell(hub, world, &object, event);
    }
    for history in &decision.histories {
        clear(world, &object, &situation.jobs, history);
    }
    set_status(world, &object, &decision);
    let interval = i64::from(situation.scaled_job.polling_interval().max(1));
    let interval = SignedDuration::from_secs(interval);
    world.now().checked_add(interval).ok()
}

/// All that a poll depends on, now; None for an object that is not one.
fn situation(
    hub: &Controllers,
    world: &World,
    object: &Value,
    last_poll: Option<Timestamp>,
) -> Option<Situation> {
    let scaled_job: ScaledJob = serde_json::from_value(object.clone()).ok()?;
    let jobs = controlled(&hub.index, world, object, job::RESOURCE);
    let triggers = &scaled_job.spec.triggers;
    Some(Situation {
        now: world.now(),
        triggers: read::inputs(world, triggers, object.namespace(), false, &[]),
        jobs: jobs.iter().map(|job| facts(hub, world, job)).collect(),
        create_error: None,
        last_poll,
        scaled_job,
    })
}

fn facts(hub: &Controllers, world: &World, job: &Value) -> Job {
    // How the pods of one that is over stand decides nothing.
    let pods = if job::is_finished(job) {
        Vec::new()
    } else {
        objects(world, hub.index.of(job.uid(), "pods"))
    };
    let pods = pods.iter().map(|pod: &Arc<Value>| JobPod {
        phase: pod["status"]["phase"].text().to_owned(),
        conditions: conditions(pod),
    });
    let generation = &job["metadata"]["annotations"][GENERATION];
    Job {
        name: job.name().to_owned(),
        generation: generation.as_str().map(str::to_owned),
        conditions: conditions(job),
        completion_time: job["status"]["completionTime"].time(),
        pods: pods.collect(),
    }
}

fn conditions(object: &Value) -> Vec<JobCondition> {
    let all = object["status"]["conditions"].items().iter();
    let each = all.map(|one| JobCondition {
        kind: one["type"].text().to_owned(),
        status: one["status"].text().to_owned(),
    });
    each.collect()
}

/// Deletes finished Jobs that are more than their limit; of those that ended together the first by name.
fn clear(world: &mut World, object: &Value, jobs: &[Job], history: &History) {
    let mut ended: Vec<&Job> = jobs
        .iter()
        .filter(|job| job.end() == Some(history.end))
        .collect();
    ended.sort_by_key(|job| (job.completion_time, &job.name));
    for job in ended.into_iter().take(history.deleted) {
        let path = format!("{}/{}", object.namespace(), job.name);
        let _ = write::reap(world, job::RESOURCE, &path, NAME);
    }
}

/// What the loop notes beside what the reconciler noted.
fn set_status(world: &mut World, object: &Value, decision: &Decision) {
    let path = object.path();
    let Some(latest) = write::get(world, RESOURCE, &path) else {
        return;
    };
    let mut changed = Value::clone(&latest);
    let noted = json!(decision.status);
    for field in ["lastActiveTime", "conditions", "triggersActivity"] {
        if noted[field].is_null() {
            if let Some(status) = changed["status"].as_object_mut() {
                status.remove(field);
            }
        } else {
            changed["status"][field] = noted[field].clone();
        }
    }
    let _ = write::status(world, RESOURCE, changed, NAME);
}
