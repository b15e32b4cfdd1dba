//! `ScaledJobs`: polled, and the Jobs that a new generation deletes.

use std::collections::BTreeSet;

use scaling::keda::condition::Event;
use scaling::keda::scaled_job::jobs::Job;
use scaling::keda::scaled_job::spec::ScaledJobStatus;
use scaling::keda::scaled_job::{self, ScaledJob, rollout as rollouts};
use serde::Deserialize;

use super::{differ, sorted};

#[derive(Deserialize)]
struct JobLine {
    situation: scaled_job::Situation,
    answer: JobAnswer,
}

#[derive(Deserialize)]
struct JobAnswer {
    created: i64,
    deleted: Option<Vec<String>>,
    status: ScaledJobStatus,
    events: Option<Vec<Event>>,
}

/// A poll of a `ScaledJob`.
pub fn job(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: JobLine = serde_json::from_str(&text.replace("\"jobs\":null", "\"jobs\":[]"))?;
    let mut found = Vec::new();
    let decision = scaled_job::poll(&line.situation);
    differ(
        &mut found,
        "created",
        &decision.created,
        &line.answer.created,
    );
    differ(&mut found, "status", &decision.status, &line.answer.status);
    let theirs = line.answer.events.unwrap_or_default();
    differ(
        &mut found,
        "events",
        &sorted(&decision.events, false),
        &sorted(&theirs, false),
    );
    let deleted: BTreeSet<String> = line
        .answer
        .deleted
        .unwrap_or_default()
        .into_iter()
        .collect();
    let ours: usize = decision
        .histories
        .iter()
        .map(|history| history.deleted)
        .sum();
    differ(&mut found, "number deleted", &ours, &deleted.len());
    for history in &decision.histories {
        if let Some(names) = &history.names
            && !names.iter().all(|name| deleted.contains(name))
        {
            found.push(format!("{history:?}, but deleted {deleted:?}"));
        }
    }
    if !found.is_empty() {
        found.push(format!(
            "  {:?}\n  {:?}",
            decision.arithmetic, decision.queues
        ));
    }
    Ok(found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RolloutLine {
    scaled_job: ScaledJob,
    jobs: Option<Vec<Job>>,
    deleted: Option<Vec<String>>,
}

/// Jobs of older generations.
pub fn rollout(text: &str) -> Result<Vec<String>, serde_json::Error> {
    let line: RolloutLine = serde_json::from_str(text)?;
    let mut found = Vec::new();
    let jobs = line.jobs.unwrap_or_default();
    let theirs = line.deleted.unwrap_or_default();
    let ours = rollouts::deleted(&line.scaled_job, &jobs);
    differ(
        &mut found,
        "deleted",
        &ours,
        &theirs.iter().map(String::as_str).collect(),
    );
    Ok(found)
}
