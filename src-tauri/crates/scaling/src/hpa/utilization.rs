//! Usage of a resource against what pods request of it.
//!
//! Follows `replica_calculator.go` (`GetResourceReplicas`), `metrics/utilization.go` (`GetResourceUtilizationRatio`).

use super::decision::{Arithmetic, AssumedUsage, Number};
use super::go;
use super::metrics::Inputs;
use super::pods;
use super::rebalance::{self, Rebalance};
use super::requests::requests;
use super::samples::Samples;
use super::trace::{Trace, inputs_of};
use super::usage;

/// What a computation gives.
pub(crate) struct Utilization {
    /// The count that the target asks for.
    pub(crate) replicas: i32,
    /// Whole per cent of the requests, before any rebalance.
    pub(crate) percent: i32,
    /// Mean usage in thousandths, before any rebalance.
    pub(crate) average: i64,
}

/// The count that a target of `target` per cent asks for.
pub(crate) fn utilization(
    inputs: &Inputs<'_>,
    resource: &str,
    container: &str,
    target: i32,
    trace: &mut Trace,
) -> Result<Utilization, String> {
    let (mut samples, certainty) = usage::resource(inputs, resource, container, trace)
        .map_err(|error| format!("unable to get metrics for resource {resource}: {error}"))?;
    let selected = inputs.pods(trace)?;
    let config = &inputs.situation.config;
    let is_cpu = resource == "cpu";
    let groups = pods::group(selected, &mut samples, is_cpu, inputs.now, config);
    if trace.names_samples() {
        trace.groups = Some(groups.names());
    }
    if samples.is_empty() {
        return Err("did not receive metrics for targeted pods (pods might be unready)".to_owned());
    }
    let requests = requests(selected, container, resource, config)?;
    if trace.names_samples() {
        trace.inputs = inputs_of(selected, &samples, &requests, certainty);
    }
    let first = ratio(&samples, &requests, target, trace)?;
    let shrinking = target.max(100);
    let rebalance = Rebalance {
        current: inputs.spec_replicas,
        tolerances: inputs.tolerances,
        groups: &groups,
        samples: &mut samples,
        shrinking: AssumedUsage::Percent(shrinking),
    };
    let replicas = rebalance.count(
        first.to_target,
        trace,
        |pod| {
            let request = requests.get(pod).copied().unwrap_or_default();
            request.wrapping_mul(shrinking.into()) / 100
        },
        |samples, trace| Ok(ratio(samples, &requests, target, trace)?.to_target),
    )?;
    Ok(Utilization {
        replicas,
        percent: first.percent,
        average: first.average,
    })
}

struct Ratio {
    to_target: f64,
    percent: i32,
    average: i64,
}

/// The ratio over the samples of selected pods: those have a request.
fn ratio(
    samples: &Samples<'_>,
    requests: &[i64],
    target: i32,
    trace: &mut Trace,
) -> Result<Ratio, String> {
    let (mut usage, mut request, mut entries) = (0i64, 0i64, 0usize);
    for (pod, sample) in samples.of_pods() {
        usage = usage.wrapping_add(sample.value);
        request = request.wrapping_add(requests.get(pod).copied().unwrap_or_default());
        entries += 1;
    }
    if request == 0 {
        return Err("no metrics returned matched known pods".to_owned());
    }
    let percent = go::truncated(usage.wrapping_mul(100).wrapping_div(request));
    let ratio = f64::from(percent) / f64::from(target);
    trace.step(Arithmetic::Utilization {
        usage,
        request,
        samples: rebalance::count(entries),
        percent,
        target,
        ratio: Number(ratio),
    });
    Ok(Ratio {
        to_target: ratio,
        percent,
        average: mean(usage, entries),
    })
}

/// `sum / count`, truncated; there is at least one.
pub(crate) fn mean(sum: i64, count: usize) -> i64 {
    sum.wrapping_div(i64::try_from(count).unwrap_or(i64::MAX).max(1))
}
