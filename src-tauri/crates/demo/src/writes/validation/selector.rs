//! Label selectors (apimachinery, `apis/meta/v1/validation`, `ValidateLabelSelector`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, metadata, names, ordered};

pub(super) fn check(place: Place<'_>, selector: &Value, problems: &mut Problems) {
    metadata::labels(
        place.field("matchLabels"),
        &selector["matchLabels"],
        problems,
    );
    let all = place.field("matchExpressions");
    for (index, expression) in items(selector, "matchExpressions").iter().enumerate() {
        self::expression(all.at(index), expression, problems);
    }
}

fn expression(place: Place<'_>, expression: &Value, problems: &mut Problems) {
    let none = items(expression, "values").is_empty();
    match expression["operator"].as_str().unwrap_or_default() {
        "In" | "NotIn" if none => problems.required(
            place.field("values"),
            "must be specified when `operator` is 'In' or 'NotIn'",
        ),
        "Exists" | "DoesNotExist" if !none => problems.forbidden(
            place.field("values"),
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other => problems.invalid(
            place.field("operator"),
            &Value::from(other),
            "not a valid selector operator",
        ),
    }
    key(place, expression, problems);
}

/// The key of an expression, which is a label's.
pub(super) fn key(place: Place<'_>, expression: &Value, problems: &mut Problems) {
    for why in names::qualified(expression["key"].as_str().unwrap_or_default()) {
        problems.invalid(place.field("key"), &expression["key"], &why);
    }
}

/// As upstream's Go type is written.
pub(super) fn quoted(selector: &Value) -> String {
    let expressions: Vec<String> = items(selector, "matchExpressions")
        .iter()
        .map(|own| ordered(own, &["key", "operator", "values"]))
        .collect();
    let mut parts = Vec::new();
    if selector["matchLabels"]
        .as_object()
        .is_some_and(|all| !all.is_empty())
    {
        parts.push(format!("\"matchLabels\":{}", selector["matchLabels"]));
    }
    if !expressions.is_empty() {
        parts.push(format!("\"matchExpressions\":[{}]", expressions.join(",")));
    }
    format!("{{{}}}", parts.join(","))
}

/// Whether labels are selected; what cannot be understood selects nothing.
pub(super) fn matches(selector: &Value, labels: &Value) -> bool {
    let plain = selector["matchLabels"].as_object().into_iter().flatten();
    let mut expressions = items(selector, "matchExpressions").iter();
    plain.into_iter().all(|(key, value)| labels[key] == *value)
        && expressions.all(|own| {
            let value = &labels[own["key"].as_str().unwrap_or_default()];
            let among = items(own, "values").contains(value);
            match own["operator"].as_str().unwrap_or_default() {
                "In" => among,
                "NotIn" => !among,
                "Exists" => !value.is_null(),
                "DoesNotExist" => value.is_null(),
                _ => false,
            }
        })
}

/// Whether upstream can read it at all (apimachinery, `LabelSelectorAsSelector`).
pub(super) fn is_readable(selector: &Value) -> bool {
    let labels = selector["matchLabels"].as_object().into_iter().flatten();
    let mut labels = labels.into_iter();
    let mut expressions = items(selector, "matchExpressions").iter();
    let right = |key: &str, value: &Value| {
        names::qualified(key).is_empty()
            && names::label_value(value.as_str().unwrap_or_default()).is_empty()
    };
    labels.all(|(key, value)| right(key, value))
        && expressions.all(|own| {
            let some = !items(own, "values").is_empty();
            match own["operator"].as_str().unwrap_or_default() {
                "In" | "NotIn" => some,
                "Exists" | "DoesNotExist" => !some,
                _ => false,
            }
        })
}
