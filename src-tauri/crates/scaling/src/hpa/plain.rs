//! A mean over pods against a target amount: average values of resources, Pods metrics.
//!
//! Follows `replica_calculator.go` (`calcPlainMetricReplicas`), `metrics/utilization.go` (`GetMetricUsageRatio`).

use super::decision::{Arithmetic, AssumedUsage, Number};
use super::metrics::Inputs;
use super::pods;
use super::rebalance::{self, Rebalance};
use super::samples::Samples;
use super::trace::{Trace, inputs_of};
use super::utilization::mean;
use crate::certainty::Certainty;

/// The count that a target of `target` thousandths a pod asks for, with the mean in thousandths before any rebalance.
pub(crate) fn average<'a>(
    inputs: &Inputs<'a>,
    mut samples: Samples<'a>,
    certainty: &Certainty,
    is_cpu: bool,
    target: i64,
    trace: &mut Trace,
) -> Result<(i32, i64), String> {
    let selected = inputs.pods(trace)?;
    let config = &inputs.situation.config;
    let groups = pods::group(selected, &mut samples, is_cpu, inputs.now, config);
    if trace.names_samples() {
        trace.groups = Some(groups.names());
    }
    if samples.is_empty() {
        return Err("did not receive metrics for targeted pods (pods might be unready)".to_owned());
    }
    if trace.names_samples() {
        trace.inputs = inputs_of(selected, &samples, &[], certainty);
    }
    let (first, usage) = ratio(&samples, target, trace);
    let rebalance = Rebalance {
        current: inputs.spec_replicas,
        tolerances: inputs.tolerances,
        groups: &groups,
        samples: &mut samples,
        shrinking: AssumedUsage::Target,
    };
    let replicas = rebalance.count(
        first,
        trace,
        |_| target,
        |samples, trace| Ok(ratio(samples, target, trace).0),
    )?;
    Ok((replicas, usage))
}

/// Ratio and mean over all samples, also of pods that do not exist.
fn ratio(samples: &Samples<'_>, target: i64, trace: &mut Trace) -> (f64, i64) {
    let usage = samples
        .values()
        .fold(0i64, |sum, sample| sum.wrapping_add(sample.value));
    let average = mean(usage, samples.len());
    let ratio = average as f64 / target as f64;
    trace.step(Arithmetic::Average {
        usage,
        samples: rebalance::count(samples.len()),
        average,
        target,
        ratio: Number(ratio),
    });
    (ratio, average)
}
