//! A usage target that containers cannot exceed under their limits.

use std::collections::BTreeMap;

use super::workload::{DecidedHpa, TemplateContainer};
use super::{Check, Outcome, Seen, Workload, is_sure};
use crate::finding::{Evidence, Severity};
use crate::hpa::amount::Amount;
use crate::hpa::spec::{SourceKind, Target};
use crate::hpa::tolerance::Tolerances;

/// Even with every container at its limit the ratio stays at or below 1, or within the tolerance: the metric never asks for growth.
#[derive(Debug)]
pub(super) struct TargetAboveLimits;

impl Check for TargetAboveLimits {
    fn id(&self) -> &'static str {
        "target-above-limits"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "The limits of the containers keep usage from ever exceeding the target."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let mut outcome = Outcome::default();
        for hpa in &workload.hpas {
            for (index, metric) in hpa.situation.spec.metrics.iter().enumerate() {
                let (name, container, target, field) = match &metric.kind {
                    SourceKind::Resource => match &metric.resource {
                        Some(source) => (&source.name, "", &source.target, "resource"),
                        None => continue,
                    },
                    SourceKind::ContainerResource => match &metric.container_resource {
                        Some(source) => {
                            let container = source.container.as_str();
                            (&source.name, container, &source.target, "containerResource")
                        }
                        None => continue,
                    },
                    SourceKind::Object
                    | SourceKind::Pods
                    | SourceKind::External
                    | SourceKind::Other(_) => continue,
                };
                let Some(containers) = &workload.containers else {
                    outcome.unknown = Some("the limits of the containers".into());
                    continue;
                };
                let path = format!("spec.metrics[{index}].{field}.target");
                outcome
                    .seen
                    .extend(seen(hpa, containers, name, container, target, &path));
            }
        }
        outcome
    }
}

fn seen(
    hpa: &DecidedHpa,
    containers: &[TemplateContainer],
    resource: &str,
    container: &str,
    target: &Target,
    path: &str,
) -> Option<Seen> {
    let counted = || {
        containers
            .iter()
            .filter(move |one| container.is_empty() || one.name == container)
    };
    let limit = sum(counted().map(|one| &one.limits), resource)?;
    let (most, wanted, evidence) = if let Some(value) = &target.average_value {
        let wanted = value.quantity()?.controller_milli();
        let evidence = Evidence::new(format!("{path}.averageValue"), value.to_string());
        (limit, wanted, evidence)
    } else {
        let percent = target.average_utilization?;
        let request = sum(counted().map(|one| &one.requests), resource)?;
        let most = limit.checked_mul(100)?.checked_div(request)?;
        let field = format!("{path}.averageUtilization");
        (
            most,
            i64::from(percent),
            Evidence::new(field, percent.to_string()),
        )
    };
    if wanted <= 0 {
        return None;
    }
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let ratio = most as f64 / wanted as f64;
    let config = &hpa.situation.config;
    let tolerances = Tolerances::of(&hpa.situation.spec, config);
    let is_tolerated = is_sure(&config.certainty) && tolerances.contain(ratio);
    (ratio <= 1.0 || is_tolerated).then(|| {
        let what = if target.average_value.is_some() {
            format!("{most}m")
        } else {
            format!("{most} % of the request")
        };
        Seen::new(
            format!("With {resource} used up to the limits the metric shows {what}, at which it does not ask for growth."),
            vec![evidence, Evidence::new(format!("sum of the limits of {resource}"), format!("{limit}m"))],
            "Lower the target, or raise the limits.",
        )
    })
}

/// The sum in thousandths; `None` if one has none, or there are none.
fn sum<'a>(
    amounts: impl Iterator<Item = &'a BTreeMap<String, Amount>>,
    resource: &str,
) -> Option<i64> {
    let mut sum = None;
    for amounts in amounts {
        let amount = amounts.get(resource)?.quantity()?.controller_milli();
        sum = Some(sum.unwrap_or(0i64).checked_add(amount)?);
    }
    sum
}
