//! References to earlier answers: `${2.metadata.resourceVersion}`.

use serde_json::Value;

/// What references may name.
#[derive(Debug)]
pub struct Known<'a> {
    /// `${ns}`.
    pub namespace: &'a str,
    /// Bodies of the answers so far; `${1}` is the first. A watch answers with `events`.
    pub answers: &'a [Value],
}

impl Known<'_> {
    /// `text` with its references replaced. What is not there becomes `<nothing>`.
    pub fn text(&self, text: &str) -> String {
        let mut rest = text;
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            let (reference, behind) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            match self.value(reference) {
                Value::String(value) => out.push_str(&value),
                Value::Null => out.push_str("<nothing>"),
                other => out.push_str(&other.to_string()),
            }
            rest = behind;
        }
        out + rest
    }

    /// `body` with the references in its texts replaced; a text that is one reference becomes what it names.
    pub fn body(&self, body: &Value) -> Value {
        match body {
            Value::String(text) => {
                let whole = text
                    .strip_prefix("${")
                    .and_then(|rest| rest.strip_suffix('}'))
                    .filter(|inside| !inside.contains('}'));
                whole.map_or_else(
                    || Value::String(self.text(text)),
                    |reference| self.value(reference),
                )
            }
            Value::Array(items) => items.iter().map(|item| self.body(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (self.text(name), self.body(value)))
                .collect(),
            other => other.clone(),
        }
    }

    fn value(&self, reference: &str) -> Value {
        if reference == "ns" {
            return Value::String(self.namespace.to_owned());
        }
        let mut parts = reference.split('.');
        let step = parts.next().and_then(|number| number.parse::<usize>().ok());
        let answer = step.and_then(|number| self.answers.get(number.checked_sub(1)?));
        let found = answer.and_then(|answer| {
            parts.try_fold(answer, |value, part| match part.parse::<usize>() {
                Ok(index) => value.get(index),
                Err(_) => value.get(part),
            })
        });
        found.cloned().unwrap_or_default()
    }
}

/// `value` after a JSON merge patch (RFC 7396).
pub fn merged(mut value: Value, patch: &Value) -> Value {
    let Some(changes) = patch.as_object() else {
        return patch.clone();
    };
    if !value.is_object() {
        value = Value::Object(serde_json::Map::new());
    }
    let fields = value.as_object_mut().expect("it was made one");
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            let before = fields.remove(name).unwrap_or_default();
            fields.insert(name.clone(), merged(before, change));
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_replaced() {
        let answers = [json!({"a": {"b": "x"}, "list": [1, {"n": "y"}]})];
        let known = Known {
            namespace: "here",
            answers: &answers,
        };
        assert_eq!(known.text("/${ns}/${1.a.b}?${1.list.1.n}"), "/here/x?y");
        assert_eq!(known.text("${2.a}"), "<nothing>");
        assert_eq!(
            known.body(&json!({"k": "${1.a}", "${ns}": ["-${1.list.0}"]})),
            json!({"k": {"b": "x"}, "here": ["-1"]})
        );
    }

    #[test]
    fn a_merge_patch_removes_with_null() {
        let merged = merged(
            json!({"a": 1, "b": {"c": 1, "d": 2}}),
            &json!({"b": {"c": null, "e": [1]}}),
        );
        assert_eq!(merged, json!({"a": 1, "b": {"d": 2, "e": [1]}}));
    }
}
