//! Label selectors in kubectl's one-line form.

use crate::slim::LabelSelector;
use crate::text;

/// An operator, key or value no selector may hold.
pub(crate) struct Invalid;

/// `app=web,tier in (a,b),!old`, requirements in the order of their keys. No selector selects
/// nothing, an empty one everything; both read as empty text.
pub(crate) fn selector_text(selector: Option<&LabelSelector>) -> Result<Box<str>, Invalid> {
    let Some(selector) = selector else {
        return Ok("".into());
    };
    let mut parts = Vec::new();
    for (key, value) in &selector.match_labels {
        let value = checked(value, is_value)?;
        checked(key.as_bytes(), is_key)?;
        parts.push((key.as_str(), format!("{key}={value}")));
    }
    for expression in &selector.match_expressions {
        let key = checked(&expression.key, is_key)?;
        let mut values = expression
            .values
            .iter()
            .map(|v| checked(v, is_value))
            .collect::<Result<Vec<_>, _>>()?;
        values.sort_unstable();
        let part = match (expression.operator.as_slice(), values.is_empty()) {
            (b"In", false) => format!("{key} in ({})", values.join(",")),
            (b"NotIn", false) => format!("{key} notin ({})", values.join(",")),
            (b"Exists", true) => key.to_owned(),
            (b"DoesNotExist", true) => format!("!{key}"),
            _ => return Err(Invalid),
        };
        parts.push((key, part));
    }
    parts.sort_by_key(|(key, _)| *key);
    let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
    Ok(text::visible(&parts.join(",")).into())
}

fn checked(bytes: &[u8], valid: fn(&str) -> bool) -> Result<&str, Invalid> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|s| valid(s))
        .ok_or(Invalid)
}

/// Up to 63 of letters, digits, `-_.`, beginning and ending with a letter or digit.
fn is_name(s: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = s.as_bytes();
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes
            .iter()
            .all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn is_value(s: &str) -> bool {
    s.is_empty() || is_name(s)
}

fn is_key(s: &str) -> bool {
    match s.split_once('/') {
        None => is_name(s),
        Some((domain, name)) => {
            is_name(name)
                && domain.len() <= 253
                && domain.split('.').all(|label| {
                    is_name(label) && !label.contains('_') && label == label.to_lowercase()
                })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn selectors_read_as_kubectl_prints_them() {
        for (json, expected) in [
            ("{}", Some("")),
            (r#"{"matchLabels":{"b":"2","a":"1"}}"#, Some("a=1,b=2")),
            (
                r#"{"matchLabels":{"m":""},"matchExpressions":[{"key":"z","operator":"In","values":["b","a"]},{"key":"k8s.io/x","operator":"Exists"}]}"#,
                Some("k8s.io/x,m=,z in (a,b)"),
            ),
            (
                r#"{"matchExpressions":[{"key":"a","operator":"NotIn","values":["x"]},{"key":"b","operator":"DoesNotExist","values":[]}]}"#,
                Some("a notin (x),!b"),
            ),
            (
                r#"{"matchExpressions":[{"key":"a","operator":"Near","values":["x"]}]}"#,
                None,
            ),
            (
                r#"{"matchExpressions":[{"key":"a","operator":"In"}]}"#,
                None,
            ),
            (r#"{"matchLabels":{"bad key":"x"}}"#, None),
            (r#"{"matchLabels":{"a":"-x"}}"#, None),
        ] {
            let selector: LabelSelector = serde_json::from_str(json).unwrap();
            assert_eq!(
                selector_text(Some(&selector)).ok().as_deref(),
                expected,
                "{json}"
            );
        }
        assert_eq!(selector_text(None).ok().as_deref(), Some(""));
    }
}
