//! Lists whose elements may be there only once (apiextensions, `schema/listtype/validation.go`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::rules::Wrong;
use super::{List, Structural};

/// Duplicates anywhere in `value`.
pub(super) fn check(own: &Structural, value: &Value, path: &mut String, found: &mut Vec<Wrong>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let (inner, data) = match (own.properties.get(name), &own.additional) {
                    (Some(inner), _) => (inner, false),
                    (None, Some(inner)) => (&**inner, true),
                    (None, None) => continue,
                };
                let length = path.len();
                if data {
                    write!(path, "[{name}]").expect("text takes text");
                } else {
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                check(inner, value, path, found);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            unique(&own.list, items, path, found);
            let Some(inner) = own.items.as_deref() else {
                return;
            };
            for (index, item) in items.iter().enumerate() {
                let length = path.len();
                write!(path, "[{index}]").expect("text takes text");
                check(inner, item, path, found);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn unique(list: &List, items: &[Value], path: &str, found: &mut Vec<Wrong>) {
    let each: Vec<Value> = match list {
        List::Atomic => return,
        List::Set => items.to_vec(),
        List::Map(keys) => items.iter().map(|item| key(keys, item)).collect(),
    };
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (index, item) in each.iter().enumerate() {
        let times = seen.entry(item.to_string()).or_default();
        *times += 1;
        if *times == 2 {
            found.push(Wrong {
                field: format!("{path}[{index}]"),
                reason: "FieldValueDuplicate",
                message: format!("Duplicate value: {item}"),
            });
        }
    }
}

fn key(keys: &[String], item: &Value) -> Value {
    let mut named = Map::new();
    for key in keys {
        if let Some(value) = item.get(key) {
            named.insert(key.clone(), value.clone());
        }
    }
    Value::Object(named)
}

/// The element that stood for `item` before; only lists by keys know.
pub(super) fn same<'a>(list: &List, before: Option<&'a Value>, item: &Value) -> Option<&'a Value> {
    let List::Map(keys) = list else {
        return None;
    };
    let mut all = before?.as_array()?.iter();
    let wanted = key(keys, item);
    all.find(|one| key(keys, one) == wanted)
}
