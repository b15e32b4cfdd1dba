//! Why a step happens.

use super::Cause;
use crate::hold::{HoldRule, NextCause};
use crate::keda::decision::Rule;
use crate::{hpa, keda};

/// Why the HPA controller changes the size in this pass.
pub(super) fn of_pass(
    decision: &hpa::Decision,
    window_turned: bool,
    foreseen: Option<NextCause>,
) -> Cause {
    use hpa::decision::Path;
    match decision.path {
        Path::AboveMax => {
            return Cause::Bound {
                rule: HoldRule::MaxReplicas,
            };
        }
        Path::BelowMin => {
            return Cause::Bound {
                rule: HoldRule::MinReplicas,
            };
        }
        Path::NoScale { .. } | Path::Disabled | Path::NoMetrics { .. } | Path::Metrics { .. } => {}
    }
    if window_turned {
        return Cause::CronWindow;
    }
    match foreseen {
        Some(NextCause::Released(rule)) => return Cause::Released { rule },
        Some(NextCause::Pass | NextCause::CronWindow | NextCause::Poll) | None => {}
    }
    let winner = decision
        .winner
        .and_then(|winner| usize::try_from(winner).ok());
    let metric = winner.and_then(|winner| decision.metrics.get(winner));
    Cause::Metric {
        metric: metric
            .map(|metric| metric.metric.clone())
            .unwrap_or_default(),
    }
}

/// Why the scale loop changes the size in this poll.
pub(super) fn of_poll(decision: &keda::Decision) -> Cause {
    match decision
        .rules
        .iter()
        .find(|step| step.fits)
        .map(|step| step.rule)
    {
        Some(Rule::Activate) => {
            let active = decision
                .activity
                .as_ref()
                .map(|activity| activity.active_metrics.clone());
            Cause::Activation {
                metrics: active.unwrap_or_default(),
            }
        }
        Some(Rule::RaiseToMin) => Cause::Bound {
            rule: HoldRule::MinReplicas,
        },
        Some(
            Rule::Deactivate
            | Rule::ActivateIsPaused
            | Rule::ActiveWithError
            | Rule::StayActive
            | Rule::WaitForFallback
            | Rule::TriggerError
            | Rule::DeactivateIsPaused
            | Rule::Cooldown
            | Rule::StayInactive,
        )
        | None => Cause::Cooldown,
    }
}
