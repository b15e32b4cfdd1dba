//! Variables of containers (kubernetes, `core/validation`, `ValidateEnv`, `ValidateEnvFrom`).

use serde_json::Value;

use super::place::Place;
use super::{Problems, items, names, text};

const SOURCES: [&str; 5] = [
    "fieldRef",
    "resourceFieldRef",
    "configMapKeyRef",
    "secretKeyRef",
    "fileKeyRef",
];
/// Fields of a pod that a variable may hold.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

pub(super) fn check(place: Place<'_>, container: &Value, problems: &mut Problems) {
    let all = place.field("env");
    for (index, variable) in items(container, "env").iter().enumerate() {
        let at = all.at(index);
        let name = text(&variable["name"]);
        if name.is_empty() {
            problems.required(at.field("name"), "");
        } else if !name
            .chars()
            .all(|letter| matches!(letter, ' '..='~') && letter != '=')
        {
            let why = "a valid environment variable name must consist only of printable ASCII characters other than '='";
            problems.invalid(at.field("name"), &variable["name"], why);
        }
        if variable["valueFrom"].is_object() {
            value_from(at.field("valueFrom"), variable, problems);
        }
    }
    let all = place.field("envFrom");
    for (index, source) in items(container, "envFrom").iter().enumerate() {
        let at = all.at(index);
        let given = ["configMapRef", "secretRef"].map(|field| source[field].is_object());
        match given {
            [false, false] => problems.invalid(
                all,
                &Value::from(""),
                "must specify one of: `configMapRef` or `secretRef`",
            ),
            [true, true] => problems.invalid(
                all,
                &Value::from(""),
                "may not have more than one field specified at a time",
            ),
            [map, _] => {
                let field = if map { "configMapRef" } else { "secretRef" };
                let of = at.field(field);
                if text(&source[field]["name"]).is_empty() {
                    problems.required(of.field("name"), "");
                }
            }
        }
    }
}

fn value_from(place: Place<'_>, variable: &Value, problems: &mut Problems) {
    let source = &variable["valueFrom"];
    let mut given = 0;
    for field in SOURCES {
        let own = &source[field];
        if !own.is_object() {
            continue;
        }
        given += 1;
        let at = place.field(field);
        match field {
            "fieldRef" => {
                let path = text(&own["fieldPath"]);
                let keyed = path.starts_with("metadata.labels['")
                    || path.starts_with("metadata.annotations['");
                if path.is_empty() {
                    problems.required(at.field("fieldPath"), "");
                } else if !keyed && !FIELDS.contains(&path) {
                    let why =
                        format!("error converting fieldPath: field label not supported: {path}");
                    problems.invalid(at.field("fieldPath"), &own["fieldPath"], &why);
                }
            }
            "configMapKeyRef" | "secretKeyRef" => {
                let name = text(&own["name"]);
                if name.is_empty() {
                    problems.required(at.field("name"), "");
                }
                if text(&own["key"]).is_empty() {
                    problems.required(at.field("key"), "");
                } else if !names::is_config_key(text(&own["key"])) {
                    problems.invalid(at.field("key"), &own["key"], names::CONFIG_KEY);
                }
            }
            _ => {}
        }
    }
    let none = Value::from("");
    if given == 0 {
        let why = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
        problems.invalid(place, &none, why);
    } else if !text(&variable["value"]).is_empty() {
        let why = "may not be specified when `value` is not empty";
        problems.invalid(place, &none, why);
    } else if given > 1 {
        let why = "may not have more than one field specified at a time";
        problems.invalid(place, &none, why);
    }
}
