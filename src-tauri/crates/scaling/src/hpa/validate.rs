//! Nonsense in a spec: which field, which value, and what the controller makes of it.
//!
//! Follows `pkg/apis/autoscaling/validation/validation.go`. The API server refuses most of it, but a spec may never have been stored,
//! or been stored by another version.

use std::fmt::Display;

use super::place::Place;
use super::selector::Selector;
use super::settle::has_total;
use super::situation::{Answered, Situation};
use super::spec::{Behavior, Policy, PolicyKind, PolicySelect, ScalingRules, Spec};
use super::validate_metric;
use crate::finding::{Evidence, Finding, Severity};

/// The longest period of a policy in seconds.
const LONGEST_PERIOD: i32 = 1800;
/// The longest stabilization window in seconds.
const LONGEST_WINDOW: i32 = 3600;

/// What is wrong with the spec, and with the target's selector.
pub fn findings(situation: &Situation) -> Vec<Finding> {
    let mut faults = Faults(Vec::new());
    let spec = &situation.spec;
    limits(spec, situation.config.gates.scale_to_zero, &mut faults);
    target(spec, &mut faults);
    for (index, metric) in spec.metrics.iter().enumerate() {
        validate_metric::metric(
            &Place::root("spec").item("metrics", index),
            metric,
            &mut faults,
        );
    }
    if let Some(behavior) = &spec.behavior {
        directions(behavior, &mut faults);
    }
    if let Answered::Value(scale) = &situation.scale.result
        && let Err(error) = Selector::parse(&scale.selector)
    {
        faults.add(
            "hpa-invalid-selector",
            "scale.status.selector",
            &scale.selector,
            &format!("is no label selector ({error})"),
            "the controller computes nothing",
        );
    }
    faults.0
}

/// The findings so far.
pub(crate) struct Faults(Vec<Finding>);

impl Faults {
    /// A field whose value is against a rule, with what the controller does about it.
    pub(crate) fn add(
        &mut self,
        id: &str,
        field: &(impl Display + ?Sized),
        value: &(impl ToString + ?Sized),
        fault: &str,
        consequence: &str,
    ) {
        let value = value.to_string();
        self.0.push(Finding {
            id: id.to_owned(),
            severity: Severity::Error,
            summary: format!("{field} {fault}; {consequence}."),
            evidence: vec![Evidence::new(field.to_string(), value)],
            advice: format!("Correct {field}."),
        });
    }
}

fn limits(spec: &Spec, scale_to_zero: bool, faults: &mut Faults) {
    let id = "hpa-invalid-limits";
    let max = spec.max_replicas;
    let min = spec.min_replicas.unwrap_or(1);
    if max < 1 {
        faults.add(
            id,
            "spec.maxReplicas",
            &max,
            "must be at least 1",
            "the controller would cut every size above to it",
        );
    } else if max < min {
        faults.add(
            id,
            "spec.maxReplicas",
            &max,
            &format!("must not be below minReplicas, {min}"),
            "the controller would go back and forth between the two",
        );
    }
    if min < 0 {
        faults.add(
            id,
            "spec.minReplicas",
            &min,
            "must not be negative",
            "the controller never asks for fewer than none",
        );
    } else if min == 0 && !scale_to_zero {
        faults.add(
            id,
            "spec.minReplicas",
            &min,
            "must be at least 1 without the feature gate HPAScaleToZero",
            "the controller would take the target to zero and never back",
        );
    } else if min == 0 && !spec.metrics.is_empty() && !has_total(spec) {
        faults.add(
            id,
            "spec.minReplicas",
            &min,
            "must be at least 1 without an Object or External metric",
            "the controller would take the target to zero and never back",
        );
    }
}

fn target(spec: &Spec, faults: &mut Faults) {
    let reference = &spec.scale_target_ref;
    let id = "hpa-invalid-target";
    let unseen = "the controller cannot get its scale";
    for (field, value) in [
        ("spec.scaleTargetRef.kind", &reference.kind),
        ("spec.scaleTargetRef.name", &reference.name),
    ] {
        if value.is_empty() {
            faults.add(id, field, value, "must be given", unseen);
        }
    }
    if reference.api_version.matches('/').count() > 1 {
        faults.add(
            id,
            "spec.scaleTargetRef.apiVersion",
            &reference.api_version,
            "must be a group with a version",
            unseen,
        );
    }
}

fn directions(behavior: &Behavior, faults: &mut Faults) {
    for (field, rules) in [
        ("scaleUp", &behavior.scale_up),
        ("scaleDown", &behavior.scale_down),
    ] {
        if let Some(rules) = rules {
            let parent = Place::root("spec.behavior");
            direction(&parent.child(field), rules, faults);
        }
    }
}

fn direction(field: &Place<'_>, rules: &ScalingRules, faults: &mut Faults) {
    let id = "hpa-invalid-behavior";
    if let Some(window) = rules.stabilization_window_seconds {
        let field = field.child("stabilizationWindowSeconds");
        if window < 0 {
            let consequence = "the controller would heed no earlier recommendation";
            faults.add(id, &field, &window, "must not be negative", consequence);
        } else if window > LONGEST_WINDOW {
            let fault = format!("must be at most {LONGEST_WINDOW}");
            let consequence = "the controller would heed recommendations for that long";
            faults.add(id, &field, &window, &fault, consequence);
        }
    }
    if let Some(PolicySelect::Other(text)) = &rules.select_policy {
        let field = field.child("selectPolicy");
        let consequence = "the controller takes it for Max";
        faults.add(
            id,
            &field,
            text,
            "must be Max, Min or Disabled",
            consequence,
        );
    }
    if rules.policies.as_ref().is_some_and(Vec::is_empty) {
        let field = field.child("policies");
        let fault = "must have at least one policy";
        let consequence = "the controller's limit is then no limit or none at all";
        faults.add(id, &field, "[]", fault, consequence);
    }
    for (index, one) in rules.policies.iter().flatten().enumerate() {
        policy(&field.item("policies", index), one, faults);
    }
    if let Some(tolerance) = &rules.tolerance {
        let field = field.child("tolerance");
        match tolerance.quantity() {
            None => faults.add(
                "hpa-unreadable-quantity",
                &field,
                tolerance,
                "is no quantity",
                "the flag of the controller is taken instead",
            ),
            Some(quantity) if quantity.nano() < 0 => faults.add(
                id,
                &field,
                tolerance,
                "must not be negative",
                "the controller would act although usage meets the target",
            ),
            Some(_) => {}
        }
    }
}

fn policy(field: &Place<'_>, policy: &Policy, faults: &mut Faults) {
    let id = "hpa-invalid-behavior";
    if let PolicyKind::Other(text) = &policy.kind {
        let field = field.child("type");
        let consequence = "the controller repeats the limit of the policy before it";
        faults.add(id, &field, text, "must be Pods or Percent", consequence);
    }
    if policy.value <= 0 {
        let field = field.child("value");
        let consequence = "the policy would allow no change";
        faults.add(id, &field, &policy.value, "must be above 0", consequence);
    }
    let period = field.child("periodSeconds");
    if policy.period_seconds <= 0 {
        let consequence = "the controller would see no earlier change within it";
        let value = policy.period_seconds;
        faults.add(id, &period, &value, "must be above 0", consequence);
    } else if policy.period_seconds > LONGEST_PERIOD {
        let fault = format!("must be at most {LONGEST_PERIOD}");
        let consequence = "the controller would heed changes for that long";
        faults.add(id, &period, &policy.period_seconds, &fault, consequence);
    }
}
