//! A ScaledJob in the API's own shape (KEDA v2.21.0 `apis/keda/v1alpha1/scaledjob_types.go`), without the template of its Jobs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hpa::spec::null_as_default;
use crate::keda::condition::Condition;
use crate::keda::metadata::{Metadata, PAUSED};
use crate::keda::scaled_object::{POLLING_INTERVAL, TriggerActivity};
use crate::keda::triggers::TriggerSpec;

/// A ScaledJob: what it asks for, what KEDA noted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ScaledJob {
    /// Name, annotations, generation.
    pub metadata: Metadata,
    /// What is asked for.
    pub spec: ScaledJobSpec,
    /// What KEDA noted at its last poll.
    pub status: ScaledJobStatus,
}

/// What a ScaledJob asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ScaledJobSpec {
    /// Seconds between two polls; 30 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polling_interval: Option<i32>,
    /// Completed Jobs to keep; 100 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successful_jobs_history_limit: Option<i32>,
    /// Failed Jobs to keep; 100 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_jobs_history_limit: Option<i32>,
    /// The older field for `rollout.strategy`, which it goes before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rollout_strategy: String,
    /// What a change of the ScaledJob does to its Jobs.
    pub rollout: Rollout,
    /// Jobs that run at least; 0 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replica_count: Option<i32>,
    /// Jobs that run at most; 100 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replica_count: Option<i32>,
    /// How many Jobs a queue asks for.
    pub scaling_strategy: ScalingStrategy,
    /// Where load is read, in this order.
    #[serde(deserialize_with = "null_as_default")]
    pub triggers: Vec<TriggerSpec>,
}

/// What a change of the ScaledJob does to its Jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaRollout"))]
#[serde(rename_all = "camelCase", default)]
pub struct Rollout {
    /// `gradual` keeps them; anything else deletes them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub strategy: String,
    /// `foreground`; anything else is in the background.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub propagation_policy: String,
}

/// How many Jobs a queue asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaScalingStrategy"))]
#[serde(rename_all = "camelCase", default)]
pub struct ScalingStrategy {
    /// `custom`, `accurate`, `eager`; anything else is the default one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub strategy: String,
    /// For `custom`; 0 if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_scaling_queue_length_deduction: Option<i32>,
    /// For `custom`, a number; if it is none the default strategy is taken.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub custom_scaling_running_job_percentage: String,
    /// Conditions that one pod of a Job must have, all of them, for the Job not to be pending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending_pod_conditions: Vec<String>,
    /// `min`, `avg`, `sum`; anything else is the largest.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub multiple_scalers_calculation: String,
}

/// What KEDA noted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ScaledJobStatus {
    /// When triggers were last active, to the second.
    #[cfg_attr(feature = "wire", ts(type = "string | null"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_active_time: Option<Timestamp>,
    /// Its conditions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Never written by the loop.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_metric_names: Vec<String>,
    /// Which metrics were active.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers_activity: BTreeMap<String, TriggerActivity>,
}

/// Jobs that run at most when nothing is given.
const MAX_REPLICA_COUNT: i64 = 100;

impl ScaledJob {
    /// The least number of running Jobs, never above `maxReplicaCount` (`MinReplicaCount`).
    pub fn min_jobs(&self) -> i64 {
        let min = self.spec.min_replica_count.map_or(0, i64::from);
        match (self.spec.min_replica_count, self.spec.max_replica_count) {
            (Some(_), Some(max)) => min.min(i64::from(max)),
            _ => min,
        }
    }

    /// The most Jobs above that least number, but `maxReplicaCount` itself where that is below `minReplicaCount`, and 100 where it is
    /// not given (`MaxReplicaCount`).
    pub fn max_jobs(&self) -> i64 {
        match (self.spec.min_replica_count, self.spec.max_replica_count) {
            (Some(min), Some(max)) if min > max => i64::from(max),
            (_, Some(max)) => i64::from(max) - self.min_jobs(),
            (_, None) => MAX_REPLICA_COUNT,
        }
    }

    /// Seconds between polls.
    pub fn polling_interval(&self) -> i32 {
        self.spec.polling_interval.unwrap_or(POLLING_INTERVAL)
    }

    /// Whether it is paused: no polls, while running Jobs go on.
    pub fn is_paused(&self) -> bool {
        self.metadata.switched_on(PAUSED)
    }
}
