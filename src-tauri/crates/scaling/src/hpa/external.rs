//! External metrics: their series, their words, their entry in the status.
//!
//! Follows `horizontal.go` (`computeStatusForExternalMetric`), `metrics/client.go` (`GetExternalMetric`).

use super::amount::Amount;
use super::decision::Input;
use super::metric::{Computed, Failed, decimal};
use super::metrics::Inputs;
use super::selector::{object_fault, printed};
use super::spec::{ExternalSource, SourceKind, Target};
use super::status::{CurrentValue, ExternalStatus, MetricStatus};
use super::total::{self, Origin, TotalTarget};
use super::trace::Trace;
use super::usage::{asked, value};

/// The average value goes before the value, whatever the target's type says.
pub(crate) fn target(target: &Target) -> Option<TotalTarget> {
    let value = target.value.as_ref().map(Amount::milli);
    let average = target.average_value.as_ref().map(Amount::milli);
    average
        .map(TotalTarget::AverageValue)
        .or(value.map(TotalTarget::Value))
}

/// Evaluates one.
pub(crate) fn compute(
    inputs: &Inputs<'_>,
    source: &ExternalSource,
    trace: &mut Trace,
) -> Result<Computed, Failed> {
    let metric = &source.metric;
    let name = &metric.name;
    let failed = |joint: &str, event: String| Failed {
        reason: "FailedGetExternalMetric",
        joint: format!("failed to get {name} external metric value: {joint}{event}"),
        event,
    };
    let version = inputs.situation.config.version;
    let (replicas, current) = match target(&source.target) {
        Some(TotalTarget::AverageValue(target)) => {
            let joint = format!("failed to get {name} external metric: ");
            let series = series(inputs, source, trace).map_err(|error| failed(&joint, error))?;
            let usage = total::sum_per_pod(series, version);
            let (replicas, reported) =
                total::per_pod(inputs, usage, target, Origin::External, trace);
            let current = CurrentValue {
                average_value: Some(decimal(reported)),
                ..CurrentValue::default()
            };
            (replicas, current)
        }
        Some(TotalTarget::Value(target)) => {
            let joint = format!("failed to get external metric {name}: ");
            let (replicas, usage) = series(inputs, source, trace)
                .and_then(|series| {
                    let usage = total::sum(series, version);
                    Ok((total::value(inputs, usage, target, trace)?, usage))
                })
                .map_err(|error| failed(&joint, error))?;
            let current = CurrentValue {
                value: Some(decimal(usage)),
                ..CurrentValue::default()
            };
            (replicas, current)
        }
        None => {
            let error = "invalid external metric source: neither a value target nor an average value target was set";
            return Err(failed("", error.to_owned()));
        }
    };
    Ok(Computed {
        replicas,
        status: MetricStatus {
            kind: SourceKind::External,
            external: Some(Box::new(ExternalStatus {
                metric: metric.clone(),
                current,
            })),
            ..MetricStatus::default()
        },
    })
}

/// The metric in the controller's words.
pub(crate) fn words(source: &ExternalSource) -> String {
    let selector = printed(source.metric.selector.as_ref());
    format!("external metric {}({selector})", source.metric.name)
}

/// The values of the metric's series.
fn series<'a>(
    inputs: &Inputs<'a>,
    source: &ExternalSource,
    trace: &mut Trace,
) -> Result<&'a [Amount], String> {
    let metric = &source.metric;
    if let Some(fault) = object_fault(metric.selector.as_ref()) {
        return Err(fault);
    }
    let unable = |error: String| {
        let selector = printed(metric.selector.as_ref());
        let namespace = &inputs.situation.namespace;
        format!(
            "unable to get external metric {namespace}/{}/{selector}: {error}",
            metric.name
        )
    };
    let mut answers = inputs.situation.metrics.external.iter();
    let answer = answers.find(|found| found.metric == *metric);
    let answer = answer.map(|found| &found.answer);
    let answer = asked(answer, "the external metrics API", trace).map_err(unable)?;
    let series = value(answer, "external").map_err(unable)?;
    if series.is_empty() {
        return Err(unable(
            "no metrics returned from external metrics API".to_owned(),
        ));
    }
    if trace.names_samples() {
        let named = series.iter().zip(1u32..).map(|(value, number)| Input {
            of: smol_str::ToSmolStr::to_smolstr(&number),
            usage: Some(value.milli()),
            request: None,
            certainty: answer.certainty.clone(),
        });
        trace.inputs.extend(named);
    }
    Ok(series)
}
