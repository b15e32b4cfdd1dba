//! Replicas that are asked for and find no room.

use super::workload::Quota;
use super::{Check, EVIDENCE, Outcome, Seen, Workload, is_sure};
use crate::finding::{Evidence, Severity};
use crate::hpa::situation::Answered;

/// Pods of the target that no node takes.
#[derive(Debug)]
pub(super) struct Unschedulable;

impl Check for Unschedulable {
    fn id(&self) -> &'static str {
        "pods-unschedulable"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "Pods of the target wait for a node that takes them."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        if !is_scaled(workload) {
            return Outcome::default();
        }
        let Some(pods) = &workload.unschedulable else {
            return Outcome::unknown("whether pods wait for a node");
        };
        if pods.is_empty() {
            return Outcome::default();
        }
        let evidence = pods.iter().take(EVIDENCE).map(|pod| {
            let field = format!("Pod {} status.conditions[PodScheduled].message", pod.name);
            Evidence::new(field, &pod.message)
        });
        let summary = format!(
            "{} pods wait for a node, so replicas are asked for that do not run.",
            pods.len()
        );
        let advice = "Add nodes, or lower what the pods ask for.";
        [Seen::new(summary, evidence.collect(), advice)]
            .into_iter()
            .collect()
    }
}

/// A quota without room for the pods that are asked for beyond those that exist. Only resources whose need of one pod is known count.
#[derive(Debug)]
pub(super) struct QuotaExhausted;

impl Check for QuotaExhausted {
    fn id(&self) -> &'static str {
        "quota-exhausted"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "A quota leaves no room for the pods that are asked for."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let missing = missing(workload);
        if missing <= 0 {
            return Outcome::default();
        }
        let Some(quotas) = &workload.quotas else {
            return Outcome::unknown("the quotas of the namespace");
        };
        let mut outcome = Outcome::default();
        for quota in quotas {
            let Some(each) = of_each(quota, workload) else {
                let unknown = format!("how much of {} a pod needs", quota.resource);
                outcome.unknown = Some(unknown);
                continue;
            };
            let (Some(hard), Some(used)) = (quota.hard.quantity(), quota.used.quantity()) else {
                continue;
            };
            let needed = each.saturating_mul(i128::from(missing));
            if used.nano().saturating_add(needed) > hard.nano() {
                let field = |part| {
                    format!(
                        "ResourceQuota {} status.{part}[{}]",
                        quota.name, quota.resource
                    )
                };
                outcome.seen.push(Seen::new(
                    format!(
                        "The quota {} has no room for {missing} more pods.",
                        quota.name
                    ),
                    vec![
                        Evidence::new(field("hard"), quota.hard.to_string()),
                        Evidence::new(field("used"), quota.used.to_string()),
                        Evidence::new("pods asked for that do not exist", missing.to_string()),
                    ],
                    "Raise the quota, or lower the upper limit of the autoscaler.",
                ));
            }
        }
        outcome
    }
}

/// Pods wait for a node while a budget forbids each eviction of those that run, which keeps room from being made by moving them.
#[derive(Debug)]
pub(super) struct BudgetForbids;

impl Check for BudgetForbids {
    fn id(&self) -> &'static str {
        "disruption-budget-forbids"
    }

    fn severity(&self) -> Severity {
        Severity::Note
    }

    fn summary(&self) -> &'static str {
        "Pods wait for a node, and a disruption budget forbids moving those that run."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let waiting = workload.unschedulable.as_ref().map_or(0, Vec::len);
        if !is_scaled(workload) || waiting == 0 {
            return Outcome::default();
        }
        let Some(budgets) = &workload.disruption_budgets else {
            return Outcome::unknown("the disruption budgets of the pods");
        };
        let strict = budgets.iter().filter(|one| one.disruptions_allowed <= 0);
        strict
            .map(|budget| {
                Seen::new(
                    format!("The budget {} forbids moving the pods that run while others wait for a node.", budget.name),
                    vec![
                        Evidence::new(
                            format!("PodDisruptionBudget {} status.disruptionsAllowed", budget.name),
                            budget.disruptions_allowed.to_string(),
                        ),
                        Evidence::new("pods that wait for a node", waiting.to_string()),
                    ],
                    "Allow at least one disruption, or add nodes.",
                )
            })
            .collect()
    }
}

fn is_scaled(workload: &Workload) -> bool {
    !workload.hpas.is_empty()
        || !workload.scaled_objects.is_empty()
        || workload.scaled_job.is_some()
}

/// How many pods the target's scale already asks for beyond those that exist.
fn missing(workload: &Workload) -> i64 {
    let scales = workload.hpas.iter().filter_map(|hpa| {
        let scale = &hpa.situation.scale;
        match &scale.result {
            Answered::Value(value) if is_sure(&scale.certainty) => {
                Some(i64::from(value.spec_replicas) - i64::from(value.status_replicas))
            }
            Answered::Value(_) | Answered::Error(_) => None,
        }
    });
    scales.max().unwrap_or(0)
}

/// What one pod needs of a quota's resource, in billionths; `None` if that is not known.
fn of_each(quota: &Quota, workload: &Workload) -> Option<i128> {
    let (is_limit, resource) = match quota.resource.as_str() {
        "pods" | "count/pods" => return Some(1_000_000_000),
        "requests.cpu" | "cpu" => (false, "cpu"),
        "requests.memory" | "memory" => (false, "memory"),
        "limits.cpu" => (true, "cpu"),
        "limits.memory" => (true, "memory"),
        _ => return None,
    };
    let mut sum = 0i128;
    for container in workload.containers.as_ref()? {
        let amounts = if is_limit {
            &container.limits
        } else {
            &container.requests
        };
        sum = sum.checked_add(amounts.get(resource)?.quantity()?.nano())?;
    }
    Some(sum)
}
