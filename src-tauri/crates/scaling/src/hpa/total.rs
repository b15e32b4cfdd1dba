//! One figure against a target: Object and External metrics.
//!
//! Follows `replica_calculator.go` (`getUsageRatioReplicaCount`, `GetObjectMetricReplicas`, `GetObjectPerPodMetricReplicas`,
//! `GetExternalMetricReplicas`, `GetExternalPerPodMetricReplicas`).

use super::amount::Amount;
use super::decision::{Arithmetic, Number, TargetValue};
use super::go;
use super::metrics::Inputs;
use super::pods::ready_count;
use super::situation::Version;
use super::trace::Trace;

/// The target of an Object or External metric, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TotalTarget {
    Value(i64),
    AverageValue(i64),
}

impl From<TotalTarget> for TargetValue {
    fn from(target: TotalTarget) -> Self {
        match target {
            TotalTarget::Value(milli) => Self::Value(milli),
            TotalTarget::AverageValue(milli) => Self::AverageValue(milli),
        }
    }
}

/// The count that a total of `usage` against `target` asks for, both in thousandths.
pub(crate) fn value(
    inputs: &Inputs<'_>,
    usage: i64,
    target: i64,
    trace: &mut Trace,
) -> Result<i32, String> {
    let ratio = usage as f64 / target as f64;
    trace.step(Arithmetic::Total {
        usage,
        target,
        ratio: Number(ratio),
    });
    let (pods, exact) = if inputs.spec_replicas == 0 {
        (1, ratio)
    } else {
        if inputs.tolerances.check(ratio, trace) {
            return Ok(inputs.spec_replicas);
        }
        let ready = ready_count(
            inputs
                .pods(trace)
                .map_err(|error| format!("unable to calculate ready pods: {error}"))?,
        );
        (ready, ratio * ready as f64)
    };
    let caps = inputs.spec_replicas != 0 && inputs.situation.config.version >= Version::V1_35;
    let replicas = if caps && exact > f64::from(i32::MAX) {
        i32::MAX
    } else {
        go::int32(exact.ceil())
    };
    trace.step(Arithmetic::Ceil {
        ratio: Number(ratio),
        pods,
        replicas,
    });
    Ok(replicas)
}

/// Where a per-pod figure comes from; the two overflow differently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Object,
    External,
}

/// The count that `usage` spread over the pods asks for against `target` each, with the mean that is reported; in thousandths.
pub(crate) fn per_pod(
    inputs: &Inputs<'_>,
    usage: i64,
    target: i64,
    origin: Origin,
    trace: &mut Trace,
) -> (i32, i64) {
    let count = inputs.status_replicas;
    let ratio = usage as f64 / (target as f64 * f64::from(count));
    trace.step(Arithmetic::PerPod {
        usage,
        target,
        count,
        ratio: Number(ratio),
    });
    let caps = origin == Origin::External && inputs.situation.config.version >= Version::V1_34;
    let replicas = if inputs.tolerances.check(ratio, trace) {
        count
    } else {
        let exact = (usage as f64 / target as f64).ceil();
        let replicas = if caps && exact > f64::from(i32::MAX) {
            i32::MAX
        } else {
            go::int32(exact)
        };
        trace.step(Arithmetic::CeilUsage {
            usage,
            target,
            replicas,
        });
        replicas
    };
    let reported = if caps && usage as f64 >= i64::MAX as f64 {
        i64::MAX
    } else {
        go::int64((usage as f64 / f64::from(count)).ceil())
    };
    (replicas, reported)
}

/// The sum of an External metric's series as the total is computed.
pub(crate) fn sum(series: &[Amount], version: Version) -> i64 {
    let mut sum = 0i64;
    for value in series.iter().map(Amount::milli) {
        if version >= Version::V1_35 && value > 0 && sum > i64::MAX - value {
            return i64::MAX;
        }
        sum = sum.wrapping_add(value);
    }
    sum
}

/// The sum of an External metric's series as the mean is computed: anything below zero on the way counts as too much.
pub(crate) fn sum_per_pod(series: &[Amount], version: Version) -> i64 {
    let mut sum = 0i64;
    for value in series.iter().map(Amount::milli) {
        sum = sum.wrapping_add(value);
        if version >= Version::V1_34 && sum < 0 {
            return i64::MAX;
        }
    }
    sum
}
