//! Custom objects as they are kept: without what is unknown, with what is left out (apiextensions, `schema/pruning`,
//! `schema/defaulting`, `schema/objectmeta`).

use std::fmt::Write as _;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::{Shape, Structural};
use crate::kinds::{Custom, Resource};
use crate::writes::schema::{Field, Kind, Problems, Schema, Structure, Types, decode};

/// An object in the form it is kept in, with its defaults, and what was wrong with it.
pub(in crate::writes) fn shaped(shape: &Shape, object: Value) -> (Value, Problems) {
    let mut problems = Problems::default();
    let mut object = decode(head().root(), object, &mut problems);
    let mut unknown = Vec::new();
    embedded(
        &shape.structural,
        &mut object,
        &mut String::new(),
        &mut unknown,
    );
    unknown.append(&mut unknown_of(shape, &mut object));
    unknown.sort();
    problems.unknown.append(&mut unknown);
    nulls(&shape.structural, &mut object);
    defaults(&shape.structural, &mut object);
    (object, problems)
}

/// A kept object as it is read in the version of `resource`, where that differs: as the schema of the version it is kept in has it
/// by now, then converted as strategy `None` does (apiextensions, `conversion/nop_converter.go`).
pub(crate) fn read(resource: &Resource, object: &Value) -> Option<Value> {
    let custom = resource.custom.as_ref()?;
    let converted = custom.storage != resource.version;
    if !converted && !custom.revised {
        return None;
    }
    let mut object = object.clone();
    if custom.revised {
        object = refilled(custom, object);
    }
    if converted {
        object = convert(resource, &resource.version, object);
    }
    Some(object)
}

/// An object in the version for keeping, as its schema has it by now.
pub(in crate::writes) fn refilled(custom: &Custom, object: Value) -> Value {
    let mut shapes = custom.shapes.iter();
    match shapes.find(|own| own.version == custom.storage) {
        Some(shape) => shaped(shape, object).0,
        None => object,
    }
}

/// An object of `resource` in another of its versions.
pub(in crate::writes) fn convert(resource: &Resource, version: &str, mut object: Value) -> Value {
    object["apiVersion"] = json!(format!("{}/{version}", resource.group));
    let shapes = resource.custom.iter().flat_map(|custom| &custom.shapes);
    if let Some(shape) = shapes.into_iter().find(|own| *own.version == *version) {
        unknown_of(shape, &mut object);
    }
    object
}

/// Takes away what the version does not know, and says what that was.
pub(in crate::writes) fn unknown_of(shape: &Shape, object: &mut Value) -> Vec<String> {
    let mut unknown = Vec::new();
    Pruning {
        path: String::new(),
        unknown: &mut unknown,
    }
    .walk(&shape.structural, object, true);
    unknown.sort();
    unknown
}

/// Every object's `metadata`, beside which all is open.
fn head() -> &'static Schema {
    static HEAD: OnceLock<Schema> = OnceLock::new();
    HEAD.get_or_init(|| {
        let mut types = Types::metadata();
        let metadata = types
            .named("meta.ObjectMeta")
            .expect("the table has metadata");
        let mut root = Structure::new(
            "",
            vec![
                Field::plain("apiVersion", Kind::String),
                Field::plain("kind", Kind::String),
                Field::plain("metadata", metadata),
            ],
        );
        root.open = true;
        root.custom = true;
        let index = types.add(root);
        Schema::of(types, index)
    })
}

fn is_head(name: &str) -> bool {
    matches!(name, "apiVersion" | "kind" | "metadata")
}

/// Runs `inside` with a step added to `path`.
fn within<T>(path: &mut String, step: Step<'_>, inside: impl FnOnce(&mut String) -> T) -> T {
    let length = path.len();
    match step {
        Step::Field(name) => {
            if length > 0 {
                path.push('.');
            }
            path.push_str(name);
        }
        Step::Index(index) => write!(path, "[{index}]").expect("text takes text"),
    }
    let result = inside(path);
    path.truncate(length);
    result
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

/// Objects inside of the object have a `metadata` of the API too (`objectmeta.Coerce`).
fn embedded(own: &Structural, value: &mut Value, path: &mut String, unknown: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if own.embedded {
                let kept = ["apiVersion", "kind", "metadata"];
                let mut part = Map::new();
                for name in kept {
                    if let Some(value) = fields.remove(name) {
                        part.insert(name.to_owned(), value);
                    }
                }
                let mut problems = Problems::default();
                let mut part = decode(head().root(), Value::Object(part), &mut problems);
                let told = problems.unknown.into_iter();
                unknown.extend(told.map(|name| format!("{path}.{name}")));
                if let Some(part) = part.as_object_mut() {
                    fields.append(part);
                }
            }
            for (name, value) in fields {
                if let Some(inner) = own.field(name) {
                    within(path, Step::Field(name), |path| {
                        embedded(inner, value, path, unknown);
                    });
                }
            }
        }
        Value::Array(items) => {
            let Some(inner) = own.items.as_deref() else {
                return;
            };
            for (index, item) in items.iter_mut().enumerate() {
                within(path, Step::Index(index), |path| {
                    embedded(inner, item, path, unknown);
                });
            }
        }
        _ => {}
    }
}

/// Takes away what is unknown, and remembers where it was.
struct Pruning<'a> {
    path: String,
    unknown: &'a mut Vec<String>,
}

impl Pruning<'_> {
    fn walk(&mut self, own: &Structural, value: &mut Value, root: bool) {
        match value {
            Value::Object(fields) => fields.retain(|name, value| {
                if (root || own.embedded) && is_head(name) {
                    return true;
                }
                let length = self.path.len();
                if length > 0 {
                    self.path.push('.');
                }
                self.path.push_str(name);
                let known = if let Some(inner) = own.field(name) {
                    self.walk(inner, value, false);
                    true
                } else {
                    own.preserve
                };
                if !known {
                    self.unknown.push(self.path.clone());
                }
                self.path.truncate(length);
                known
            }),
            Value::Array(items) => {
                let none = Structural::default();
                let open = Structural::open();
                let inner = match own.items.as_deref() {
                    Some(inner) => inner,
                    None if own.preserve => &open,
                    None => &none,
                };
                for (index, item) in items.iter_mut().enumerate() {
                    let length = self.path.len();
                    write!(self.path, "[{index}]").expect("text takes text");
                    self.walk(inner, item, false);
                    self.path.truncate(length);
                }
            }
            _ => {}
        }
    }
}

/// Takes away nulls that are neither allowed nor filled (`PruneNonNullableNullsWithoutDefaults`).
fn nulls(own: &Structural, value: &mut Value) {
    match value {
        Value::Object(fields) => fields.retain(|name, value| {
            let Some(inner) = own.field(name) else {
                return true;
            };
            if value.is_null() && !inner.nullable && inner.default.is_none() {
                return false;
            }
            nulls(inner, value);
            true
        }),
        Value::Array(items) => {
            if let Some(inner) = own.items.as_deref() {
                for item in items {
                    nulls(inner, item);
                }
            }
        }
        _ => {}
    }
}

/// Fills in what is left out (`defaulting.Default`).
fn defaults(own: &Structural, value: &mut Value) {
    let fill = |inner: &Structural, value: &mut Value| {
        if value.is_null() && !inner.nullable {
            *value = inner.default.clone().unwrap_or_default();
        }
        defaults(inner, value);
    };
    match value {
        Value::Object(fields) => {
            for (name, inner) in &own.properties {
                if let Some(default) = &inner.default
                    && !fields.contains_key(name)
                {
                    fields.insert(name.clone(), default.clone());
                }
            }
            for (name, value) in fields {
                if let Some(inner) = own.field(name) {
                    fill(inner, value);
                }
            }
        }
        Value::Array(items) => {
            if let Some(inner) = own.items.as_deref() {
                for item in items {
                    fill(inner, item);
                }
            }
        }
        _ => {}
    }
}
