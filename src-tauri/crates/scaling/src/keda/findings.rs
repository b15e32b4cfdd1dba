//! What is wrong in the fields of a ScaledObject, with what KEDA makes of it.

use super::active::Stopped;
use super::decision::{Decision, Path};
use super::fallback;
use super::metadata::{FORCE_ACTIVATION, PAUSED, PAUSED_SCALE_IN, PAUSED_SCALE_OUT};
use super::modifiers::FormulaResult;
use super::pause::Pause;
use super::scaled_object::ScaledObject;
use super::situation::Situation;
use super::triggers::{BadTrigger, Place, Trigger};
use super::{go, produced_hpa};
use crate::finding::{Evidence, Finding, Severity};

/// All findings about the fields of an object and this decision on it.
pub(crate) fn findings(situation: &Situation, decision: &Decision) -> Vec<Finding> {
    let object = &situation.scaled_object;
    let mut findings = Vec::new();
    match &decision.path {
        Path::Stopped { stopped } => findings.push(refused(object, stopped)),
        Path::Paused {
            pause: Pause::BadCount { value },
        } => findings.push(finding(
            "keda-bad-paused-replicas",
            Severity::Error,
            "The pause names a count that is no 32-bit integer: KEDA deletes the HPA, stops its loop and leaves the size as it is.",
            Evidence::new(
                "metadata.annotations[autoscaling.keda.sh/paused-replicas]",
                value,
            ),
            "Write a whole number, or remove the annotation.",
        )),
        Path::Paused { .. } | Path::NoTarget { .. } | Path::Decided => {}
    }
    findings.extend(numbers(object));
    findings.extend(switches(object));
    findings.extend(fallbacks(object));
    findings.extend(triggers(object));
    let result = decision
        .activity
        .as_ref()
        .and_then(|activity| activity.composite.as_ref()?.result.as_ref());
    if let (Some(FormulaResult::Unknown { why }), Some(modifiers)) = (result, object.modifiers()) {
        findings.push(finding(
            "keda-formula-unknown",
            Severity::Note,
            &format!("What the formula comes to cannot be told: {why}."),
            Evidence::new("spec.advanced.scalingModifiers.formula", &modifiers.formula),
            "Read the composite metric in the cluster.",
        ));
    }
    findings
}

fn finding(
    id: &str,
    severity: Severity,
    summary: &str,
    evidence: Evidence,
    advice: &str,
) -> Finding {
    Finding {
        id: id.into(),
        severity,
        summary: summary.into(),
        evidence: vec![evidence],
        advice: advice.into(),
    }
}

/// A trigger, formula or target that KEDA refuses: nothing of the object is polled.
pub(crate) fn refused(object: &ScaledObject, stopped: &Stopped) -> Finding {
    let modifiers = object.modifiers().cloned().unwrap_or_default();
    match stopped {
        Stopped::BadTrigger(bad) => bad_trigger(bad),
        Stopped::BadFormula { error } => Finding {
            id: "keda-bad-formula".into(),
            severity: Severity::Error,
            summary: format!("KEDA refuses the formula, so it neither polls nor makes an HPA: {error}."),
            evidence: vec![
                Evidence::new("spec.advanced.scalingModifiers.formula", modifiers.formula),
                Evidence::new("spec.advanced.scalingModifiers.target", modifiers.target),
            ],
            advice: "Use names of triggers that are neither cpu nor memory, numbers, and a target above 0.".into(),
        },
        Stopped::BadActivationTarget => finding(
            "keda-bad-activation-target",
            Severity::Error,
            "The activation target is no number: polls end without a decision.",
            Evidence::new(
                "spec.advanced.scalingModifiers.activationTarget",
                modifiers.activation_target,
            ),
            "Write a number.",
        ),
    }
}

/// Fields of a trigger that KEDA refuses.
pub(crate) fn bad_trigger(bad: &BadTrigger) -> Finding {
    let path = format!("spec.triggers[{}]", bad.index);
    let why: Vec<String> = bad
        .fields
        .iter()
        .map(|field| format!("{}: {}", field.field, field.why))
        .collect();
    Finding {
        id: "keda-bad-trigger".into(),
        severity: Severity::Error,
        summary: format!(
            "KEDA cannot build the trigger, so nothing of the whole object is polled ({}).",
            why.join("; ")
        ),
        evidence: bad
            .fields
            .iter()
            .map(|field| Evidence::new(format!("{path}.{}", field.field), &field.value))
            .collect(),
        advice: "Correct the fields.".into(),
    }
}

fn numbers(object: &ScaledObject) -> Vec<Finding> {
    let spec = &object.spec;
    let mut findings = Vec::new();
    for (field, value, least) in [
        ("spec.pollingInterval", spec.polling_interval, 1),
        ("spec.cooldownPeriod", spec.cooldown_period, 0),
        (
            "spec.initialCooldownPeriod",
            spec.initial_cooldown_period,
            0,
        ),
        ("spec.idleReplicaCount", spec.idle_replica_count, 0),
        ("spec.minReplicaCount", spec.min_replica_count, 0),
        ("spec.maxReplicaCount", spec.max_replica_count, 1),
    ] {
        if let Some(value) = value.filter(|&value| value < least) {
            findings.push(finding(
                "keda-number-out-of-range",
                Severity::Error,
                &format!("The number is below {least}; the API server of a cluster with KEDA's definitions refuses it."),
                Evidence::new(field, value.to_string()),
                &format!("Write {least} or more."),
            ));
        }
    }
    let (least, most) = (object.min_replicas(), object.hpa_max_replicas());
    if least > most {
        findings.push(finding(
            "keda-min-above-max",
            Severity::Error,
            "The least count lies above the most: KEDA refuses the object.",
            Evidence::new("spec.minReplicaCount", least.to_string()),
            &format!("Keep it at {most}, which is maxReplicaCount, or below."),
        ));
    }
    if let Some(idle) = spec.idle_replica_count.filter(|&idle| idle >= least) {
        findings.push(finding(
            "keda-idle-not-below-min",
            Severity::Error,
            "The idle count is not below the least count: KEDA refuses the object.",
            Evidence::new("spec.idleReplicaCount", idle.to_string()),
            &format!("Keep it below {least}, which is minReplicaCount."),
        ));
    }
    findings
}

fn switches(object: &ScaledObject) -> Vec<Finding> {
    [PAUSED, PAUSED_SCALE_IN, PAUSED_SCALE_OUT, FORCE_ACTIVATION]
        .into_iter()
        .filter_map(|name| Some((name, object.metadata.annotations.get(name)?)))
        .filter(|(_, value)| go::parse_bool(value).is_none())
        .map(|(name, value)| {
            finding(
                "keda-switch-not-boolean",
                Severity::Warning,
                "The annotation is neither true nor false, which counts as true.",
                Evidence::new(format!("metadata.annotations[{name}]"), value),
                "Write true or false.",
            )
        })
        .collect()
}

fn fallbacks(object: &ScaledObject) -> Option<Finding> {
    let fallback = object.spec.fallback.as_ref()?;
    if fallback::valid(object).is_some() {
        return None;
    }
    let evidence = match object.modifiers() {
        Some(modifiers) if fallback.replicas >= 0 && fallback.failure_threshold >= 0 => {
            Evidence::new("spec.advanced.scalingModifiers.target", &modifiers.target)
        }
        _ if fallback.replicas < 0 => {
            Evidence::new("spec.fallback.replicas", fallback.replicas.to_string())
        }
        _ => Evidence::new(
            "spec.fallback.failureThreshold",
            fallback.failure_threshold.to_string(),
        ),
    };
    Some(finding(
        "keda-fallback-never",
        Severity::Warning,
        "The fallback never comes into force: its counts must not be negative, and with a formula the target must be a whole number above 0.",
        evidence,
        "Correct the field, or remove the fallback.",
    ))
}

fn triggers(object: &ScaledObject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, spec) in object.spec.triggers.iter().enumerate() {
        let path = |field: &str| format!("spec.triggers[{index}].{field}");
        let value = |field: &str| spec.metadata.get(field).cloned().unwrap_or_default();
        let place = Place {
            index,
            namespace: &object.metadata.namespace,
            as_metric_source: object.modifiers().is_some(),
        };
        if let Ok(Trigger::Cron(cron)) = Trigger::build(spec, place) {
            if let Err(unknown) = &cron.zone {
                findings.push(finding(
                    "keda-unknown-zone",
                    Severity::Error,
                    &format!("The trigger is accepted, but each of its queries fails: {unknown}."),
                    Evidence::new(path("metadata.timezone"), value("timezone")),
                    "Name a zone of the IANA database, in its own letter case.",
                ));
            }
            if cron.desired_replicas < 0 {
                findings.push(finding(
                    "keda-negative-replicas",
                    Severity::Warning,
                    "A negative count of replicas counts as 0; the window still keeps the object active.",
                    Evidence::new(path("metadata.desiredReplicas"), value("desiredReplicas")),
                    "Write a count above 0.",
                ));
            }
        }
        if spec.use_cached_metrics && matches!(spec.kind.as_str(), "cpu" | "memory" | "cron") {
            findings.push(finding(
                "keda-cached-metrics-refused",
                Severity::Error,
                "Cached metrics are not for this type: KEDA refuses the object.",
                Evidence::new(path("useCachedMetrics"), "true"),
                "Remove the field.",
            ));
        }
        let earlier = object.spec.triggers.iter().take(index);
        if !spec.name.is_empty() && earlier.clone().any(|other| other.name == spec.name) {
            findings.push(finding(
                "keda-trigger-name-twice",
                Severity::Error,
                "Two triggers have one name: KEDA refuses the object.",
                Evidence::new(path("name"), &spec.name),
                "Give each trigger its own name.",
            ));
        }
    }
    let target = object.status.scale_target_gvkr.clone().unwrap_or_default();
    if let Ok(hpa) = produced_hpa::produce(object, &target, &[]) {
        findings.extend(hpa.zero_targets().map(|metric| {
            finding(
                "keda-zero-target",
                Severity::Error,
                "The target is 0 or less, with which the API server refuses the HPA.",
                Evidence::new("metric", metric),
                "Write a target above 0.",
            )
        }));
    }
    findings
}
