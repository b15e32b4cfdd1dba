//! The workload as findings look at it.

use jiff::{SignedDuration, Timestamp};
use model::fact::{Part, Subject, SubjectKind};
use scaling::findings::Workload;
use scaling::findings::workload::{
    AskedJobs, AutoscalerKind, AutoscalerRef, DecidedHpa, DecidedScaledJob, DecidedScaledObject,
    Recording, ReplicaChange, UnschedulablePod, WorkloadTarget,
};
use scaling::keda::{pause, scaled_job};
use scaling::together::{self, Situation};

use crate::Step;
use crate::facts::Facts;
use crate::queue;

/// How far back polls of a `ScaledJob` are looked at.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What findings look at, as far as facts go; `None` before the autoscaler is known.
pub(crate) fn workload(
    facts: &Facts,
    subject: &Subject,
    situation: Situation,
    job: Option<scaled_job::Situation>,
    steps: &[Step],
    at: Timestamp,
) -> Option<Workload> {
    let target = target(facts, subject, &situation, at)?;
    let (decided, _) = together::decide(&situation);
    let made_for = match subject.kind {
        SubjectKind::ScaledObject => Some(subject.name.clone()),
        SubjectKind::Hpa | SubjectKind::ScaledJob => None,
    };
    let mut autoscalers = Vec::new();
    if let Some(hpa) = &situation.hpa {
        autoscalers.push(AutoscalerRef {
            kind: AutoscalerKind::HorizontalPodAutoscaler,
            name: hpa.name.clone(),
            made_for: made_for.clone(),
        });
    }
    let hpas = situation.hpa.zip(decided.hpa).into_iter();
    let scaled_objects = situation.keda.zip(decided.keda).into_iter();
    let is_seen = facts.pod_changes.at(at).is_some() && facts.is_watched(Part::Pods, at);
    let pods = facts
        .pods_at(at)
        .filter(|pod| !pod.unschedulable.is_empty());
    let unschedulable = pods.map(|pod| UnschedulablePod {
        name: pod.pod.name.to_string(),
        message: pod.unschedulable.clone(),
    });
    Some(Workload {
        now: at,
        target,
        hpas: hpas
            .map(|(situation, decision)| DecidedHpa {
                situation,
                decision,
                made_for: made_for.clone(),
            })
            .collect(),
        scaled_objects: scaled_objects
            .map(|(situation, decision)| DecidedScaledObject {
                situation,
                decision,
                paused_since: paused_since(facts, at),
            })
            .collect(),
        scaled_job: job.map(|situation| DecidedScaledJob {
            decision: scaled_job::decide(&situation).0,
            situation,
            paused_since: None,
            measured: Vec::new(),
            asked: asked(facts, at),
        }),
        // Others on the same workload are not among the facts.
        autoscalers: None,
        recording: recording(facts, steps, at),
        last_applied: None,
        metrics_apis: None,
        keda: None,
        disruption_budgets: None,
        quotas: None,
        unschedulable: is_seen.then(|| unschedulable.collect()),
        vertical: None,
        containers: None,
    })
}

/// What polls of the last hour asked for, as Jobs tell.
fn asked(facts: &Facts, at: Timestamp) -> Vec<AskedJobs> {
    let from = at.saturating_sub(HOUR).unwrap_or(at);
    let queues = queue::queues(facts, from, at).into_iter();
    queues
        .map(|queue| AskedJobs {
            at: queue.at,
            least: queue.least,
            most: queue.most,
        })
        .collect()
}

fn target(
    facts: &Facts,
    subject: &Subject,
    situation: &Situation,
    at: Timestamp,
) -> Option<WorkloadTarget> {
    let (kind, name) = match (subject.kind, facts.target.at(at)) {
        (SubjectKind::ScaledJob, _) => ("ScaledJob".to_owned(), subject.name.clone()),
        (_, Some((_, Some(target)))) => (target.kind.clone(), target.name.clone()),
        (SubjectKind::Hpa | SubjectKind::ScaledObject, _) => {
            let reference = &situation.hpa.as_ref()?.spec.scale_target_ref;
            (reference.kind.clone(), reference.name.clone())
        }
    };
    Some(WorkloadTarget {
        kind,
        namespace: subject.namespace.clone(),
        name,
    })
}

/// Since when it is paused, if that was seen.
fn paused_since(facts: &Facts, at: Timestamp) -> Option<Timestamp> {
    let points = facts.scaled_object.within(Timestamp::MIN, at);
    let is_paused = |object: &Option<std::sync::Arc<scaling::keda::ScaledObject>>| {
        object
            .as_ref()
            .is_some_and(|object| pause::pause(object).is_some())
    };
    let run = points
        .iter()
        .rev()
        .take_while(|(_, object)| is_paused(object))
        .count();
    let first = points.len() - run;
    // The first that was seen of it does not tell since when.
    (run > 0 && first > 0).then(|| points[first].0)
}

/// Changes of the size since the workload is watched without a gap.
fn recording(facts: &Facts, steps: &[Step], at: Timestamp) -> Option<Recording> {
    let (first, _) = facts.target.all().first()?;
    let since = facts.gap(Part::Target, *first, at).unwrap_or(*first);
    if since >= at {
        return None;
    }
    let seen = steps
        .iter()
        .filter(|step| step.at >= since && step.at <= at);
    let changes = seen.filter_map(|step| {
        Some(ReplicaChange {
            at: step.at,
            from: step.from?,
            to: step.to,
            by: step.by.clone(),
        })
    });
    Some(Recording {
        since,
        changes: changes.collect(),
    })
}
