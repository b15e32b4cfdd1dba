//! Columns that a `CustomResourceDefinition` names (apiextensions, `tableconvertor`).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::words::{age, ago, name};
use crate::kinds::{Custom, PrinterColumn};

/// What stands where a definition names no columns.
const NAME: &str = "Name";

fn own<'a>(custom: &'a Custom, version: &str) -> &'a [PrinterColumn] {
    let found = custom.columns.iter().find(|(own, _)| **own == *version);
    found.map_or(&[], |(_, columns)| columns)
}

pub(crate) fn columns(custom: &Custom, version: &str) -> Value {
    let mut all = vec![
        json!({"name": NAME, "type": "string", "format": "name", "description": "", "priority": 0}),
    ];
    let columns = own(custom, version);
    if columns.is_empty() {
        all.push(
            json!({"name": "Age", "type": "date", "format": "", "description": "", "priority": 0}),
        );
    }
    all.extend(columns.iter().map(|column| {
        json!({
            "name": column.name, "type": column.kind, "format": column.format,
            "description": column.description, "priority": column.priority,
        })
    }));
    json!(all)
}

pub(crate) fn cells(custom: &Custom, version: &str, object: &Value, now: Timestamp) -> Value {
    let mut all = vec![name(object)];
    let columns = own(custom, version);
    if columns.is_empty() {
        all.push(age(object, now));
    }
    all.extend(columns.iter().map(|column| cell(column, object, now)));
    json!(all)
}

fn cell(column: &PrinterColumn, object: &Value, now: Timestamp) -> Value {
    let found = find(object, &column.path);
    let Some(first) = found.first() else {
        return Value::Null;
    };
    match (column.kind.as_str(), first) {
        ("date", time) => json!(ago(time, now)),
        ("integer" | "number", Value::Number(_)) | ("boolean", Value::Bool(_)) => (*first).clone(),
        ("string", _) => json!(shown(first)),
        _ => Value::Null,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A path of fields, places and equality filters: `.status.conditions[?(@.type=="Ready")].status`.
fn find<'a>(object: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![object];
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[?(@.") {
            let Some((test, after)) = after.split_once(")]") else {
                return Vec::new();
            };
            let Some((field, value)) = test.split_once("==") else {
                return Vec::new();
            };
            let value = value.trim().trim_matches(['"', '\'']);
            let all = found.into_iter().filter_map(Value::as_array).flatten();
            found = all.filter(|own| own[field.trim()] == value).collect();
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let Some((place, after)) = after.split_once(']') else {
                return Vec::new();
            };
            found = match place {
                "*" => found
                    .into_iter()
                    .filter_map(Value::as_array)
                    .flatten()
                    .collect(),
                place => {
                    let named = place.trim_matches(['"', '\'']);
                    let at = |value: &'a Value| match named.parse::<usize>() {
                        Ok(at) => value.get(at),
                        Err(_) => value.get(named),
                    };
                    found.into_iter().filter_map(at).collect()
                }
            };
            rest = after;
        } else {
            let after = rest.strip_prefix('.').unwrap_or(rest);
            let field_end = unescaped_end(after);
            let field = after[..field_end].replace("\\.", ".");
            if field.is_empty() && field_end == after.len() {
                break;
            }
            let get = |value: &'a Value| value.get(field.as_str());
            found = found.into_iter().filter_map(get).collect();
            rest = &after[field_end..];
        }
    }
    found
}

/// Where a field's name ends: at a dot that is not escaped, or a bracket.
fn unescaped_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |at: &usize| {
        bytes[*at] == b'[' || bytes[*at] == b'.' && (*at == 0 || bytes[*at - 1] != b'\\')
    };
    (0..bytes.len()).find(ends).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_definitions_write_them() {
        let object = json!({
            "metadata": {"annotations": {"a.b/c": "1"}},
            "spec": {"triggers": [{"type": "cron"}, {"type": "prometheus"}]},
            "status": {"conditions": [{"type": "Active", "status": "False"}, {"type": "Ready", "status": "True"}]},
        });
        for (path, expected) in [
            (".spec.triggers[0].type", vec!["cron"]),
            (".spec.triggers[*].type", vec!["cron", "prometheus"]),
            (
                ".status.conditions[?(@.type==\"Ready\")].status",
                vec!["True"],
            ),
            (".metadata.annotations.a\\.b/c", vec!["1"]),
            (".metadata.annotations['a.b/c']", vec!["1"]),
            (".spec.none.deeper", vec![]),
        ] {
            assert_eq!(find(&object, path), expected, "{path}");
        }
    }
}
