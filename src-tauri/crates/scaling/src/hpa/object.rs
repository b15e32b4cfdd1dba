//! Object metrics: their value, their words, their entry in the status.
//!
//! Follows `horizontal.go` (`computeStatusForObjectMetric`), `metrics/client.go` (`GetObjectMetric`).

use super::amount::Amount;
use super::decision::Input;
use super::metric::{Computed, Failed, decimal};
use super::metrics::Inputs;
use super::selector::{object_fault, printed};
use super::spec::{ObjectSource, SourceKind, Target, TargetKind};
use super::status::{CurrentValue, MetricStatus, ObjectStatus};
use super::total::{self, Origin, TotalTarget};
use super::trace::Trace;
use super::usage::{asked, value};

/// By the target's type and the field that belongs to it.
pub(crate) fn target(target: &Target) -> Option<TotalTarget> {
    let value = target.value.as_ref().map(Amount::milli);
    let average = target.average_value.as_ref().map(Amount::milli);
    match &target.kind {
        TargetKind::Value => value.map(TotalTarget::Value),
        TargetKind::AverageValue => average.map(TotalTarget::AverageValue),
        TargetKind::Utilization | TargetKind::Other(_) => None,
    }
}

/// Evaluates one.
pub(crate) fn compute(
    inputs: &Inputs<'_>,
    source: &ObjectSource,
    trace: &mut Trace,
) -> Result<Computed, Failed> {
    let metric = &source.metric;
    let failed = |joint: &str, event: String| Failed {
        reason: "FailedGetObjectMetric",
        joint: format!("failed to get object metric value: {joint}{event}"),
        event,
    };
    if let Some(fault) = object_fault(metric.selector.as_ref()) {
        return Err(failed("", fault));
    }
    let (replicas, current) = match target(&source.target) {
        Some(TotalTarget::Value(target)) => {
            let (replicas, usage) = read(inputs, source, trace)
                .and_then(|usage| Ok((total::value(inputs, usage, target, trace)?, usage)))
                .map_err(|error| failed("", error))?;
            let current = CurrentValue {
                value: Some(decimal(usage)),
                ..CurrentValue::default()
            };
            (replicas, current)
        }
        Some(TotalTarget::AverageValue(target)) => {
            let joint = format!("failed to get {} object metric: ", metric.name);
            let usage = read(inputs, source, trace).map_err(|error| failed(&joint, error))?;
            let (replicas, reported) = total::per_pod(inputs, usage, target, Origin::Object, trace);
            let current = CurrentValue {
                average_value: Some(decimal(reported)),
                ..CurrentValue::default()
            };
            (replicas, current)
        }
        None => {
            let error = "invalid object metric source: neither a value target nor an average value target was set";
            return Err(failed("", error.to_owned()));
        }
    };
    Ok(Computed {
        replicas,
        status: MetricStatus {
            kind: SourceKind::Object,
            object: Some(Box::new(ObjectStatus {
                metric: metric.clone(),
                current,
                described_object: source.described_object.clone(),
            })),
            ..MetricStatus::default()
        },
    })
}

/// The metric in the controller's words.
pub(crate) fn words(source: &ObjectSource) -> String {
    let name = &source.metric.name;
    match target(&source.target) {
        Some(TotalTarget::AverageValue(_)) => {
            let selector = printed(source.metric.selector.as_ref());
            // The controller calls it external too.
            format!("external metric {name}({selector})")
        }
        Some(TotalTarget::Value(_)) | None => {
            format!("{} metric {name}", source.described_object.kind)
        }
    }
}

/// The object's value in thousandths.
fn read(inputs: &Inputs<'_>, source: &ObjectSource, trace: &mut Trace) -> Result<i64, String> {
    let (metric, object) = (&source.metric, &source.described_object);
    let mut answers = inputs.situation.metrics.object.iter();
    let answer = answers.find(|found| found.metric == *metric && found.object == *object);
    let answer = answer.map(|found| &found.answer);
    let read = asked(answer, "the custom metrics API", trace)
        .and_then(|answer| Ok((value(answer, "custom")?.milli(), &answer.certainty)));
    match read {
        Ok((usage, certainty)) => {
            if trace.names_samples() {
                trace.inputs.push(Input {
                    of: smol_str::format_smolstr!("{} {}", object.kind, object.name),
                    usage: Some(usage),
                    request: None,
                    certainty: certainty.clone(),
                });
            }
            Ok(usage)
        }
        // The controller mixes up the parts of this sentence.
        Err(error) => Err(format!(
            "unable to get metric {}: {} on {} {}/{error}",
            metric.name, object.kind, inputs.situation.namespace, object.name
        )),
    }
}
