//! Field selectors: `?fieldSelector=` (apimachinery, `fields.ParseSelector`), with what each kind can be selected by.

use serde_json::Value;

use crate::kinds::Resource;
use crate::status::Status;

/// Terms that all hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fields(Vec<Term>);

#[derive(Clone, Debug, PartialEq)]
struct Term {
    field: String,
    value: String,
    equal: bool,
}

/// Fields beside name and namespace, by kind (pkg/apis/core/v1/conversion.go, `addFieldLabelConversions…`).
const SELECTABLE: &[(&str, &[&str])] = &[
    (
        "pods",
        &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
    ),
    ("nodes", &["spec.unschedulable"]),
    ("namespaces", &["status.phase"]),
    ("secrets", &["type"]),
    ("services", &["spec.clusterIP", "spec.type"]),
    ("replicationcontrollers", &["status.replicas"]),
    (
        "events",
        &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
    ),
    ("jobs.batch", &["status.successful"]),
];

impl Fields {
    pub(crate) fn parse(text: &str, resource: &Resource) -> Result<Self, Status> {
        let mut terms = Vec::new();
        for part in split(text) {
            if part.is_empty() {
                continue;
            }
            let Some((field, equal, value)) = operator(part) else {
                return Err(Status::bad_request(format!(
                    "invalid selector: '{text}'; can't understand '{part}'"
                )));
            };
            terms.push(Term {
                field: known(field, resource)?,
                value: unescaped(value)?,
                equal,
            });
        }
        Ok(Self(terms))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        let mut terms = self.0.iter();
        terms.all(|term| (field(object, &term.field) == term.value) == term.equal)
    }
}

/// The field's name, or why this kind cannot be selected by it.
fn known(field: &str, resource: &Resource) -> Result<String, Status> {
    let key = resource.key();
    let own = SELECTABLE.iter().find(|(of, _)| **of == key);
    let custom = resource.custom.as_ref();
    let by_all = field == "metadata.name"
        || field == "metadata.namespace"
            && (custom.is_none() || resource.namespaced)
            && key != "nodes"
            && key != "namespaces";
    let by_own = own.is_some_and(|(_, fields)| fields.contains(&field))
        || custom.is_some_and(|custom| custom.selectable.iter().any(|own| own == field));
    if by_all || by_own {
        return Ok(field.to_owned());
    }
    Err(Status::bad_request(match (key.as_str(), own, custom) {
        ("pods", ..) if field == "spec.host" => return Ok("spec.nodeName".to_owned()),
        ("namespaces" | "nodes", ..) if field == "name" => return Ok("metadata.name".to_owned()),
        ("jobs.batch", ..) => format!("field label {field:?} not supported for Job"),
        (_, None, None) => format!(
            "{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        ),
        _ => format!("field label not supported: {field}"),
    }))
}

/// A field as text, as `ToSelectableFields` of upstream's strategies give it.
fn field(object: &Value, path: &str) -> String {
    let at = |path: &str| path.split('.').fold(object, |value, name| &value[name]);
    match path {
        "spec.hostNetwork" | "spec.unschedulable" => {
            return at(path).as_bool().unwrap_or(false).to_string();
        }
        "status.successful" => {
            return at("status.succeeded").as_i64().unwrap_or(0).to_string();
        }
        "status.replicas" => return at(path).as_i64().unwrap_or(0).to_string(),
        "status.podIPs" => {
            let ips = at(path).as_array().map_or(&[][..], Vec::as_slice);
            let ips = ips.iter().filter_map(|own| own["ip"].as_str());
            return ips.collect::<Vec<_>>().join(",");
        }
        _ => {}
    }
    let value = match path {
        "source" => match &at("source.component") {
            Value::String(text) if !text.is_empty() => at("source.component"),
            _ => at("reportingComponent"),
        },
        _ => at(path),
    };
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn operator(part: &str) -> Option<(&str, bool, &str)> {
    part.char_indices().find_map(|(at, _)| {
        let (field, rest) = part.split_at(at);
        [("!=", false), ("==", true), ("=", true)]
            .into_iter()
            .find_map(|(sign, equal)| Some((field, equal, rest.strip_prefix(sign)?)))
    })
}

fn unescaped(text: &str) -> Result<String, Status> {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(next @ ('\\' | ',' | '=')) => plain.push(next),
                next => {
                    let next = next.map_or_else(String::new, String::from);
                    return Err(Status::bad_request(format!(
                        "invalid field selector: invalid escape sequence: \\{next}"
                    )));
                }
            },
            ',' | '=' => {
                return Err(Status::bad_request(format!(
                    "invalid field selector: unescaped character in value: {}",
                    u32::from(c)
                )));
            }
            _ => plain.push(c),
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn terms_and_what_is_none() {
        let world = crate::World::new(1, Timestamp::UNIX_EPOCH);
        let pods = world.resource("", "pods").unwrap();
        let pod = json!({"metadata": {"name": "a"}, "spec": {"nodeName": "n,1"}, "status": {"phase": "Running"}});
        for (text, expected) in [
            ("metadata.name=a", true),
            ("metadata.name==a,status.phase!=Failed", true),
            ("spec.nodeName=n\\,1", true),
            ("spec.hostNetwork=false", true),
            ("spec.nodeName=", false),
        ] {
            let fields = Fields::parse(text, &pods).unwrap();
            assert_eq!(fields.matches(&pod), expected, "{text}");
        }
        let secrets = world.resource("", "configmaps").unwrap();
        for (resource, text, expected) in [
            (&pods, "spec.foo=x", "field label not supported: spec.foo"),
            (
                &secrets,
                "spec.foo=x",
                "\"spec.foo\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
            ),
            (
                &pods,
                "abc",
                "invalid selector: 'abc'; can't understand 'abc'",
            ),
        ] {
            assert_eq!(Fields::parse(text, resource).unwrap_err().message, expected);
        }
    }
}
