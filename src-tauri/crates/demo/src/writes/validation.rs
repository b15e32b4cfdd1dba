//! What an object may not say (kubernetes, `pkg/apis/*/validation`; apimachinery, `api/validation`).

mod pod;
mod workload;

use serde_json::Value;

use super::names::invalid;
use crate::kinds::Resource;
use crate::status::Status;

/// Problems of an object, in order of upstream's checks.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<(String, &'static str, String)>);

impl Problems {
    fn required(&mut self, field: impl Into<String>, why: &str) {
        let message = if why.is_empty() {
            "Required value".to_owned()
        } else {
            format!("Required value: {why}")
        };
        self.0.push((field.into(), "FieldValueRequired", message));
    }

    /// `value` as JSON.
    fn invalid(&mut self, field: impl Into<String>, value: &Value, why: &str) {
        let message = format!("Invalid value: {value}: {why}");
        self.0.push((field.into(), "FieldValueInvalid", message));
    }

    fn forbidden(&mut self, field: impl Into<String>, why: &str) {
        let message = format!("Forbidden: {why}");
        self.0.push((field.into(), "FieldValueForbidden", message));
    }

    /// Whether `value` is one of `words`, in the order in which they are told.
    fn one_of(&mut self, field: impl Into<String>, value: &Value, words: &[&str]) {
        if value.is_null() || words.iter().any(|word| *value == **word) {
            return;
        }
        let told: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        let message = format!(
            "Unsupported value: {value}: supported values: {}",
            told.join(", ")
        );
        self.0
            .push((field.into(), "FieldValueNotSupported", message));
    }

    fn not_below_zero(&mut self, field: impl Into<String>, value: &Value) {
        if value.as_i64().is_some_and(|number| number < 0) {
            self.invalid(field, value, "must be greater than or equal to 0");
        }
    }
}

/// 422 for an object that says what it may not.
pub(super) fn check(resource: &Resource, object: &Value) -> Result<(), Status> {
    let mut problems = Problems::default();
    metadata(&object["metadata"], &mut problems);
    let spec = &object["spec"];
    match (&*resource.group, &*resource.kind) {
        ("", "Pod") => pod::check("spec", spec, &mut problems),
        ("", "Service") => service(spec, &mut problems),
        ("", "ConfigMap") => keys(object, &mut problems),
        ("", "PersistentVolumeClaim")
            if spec["accessModes"].as_array().is_none_or(Vec::is_empty) =>
        {
            problems.required("spec.accessModes", "at least 1 access mode is required");
        }
        ("", "Event") => {
            let named = &object["involvedObject"]["namespace"];
            if !named.is_null() && *named != object["metadata"]["namespace"] {
                problems.invalid(
                    "involvedObject.namespace",
                    named,
                    "does not match event.namespace",
                );
            }
        }
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet") => {
            workload::check(&resource.kind, object, &mut problems);
        }
        ("batch", "Job") => workload::job(spec, &mut problems),
        ("autoscaling", "HorizontalPodAutoscaler") => workload::autoscaler(spec, &mut problems),
        ("networking.k8s.io", "Ingress") => {
            let none = |field: &str| spec[field].is_null();
            if none("rules") && none("defaultBackend") {
                problems.invalid(
                    "spec",
                    &Value::Null,
                    "either `defaultBackend` or `rules` must be specified",
                );
            }
        }
        _ => {}
    }
    if problems.0.is_empty() {
        return Ok(());
    }
    let causes: Vec<(&str, &str, &str)> = problems
        .0
        .iter()
        .map(|(field, reason, message)| (&**field, *reason, &**message))
        .collect();
    Err(invalid(resource, super::name_of(object), &causes))
}

const LABEL_KEY: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

fn metadata(metadata: &Value, problems: &mut Problems) {
    for (index, finalizer) in metadata["finalizers"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let known = ["orphan", "foregroundDeletion", "kubernetes"];
        let text = finalizer.as_str().unwrap_or_default();
        if !text.contains('/') && !known.contains(&text) {
            problems.invalid(
                format!("metadata.finalizers[{index}]"),
                finalizer,
                "name is neither a standard finalizer name nor is it fully qualified",
            );
        }
    }
    for owner in metadata["ownerReferences"].as_array().into_iter().flatten() {
        for (field, why) in [
            ("apiVersion", "version must not be empty"),
            ("kind", "must not be empty"),
            ("name", "must not be empty"),
            ("uid", "must not be empty"),
        ] {
            if owner[field].as_str().is_none_or(str::is_empty) {
                problems.invalid(
                    format!("metadata.ownerReferences.{field}"),
                    &Value::from(""),
                    why,
                );
            }
        }
    }
    for field in ["labels", "annotations"] {
        for (key, value) in metadata[field].as_object().into_iter().flatten() {
            let place = format!("metadata.{field}");
            let part = key.split_once('/').map_or(&**key, |(_, part)| part);
            if part.is_empty() || !is_word(part) {
                problems.invalid(&*place, &Value::from(key.as_str()), LABEL_KEY);
            }
            if field == "labels" && !is_word(value.as_str().unwrap_or_default()) {
                problems.invalid(place, value, LABEL_VALUE);
            }
        }
    }
}

fn is_word(text: &str) -> bool {
    let ends = |letter: char| letter.is_ascii_alphanumeric();
    text.is_empty()
        || text.starts_with(ends)
            && text.ends_with(ends)
            && text
                .chars()
                .all(|letter| ends(letter) || matches!(letter, '-' | '_' | '.'))
}

fn keys(object: &Value, problems: &mut Problems) {
    const KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
    for key in object["data"]
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys())
    {
        let value = Value::from(key.as_str());
        let allowed =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        if key.is_empty() || !key.chars().all(allowed) {
            problems.invalid(format!("data[{key}]"), &value, KEY);
        }
        if object["binaryData"].get(key).is_some() {
            problems.invalid(
                format!("data[{key}]"),
                &value,
                "duplicate of key present in binaryData",
            );
        }
    }
}

fn service(spec: &Value, problems: &mut Problems) {
    let ports = spec["ports"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if ports.is_empty() && spec["type"] != "ExternalName" && spec["clusterIP"] != "None" {
        problems.required("spec.ports", "");
    }
    for (index, port) in ports.iter().enumerate() {
        if ports.len() > 1 && port["name"].as_str().is_none_or(str::is_empty) {
            problems.required(format!("spec.ports[{index}].name"), "");
        }
    }
    problems.one_of(
        "spec.type",
        &spec["type"],
        &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
    );
}
