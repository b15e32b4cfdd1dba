//! Pieces of text that cells of many kinds are made of.

use jiff::Timestamp;
use model::duration;
use serde_json::{Map, Value, json};

/// A text as it is, or an empty one.
pub(crate) fn text(value: &Value) -> Value {
    json!(value.as_str().unwrap_or_default())
}

/// A text, or `otherwise` where there is none.
pub(crate) fn text_or(value: &Value, otherwise: &str) -> Value {
    match value.as_str() {
        Some(text) if !text.is_empty() => json!(text),
        _ => json!(otherwise),
    }
}

/// A whole number, 0 where there is none.
pub(crate) fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// The items of a list.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Milliseconds since then; None for no time.
pub(crate) fn since(time: &Value, now: Timestamp) -> Option<i64> {
    let then: Timestamp = time.as_str()?.parse().ok()?;
    Some(now.as_millisecond() - then.as_millisecond())
}

/// How long ago (`translateTimestampSince`).
pub(crate) fn ago(time: &Value, now: Timestamp) -> String {
    since(time, now).map_or_else(|| "<unknown>".to_owned(), duration::human)
}

/// The object's age.
pub(crate) fn age(object: &Value, now: Timestamp) -> Value {
    json!(ago(&object["metadata"]["creationTimestamp"], now))
}

/// The object's name.
pub(crate) fn name(object: &Value) -> Value {
    text(&object["metadata"]["name"])
}

/// Names and images of a template's containers (`layoutContainerCells`).
pub(crate) fn containers(template: &Value) -> [Value; 2] {
    let all = items(&template["spec"]["containers"]);
    ["name", "image"].map(|field| {
        let each: Vec<&str> = all.iter().filter_map(|own| own[field].as_str()).collect();
        json!(each.join(","))
    })
}

/// `a=b,c=d` (apimachinery, `labels.FormatLabels`).
pub(crate) fn labels(value: &Value) -> Value {
    json!(pairs(value).unwrap_or_else(|| "<none>".to_owned()))
}

fn pairs(value: &Value) -> Option<String> {
    let map = value.as_object().filter(|map| !map.is_empty())?;
    let each = map.iter();
    let each: Vec<String> = each
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    Some(each.join(","))
}

/// A label selector in one line, empty for none (apimachinery, `LabelSelectorAsSelector`).
pub(crate) fn selector(value: &Value) -> String {
    let none = Map::new();
    let equal = value["matchLabels"].as_object().unwrap_or(&none);
    let mut all: Vec<(String, String)> = equal
        .iter()
        .map(|(key, value)| {
            let value = value.as_str().unwrap_or_default();
            (key.clone(), format!("{key}={value}"))
        })
        .collect();
    for one in items(&value["matchExpressions"]) {
        let key = one["key"].as_str().unwrap_or_default();
        let mut values: Vec<&str> = items(&one["values"])
            .iter()
            .filter_map(Value::as_str)
            .collect();
        values.sort_unstable();
        let values = values.join(",");
        let text = match one["operator"].as_str().unwrap_or_default() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        };
        all.push((key.to_owned(), text));
    }
    // By key alone: what has the same one stays in its order.
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    let texts: Vec<String> = all.into_iter().map(|(_, text)| text).collect();
    texts.join(",")
}

/// The same, `<none>` for none (`metav1.FormatLabelSelector`).
pub(crate) fn selector_or_none(value: &Value) -> Value {
    let text = selector(value);
    json!(if text.is_empty() { "<none>" } else { &text })
}

/// The first `max` of what is listed, and how many more there are (`listWithMoreString`).
pub(crate) fn some_of(all: &[String], max: usize, none: &str) -> String {
    let shown = all[..all.len().min(max)].join(",");
    if all.len() > max {
        format!("{shown} + {} more...", all.len() - max)
    } else if shown.is_empty() {
        none.to_owned()
    } else {
        shown
    }
}

/// Whether a condition of this type is true.
pub(crate) fn holds(object: &Value, condition: &str) -> bool {
    let mut all = items(&object["status"]["conditions"]).iter();
    all.any(|own| own["type"] == condition && own["status"] == "True")
}

/// A number or a text, as Go prints an `IntOrString` or a quantity.
pub(crate) fn either(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
