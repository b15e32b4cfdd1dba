//! What autoscalers may not say (kubernetes, `autoscaling/validation`).

use scaling::quantity::Quantity;
use serde_json::Value;

use super::place::Place;
use super::{Problems, items, text};

const SPEC: Place<'_> = Place::root("spec");
/// Seconds of a stabilization window at most.
const WINDOW: i64 = 3600;
/// Seconds of a policy's period at most.
const PERIOD: i64 = 1800;

pub(super) fn check(spec: &Value, problems: &mut Problems) {
    let (least, most) = (&spec["minReplicas"], &spec["maxReplicas"]);
    if least.as_i64().is_some_and(|replicas| replicas < 1) {
        let why = "must be greater than or equal to 1";
        problems.invalid(SPEC.field("minReplicas"), least, why);
    }
    if most.as_i64().unwrap_or(0) < 1 {
        let why = "must be set and greater than 0";
        problems.required(SPEC.field("maxReplicas"), why);
    }
    if let (Some(minimum), Some(maximum)) = (least.as_i64(), most.as_i64())
        && maximum < minimum
    {
        let why = "must be greater than or equal to `minReplicas`";
        problems.invalid(SPEC.field("maxReplicas"), most, why);
    }
    target(
        SPEC.field("scaleTargetRef"),
        &spec["scaleTargetRef"],
        problems,
    );
    let metrics = SPEC.field("metrics");
    for (index, metric) in items(spec, "metrics").iter().enumerate() {
        self::metric(metrics.at(index), metric, problems);
    }
    let none = items(spec, "metrics")
        .iter()
        .all(|metric| !matches!(text(&metric["type"]), "Object" | "External"));
    if least.as_i64() == Some(0) && none {
        let why = "must specify at least one Object or External metric to support scaling to zero replicas";
        problems.forbidden(metrics, why);
    }
    let behaviour = SPEC.field("behavior");
    for direction in ["scaleUp", "scaleDown"] {
        rules(
            behaviour.field(direction),
            &spec["behavior"][direction],
            problems,
        );
    }
}

fn target(place: Place<'_>, target: &Value, problems: &mut Problems) {
    for field in ["kind", "name"] {
        if text(&target[field]).is_empty() {
            problems.required(place.field(field), "");
        }
    }
    if text(&target["kind"]).is_empty() && text(&target["apiVersion"]).is_empty() {
        let why = "apiVersion must specify API group";
        problems.invalid(place.field("apiVersion"), &Value::from(""), why);
    }
}

fn metric(place: Place<'_>, metric: &Value, problems: &mut Problems) {
    const KINDS: [(&str, &str); 5] = [
        ("ContainerResource", "containerResource"),
        ("External", "external"),
        ("Object", "object"),
        ("Pods", "pods"),
        ("Resource", "resource"),
    ];
    let kind = text(&metric["type"]);
    if kind.is_empty() {
        problems.required(place.field("type"), "must specify a metric source type");
        return;
    }
    let Some((_, field)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        let names = KINDS.map(|(name, _)| name);
        problems.one_of(place.field("type"), &metric["type"], &names);
        // Upstream looks twice.
        problems.one_of(place.field("type"), &metric["type"], &names);
        return;
    };
    let own = &metric[*field];
    let at = place.field(field);
    if !own.is_object() {
        let why = "must populate information for the given metric source";
        problems.required(at, why);
        return;
    }
    let target = &own["target"];
    let goal = at.field("target");
    match kind {
        "Resource" | "ContainerResource" => {
            if text(&own["name"]).is_empty() {
                problems.required(at.field("name"), "must specify a resource name");
            }
            if kind == "ContainerResource" && text(&own["container"]).is_empty() {
                problems.required(at.field("container"), "must specify a container");
            }
            resource_target(goal, target, problems);
        }
        _ => {
            if text(&own["metric"]["name"]).is_empty() {
                let metric = at.field("metric");
                problems.required(metric.field("name"), "must specify a metric name");
            }
            positive(goal, target, problems);
            if kind == "Pods" && text(&target["averageValue"]).is_empty() {
                let why = "must specify a positive target averageValue";
                problems.required(goal.field("averageValue"), why);
            } else if ["value", "averageValue"]
                .iter()
                .all(|own| target[*own].is_null())
            {
                let why = "must set either a target value for metric or a per-pod target";
                problems.required(goal.field("averageValue"), why);
            }
        }
    }
}

fn positive(place: Place<'_>, target: &Value, problems: &mut Problems) {
    for field in ["value", "averageValue"] {
        let amount = Quantity::parse(text(&target[field]));
        if amount.is_some_and(|amount| amount.nano() <= 0) {
            let why = "must be positive";
            problems.invalid(place.field(field), &target[field], why);
        }
    }
}

fn resource_target(place: Place<'_>, target: &Value, problems: &mut Problems) {
    let (used, value) = (&target["averageUtilization"], &target["averageValue"]);
    if used.as_i64().is_some_and(|percent| percent < 1) {
        let why = "must be greater than 0";
        problems.invalid(place.field("averageUtilization"), used, why);
    }
    let why = match (used.is_null(), value.is_null()) {
        (true, true) => {
            let why = "must set either a target raw value or a target utilization";
            problems.required(place.field("averageUtilization"), why);
            return;
        }
        (false, false) => "may not set both a target raw value and a target utilization",
        (true, false) | (false, true) => return,
    };
    problems.forbidden(place.field("averageValue"), why);
}

fn rules(place: Place<'_>, rules: &Value, problems: &mut Problems) {
    if !rules.is_object() {
        return;
    }
    let window = &rules["stabilizationWindowSeconds"];
    let at = place.field("stabilizationWindowSeconds");
    problems.not_below_zero(at, window);
    if window.as_i64().is_some_and(|seconds| seconds > WINDOW) {
        problems.invalid(at, window, "must be less than or equal to 3600");
    }
    problems.one_of(
        place.field("selectPolicy"),
        &rules["selectPolicy"],
        &["Disabled", "Max", "Min"],
    );
    let policies = place.field("policies");
    for (index, policy) in items(rules, "policies").iter().enumerate() {
        let at = policies.at(index);
        problems.one_of(at.field("type"), &policy["type"], &["Percent", "Pods"]);
        for field in ["value", "periodSeconds"] {
            if policy[field].as_i64().is_some_and(|number| number <= 0) {
                let why = "must be greater than zero";
                problems.invalid(at.field(field), &policy[field], why);
            }
        }
        let period = &policy["periodSeconds"];
        if period.as_i64().is_some_and(|seconds| seconds > PERIOD) {
            let why = "must be less than or equal to 1800";
            problems.invalid(at.field("periodSeconds"), period, why);
        }
    }
}
