//! An object as YAML to read: managed fields apart, secret values masked, nothing hidden.
//!
//! Keys are in alphabetical order, as kubectl prints them. Text with control, bidirectional or
//! invisible characters is written as a quoted scalar with escapes, so it is both exact and safe
//! to show.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::{Map, Value};

use crate::text::is_hidden;

/// What stands for a secret value.
pub const MASK: &str = "••••••••";

/// The annotation in which `kubectl apply` keeps a copy of the whole object.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// An object's YAML in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize, serde::Deserialize, ts_rs::TS)
)]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub struct YamlText {
    /// All but the managed fields.
    pub text: String,
    /// `metadata.managedFields`, if there are any.
    pub managed_fields: Option<String>,
}

/// The YAML of one object.
pub fn yaml(object: &Value) -> YamlText {
    let (object, managed) = apart(object);
    YamlText {
        text: document(&object),
        managed_fields: managed.as_ref().map(document),
    }
}

/// The object as it is written, and its managed fields.
pub(crate) fn apart(object: &Value) -> (Value, Option<Value>) {
    let mut object = masked(object).into_owned();
    let managed = object
        .get_mut("metadata")
        .and_then(Value::as_object_mut)
        .and_then(|m| m.remove("managedFields"));
    (object, managed)
}

/// Lines that a scalar or an empty collection takes, its key's line among them.
pub(crate) fn lines_of(value: &Value) -> usize {
    match value {
        Value::String(text) if is_block(text) => {
            let body = text.trim_end_matches('\n');
            let newlines = text.len() - body.len();
            2 + body.matches('\n').count() + newlines.saturating_sub(1)
        }
        _ => 1,
    }
}

/// The object with the values of Secrets masked, in lists too. An object that does not say its
/// kind counts as a Secret.
pub fn masked(object: &Value) -> Cow<'_, Value> {
    match object {
        Value::Object(members) => {
            let kind = members.get("kind").and_then(Value::as_str);
            let list = kind.is_some_and(|k| k.ends_with("List")) && members.contains_key("items");
            if kind.is_some_and(|k| k != "Secret") && !list {
                return Cow::Borrowed(object);
            }
            let mut members = members.clone();
            if let Some(items) = members.get_mut("items") {
                let each = items.as_array().into_iter().flatten();
                *items = each.map(|item| masked(item).into_owned()).collect();
            }
            if list {
                return Cow::Owned(Value::Object(members));
            }
            for member in ["data", "stringData"] {
                match members.get_mut(member) {
                    Some(Value::Object(entries)) => {
                        for value in entries.values_mut() {
                            *value = MASK.into();
                        }
                    }
                    Some(other) => *other = MASK.into(),
                    None => {}
                }
            }
            if let Some(applied) = members
                .get_mut("metadata")
                .and_then(|m| m.get_mut("annotations")?.get_mut(LAST_APPLIED))
            {
                *applied = MASK.into();
            }
            Cow::Owned(Value::Object(members))
        }
        other => Cow::Borrowed(other),
    }
}

/// Any value as YAML; nothing at all where there is none.
pub fn value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Object(members) if members.is_empty() => String::new(),
        other => document(other),
    }
}

/// Any value as a YAML document.
fn document(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => mapping(members, 0, &mut out),
        Value::Array(items) if !items.is_empty() => sequence(items, 0, &mut out),
        scalar => inline(scalar, 0, &mut out),
    }
    out
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn mapping(members: &Map<String, Value>, indent: usize, out: &mut String) {
    for (position, (key, value)) in members.iter().enumerate() {
        // The first member of a list item stands on the line of its dash.
        if position > 0 || out.is_empty() || out.ends_with('\n') {
            pad(indent, out);
        }
        string(key, out);
        out.push(':');
        member(value, indent, out);
    }
}

fn member(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            mapping(members, indent + 2, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            sequence(items, indent, out);
        }
        scalar => {
            out.push(' ');
            inline(scalar, indent + 2, out);
        }
    }
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    for (position, item) in items.iter().enumerate() {
        if position > 0 || out.is_empty() || out.ends_with('\n') {
            pad(indent, out);
        }
        out.push_str("- ");
        match item {
            Value::Object(members) if !members.is_empty() => mapping(members, indent + 2, out),
            Value::Array(items) if !items.is_empty() => sequence(items, indent + 2, out),
            scalar => inline(scalar, indent + 2, out),
        }
    }
}

/// A scalar or an empty collection, with the end of its line.
fn inline(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        Value::String(text) if is_block(text) => {
            block(text, indent, out);
            return;
        }
        Value::String(text) => string(text, out),
    }
    out.push('\n');
}

/// Whether text reads best as lines of its own and survives them.
fn is_block(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && !text.contains(|c| is_hidden(c) && !matches!(c, '\n' | '\t'))
}

fn block(text: &str, indent: usize, out: &mut String) {
    let body = text.trim_end_matches('\n');
    let newlines = text.len() - body.len();
    out.push_str(match newlines {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in body.split('\n') {
        if !line.is_empty() {
            pad(indent, out);
            out.push_str(line);
        }
        out.push('\n');
    }
    out.extend(std::iter::repeat_n('\n', newlines.saturating_sub(1)));
}

fn string(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for c in text.chars() {
        let _ = match c {
            '"' => out.write_str("\\\""),
            '\\' => out.write_str("\\\\"),
            '\n' => out.write_str("\\n"),
            '\t' => out.write_str("\\t"),
            '\r' => out.write_str("\\r"),
            c if is_hidden(c) && u32::from(c) <= 0xff => write!(out, "\\x{:02x}", u32::from(c)),
            c if is_hidden(c) && u32::from(c) <= 0xffff => write!(out, "\\u{:04x}", u32::from(c)),
            c if is_hidden(c) => write!(out, "\\U{:08x}", u32::from(c)),
            c => write!(out, "{c}"),
        };
    }
    out.push('"');
}

/// Whether text without quotes reads back as that text, in YAML 1.1 and 1.2 alike.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    !text.starts_with(|c: char| c.is_whitespace() || "-?:,[]{}#&*!|>'\"%@`=<~".contains(c))
        && !text.ends_with(|c: char| c.is_whitespace() || c == ':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(is_hidden)
        && !is_word(text)
        && !((first.is_ascii_digit() || "+.".contains(first)) && is_figure(text))
}

fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Numbers in any notation, times of day and dates.
fn is_figure(text: &str) -> bool {
    let digits = text
        .strip_prefix('+')
        .unwrap_or(text)
        .replace('_', "")
        .to_ascii_lowercase();
    digits.parse::<f64>().is_ok()
        || ["0x", "0o", "0b", ".inf", ".nan"]
            .iter()
            .any(|start| digits.starts_with(start))
        || digits
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b':' || b == b'.')
            && digits.contains(':')
        || digits.len() > 4
            && digits.as_bytes()[4] == b'-'
            && digits.bytes().take(4).all(|b| b.is_ascii_digit())
        || digits == "."
}

#[cfg(test)]
pub(crate) use tests::any_json;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(text: &str) -> Value {
        serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn reads_like_kubectls() {
        let object = json!({
            "kind": "Pod", "apiVersion": "v1",
            "metadata": {"name": "web", "labels": {}, "creationTimestamp": "2026-01-02T03:04:05Z",
                "managedFields": [{"manager": "kubectl"}]},
            "spec": {"containers": [{"name": "a", "image": "nginx:1.27", "args": ["--x", "true", "a: b"]}], "hostIP": "10.0.0.1"},
            "note": "one\ntwo\n", "n": 5, "empty": "", "none": null, "nested": [[1, 2], []],
        });
        let yaml = yaml(&object);
        let expected = "\
apiVersion: v1
empty: \"\"
kind: Pod
metadata:
  creationTimestamp: \"2026-01-02T03:04:05Z\"
  labels: {}
  name: web
\"n\": 5
nested:
- - 1
  - 2
- []
none: null
note: |
  one
  two
spec:
  containers:
  - args:
    - \"--x\"
    - \"true\"
    - \"a: b\"
    image: nginx:1.27
    name: a
  hostIP: 10.0.0.1
";
        assert_eq!(yaml.text, expected);
        assert_eq!(yaml.managed_fields.as_deref(), Some("- manager: kubectl\n"));
    }

    #[test]
    fn secrets_stay_secret() {
        let secret = json!({
            "kind": "Secret", "data": {"password": "aHVudGVyMg=="}, "stringData": {"token": "hunter2"}, "type": "Opaque",
            "metadata": {"annotations": {LAST_APPLIED: "{\"data\":{\"password\":\"aHVudGVyMg==\"}}", "other": "kept"}},
        });
        let list = json!({"kind": "SecretList", "items": [{"data": {"password": "aHVudGVyMg=="}}]});
        let odd = json!({"kind": "Secret", "data": "aHVudGVyMg=="});
        for object in [secret, list, odd] {
            let text = yaml(&object).text;
            assert!(
                !text.contains("hunter2") && !text.contains("aHVudGVyMg"),
                "{text}"
            );
            assert!(text.contains(MASK));
        }
        let map = json!({"kind": "ConfigMap", "data": {"password": "open"}});
        assert!(yaml(&map).text.contains("open"));
    }

    #[test]
    fn hidden_characters_are_escaped() {
        let text = yaml(
            &json!({"kind": "X", "a": "x\u{202e}y", "b": "two\nlines\u{1b}[2J", "\u{200b}k": 1}),
        )
        .text;
        assert_eq!(
            text,
            "a: \"x\\u202ey\"\nb: \"two\\nlines\\x1b[2J\"\nkind: X\n\"\\u200bk\": 1\n"
        );
    }

    #[test]
    fn awkward_strings_stay_strings() {
        for text in [
            "yes",
            "No",
            "~",
            "null",
            "1",
            "1_000",
            "0x1f",
            "017",
            "1e3",
            ".5",
            "+1",
            "-1",
            "12:30:45",
            "2026-01-01",
            "a: b",
            "a #b",
            "a:",
            "- x",
            "#c",
            " pad",
            "pad ",
            "!tag",
            "&a",
            "*a",
            "{}",
            "[]",
            "'",
            "\"",
            "\\",
            "=",
            "<<",
            ".inf",
            ".",
            "|",
            ">",
            "%",
            "@",
            "`",
            "a\tb",
            "\n",
            "a\n\nb\n\n",
            "\n a",
            " \n a",
            "x\n  y",
            "10.0.0.1",
            "v1.2",
        ] {
            let value = json!({"kind": "X", "k": text, text: "v", "list": [text]});
            assert_eq!(read(&yaml(&value).text), value, "{text:?}");
        }
    }

    pub(crate) fn any_json() -> impl Strategy<Value = Value> {
        let word = "[a-zA-Z0-9 :#'\"\\-\\[\\]{}\\n\\t.,_=~!&*|>%@`\u{202e}\u{e9}]{0,12}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            word.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(word, inner, 0..5)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_object_reads_back(value in any_json()) {
            let value = json!({"kind": "X", "spec": value});
            prop_assert_eq!(read(&yaml(&value).text), value);
        }
    }
}
