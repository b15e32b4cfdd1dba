//! Whether a configuration to apply fits the fields of its kind (structured-merge-diff, `typed/validate.go`).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::compare::element_of;
use crate::writes::schema::{Kind, Relation, Spot};

/// What does not fit, as upstream tells it; None if all does.
pub(super) fn problem(spot: Spot<'_>, value: &Value) -> Option<String> {
    let mut found = Vec::new();
    walk(spot, value, &mut String::new(), &mut found);
    match &found[..] {
        [] => None,
        [one] => Some(one.clone()),
        all => Some(format!("errors:\n  {}", all.join("\n  "))),
    }
}

fn walk(spot: Spot<'_>, value: &Value, path: &mut String, found: &mut Vec<String>) {
    if value.is_null() {
        return;
    }
    match (spot.kind(), value) {
        (Kind::Struct(_) | Kind::Map(_), Value::Object(fields)) => {
            for (name, value) in fields {
                let length = path.len();
                let _ = write!(path, ".{name}");
                match spot.field(name) {
                    Some(inner) => walk(inner, value, path, found),
                    None => found.push(format!("{path}: field not declared in schema")),
                }
                path.truncate(length);
            }
        }
        (Kind::List(_), Value::Array(items)) => list(spot, items, path, found),
        (Kind::Struct(_) | Kind::Map(_), other) => {
            found.push(format!("{path}: expected map, got {}", literal(other)));
        }
        (Kind::List(_), other) => {
            found.push(format!("{path}: expected list, got {}", literal(other)));
        }
        (kind, value) => {
            if let Some(why) = scalar(kind, value) {
                found.push(format!("{path}: {why}"));
            }
        }
    }
}

fn list(spot: Spot<'_>, items: &[Value], path: &mut String, found: &mut Vec<String>) {
    let Some(inner) = spot.element() else {
        return;
    };
    let relation = spot.relation();
    let mut seen = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        let length = path.len();
        if let Relation::Set | Relation::Keyed(..) = relation {
            let Some(element) = element_of(relation, item) else {
                if let Relation::Keyed(keys, _) = relation {
                    found.push(format!(
                        "{path}: element {index}: associative list with keys has an element that omits all key fields {keys:?} (and doesn't have default values for any key fields)"
                    ));
                }
                return;
            };
            let told = element.to_string();
            let _ = write!(path, "{told}");
            if !seen.insert(element) {
                path.truncate(length);
                found.push(format!("{path}: duplicate entries for key {told}"));
                return;
            }
        } else {
            let _ = write!(path, "[{index}]");
        }
        walk(inner, item, path, found);
        path.truncate(length);
    }
}

fn scalar(kind: &Kind, value: &Value) -> Option<String> {
    match kind {
        Kind::Int32 | Kind::Int64 | Kind::Float if !value.is_number() => {
            let got = go_type(value);
            Some(format!("expected numeric (int or float), got {got}"))
        }
        Kind::String | Kind::Bytes | Kind::Duration | Kind::Time | Kind::MicroTime
            if !value.is_string() =>
        {
            Some(format!("expected string, got {}", literal(value)))
        }
        Kind::Bool if !value.is_boolean() => {
            Some(format!("expected boolean, got {}", literal(value)))
        }
        _ => None,
    }
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// A value as Go writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name:?}:{}", literal(value)))
                .collect();
            format!("map[string]interface {{}}{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}
