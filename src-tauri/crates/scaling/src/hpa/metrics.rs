//! What each metric of a spec asks for, and which of them decides.
//!
//! Follows `horizontal.go` (`computeReplicasForMetrics`).

use jiff::Timestamp;

use super::decision::{MetricEvaluation, MetricResult};
use super::metric;
use super::situation::{Pod, Situation};
use super::spec::Spec;
use super::status::MetricStatus;
use super::tolerance::Tolerances;
use super::trace::{Depth, Trace};

/// What the computation of metrics needs.
pub(crate) struct Inputs<'a> {
    pub(crate) situation: &'a Situation,
    pub(crate) spec: &'a Spec,
    pub(crate) now: Timestamp,
    /// The scale's `spec.replicas`.
    pub(crate) spec_replicas: i32,
    /// The scale's `status.replicas`.
    pub(crate) status_replicas: i32,
    /// The pods under the target's selector.
    pub(crate) selected: &'a [&'a Pod],
    pub(crate) tolerances: Tolerances,
    pub(crate) depth: Depth,
}

impl<'a> Inputs<'a> {
    /// The pods under the selector; it is an error if there is none.
    pub(crate) fn pods(&self, trace: &mut Trace) -> Result<&'a [&'a Pod], String> {
        trace.used(&self.situation.pods_certainty);
        if self.selected.is_empty() {
            return Err("no pods returned by selector while calculating replica count".to_owned());
        }
        Ok(self.selected)
    }
}

/// What all metrics together give.
#[derive(Clone, Debug)]
pub(crate) struct Proposals {
    /// Each metric, in the spec's order; none if nothing is to be told of them.
    pub(crate) evaluations: Vec<MetricEvaluation>,
    /// The status of each metric.
    pub(crate) statuses: Vec<MetricStatus>,
    /// What they give.
    pub(crate) outcome: Outcome,
    /// The metrics that failed, in the spec's order.
    pub(crate) failures: Vec<Failure>,
}

/// The count of the metrics, or why there is none.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// A count to act on.
    Count {
        replicas: i32,
        /// Index of the metric.
        winner: Option<usize>,
        /// Of the metrics that failed.
        error: Option<String>,
    },
    /// All failed, or some did and the rest would shrink.
    Failed { error: String },
}

/// A metric that failed, in the words of its event.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) reason: &'static str,
    pub(crate) error: String,
}

/// Evaluates every metric.
pub(crate) fn propose(inputs: &Inputs<'_>) -> Proposals {
    let specs = &inputs.spec.metrics;
    let mut best = 0;
    let mut winner = None;
    let mut failures = Vec::new();
    let mut first_error = None;
    let mut evaluations = Vec::new();
    let mut statuses = Vec::with_capacity(specs.len());
    for (index, spec) in specs.iter().enumerate() {
        let mut trace = Trace::new(inputs.depth);
        let computed = metric::compute(inputs, spec, &mut trace);
        if inputs.depth > Depth::Pass {
            evaluations.push(metric::explained(inputs, spec, computed.as_ref(), trace));
        }
        match computed {
            Ok(computed) => {
                // While the best is zero any next one takes its place, zero or not.
                if best == 0 || computed.replicas > best {
                    best = computed.replicas;
                    winner = Some(index);
                }
                statuses.push(computed.status);
            }
            Err(failed) => {
                first_error = first_error.or(Some(failed.joint));
                failures.push(Failure {
                    reason: failed.reason,
                    error: failed.event,
                });
                statuses.push(MetricStatus::default());
            }
        }
    }
    let (total, failed) = (specs.len(), failures.len());
    let error = first_error.map(|error| {
        format!("invalid metrics ({failed} invalid out of {total}), first error is: {error}")
    });
    let outcome = match error {
        Some(error) if failed >= total || best < inputs.spec_replicas => Outcome::Failed { error },
        error => Outcome::Count {
            replicas: best,
            winner,
            error,
        },
    };
    Proposals {
        evaluations,
        statuses,
        outcome,
        failures,
    }
}

/// Indexes of the metrics that proposed a count but did not decide, the largest first.
pub(crate) fn runners_up(evaluations: &[MetricEvaluation], winner: Option<usize>) -> Vec<u32> {
    let mut rest: Vec<(i32, usize)> = evaluations
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != winner)
        .filter_map(|(index, evaluation)| match evaluation.result {
            MetricResult::Proposed { replicas } => Some((replicas, index)),
            MetricResult::Failed { .. } => None,
        })
        .collect();
    rest.sort_by_key(|(replicas, index)| (std::cmp::Reverse(*replicas), *index));
    rest.into_iter()
        .filter_map(|(_, index)| u32::try_from(index).ok())
        .collect()
}
