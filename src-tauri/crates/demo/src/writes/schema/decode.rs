//! An object as the API's Go types would hold it and write it again.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};
use scaling::quantity::Quantity;
use serde_json::{Map, Value, json};

use super::{Field, Kind, Spot, Structure};

/// What was found wrong on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Paths of fields that the kind does not have, in order.
    pub unknown: Vec<String>,
    /// The first value of a wrong type, as Go tells it.
    pub wrong: Option<String>,
}

/// `value` as it is kept: unknown fields, nulls and what Go leaves out when empty are gone; what Go always writes is there; quantities and
/// times have their one form (encoding/json's `omitempty`, protobuf's empty lists, apimachinery `Quantity.String`).
pub fn decode(spot: Spot<'_>, value: Value, problems: &mut Problems) -> Value {
    let mut walk = Walk {
        path: String::new(),
        names: Vec::new(),
        owner: "",
        problems,
    };
    walk.value(spot, value)
}

struct Walk<'a> {
    /// With indices: `spec.containers[0]`.
    path: String,
    /// Without them: what Go's decoder tells.
    names: Vec<String>,
    /// The struct that is being read.
    owner: &'a str,
    problems: &'a mut Problems,
}

impl<'a> Walk<'a> {
    fn value(&mut self, spot: Spot<'a>, value: Value) -> Value {
        match spot.kind() {
            Kind::Any | Kind::Open => value,
            Kind::Struct(_) => match (spot.structure(), value) {
                (Some(structure), Value::Object(fields)) => self.structure(spot, structure, fields),
                (Some(structure), Value::Null) if !structure.custom => {
                    self.structure(spot, structure, Map::new())
                }
                (Some(structure), other) if structure.custom => other,
                (structure, other) => {
                    let name = structure.map_or("", |structure| &structure.name);
                    self.wrong(&other, &go_name(name));
                    Value::Null
                }
            },
            Kind::List(_) => self.list(spot, value),
            Kind::Map(_) => self.map(spot, value),
            kind => self.scalar(kind, value),
        }
    }

    fn structure(
        &mut self,
        spot: Spot<'a>,
        structure: &'a Structure,
        mut given: Map<String, Value>,
    ) -> Value {
        let mut kept = Map::new();
        let owner = std::mem::replace(&mut self.owner, &structure.name);
        for field in &structure.fields {
            let value = given.remove(&field.name);
            let value = match value {
                Some(Value::Null) | None if !structure.custom => {
                    let always = field.always.then(|| empty(spot.of(field)));
                    always.filter(|_| self.problems.wrong.is_none())
                }
                None => None,
                Some(value) => {
                    let value = self.inside(&field.name, |walk| walk.value(spot.of(field), value));
                    let kept =
                        structure.custom || field.always || !dropped(spot.of(field), field, &value);
                    kept.then_some(value)
                }
            };
            if let Some(value) = value {
                kept.insert(field.name.clone(), value);
            }
        }
        self.owner = owner;
        if structure.open {
            kept.append(&mut given);
        }
        for (name, _) in given {
            let dot = if self.path.is_empty() { "" } else { "." };
            self.problems
                .unknown
                .push(format!("{}{dot}{name}", self.path));
        }
        Value::Object(kept)
    }

    fn list(&mut self, spot: Spot<'a>, value: Value) -> Value {
        let Some(element) = spot.element() else {
            return value;
        };
        match value {
            Value::Array(items) if items.is_empty() && !spot.custom() => Value::Null,
            Value::Array(items) => {
                let items = items.into_iter().enumerate().map(|(index, item)| {
                    let length = self.path.len();
                    let _ = write!(self.path, "[{index}]");
                    let item = self.value(element, item);
                    self.path.truncate(length);
                    item
                });
                Value::Array(items.collect())
            }
            Value::Null => Value::Null,
            other if spot.custom() => other,
            other => {
                let name = format!("[]{}", go_type(element));
                self.wrong(&other, &name);
                Value::Null
            }
        }
    }

    fn map(&mut self, spot: Spot<'a>, value: Value) -> Value {
        match value {
            Value::Object(values) if values.is_empty() && !spot.custom() => Value::Null,
            Value::Object(values) => {
                let each = values.into_iter().map(|(name, value)| {
                    // What Go says is wrong names no keys of maps.
                    let kept = match spot.field(&name) {
                        Some(inner) => self.within(&name, |walk| walk.value(inner, value)),
                        None => value,
                    };
                    (name, kept)
                });
                Value::Object(each.collect())
            }
            Value::Null => Value::Null,
            other if spot.custom() => other,
            other => {
                let element = spot.field("").map(go_type).unwrap_or_default();
                self.wrong(&other, &format!("map[string]{element}"));
                Value::Null
            }
        }
    }

    fn scalar(&mut self, kind: &Kind, value: Value) -> Value {
        let right = match (kind, &value) {
            (_, Value::Null) => return zero(kind),
            (Kind::String | Kind::Duration | Kind::IntOrString, Value::String(_))
            | (Kind::Bool, Value::Bool(_))
            | (Kind::Float, Value::Number(_)) => true,
            (Kind::Int32, Value::Number(number)) => number
                .as_i64()
                .is_some_and(|whole| i32::try_from(whole).is_ok()),
            (Kind::Int64 | Kind::IntOrString, Value::Number(number)) => number.is_i64(),
            (Kind::Bytes, Value::String(text)) => {
                if let Some(place) = bad_base64(text) {
                    self.tell(format!("illegal base64 data at input byte {place}"));
                }
                true
            }
            (Kind::Quantity, Value::String(text)) => return self.quantity(text.trim()),
            (Kind::Quantity, Value::Number(number)) => return self.quantity(&number.to_string()),
            (Kind::Time | Kind::MicroTime, Value::String(text)) => return self.time(kind, text),
            _ => false,
        };
        if right {
            return value;
        }
        self.wrong(&value, scalar_name(kind));
        zero(kind)
    }

    fn quantity(&mut self, text: &str) -> Value {
        if let Some(quantity) = Quantity::parse(text) {
            return json!(quantity.to_string());
        }
        let number = text.trim_start_matches(['+', '-']);
        let suffix =
            number.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let known = suffix
            .chars()
            .all(|letter| "eEinumkKMGTP0123456789+-".contains(letter));
        self.tell(if text.is_empty() || !known || number.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'".to_owned()
        } else {
            "unable to parse quantity's suffix".to_owned()
        });
        json!("0")
    }

    fn time(&mut self, kind: &Kind, text: &str) -> Value {
        let Ok(time) = text.parse::<Timestamp>() else {
            self.tell(format!(
                "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?} as \"2006\""
            ));
            return Value::Null;
        };
        let utc = time.to_zoned(TimeZone::UTC);
        let form = if *kind == Kind::Time {
            "%Y-%m-%dT%H:%M:%SZ"
        } else {
            "%Y-%m-%dT%H:%M:%S.%6fZ"
        };
        json!(utc.strftime(form).to_string())
    }

    fn inside<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.names.push(name.to_owned());
        let read = self.within(name, read);
        self.names.pop();
        read
    }

    fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let read = read(self);
        self.path.truncate(length);
        read
    }

    fn wrong(&mut self, value: &Value, wanted: &str) {
        let found = match value {
            Value::Null => "null".to_owned(),
            Value::Bool(_) => "bool".to_owned(),
            Value::Number(number) if number.is_f64() => format!("number {number}"),
            Value::Number(_) => "number".to_owned(),
            Value::String(_) => "string".to_owned(),
            Value::Array(_) => "array".to_owned(),
            Value::Object(_) => "object".to_owned(),
        };
        let owner = self.owner.rsplit('.').next().unwrap_or_default();
        let names = self.names.join(".");
        self.tell(format!(
            "json: cannot unmarshal {found} into Go struct field {owner}.{names} of type {wanted}"
        ));
    }

    fn tell(&mut self, text: String) {
        self.problems.wrong.get_or_insert(text);
    }
}

/// What Go writes of a field that was not given.
fn empty(spot: Spot<'_>) -> Value {
    match (spot.kind(), spot.structure()) {
        (_, Some(structure)) if !spot.pointer() => {
            let mut none = Problems::default();
            let mut walk = Walk {
                path: String::new(),
                names: Vec::new(),
                owner: "",
                problems: &mut none,
            };
            walk.structure(spot, structure, Map::new())
        }
        _ if spot.pointer() => Value::Null,
        (Kind::String | Kind::Bytes, _) => json!(""),
        (Kind::Bool, _) => json!(false),
        (Kind::Int32 | Kind::Int64 | Kind::Float | Kind::IntOrString, _) => json!(0),
        (Kind::Quantity, _) => json!("0"),
        (Kind::Duration, _) => json!("0s"),
        _ => Value::Null,
    }
}

/// Whether Go leaves the field out (`omitempty`; for structs `omitzero`).
fn dropped(spot: Spot<'_>, field: &Field, value: &Value) -> bool {
    match value {
        Value::Null => true,
        _ if field.pointer => false,
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_f64() == Some(0.0) && field.kind != Kind::IntOrString,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => {
            fields.is_empty()
                || spot
                    .structure()
                    .is_some_and(|_| fields.values().all(Value::is_null))
        }
    }
}

fn zero(kind: &Kind) -> Value {
    match kind {
        Kind::String | Kind::Bytes => json!(""),
        Kind::Quantity => json!("0"),
        Kind::Bool => json!(false),
        Kind::Int32 | Kind::Int64 | Kind::Float | Kind::IntOrString => json!(0),
        Kind::Duration => json!("0s"),
        Kind::Time
        | Kind::MicroTime
        | Kind::Any
        | Kind::Open
        | Kind::Struct(_)
        | Kind::List(_)
        | Kind::Map(_) => Value::Null,
    }
}

fn scalar_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Int32 | Kind::IntOrString => "int32",
        Kind::Int64 => "int64",
        Kind::Float => "float64",
        Kind::Bytes => "[]uint8",
        Kind::Time => "time.Time",
        _ => "string",
    }
}

fn go_type(spot: Spot<'_>) -> String {
    match (spot.kind(), spot.structure()) {
        (_, Some(structure)) => go_name(&structure.name),
        (Kind::Quantity, _) => "resource.Quantity".to_owned(),
        (kind, _) => scalar_name(kind).to_owned(),
    }
}

/// `core.PodSpec` is `v1.PodSpec` to Go.
fn go_name(name: &str) -> String {
    let (package, name) = name.split_once('.').unwrap_or(("", name));
    let version = if package == "autoscaling" { "v2" } else { "v1" };
    format!("{version}.{name}")
}

/// Where base64 goes wrong, if it does.
fn bad_base64(text: &str) -> Option<usize> {
    let text: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\n' | '\r'))
        .collect();
    let body = text.trim_end_matches('=');
    let bad =
        body.find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/')));
    bad.or_else(|| {
        (!text.len().is_multiple_of(4) || text.len() - body.len() > 2).then_some(text.len() / 4 * 4)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::writes::schema::Schema;

    fn decoded(api_version: &str, kind: &str, value: Value) -> (Value, Problems) {
        let schema = Schema::built_in(api_version, kind).unwrap();
        let mut problems = Problems::default();
        let value = decode(schema.root(), value, &mut problems);
        (value, problems)
    }

    #[test]
    fn what_go_always_writes_is_there_and_what_it_leaves_out_is_not() {
        let (role, _) = decoded(
            "rbac.authorization.k8s.io/v1",
            "Role",
            json!({"metadata": {"name": "x", "labels": {}}}),
        );
        assert_eq!(role, json!({"metadata": {"name": "x"}, "rules": null}));
        let (deployment, _) = decoded(
            "apps/v1",
            "Deployment",
            json!({"spec": {"replicas": 0, "paused": false, "minReadySeconds": 0}}),
        );
        let template = json!({"metadata": {}, "spec": {"containers": null}});
        let expected = json!({"metadata": {}, "spec": {"replicas": 0, "selector": null, "strategy": {}, "template": template}, "status": {}});
        assert_eq!(deployment, expected);
    }

    #[test]
    fn quantities_and_times_have_one_form() {
        let pod = json!({"metadata": {"creationTimestamp": "2026-01-02T03:04:05+01:00"}, "spec": {"containers": [
            {"name": "a", "resources": {"limits": {"cpu": 0.5, "memory": "1024Mi"}}},
        ]}});
        let (pod, problems) = decoded("v1", "Pod", pod);
        assert_eq!(problems, Problems::default());
        assert_eq!(pod["metadata"]["creationTimestamp"], "2026-01-02T02:04:05Z");
        assert_eq!(
            pod["spec"]["containers"][0]["resources"]["limits"],
            json!({"cpu": "500m", "memory": "1Gi"})
        );
    }

    #[test]
    fn what_is_unknown_or_of_a_wrong_type_is_told_with_its_place() {
        let (_, problems) = decoded(
            "v1",
            "Pod",
            json!({"spec": {"containers": [{"name": "a", "imagee": 1}]}, "x": 1}),
        );
        assert_eq!(problems.unknown, ["spec.containers[0].imagee", "x"]);
        let (_, problems) = decoded("apps/v1", "Deployment", json!({"spec": {"replicas": "3"}}));
        let wrong = "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32";
        assert_eq!(problems.wrong.as_deref(), Some(wrong));
        let (_, problems) = decoded("v1", "Secret", json!({"data": {"a": "x y"}}));
        assert_eq!(
            problems.wrong.as_deref(),
            Some("illegal base64 data at input byte 1")
        );
    }
}
