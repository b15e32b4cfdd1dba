//! What the triggers of a ScaledJob come to together.
//!
//! Follows KEDA v2.21.0 `pkg/scaling/scaledjob/metrics.go` and `pkg/scaling/scale_handler.go:getScaledJobMetrics`.

use serde::{Deserialize, Serialize};

use crate::keda::go;

/// What one metric of a trigger comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaQueue"))]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// The metric's name.
    pub metric: String,
    /// The queue's length.
    pub queue_length: f64,
    /// The mean of the trigger's targets.
    pub target_average_value: f64,
    /// `queue_length / target_average_value`, at most the most Jobs; 0 with a target of 0.
    pub max_value: f64,
    /// Whether the trigger is active.
    pub is_active: bool,
}

impl Queue {
    /// `CalculateQueueLengthAndMaxValue`
    pub fn new(
        metric: String,
        queue_length: f64,
        targets: &[f64],
        max_jobs: i64,
        is_active: bool,
    ) -> Self {
        let target_average_value = if targets.is_empty() {
            0.0
        } else {
            targets.iter().fold(0.0, |sum, target| sum + target) / targets.len() as f64
        };
        let max_value = if target_average_value == 0.0 {
            0.0
        } else {
            at_most(queue_length / target_average_value, max_jobs)
        };
        Self {
            metric,
            queue_length,
            target_average_value,
            max_value,
            is_active,
        }
    }
}

/// How several metrics are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaCalculation"))]
#[serde(rename_all = "camelCase")]
pub enum Calculation {
    /// The longest queue; one of length 0 is not active.
    Max,
    /// The shortest queue; one of length 0 gives way to the next.
    Min,
    /// The mean.
    Avg,
    /// The sum.
    Sum,
}

impl Calculation {
    /// As it is called in the spec.
    pub fn named(name: &str) -> Self {
        match name {
            "min" => Self::Min,
            "avg" => Self::Avg,
            "sum" => Self::Sum,
            _ => Self::Max,
        }
    }
}

/// What all metrics come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaQueues"))]
#[serde(rename_all = "camelCase")]
pub struct Queues {
    /// Each metric that did not fail.
    pub queues: Vec<Queue>,
    /// How they are taken together.
    pub calculation: Calculation,
    /// Whether Jobs are asked for.
    pub is_active: bool,
    /// The queue's length, rounded up: Jobs asked for.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub scale_to: i64,
    /// The most Jobs for that queue, rounded up.
    #[cfg_attr(feature = "wire", ts(type = "number"))]
    pub max_scale: i64,
}

/// `IsScaledJobActive`
pub fn together(
    queues: Vec<Queue>,
    calculation: Calculation,
    min_jobs: i64,
    max_jobs: i64,
) -> Queues {
    let active = || queues.iter().filter(|queue| queue.is_active);
    let (mut length, mut most, mut is_active) = (0.0, 0.0, false);
    match calculation {
        Calculation::Max => {
            for queue in active().filter(|queue| queue.queue_length > 0.0) {
                if queue.queue_length > length {
                    (length, most, is_active) = (queue.queue_length, queue.max_value, true);
                }
            }
        }
        Calculation::Min => {
            for queue in active() {
                if length == 0.0 || queue.queue_length < length {
                    (length, most, is_active) = (queue.queue_length, queue.max_value, true);
                }
            }
        }
        Calculation::Sum | Calculation::Avg => {
            for queue in active() {
                length += queue.queue_length;
                most += queue.max_value;
                is_active = true;
            }
            let count = active().count() as f64;
            if calculation == Calculation::Avg && count != 0.0 {
                length /= count;
                most /= count;
            }
        }
    }
    Queues {
        calculation,
        is_active: is_active || min_jobs > 0,
        scale_to: go::to_int64(length.ceil()),
        max_scale: go::to_int64(at_most(most, max_jobs).ceil()),
        queues,
    }
}

fn at_most(value: f64, max_jobs: i64) -> f64 {
    value.min(max_jobs as f64)
}
