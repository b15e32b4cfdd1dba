//! What KEDA's scale loop has when it polls a ScaledJob.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::jobs::{Job, JobPod};
use super::spec::ScaledJob;
use crate::keda::triggers::TriggerInput;

/// All that a poll depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaJobSituation"))]
#[serde(rename_all = "camelCase")]
pub struct Situation {
    /// The time of the poll.
    #[cfg_attr(feature = "wire", ts(type = "string"))]
    pub now: Timestamp,
    /// The ScaledJob with the status of the last poll.
    pub scaled_job: ScaledJob,
    /// What each trigger's source says, in the order of `spec.triggers`; missing ones are silent.
    #[serde(default)]
    pub triggers: Vec<TriggerInput>,
    /// All its Jobs.
    #[serde(default)]
    pub jobs: Vec<Job>,
    /// Why the API server refuses new Jobs.
    #[serde(default)]
    pub create_error: Option<String>,
    /// When the loop last polled; `None` if that is not known, and then times of polls are ranges.
    #[serde(default)]
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub last_poll: Option<Timestamp>,
}

impl Situation {
    /// The situation right after a decision: Jobs that it created run and are pending, those that it deleted are gone.
    #[must_use]
    pub fn after(mut self, decision: &Decision) -> Self {
        for history in &decision.histories {
            let mut left = history.deleted;
            self.jobs.retain(|job| {
                let named = history.names.as_ref();
                let goes = left > 0
                    && job.end() == Some(history.end)
                    && named.is_none_or(|names| names.contains(&job.name));
                left -= usize::from(goes);
                !goes
            });
        }
        let first = self.jobs.len();
        for number in 0..usize::try_from(decision.created).unwrap_or(0).min(JOBS) {
            self.jobs.push(Job {
                name: format!(
                    "{}-{}-{}",
                    self.scaled_job.metadata.name,
                    decision.at.as_second(),
                    first + number
                ),
                generation: Some(self.scaled_job.metadata.generation.to_string()),
                pods: vec![JobPod {
                    phase: "Pending".into(),
                    conditions: Vec::new(),
                }],
                ..Job::default()
            });
        }
        self.scaled_job.status = decision.status.clone();
        self.last_poll = Some(decision.at);
        self
    }
}

/// More new Jobs than this are not told apart.
const JOBS: usize = 10_000;
