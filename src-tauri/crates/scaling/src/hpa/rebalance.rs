//! How pods without a usable sample temper the count.
//!
//! Follows the common part of `replica_calculator.go` (`GetResourceReplicas`, `calcPlainMetricReplicas`).

use super::decision::{Arithmetic, AssumedUsage, Number};
use super::go;
use super::pods::{Group, Grouped, Sample};
use super::samples::Samples;
use super::time;
use super::tolerance::Tolerances;
use super::trace::Trace;

/// A count from a first ratio and, if pods are missing or unready, from a second one.
pub(crate) struct Rebalance<'r, 'a> {
    /// The count to start from.
    pub(crate) current: i32,
    pub(crate) tolerances: Tolerances,
    pub(crate) groups: &'r Grouped<'a>,
    /// The samples that count.
    pub(crate) samples: &'r mut Samples<'a>,
    /// What a missing pod is taken to use when the count would shrink.
    pub(crate) shrinking: AssumedUsage,
}

impl<'a> Rebalance<'_, 'a> {
    /// The count. `missing_usage` gives what a missing pod, by index, uses when the count would shrink; `second` computes the ratio again.
    pub(crate) fn count(
        self,
        ratio: f64,
        trace: &mut Trace,
        missing_usage: impl Fn(usize) -> i64,
        second: impl FnOnce(&Samples<'a>, &mut Trace) -> Result<f64, String>,
    ) -> Result<i32, String> {
        let groups = self.groups;
        let (missing, unready) = (groups.count(Group::Missing), groups.count(Group::Unready));
        let grows_with_unready = unready > 0 && ratio > 1.0;
        if !grows_with_unready && missing == 0 {
            if self.tolerances.check(ratio, trace) {
                return Ok(self.current);
            }
            return Ok(ceil(ratio, groups.count(Group::Ready), trace));
        }
        let assumed = if missing == 0 {
            None
        } else if ratio < 1.0 {
            Some(self.shrinking)
        } else if ratio > 1.0 {
            Some(AssumedUsage::Nothing)
        } else {
            None
        };
        if let Some(usage) = assumed {
            for pod in groups.of(Group::Missing) {
                let value = if usage == AssumedUsage::Nothing {
                    0
                } else {
                    missing_usage(pod)
                };
                self.samples.set(pod, assumed_sample(value));
            }
        }
        if grows_with_unready {
            for pod in groups.of(Group::Unready) {
                self.samples.set(pod, assumed_sample(0));
            }
        }
        trace.step(Arithmetic::Rebalance {
            missing: count(missing),
            missing_as: assumed,
            unready: if grows_with_unready {
                count(unready)
            } else {
                0
            },
        });
        let again = second(self.samples, trace)?;
        if self.tolerances.check(again, trace) {
            return Ok(self.current);
        }
        if (ratio < 1.0 && again > 1.0) || (ratio > 1.0 && again < 1.0) {
            trace.step(Arithmetic::Flipped {
                before: Number(ratio),
                after: Number(again),
            });
            return Ok(self.current);
        }
        let computed = ceil(again, self.samples.len(), trace);
        if (again < 1.0 && computed > self.current) || (again > 1.0 && computed < self.current) {
            trace.step(Arithmetic::Contradicts { computed });
            return Ok(self.current);
        }
        Ok(computed)
    }
}

/// `ceil(ratio × pods)`
fn ceil(ratio: f64, pods: usize, trace: &mut Trace) -> i32 {
    let replicas = go::int32((ratio * pods as f64).ceil());
    trace.step(Arithmetic::Ceil {
        ratio: Number(ratio),
        pods: i64::try_from(pods).unwrap_or(i64::MAX),
        replicas,
    });
    replicas
}

/// A sample of which only the value matters.
fn assumed_sample(value: i64) -> Sample {
    Sample {
        timestamp: time::zero(),
        window: jiff::SignedDuration::ZERO,
        value,
    }
}

/// For display; there are never so many.
pub(crate) fn count(pods: usize) -> u32 {
    u32::try_from(pods).unwrap_or(u32::MAX)
}
