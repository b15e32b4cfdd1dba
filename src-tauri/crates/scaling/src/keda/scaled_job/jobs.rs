//! The Jobs of a ScaledJob: which run, which of these wait.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/executor/scale_jobs.go:getRunningJobCount`, `getPendingJobCount`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A Job with the label `scaledjob.keda.sh/name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaJob"))]
#[serde(rename_all = "camelCase", default)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// The annotation `scaledjob.keda.sh/generation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<String>,
    /// Its conditions.
    pub conditions: Vec<JobCondition>,
    /// When it completed; failed Jobs have no such time.
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    pub completion_time: Option<Timestamp>,
    /// Its pods.
    pub pods: Vec<JobPod>,
}

/// A condition of a Job or pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaJobCondition"))]
#[serde(rename_all = "camelCase", default)]
pub struct JobCondition {
    /// `Complete`, `Failed`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False`, `Unknown`
    pub status: String,
}

impl JobCondition {
    fn holds(&self) -> bool {
        self.status == "True"
    }
}

/// What counts of a Job's pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaJobPod"))]
#[serde(rename_all = "camelCase", default)]
pub struct JobPod {
    /// `status.phase`
    pub phase: String,
    /// `status.conditions`
    pub conditions: Vec<JobCondition>,
}

/// How a Job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaJobEnd"))]
#[serde(rename_all = "camelCase")]
pub enum End {
    /// It completed.
    Complete,
    /// It failed.
    Failed,
}

impl Job {
    /// How it ended: by the first of its conditions that says so; `None` while it runs.
    pub fn end(&self) -> Option<End> {
        self.conditions
            .iter()
            .filter(|condition| condition.holds())
            .find_map(|condition| match condition.kind.as_str() {
                "Complete" => Some(End::Complete),
                "Failed" => Some(End::Failed),
                _ => None,
            })
    }

    /// Whether a running Job counts as pending: no pod runs or succeeded; where conditions are named, no pod has all of them. One that
    /// is named twice is never fulfilled.
    pub fn is_pending(&self, pending_pod_conditions: &[String]) -> bool {
        if pending_pod_conditions.is_empty() {
            return !self
                .pods
                .iter()
                .any(|pod| matches!(pod.phase.as_str(), "Succeeded" | "Running"));
        }
        !self.pods.iter().any(|pod| {
            let fulfilled: BTreeSet<&str> = pod
                .conditions
                .iter()
                .filter(|condition| condition.holds())
                .map(|condition| condition.kind.as_str())
                .filter(|kind| pending_pod_conditions.iter().any(|wanted| wanted == kind))
                .collect();
            fulfilled.len() == pending_pod_conditions.len()
        })
    }
}
