//! Polls of a `ScaledJob`: what was asked of Prometheus, the Jobs that came of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::fact::{PodState, What};
use scaling::keda::scaled_job::jobs::{Job, JobPod};
use scaling::keda::scaled_job::{ScaledJob, Situation, decide};
use scaling::keda::triggers::{PrometheusAnswer, Source, TriggerInput};
use serde_json::{Value, json};

use crate::audit::Entry;
use crate::compare::Score;
use crate::passes::ABOUT;
use crate::recorder::Exchange;
use crate::watched::{self, Change, Watched};

/// Compares every poll in a namespace with the Jobs that were created after it.
pub(crate) fn compare(
    namespace: &str,
    watched: &Watched,
    entries: &[Entry],
    exchanges: &[Exchange],
) -> Score {
    let scene = Scene {
        scaled_jobs: watched.changes(namespace, "ScaledJob"),
        jobs: watched.changes(namespace, "Job"),
        pods: watched.changes(namespace, "Pod"),
    };
    let own = format!("of%3D%22{namespace}%22");
    let polls: Vec<&Exchange> = exchanges
        .iter()
        .filter(|one| one.path.contains(&own))
        .collect();
    let created: Vec<Timestamp> = entries
        .iter()
        .filter(|entry| entry.verb == "create" && entry.object_ref.resource == "jobs")
        .filter(|entry| entry.object_ref.namespace == namespace)
        .map(|entry| entry.request_received_timestamp)
        .collect();
    let mut score = Score::default();
    for pair in polls.windows(2) {
        let [poll, next] = pair else { continue };
        if scene.is_cut_off(poll, next) {
            continue;
        }
        let span = poll.asked..next.asked;
        let done = created.iter().filter(|at| span.contains(at)).count();
        score.add(namespace, &scene, poll, done);
    }
    score
}

struct Scene {
    scaled_jobs: Vec<Change>,
    jobs: Vec<Change>,
    pods: Vec<Change>,
}

impl Scene {
    /// Whether the loop began anew amid a poll, which then creates what it may still create: each reconciliation of the object does that
    /// (`scale_handler.go:HandleScalableObject`).
    fn is_cut_off(&self, poll: &Exchange, next: &Exchange) -> bool {
        let interval = self.scaled_job(poll).map_or(0, ScaledJob::polling_interval);
        next.asked.duration_since(poll.asked)
            < SignedDuration::from_millis(i64::from(interval) * 750)
    }

    fn scaled_job(&self, poll: &Exchange) -> Option<&ScaledJob> {
        let found = watched::at(&self.scaled_jobs, poll.answered);
        found.into_iter().find_map(|change| match &change.what {
            Some(What::ScaledJob(Some(job))) => Some(&**job),
            _ => None,
        })
    }

    /// The first is what this client saw; in the others something came sooner or later.
    fn situations(&self, poll: &Exchange) -> Vec<Situation> {
        let at = poll.answered;
        let changes = self.jobs.iter().chain(&self.pods);
        let near = changes
            .map(|change| change.received)
            .filter(|moment| *moment > at - ABOUT && *moment < at + ABOUT);
        let before = SignedDuration::from_nanos(1);
        let seen = std::iter::once(at).chain(near.flat_map(|moment| [moment, moment - before]));
        seen.filter_map(|moment| self.situation(poll, moment))
            .collect()
    }

    fn situation(&self, poll: &Exchange, seen: Timestamp) -> Option<Situation> {
        let scaled_job = self.scaled_job(poll)?;
        let mut pods: BTreeMap<&str, Vec<&PodState>> = BTreeMap::new();
        for change in watched::at(&self.pods, seen) {
            if let Some(What::Pod(pod)) = &change.what
                && let Some(job) = pod.pod.labels.get("batch.kubernetes.io/job-name")
            {
                pods.entry(job).or_default().push(pod);
            }
        }
        let jobs = watched::at(&self.jobs, seen);
        let jobs = jobs.into_iter().filter_map(|change| match &change.what {
            Some(What::Job(job)) => Some(Job {
                pods: of_job(pods.get(change.name.as_str())),
                ..job.job.clone()
            }),
            _ => None,
        });
        Some(Situation {
            now: poll.answered,
            triggers: vec![TriggerInput {
                source: Source::Prometheus {
                    answer: told(&poll.body),
                },
                ..TriggerInput::default()
            }],
            jobs: jobs.collect(),
            create_error: None,
            last_poll: None,
            scaled_job: scaled_job.clone(),
        })
    }
}

fn of_job(pods: Option<&Vec<&PodState>>) -> Vec<JobPod> {
    let pods = pods.into_iter().flatten();
    pods.map(|pod| JobPod {
        phase: String::from(pod.pod.phase.clone()),
        conditions: Vec::new(),
    })
    .collect()
}

/// What Prometheus answered.
fn told(body: &str) -> PrometheusAnswer {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let result = answer["data"]["result"].as_array();
    match result.map(Vec::as_slice) {
        Some([one]) => PrometheusAnswer::Value {
            text: one["value"][1].as_str().unwrap_or_default().to_owned(),
        },
        Some([]) | None => PrometheusAnswer::Empty,
        Some(_) => PrometheusAnswer::Many,
    }
}

impl Score {
    fn add(&mut self, name: &str, scene: &Scene, poll: &Exchange, done: usize) {
        let situations = scene.situations(poll);
        let mut decisions = situations.iter().map(|situation| decide(situation).0);
        let Some(first) = decisions.next() else {
            return;
        };
        let done = i64::try_from(done).unwrap();
        self.passes += 1;
        self.interesting += usize::from(done > 0 || !first.holds.is_empty());
        if first.created == done {
            return;
        }
        if decisions.any(|decision| decision.created == done) {
            self.reordered += 1;
            return;
        }
        self.disagreements += 1;
        if self.cases.len() < 3 {
            self.cases.push(json!({
                "scenario": name, "differences": [format!("decided {}, created {done}", first.created)],
                "situation": situations.first(), "decision": first,
            }));
        }
    }
}
