//! What the API server fills in when it stores an autoscaler.
//!
//! Follows `pkg/apis/autoscaling/v2/defaults.go` (`SetDefaults_HorizontalPodAutoscaler`, `GenerateHPAScaleUpRules`,
//! `GenerateHPAScaleDownRules`).

use std::borrow::Cow;

use super::spec::{
    Behavior, MetricSpec, Policy, PolicyKind, PolicySelect, ResourceSource, ScalingRules,
    SourceKind, Spec, Target, TargetKind,
};

/// The spec as it is stored; borrowed if nothing is missing.
pub fn stored(spec: &Spec) -> Cow<'_, Spec> {
    if is_complete(spec) {
        return Cow::Borrowed(spec);
    }
    let mut spec = spec.clone();
    spec.min_replicas.get_or_insert(1);
    if spec.metrics.is_empty() {
        spec.metrics.push(cpu());
    }
    if let Some(behavior) = &mut spec.behavior {
        *behavior = Behavior {
            scale_up: Some(filled(behavior.scale_up.take(), scale_up())),
            scale_down: Some(filled(behavior.scale_down.take(), scale_down())),
        };
    }
    Cow::Owned(spec)
}

fn is_complete(spec: &Spec) -> bool {
    let rules = |rules: Option<&ScalingRules>, window_needed: bool| {
        rules.is_some_and(|rules| {
            rules.select_policy.is_some()
                && rules.policies.is_some()
                && (!window_needed || rules.stabilization_window_seconds.is_some())
        })
    };
    spec.min_replicas.is_some()
        && !spec.metrics.is_empty()
        && spec.behavior.as_ref().is_none_or(|behavior| {
            rules(behavior.scale_up.as_ref(), true) && rules(behavior.scale_down.as_ref(), false)
        })
}

/// cpu at 80 per cent.
fn cpu() -> MetricSpec {
    MetricSpec {
        kind: SourceKind::Resource,
        resource: Some(ResourceSource {
            name: "cpu".to_owned(),
            target: Target {
                kind: TargetKind::Utilization,
                average_utilization: Some(80),
                ..Target::default()
            },
        }),
        ..MetricSpec::default()
    }
}

/// Field by field; a list of policies is taken as a whole.
fn filled(given: Option<ScalingRules>, default: ScalingRules) -> ScalingRules {
    let given = given.unwrap_or_default();
    ScalingRules {
        stabilization_window_seconds: given
            .stabilization_window_seconds
            .or(default.stabilization_window_seconds),
        select_policy: given.select_policy.or(default.select_policy),
        policies: given.policies.or(default.policies),
        tolerance: given.tolerance.or(default.tolerance),
    }
}

fn scale_up() -> ScalingRules {
    ScalingRules {
        stabilization_window_seconds: Some(0),
        select_policy: Some(PolicySelect::Max),
        policies: Some(vec![
            Policy {
                kind: PolicyKind::Pods,
                value: 4,
                period_seconds: 15,
            },
            Policy {
                kind: PolicyKind::Percent,
                value: 100,
                period_seconds: 15,
            },
        ]),
        tolerance: None,
    }
}

/// The window stays open: the controller puts its flag there.
fn scale_down() -> ScalingRules {
    ScalingRules {
        stabilization_window_seconds: None,
        select_policy: Some(PolicySelect::Max),
        policies: Some(vec![Policy {
            kind: PolicyKind::Percent,
            value: 100,
            period_seconds: 15,
        }]),
        tolerance: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_is_missing_is_filled() {
        let up = json!({"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
            {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]});
        let down = json!({"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]});
        let one = json!([{"type": "Pods", "value": 1, "periodSeconds": 60}]);
        for (behavior, stored_behavior) in [
            (Value::Null, Value::Null),
            (json!({}), json!({"scaleUp": up, "scaleDown": down})),
            (
                json!({"scaleDown": {"policies": one, "tolerance": "50m"}}),
                json!({"scaleUp": up, "scaleDown": {"selectPolicy": "Max", "policies": one, "tolerance": "50m"}}),
            ),
            (
                json!({"scaleUp": {"selectPolicy": "Disabled", "stabilizationWindowSeconds": 7}}),
                json!({"scaleUp": {"stabilizationWindowSeconds": 7, "selectPolicy": "Disabled", "policies": up["policies"]},
                    "scaleDown": down}),
            ),
        ] {
            let spec: Spec =
                serde_json::from_value(json!({"maxReplicas": 9, "behavior": behavior})).unwrap();
            let stored = stored(&spec).into_owned();
            let value = serde_json::to_value(&stored).unwrap();
            assert_eq!(value["behavior"], stored_behavior);
            assert_eq!(value["minReplicas"], 1);
            assert_eq!(
                value["metrics"][0]["resource"]["target"]["averageUtilization"],
                80
            );
            assert!(matches!(super::stored(&stored), Cow::Borrowed(_)));
        }
    }
}
