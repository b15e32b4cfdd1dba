//! What is wrong in the fields of a ScaledJob, with what KEDA makes of it.

use super::decision::Decision;
use super::situation::Situation;
use crate::finding::{Evidence, Finding, Severity};
use crate::keda::active::Stopped;
use crate::keda::{findings, go};

/// All findings about the fields of an object and this decision on it.
pub(super) fn found(situation: &Situation, decision: &Decision) -> Vec<Finding> {
    let job = &situation.scaled_job;
    let mut found = Vec::new();
    let mut add = |id: &str, severity, summary: &str, evidence, advice: &str| {
        found.push(Finding {
            id: id.into(),
            severity,
            summary: summary.into(),
            evidence: vec![evidence],
            advice: advice.into(),
        });
    };
    for (index, trigger) in job.spec.triggers.iter().enumerate() {
        if !trigger.metric_type.is_empty() {
            add(
                "keda-job-metric-type",
                Severity::Error,
                "Triggers of a ScaledJob take no metric type: KEDA refuses the object.",
                Evidence::new(
                    format!("spec.triggers[{index}].metricType"),
                    &trigger.metric_type,
                ),
                "Remove the field.",
            );
        }
    }
    let strategy = &job.spec.scaling_strategy;
    let share = &strategy.custom_scaling_running_job_percentage;
    if strategy.strategy == "custom" && go::parse_float(share).is_none() {
        add(
            "keda-job-bad-percentage",
            Severity::Warning,
            "The share of running Jobs is no number, so the default strategy is taken.",
            Evidence::new(
                "spec.scalingStrategy.customScalingRunningJobPercentage",
                share,
            ),
            "Write a number such as 0.5.",
        );
    }
    let named = &strategy.pending_pod_conditions;
    if let Some(twice) = named
        .iter()
        .find(|&one| named.iter().filter(|&other| one == other).count() > 1)
    {
        add(
            "keda-job-condition-twice",
            Severity::Warning,
            "A pod condition is named twice, which no pod can fulfil: every running Job counts as pending.",
            Evidence::new("spec.scalingStrategy.pendingPodConditions", twice),
            "Name each condition once.",
        );
    }
    for history in &decision.histories {
        if history.limit < 0 {
            add(
                "keda-job-negative-limit",
                Severity::Error,
                "A negative history limit ends KEDA's operator.",
                Evidence::new(
                    format!("{:?} Jobs to keep", history.end),
                    history.limit.to_string(),
                ),
                "Write 0 or more.",
            );
        }
    }
    if job.spec.min_replica_count > job.spec.max_replica_count
        && job.spec.max_replica_count.is_some()
    {
        add(
            "keda-min-above-max",
            Severity::Warning,
            "The least count lies above the most, which it is then cut to; as many Jobs again may be created above it.",
            Evidence::new("spec.minReplicaCount", job.min_jobs().to_string()),
            "Keep minReplicaCount at maxReplicaCount or below.",
        );
    }
    if let Some(Stopped::BadTrigger(bad)) = &decision.stopped {
        found.push(findings::bad_trigger(bad));
    }
    found
}
