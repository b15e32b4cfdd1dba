//! Where a pod may go (kubernetes, `core/validation`, `validateAffinity`, `ValidateTolerations`, `validateTopologySpreadConstraints`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, metadata, names, selector, text};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn check(place: Place<'_>, spec: &Value, problems: &mut Problems) {
    metadata::labels(place.field("nodeSelector"), &spec["nodeSelector"], problems);
    let (at, affinity) = (place.field("affinity"), &spec["affinity"]);
    if affinity.is_object() {
        nodes(
            at.field("nodeAffinity"),
            &affinity["nodeAffinity"],
            problems,
        );
        for kind in ["podAffinity", "podAntiAffinity"] {
            pods(at.field(kind), &affinity[kind], problems);
        }
    }
    let spread = place.field("topologySpreadConstraints");
    for (index, constraint) in items(spec, "topologySpreadConstraints").iter().enumerate() {
        self::spread(spread.at(index), constraint, problems);
    }
}

fn nodes(place: Place<'_>, affinity: &Value, problems: &mut Problems) {
    let required = &affinity[REQUIRED];
    if required.is_object() {
        let at = place.field(REQUIRED);
        let terms = at.field("nodeSelectorTerms");
        let all = items(required, "nodeSelectorTerms");
        if all.is_empty() {
            problems.required(terms, "must have at least one node selector term");
        }
        for (index, term) in all.iter().enumerate() {
            node_term(terms.at(index), term, problems);
        }
    }
    let at = place.field(PREFERRED);
    for (index, preference) in items(affinity, PREFERRED).iter().enumerate() {
        let at = at.at(index);
        weight(at.field("weight"), &preference["weight"], problems);
        node_term(at.field("preference"), &preference["preference"], problems);
    }
}

fn weight(place: Place<'_>, weight: &Value, problems: &mut Problems) {
    if !weight.as_i64().is_some_and(|own| (1..=100).contains(&own)) {
        problems.invalid(place, weight, "must be in the range 1-100");
    }
}

fn node_term(place: Place<'_>, term: &Value, problems: &mut Problems) {
    let all = place.field("matchExpressions");
    for (index, expression) in items(term, "matchExpressions").iter().enumerate() {
        let at = all.at(index);
        let count = items(expression, "values").len();
        match text(&expression["operator"]) {
            "In" | "NotIn" if count == 0 => problems.required(
                at.field("values"),
                "must be specified when `operator` is 'In' or 'NotIn'",
            ),
            "Exists" | "DoesNotExist" if count > 0 => problems.forbidden(
                at.field("values"),
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
            "Gt" | "Lt" if count != 1 => problems.required(
                at.field("values"),
                "must be specified single value when `operator` is 'Lt' or 'Gt'",
            ),
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
            _ => problems.invalid(
                at.field("operator"),
                &expression["operator"],
                "not a valid selector operator",
            ),
        }
        selector::key(at, expression, problems);
    }
}

fn pods(place: Place<'_>, affinity: &Value, problems: &mut Problems) {
    let at = place.field(REQUIRED);
    for (index, term) in items(affinity, REQUIRED).iter().enumerate() {
        pod_term(at.at(index), term, problems);
    }
    let at = place.field(PREFERRED);
    for (index, preference) in items(affinity, PREFERRED).iter().enumerate() {
        let at = at.at(index);
        weight(at.field("weight"), &preference["weight"], problems);
        let term = at.field("podAffinityTerm");
        pod_term(term, &preference["podAffinityTerm"], problems);
    }
}

fn pod_term(place: Place<'_>, term: &Value, problems: &mut Problems) {
    selector::check(
        place.field("labelSelector"),
        &term["labelSelector"],
        problems,
    );
    let at = place.field("topologyKey");
    let key = text(&term["topologyKey"]);
    if key.is_empty() {
        problems.required(at, "can not be empty");
    }
    for why in names::qualified(key) {
        problems.invalid(at, &Value::from(key), &why);
    }
}

fn spread(place: Place<'_>, constraint: &Value, problems: &mut Problems) {
    if constraint["maxSkew"].as_i64().unwrap_or(0) <= 0 {
        let why = "must be greater than zero";
        problems.invalid(place.field("maxSkew"), &constraint["maxSkew"], why);
    }
    if text(&constraint["topologyKey"]).is_empty() {
        problems.required(place.field("topologyKey"), "can not be empty");
    }
    problems.one_of(
        place.field("whenUnsatisfiable"),
        &constraint["whenUnsatisfiable"],
        &["DoNotSchedule", "ScheduleAnyway"],
    );
    selector::check(
        place.field("labelSelector"),
        &constraint["labelSelector"],
        problems,
    );
}

/// `tolerations` of a pod.
pub(super) fn tolerations(place: Place<'_>, all: &[Value], problems: &mut Problems) {
    for (index, toleration) in all.iter().enumerate() {
        let at = place.at(index);
        let (key, value) = (text(&toleration["key"]), &toleration["value"]);
        let operator = text(&toleration["operator"]);
        if key.is_empty() && operator != "Exists" {
            let why = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            problems.invalid(at.field("operator"), &Value::from(operator), why);
        } else if !key.is_empty() {
            for why in names::qualified(key) {
                problems.invalid(at.field("key"), &toleration["key"], &why);
            }
        }
        let effect = text(&toleration["effect"]);
        if !toleration["tolerationSeconds"].is_null() && effect != "NoExecute" {
            let why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            problems.invalid(at.field("effect"), &Value::from(effect), why);
        }
        match operator {
            "" | "Equal" => {
                let wrong = names::label_value(text(value));
                if !wrong.is_empty() {
                    problems.invalid(at.field("operator"), value, &wrong.join(";"));
                }
            }
            "Exists" if !text(value).is_empty() => {
                let why = "value must be empty when `operator` is 'Exists'";
                problems.invalid(at.field("operator"), value, why);
            }
            "Exists" => {}
            _ => problems.one_of(
                at.field("operator"),
                &toleration["operator"],
                &["Equal", "Exists"],
            ),
        }
        if !effect.is_empty() {
            problems.one_of(
                at.field("effect"),
                &toleration["effect"],
                &["NoSchedule", "PreferNoSchedule", "NoExecute"],
            );
        }
    }
}
