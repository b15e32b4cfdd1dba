//! Where two sequences of answers differ, in few lines.

use std::fmt;

use serde_json::Value;

/// One place where an answer is not as expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Number of the step.
    pub step: u64,
    /// Its request.
    pub request: String,
    /// Where: `body.metadata.labels.app`.
    pub place: String,
    /// What the real server has there; None if nothing.
    pub expected: Option<Value>,
    /// What is there.
    pub got: Option<Value>,
}

impl Difference {
    /// The place without numbers and generated keys: differences of one cause look alike by it.
    pub fn cause(&self) -> String {
        let place = self
            .place
            .split_once(".fieldsV1")
            .map_or(&*self.place, |(before, _)| before);
        let place: String = place
            .chars()
            .filter(|letter| !letter.is_ascii_digit())
            .collect();
        let value = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) if matches!(&*self.place, "code" | "type" | "body.reason") => {
                value.to_string()
            }
            Some(_) => "a value".to_owned(),
        };
        format!(
            "{place}: expected {}, got {}",
            value(&self.expected),
            value(&self.got)
        )
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => {
                let text = value.to_string();
                match text.char_indices().nth(400) {
                    Some((end, _)) => format!("{}…", &text[..end]),
                    None => text,
                }
            }
        };
        writeln!(
            formatter,
            "    {} {}: {}",
            self.step, self.request, self.place
        )?;
        writeln!(formatter, "      real: {}", shown(&self.expected))?;
        writeln!(formatter, "      here: {}", shown(&self.got))
    }
}

/// All differences, in order of the steps.
pub fn differences(expected: &[Value], got: &[Value]) -> Vec<Difference> {
    let mut found = Vec::new();
    for (index, real) in expected.iter().enumerate() {
        let mut at = At {
            step: real["step"].as_u64().unwrap_or_default(),
            request: real["request"].as_str().unwrap_or_default(),
            found: &mut found,
        };
        match got.get(index) {
            None => at.differ("answer", Some(&real["code"]), None),
            Some(here) => {
                for part in ["request", "code", "type", "warnings", "body"] {
                    at.compare(part, real.get(part), here.get(part));
                }
            }
        }
    }
    if got.len() > expected.len() {
        found.push(Difference {
            step: 0,
            request: String::new(),
            place: "more answers than are recorded".to_owned(),
            expected: None,
            got: None,
        });
    }
    found
}

struct At<'a> {
    step: u64,
    request: &'a str,
    found: &'a mut Vec<Difference>,
}

impl At<'_> {
    fn differ(&mut self, place: &str, expected: Option<&Value>, got: Option<&Value>) {
        self.found.push(Difference {
            step: self.step,
            request: self.request.to_owned(),
            place: place.to_owned(),
            expected: expected.cloned(),
            got: got.cloned(),
        });
    }

    fn compare(&mut self, place: &str, expected: Option<&Value>, got: Option<&Value>) {
        match (expected, got) {
            (Some(Value::Object(real)), Some(Value::Object(here))) => {
                for (name, value) in real {
                    self.compare(&format!("{place}.{name}"), Some(value), here.get(name));
                }
                for (name, value) in here {
                    if !real.contains_key(name) {
                        self.differ(&format!("{place}.{name}"), None, Some(value));
                    }
                }
            }
            (Some(Value::Array(real)), Some(Value::Array(here))) => {
                for index in 0..real.len().max(here.len()) {
                    self.compare(
                        &format!("{place}[{index}]"),
                        real.get(index),
                        here.get(index),
                    );
                }
            }
            (expected, got) if expected == got => {}
            (expected, got) => self.differ(place, expected, got),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_place_is_told() {
        let real =
            [json!({"step": 2, "request": "GET x", "code": 200, "body": {"a": [1, 2], "b": 1}})];
        let here =
            [json!({"step": 2, "request": "GET x", "code": 201, "body": {"a": [1], "c": 1}})];
        let places: Vec<String> = differences(&real, &here)
            .into_iter()
            .map(|one| one.place)
            .collect();
        assert_eq!(places, ["code", "body.a[1]", "body.b", "body.c"]);
        assert!(differences(&real, &real).is_empty());
        assert_eq!(differences(&real, &[])[0].place, "answer");
    }
}
