//! Any object's fields as a readable tree, for kinds that no module knows.

use serde_json::Value;

use super::super::read::{lines, scalar, words};
use super::super::shape::{Fact, Section};
use crate::text;

/// Fields shown of one part; the YAML has all.
const MOST: usize = 150;
/// Characters shown of one value.
const LONGEST: usize = 300;

/// `spec`, `status` and whatever else the object has beside its metadata, a group each.
pub(super) fn sections(object: &Value) -> Vec<Section> {
    let parts = object.as_object().into_iter().flatten().filter(|(key, _)| {
        !matches!(
            key.as_str(),
            "apiVersion" | "kind" | "metadata" | "data" | "binaryData" | "stringData"
        )
    });
    let mut loose = Vec::new();
    let mut sections = Vec::new();
    for (key, value) in parts {
        if value.is_object() || value.is_array() {
            let mut facts = Vec::new();
            let mut all = 0;
            leaves(value, "", key == "status", &mut facts, &mut all);
            if all > facts.len() {
                facts.push(fact(
                    "…",
                    format!(
                        "the first {} of {all} fields; the YAML has all",
                        facts.len()
                    ),
                ));
            }
            if !facts.is_empty() {
                sections.push(Section {
                    title: text::visible(key).into_owned(),
                    facts,
                    grid: None,
                });
            }
        } else {
            loose.push(fact(&text::visible(key), scalar(value)));
        }
    }
    if !loose.is_empty() {
        let own = Section {
            title: "Fields".to_owned(),
            facts: loose,
            grid: None,
        };
        sections.insert(0, own);
    }
    sections
}

fn fact(label: &str, value: String) -> Fact {
    Fact {
        label: label.to_owned(),
        values: vec![words(value)],
    }
}

/// Every scalar below `value` by its path; short lists of scalars on one line. Conditions are told elsewhere.
fn leaves(value: &Value, path: &str, top: bool, facts: &mut Vec<Fact>, all: &mut usize) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if top && key == "conditions" {
                    continue;
                }
                let key = text::visible(key);
                let path = if path.is_empty() {
                    key.into_owned()
                } else {
                    format!("{path}.{key}")
                };
                leaves(value, &path, false, facts, all);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}[{index}]"), false, facts, all);
            }
        }
        _ => {
            *all += 1;
            if facts.len() < MOST {
                facts.push(fact(path, leaf(value)));
            }
        }
    }
}

fn leaf(value: &Value) -> String {
    let whole = match value {
        Value::String(_) => lines(value),
        Value::Array(items) => items.iter().map(scalar).collect::<Vec<_>>().join(", "),
        Value::Null => "null".to_owned(),
        other => scalar(other),
    };
    match whole.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_object_has_content() {
        let object = json!({"apiVersion": "a/v1", "kind": "X", "metadata": {"name": "x"}, "note": "n",
            "spec": {"a": {"b": 1}, "list": [{"c": true}, {"c": "t"}], "words": ["x", "y"]},
            "status": {"conditions": [{"type": "Ready"}], "phase": "Up"}});
        let told: Vec<String> = sections(&object)
            .iter()
            .flat_map(|s| {
                s.facts
                    .iter()
                    .map(move |f| format!("{}/{}={}", s.title, f.label, f.values[0].text))
            })
            .collect();
        assert_eq!(
            told,
            [
                "Fields/note=n",
                "spec/a.b=1",
                "spec/list[0].c=true",
                "spec/list[1].c=t",
                "spec/words=x, y",
                "status/phase=Up",
            ]
        );
    }

    #[test]
    fn what_is_cut_is_said() {
        let many: Vec<Value> = (0..1000).map(|n| json!({"n": n})).collect();
        let section = &sections(&json!({"spec": many}))[0];
        assert_eq!(section.facts.len(), MOST + 1);
        assert!(section.facts[MOST].values[0].text.contains("150 of 1000"));
    }
}
