//! Fields of an object's JSON, read without failing.

use serde_json::Value;

use super::shape::{FactValue, ObjectLink};
use crate::text;

/// One line of text; empty if it is none.
pub(super) fn line(value: &Value) -> String {
    text::visible(value.as_str().unwrap_or_default()).into_owned()
}

/// Text that may have lines; empty if it is none.
pub(super) fn lines(value: &Value) -> String {
    text::visible_lines(value.as_str().unwrap_or_default()).into_owned()
}

/// Text, a number or a yes or no, as one line; empty for anything else.
pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(_) => line(value),
        Value::Number(number) => number.to_string(),
        Value::Bool(set) => set.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// A whole number that fits.
pub(super) fn figure(value: &Value) -> Option<i32> {
    value.as_i64()?.try_into().ok()
}

/// The items of a list; none if it is no list.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The members of a map with their keys made visible; none if it is no map.
pub(super) fn members(value: &Value) -> impl Iterator<Item = (String, &Value)> {
    let all = value.as_object().into_iter().flatten();
    all.map(|(key, value)| (text::visible(key).into_owned(), value))
}

/// The scalars of a list, joined.
pub(super) fn joined(value: &Value, with: &str) -> String {
    list(value).map(scalar).collect::<Vec<_>>().join(with)
}

/// A map as `key=value`, joined by commas; empty if there is none.
pub(super) fn equals(map: &Value) -> String {
    let each = members(map).map(|(key, value)| format!("{key}={}", scalar(value)));
    each.collect::<Vec<_>>().join(", ")
}

/// A label selector as kubectl prints it; empty if it selects nothing in particular.
pub(super) fn selector(selector: &Value) -> String {
    let mut parts: Vec<String> = Vec::new();
    let labels = equals(&selector["matchLabels"]);
    if !labels.is_empty() {
        parts.push(labels);
    }
    parts.extend(list(&selector["matchExpressions"]).map(expression));
    parts.join(", ")
}

/// One requirement of a selector: `tier in (a, b)`.
pub(super) fn expression(expression: &Value) -> String {
    let key = line(&expression["key"]);
    let values = joined(&expression["values"], ", ");
    match &*line(&expression["operator"]) {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} not in ({values})"),
        "Exists" => format!("{key} exists"),
        "DoesNotExist" => format!("no {key}"),
        "Gt" => format!("{key} > {values}"),
        "Lt" => format!("{key} < {values}"),
        other => format!("{key} {other} ({values})"),
    }
}

/// A link to an object of which only this is known.
pub(super) fn link(
    api_version: &str,
    kind: &str,
    namespace: Option<&str>,
    name: &str,
) -> ObjectLink {
    ObjectLink {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
        uid: String::new(),
    }
}

/// Plain words as a value.
pub(super) fn words(text: impl Into<String>) -> FactValue {
    FactValue {
        text: text.into(),
        ..FactValue::default()
    }
}

/// `1 pod`, `3 pods`.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {one}s")
    }
}
