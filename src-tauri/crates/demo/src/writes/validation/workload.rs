//! What makers of pods may not say (kubernetes, `ValidateDeploymentSpec` and its like).

use serde_json::Value;

use super::{Problems, pod};

pub(super) fn check(kind: &str, object: &Value, problems: &mut Problems) {
    let spec = &object["spec"];
    problems.not_below_zero("spec.replicas", &spec["replicas"]);
    let selector = &spec["selector"];
    if selector.is_null() {
        problems.required("spec.selector", "");
    }
    let labels = &spec["template"]["metadata"]["labels"];
    let wanted = selector["matchLabels"].as_object();
    let misses = |(key, value): (&String, &Value)| labels[key] != *value;
    if selector.is_null() || wanted.into_iter().flatten().any(misses) {
        problems.invalid(
            "spec.template.metadata.labels",
            labels,
            "`selector` does not match template `labels`",
        );
    }
    let template = &spec["template"]["spec"];
    if template["restartPolicy"].is_string() && template["restartPolicy"] != "Always" {
        problems.one_of(
            "spec.template.spec.restartPolicy",
            &template["restartPolicy"],
            &["Always"],
        );
    } else {
        pod::check("spec.template.spec", template, problems);
    }
    if kind == "Deployment" {
        strategy(&spec["strategy"], problems);
    }
}

fn strategy(strategy: &Value, problems: &mut Problems) {
    let rolling = &strategy["rollingUpdate"];
    if strategy["type"] == "Recreate" && !rolling.is_null() {
        problems.forbidden(
            "spec.strategy.rollingUpdate",
            "may not be specified when strategy `type` is 'Recreate'",
        );
    }
    if rolling["maxUnavailable"] == 0 && rolling["maxSurge"] == 0 {
        problems.invalid(
            "spec.strategy.rollingUpdate.maxUnavailable",
            &rolling["maxUnavailable"],
            "may not be 0 when `maxSurge` is 0",
        );
    }
}

pub(super) fn job(spec: &Value, problems: &mut Problems) {
    let template = &spec["template"]["spec"];
    if template["restartPolicy"] == "Always" {
        problems.required(
            "spec.template.spec.restartPolicy",
            "valid values: \"OnFailure\", \"Never\"",
        );
    } else {
        pod::check("spec.template.spec", template, problems);
    }
}

pub(super) fn autoscaler(spec: &Value, problems: &mut Problems) {
    let least = &spec["minReplicas"];
    if let (Some(minimum), Some(maximum)) = (least.as_i64(), spec["maxReplicas"].as_i64())
        && maximum < minimum
    {
        problems.invalid(
            "spec.maxReplicas",
            &spec["maxReplicas"],
            "must be greater than or equal to `minReplicas`",
        );
    }
    let target = &spec["scaleTargetRef"];
    let missing = |field: &str| target[field].as_str().is_none_or(str::is_empty);
    for field in ["kind", "name"] {
        if missing(field) {
            problems.required(format!("spec.scaleTargetRef.{field}"), "");
        }
    }
    if missing("kind") && missing("apiVersion") {
        problems.invalid(
            "spec.scaleTargetRef.apiVersion",
            &Value::from(""),
            "apiVersion must specify API group",
        );
    }
}
