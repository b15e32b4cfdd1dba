//! Any other type of trigger: its metrics, targets and values are given from outside.

use serde::{Deserialize, Serialize};

use super::{MetricTarget, Outcome, Reading, Source, missing_outcome};
use crate::certainty::Certainty;
use crate::keda::amount::Amount;

/// A metric of such a trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaExternalMetric"))]
#[serde(rename_all = "camelCase")]
pub struct ExternalMetric {
    /// Its name: `s0-kafka-orders`.
    pub metric: String,
    /// What the HPA compares it with.
    pub target: MetricTarget,
    /// What the scaler says.
    pub outcome: Outcome,
}

/// A value with what makes it active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wire", derive(ts_rs::TS))]
#[cfg_attr(feature = "wire", ts(rename = "KedaMetricValue"))]
#[serde(rename_all = "camelCase")]
pub struct MetricValue {
    /// What the HPA is given.
    pub amount: Amount,
    /// The number as measured, which activity is judged by.
    pub number: f64,
    /// Active above this; `None` where activity is decided otherwise.
    pub activation_threshold: Option<f64>,
    /// What the scaler says of it.
    pub is_active: bool,
}

pub(super) fn read(
    kind: &str,
    source: &Source,
    certainty: &Certainty,
) -> Result<Vec<Reading>, String> {
    match source {
        Source::Metrics { metrics } if metrics.is_empty() => Err("got empty metric spec".into()),
        Source::Metrics { metrics } => Ok(metrics
            .iter()
            .map(|metric| Reading {
                metric: metric.metric.clone(),
                target: metric.target.clone(),
                outcome: metric.outcome.clone(),
                window: None,
                certainty: certainty.clone(),
            })
            .collect()),
        Source::Failed { error } => Err(error.clone()),
        Source::Silent | Source::Pods { .. } | Source::Prometheus { .. } => Ok(vec![Reading {
            metric: String::new(),
            target: MetricTarget {
                kind: "AverageValue".into(),
                amount: Amount::Whole(1),
            },
            outcome: missing_outcome(),
            window: None,
            certainty: Certainty::Unknown {
                why: format!("what the {kind} trigger measures is not known"),
            },
        }]),
    }
}
