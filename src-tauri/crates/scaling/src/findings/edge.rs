//! Utilization that its cut to whole per cent moves over the edge of the tolerance.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/podautoscaler/metrics/utilization.go` (`GetResourceUtilizationRatio`).

use super::{Check, Outcome, Seen, Workload, is_sure};
use crate::finding::{Evidence, Severity};
use crate::hpa::decision::{Arithmetic, MetricEvaluation};

/// Whole per cent and exact usage fall on different sides of the tolerance.
#[derive(Debug)]
pub(super) struct UtilizationEdge;

impl Check for UtilizationEdge {
    fn id(&self) -> &'static str {
        "utilization-edge"
    }

    fn severity(&self) -> Severity {
        Severity::Note
    }

    fn summary(&self) -> &'static str {
        "Utilization is cut to whole per cent, which decides whether it lies within the tolerance."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let hpas = workload.hpas.iter();
        hpas.flat_map(|hpa| &hpa.decision.metrics)
            .filter(|metric| is_sure(&metric.certainty))
            .filter_map(seen)
            .collect()
    }
}

fn seen(metric: &MetricEvaluation) -> Option<Seen> {
    let mut exact = None;
    for step in &metric.arithmetic {
        match *step {
            #[allow(clippy::cast_precision_loss)] // far below 2^53
            Arithmetic::Utilization {
                usage,
                request,
                percent,
                target,
                ..
            } => {
                let usage = usage as f64 * 100.0 / request as f64;
                exact = Some((usage, percent, f64::from(target)));
            }
            Arithmetic::Tolerance {
                lowest,
                highest,
                within,
                ..
            } => {
                let Some((usage, percent, target)) = exact.take() else {
                    continue;
                };
                let exact_ratio = usage / target;
                let exact_within = lowest.0 <= exact_ratio && exact_ratio <= highest.0;
                if exact_ratio.is_finite() && exact_within != within {
                    let does = if within { "stays" } else { "changes" };
                    return Some(Seen::new(
                        format!(
                            "{} counts as {percent} %, cut from {usage:.2} %, and only so the count {does}.",
                            metric.name
                        ),
                        vec![
                            Evidence::new("averageUtilization", percent.to_string()),
                            Evidence::new("exact utilization", format!("{usage:.4}")),
                            Evidence::new("target", target.to_string()),
                            Evidence::new("tolerance", format!("{} to {}", lowest.0, highest.0)),
                        ],
                        "Expect a change with the slightest load, or set a target that load does not sit at.",
                    ));
                }
            }
            Arithmetic::Average { .. }
            | Arithmetic::Total { .. }
            | Arithmetic::PerPod { .. }
            | Arithmetic::Rebalance { .. }
            | Arithmetic::Flipped { .. }
            | Arithmetic::Contradicts { .. }
            | Arithmetic::Ceil { .. }
            | Arithmetic::CeilUsage { .. } => {}
        }
    }
    None
}
