//! Bodies in YAML become JSON, as `sigs.k8s.io/yaml` makes it.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;
use serde_saphyr::Options;

use super::Request;
use crate::status::Status;

/// The request with a body that is JSON, whatever it came in.
pub(super) fn as_json(request: &Request) -> Result<Cow<'_, Request>, Status> {
    let media = request.content_type.split(';').next().unwrap_or_default();
    let applies = match media.trim() {
        "application/yaml" => false,
        "application/apply-patch+yaml" => true,
        _ => return Ok(Cow::Borrowed(request)),
    };
    if request.body.is_empty() {
        return Ok(Cow::Borrowed(request));
    }
    // Most of what is applied is JSON, which needs no reading here.
    let is_json = request.body.trim_ascii_start().starts_with(b"{")
        && serde_json::from_slice::<&RawValue>(&request.body).is_ok();
    if is_json {
        return Ok(Cow::Borrowed(request));
    }
    let before = if applies { "error decoding YAML: " } else { "" };
    let body = parsed(&request.body).map_err(|why| {
        Status::bad_request(format!(
            "{before}error converting YAML to JSON: yaml: {why}"
        ))
    })?;
    if applies && !body.is_object() {
        let what = match body {
            Value::Array(_) => "array",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::Null | Value::String(_) | Value::Object(_) => "string",
        };
        return Err(Status::bad_request(format!(
            "{before}error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what} into Go value of type map[string]interface {{}}"
        )));
    }
    let mut request = request.clone();
    request.body = body.to_string().into_bytes();
    Ok(Cow::Owned(request))
}

fn parsed(body: &[u8]) -> Result<Value, String> {
    let text = str::from_utf8(body).map_err(|_| "invalid leading UTF-8 octet".to_owned())?;
    let mut options = Options::default();
    options.legacy_octal_numbers = true;
    options.with_snippet = false;
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        format!("line {line}: did not find expected node content")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn yaml_is_read_as_upstream_reads_it() {
        let request = |media: &str, body: &str| Request {
            content_type: media.to_owned(),
            body: body.as_bytes().to_vec(),
            ..Request::default()
        };
        for (body, expected) in [
            ("a: 1\nb: [x, \"2\"]\n", r#"{"a":1,"b":["x","2"]}"#),
            ("# comment\nmode: 0644\n", r#"{"mode":420}"#),
            ("text: |\n  one\n  two\n", r#"{"text":"one\ntwo\n"}"#),
            ("a: &x {k: v}\nb: *x\n", r#"{"a":{"k":"v"},"b":{"k":"v"}}"#),
            ("a: ~\n", r#"{"a":null}"#),
        ] {
            for media in [
                "application/yaml",
                "application/apply-patch+yaml; charset=utf-8",
            ] {
                let request = request(media, body);
                let read = as_json(&request).unwrap();
                assert_eq!(String::from_utf8_lossy(&read.body), expected, "{body}");
            }
        }
        let request = request("application/yaml", "a: [");
        let error = as_json(&request).unwrap_err();
        assert_eq!(error.code, 400);
        assert!(
            error
                .message
                .starts_with("error converting YAML to JSON: yaml: line ")
        );
    }
}
