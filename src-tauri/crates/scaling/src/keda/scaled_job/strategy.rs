//! How many Jobs a queue is worth, given those that run.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/executor/scale_jobs.go:getScalingDecision` and the strategies below it.

use serde::{Deserialize, Serialize};

use super::spec::{ScaledJob, ScalingStrategy};
use crate::keda::go;

/// The strategy that is applied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaStrategy"))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Strategy {
    /// Fewer than the least number run: it is filled up.
    FillMinimum,
    /// The most for the queue, less those running.
    Default,
    /// The most for the queue, less a number and less a share of those running.
    Custom {
        /// The number.
        deduction: i32,
        /// The share: 1 is all.
        running_share: f64,
    },
    /// The most for the queue, less those pending, or what is left up to the most.
    Accurate,
    /// All that is left up to the most.
    Eager,
}

impl Strategy {
    /// The strategy a spec asks for; `custom` without a number for its share is the default one (`NewScalingStrategy`).
    pub fn of(spec: &ScalingStrategy) -> Self {
        match spec.strategy.as_str() {
            "custom" => match go::parse_float(&spec.custom_scaling_running_job_percentage) {
                Some(running_share) => Self::Custom {
                    deduction: spec.custom_scaling_queue_length_deduction.unwrap_or(0),
                    running_share,
                },
                None => Self::Default,
            },
            "accurate" => Self::Accurate,
            "eager" => Self::Eager,
            _ => Self::Default,
        }
    }
}

/// The arithmetic of a poll.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaJobArithmetic"))]
#[serde(rename_all = "camelCase")]
pub struct Arithmetic {
    /// What was applied.
    pub strategy: Strategy,
    /// Jobs running, pending ones among them.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub running: i64,
    /// Jobs pending.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub pending: i64,
    /// The least number of running Jobs.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub min_jobs: i64,
    /// The most above it.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub max_jobs: i64,
    /// The most for the queue.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub max_scale: i64,
    /// The most that the strategy lets a poll create; below 0 counts as 0.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub effective_max_scale: i64,
    /// Jobs asked for.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub scale_to: i64,
}

impl Arithmetic {
    /// The arithmetic for so many Jobs.
    pub fn new(job: &ScaledJob, running: i64, pending: i64, scale_to: i64, max_scale: i64) -> Self {
        let (min_jobs, max_jobs) = (job.min_jobs(), job.max_jobs());
        let missing = min_jobs.saturating_sub(running);
        let above = running.saturating_sub(min_jobs);
        let strategy = if missing > 0 {
            Strategy::FillMinimum
        } else {
            Strategy::of(&job.spec.scaling_strategy)
        };
        let (effective_max_scale, scale_to) = match strategy {
            Strategy::FillMinimum => (missing, missing),
            Strategy::Default => (max_scale.wrapping_sub(above), scale_to),
            Strategy::Custom {
                deduction,
                running_share,
            } => {
                let share = go::to_int64(above as f64 * running_share);
                let left = max_scale
                    .wrapping_sub(i64::from(deduction))
                    .wrapping_sub(share);
                (left.min(max_jobs), scale_to)
            }
            Strategy::Accurate => {
                if max_scale.wrapping_add(above).wrapping_sub(pending) > max_jobs {
                    (max_jobs.wrapping_sub(above), scale_to)
                } else {
                    (max_scale.wrapping_sub(pending), scale_to)
                }
            }
            Strategy::Eager => {
                let left = max_jobs.wrapping_sub(above).wrapping_sub(pending);
                (left.min(max_scale), max_jobs)
            }
        };
        Self {
            strategy,
            running,
            pending,
            min_jobs,
            max_jobs,
            max_scale,
            effective_max_scale: effective_max_scale.max(0),
            scale_to,
        }
    }

    /// Jobs that an active poll creates.
    pub fn created(&self) -> i64 {
        if self.effective_max_scale <= 0 {
            0
        } else {
            self.scale_to.min(self.effective_max_scale).max(0)
        }
    }
}
