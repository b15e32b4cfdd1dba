//! Pods metrics: their words, their entry in the status.
//!
//! Follows `horizontal.go` (`computeStatusForPodsMetric`).

use super::metric::{Computed, Failed, decimal};
use super::metrics::Inputs;
use super::plain;
use super::selector::object_fault;
use super::spec::{PodsSource, SourceKind};
use super::status::{CurrentValue, MetricStatus, PodsStatus};
use super::trace::Trace;
use super::usage;

/// Evaluates one.
pub(crate) fn compute(
    inputs: &Inputs<'_>,
    source: &PodsSource,
    trace: &mut Trace,
) -> Result<Computed, Failed> {
    let metric = &source.metric;
    let failed = |error: String| Failed {
        reason: "FailedGetPodsMetric",
        joint: format!("failed to get pods metric value: {error}"),
        event: error,
    };
    if let Some(fault) = object_fault(metric.selector.as_ref()) {
        return Err(failed(fault));
    }
    // The API server stores none without a target; the controller would crash.
    let Some(target) = &source.target.average_value else {
        return Err(failed("the metric has no average value target".to_owned()));
    };
    let (samples, certainty) = usage::custom(inputs, metric, trace)
        .map_err(|error| failed(format!("unable to get metric {}: {error}", metric.name)))?;
    let (replicas, usage) =
        plain::average(inputs, samples, certainty, false, target.milli(), trace).map_err(failed)?;
    Ok(Computed {
        replicas,
        status: MetricStatus {
            kind: SourceKind::Pods,
            pods: Some(Box::new(PodsStatus {
                metric: metric.clone(),
                current: CurrentValue {
                    average_value: Some(decimal(usage)),
                    ..CurrentValue::default()
                },
            })),
            ..MetricStatus::default()
        },
    })
}

/// The metric in the controller's words.
pub(crate) fn words(source: &PodsSource) -> String {
    format!("pods metric {}", source.metric.name)
}
