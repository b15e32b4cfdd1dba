//! The samples of pods that the metrics APIs give.
//!
//! Follows `metrics/client.go` (`GetResourceMetric`, `getPodMetrics`, `getContainerMetrics`, `GetRawMetric`).

use jiff::SignedDuration;

use super::amount::Amount;
use super::metrics::Inputs;
use super::pods::Sample;
use super::samples::Samples;
use super::situation::{Answer, Answered, PodUsage};
use super::spec::MetricIdentifier;
use super::trace::Trace;
use crate::certainty::Certainty;

/// Usage of a resource: of the named container, or the sum over a pod's containers.
pub(crate) fn resource<'a>(
    inputs: &Inputs<'a>,
    resource: &str,
    container: &str,
    trace: &mut Trace,
) -> Result<(Samples<'a>, &'a Certainty), String> {
    let answer = inputs.situation.metrics.resource.as_ref();
    let answer = asked(answer, "the resource metrics API", trace)?;
    let pods = value(answer, "resource")?;
    if pods.is_empty() {
        return Err("no metrics returned from resource metrics API".to_owned());
    }
    let samples = pods.iter().filter_map(|pod| {
        let value = if container.is_empty() {
            whole_pod(pod, resource)
        } else {
            pod.containers
                .iter()
                .find(|candidate| candidate.name == container)
                .and_then(|found| found.usage.get(resource))
                .map(Amount::milli)
        }?;
        let sample = Sample {
            timestamp: pod.timestamp,
            window: pod.window.duration(),
            value,
        };
        Some((pod.name.as_str(), sample))
    });
    let samples = Samples::new(inputs.selected, samples);
    Ok((samples, &answer.certainty))
}

/// The sum over the containers; nothing if there is none, or one lacks the resource.
fn whole_pod(pod: &PodUsage, resource: &str) -> Option<i64> {
    if pod.containers.is_empty() {
        return None;
    }
    pod.containers.iter().try_fold(0i64, |sum, container| {
        Some(sum.wrapping_add(container.usage.get(resource)?.milli()))
    })
}

/// Values of a custom metric of pods.
pub(crate) fn custom<'a>(
    inputs: &Inputs<'a>,
    metric: &MetricIdentifier,
    trace: &mut Trace,
) -> Result<(Samples<'a>, &'a Certainty), String> {
    let mut answers = inputs.situation.metrics.pods.iter();
    let answer = answers.find(|candidate| candidate.metric == *metric);
    let answer = asked(
        answer.map(|found| &found.answer),
        "the custom metrics API",
        trace,
    )?;
    let values = value(answer, "custom")?;
    if values.is_empty() {
        return Err("no metrics returned from custom metrics API".to_owned());
    }
    let samples = values.iter().map(|value| {
        let window = value.window.map(super::situation::Span::duration);
        let sample = Sample {
            timestamp: value.timestamp,
            window: window.unwrap_or(SignedDuration::from_mins(1)),
            value: value.value.milli(),
        };
        (value.name.as_str(), sample)
    });
    let samples = Samples::new(inputs.selected, samples);
    Ok((samples, &answer.certainty))
}

/// The answer that was given; without one nothing is known.
pub(crate) fn asked<'a, T>(
    answer: Option<&'a Answer<T>>,
    api: &str,
    trace: &mut Trace,
) -> Result<&'a Answer<T>, String> {
    if let Some(answer) = answer {
        trace.used(&answer.certainty);
        return Ok(answer);
    }
    let why = format!("{api} was not asked");
    trace.used(&Certainty::Unknown { why: why.clone() });
    Err(why)
}

/// The value, or the controller's words around the API's error.
pub(crate) fn value<'a, T>(answer: &'a Answer<T>, api: &str) -> Result<&'a T, String> {
    match &answer.result {
        Answered::Value(value) => Ok(value),
        Answered::Error(error) => Err(format!(
            "unable to fetch metrics from {api} metrics API: {error}"
        )),
    }
}
