//! What the schema of a custom kind must be like to be structural (apiextensions, `schema.ValidateStructural`, `specStandardValidatorV3`).

use regex::Regex;
use serde_json::Value;

use super::{Problems, items};
use crate::writes::structural::{Structural, check as held_against};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// The schema of a whole object.
pub(super) fn check(place: &str, source: &Value, problems: &mut Problems) {
    if source.is_object() {
        structure(place, source, Level::Root, problems);
    }
}

fn structure(place: &str, source: &Value, level: Level, problems: &mut Problems) {
    let kind = source["type"].as_str().unwrap_or_default();
    let flag = |name: &str| source[name] == true;
    let embedded = flag("x-kubernetes-embedded-resource");
    let open = flag("x-kubernetes-preserve-unknown-fields");
    if !kind.is_empty() && !TYPES.contains(&kind) {
        problems.one_of(format!("{place}.type"), &source["type"], &TYPES);
    }
    if embedded && kind != "object" {
        let why = "must be object if x-kubernetes-embedded-resource is true";
        if kind.is_empty() {
            problems.required(format!("{place}.type"), why);
        } else {
            problems.invalid(format!("{place}.type"), &source["type"], why);
        }
    } else if kind.is_empty() && !flag("x-kubernetes-int-or-string") && !open {
        let what = match level {
            Level::Root => "at the root",
            Level::Item => "for specified array items",
            Level::Field => "for specified object fields",
        };
        problems.required(
            format!("{place}.type"),
            &format!("must not be empty {what}"),
        );
    }
    if level == Level::Root && !kind.is_empty() && kind != "object" {
        let why = "must be object at the root";
        problems.invalid(format!("{place}.type"), &source["type"], why);
    }
    if kind == "array" && !source["items"].is_object() {
        problems.required(format!("{place}.items"), "must be specified");
    }
    if embedded && !open && !source["properties"].is_object() {
        let why = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
        problems.required(format!("{place}.properties"), why);
    }
    if let Some(text) = source["pattern"].as_str()
        && let Err(error) = Regex::new(text)
    {
        let why = format!("must be a valid regular expression, but isn't: {error}");
        problems.invalid(format!("{place}.pattern"), &source["pattern"], &why);
    }
    list(place, source, problems);
    default(place, source, problems);
    for (name, own) in source["properties"].as_object().into_iter().flatten() {
        let inner = format!("{place}.properties[{name}]");
        if !(level == Level::Root && name == "metadata") {
            structure(&inner, own, Level::Field, problems);
        }
    }
    if source["items"].is_object() {
        let inner = format!("{place}.items");
        structure(&inner, &source["items"], Level::Item, problems);
    }
    values(place, source, level, problems);
}

/// `additionalProperties`.
fn values(place: &str, source: &Value, level: Level, problems: &mut Problems) {
    let values = &source["additionalProperties"];
    if values.is_null() {
        return;
    }
    let place = format!("{place}.additionalProperties");
    if source["properties"]
        .as_object()
        .is_some_and(|all| !all.is_empty())
    {
        let why = "additionalProperties and properties are mutual exclusive";
        problems.forbidden(&*place, why);
    }
    if level == Level::Root {
        problems.forbidden(&*place, "must not be used at the root");
    }
    if values.is_object() {
        structure(&place, values, Level::Field, problems);
    }
}

/// `x-kubernetes-list-type` with its keys.
fn list(place: &str, source: &Value, problems: &mut Problems) {
    let kind = &source["x-kubernetes-list-type"];
    let keys = items(source, "x-kubernetes-list-map-keys");
    let place_of = |field: &str| format!("{place}.{field}");
    if !kind.is_null() && source["type"] != "array" {
        let why = "must be array if x-kubernetes-list-type is specified";
        problems.invalid(place_of("type"), &source["type"], why);
    }
    let kinds = ["atomic", "set", "map"];
    problems.one_of(place_of("x-kubernetes-list-type"), kind, &kinds);
    if *kind != "map" {
        if !keys.is_empty() {
            let why = "must be map if x-kubernetes-list-map-keys is non-empty";
            problems.invalid(place_of("x-kubernetes-list-type"), kind, why);
        }
        return;
    }
    if keys.is_empty() {
        let why = "must not be empty if x-kubernetes-list-type is map";
        problems.required(place_of("x-kubernetes-list-map-keys"), why);
    }
    let item = &source["items"];
    if item["type"] != "object" {
        let why = "must be object if parent array's x-kubernetes-list-type is map";
        problems.invalid(place_of("items.type"), &item["type"], why);
        return;
    }
    for key in keys {
        let name = key.as_str().unwrap_or_default();
        let property = &item["properties"][name];
        if !property.is_object() {
            let why = "entries must all be names of item properties";
            let all = &source["x-kubernetes-list-map-keys"];
            problems.invalid(place_of("x-kubernetes-list-map-keys"), all, why);
        } else if property.get("default").is_none() && !items(item, "required").contains(key) {
            let why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            problems.required(place_of(&format!("items.properties[{name}].default")), why);
        }
    }
}

/// A default is held against its own schema.
fn default(place: &str, source: &Value, problems: &mut Problems) {
    let Some(value) = source.get("default").filter(|own| !own.is_null()) else {
        return;
    };
    for wrong in held_against(&Structural::compile(source), None, value) {
        let inner = match &*wrong.field {
            "<nil>" => String::new(),
            field => format!(".{field}"),
        };
        let place = format!("{place}.default{inner}");
        problems.add(place, wrong.reason, wrong.message);
    }
}
