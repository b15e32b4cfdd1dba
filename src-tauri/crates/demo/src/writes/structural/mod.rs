//! Structural schemas of custom kinds, compiled once from their definitions (apiextensions, `pkg/apiserver/schema`).
//!
//! Left out: rules in CEL (`x-kubernetes-validations`). A definition may hold them and `OpenAPI` tells them, but no object is held against
//! them. Of formats only those of [`formats::is`] are checked.

mod compile;
mod fill;
mod formats;
mod lists;
mod rules;
#[cfg(test)]
mod tests;
mod typed;

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use super::schema::Schema;

pub(crate) use fill::read;
pub(super) use fill::{convert, refilled, shaped, unknown_of};
pub(super) use rules::check;

/// What a definition says of one version of its kind.
#[derive(Clone, Debug)]
pub struct Shape {
    /// `v1`.
    pub version: Arc<str>,
    /// `openAPIV3Schema`, compiled.
    pub structural: Structural,
    /// The same for server-side apply.
    pub schema: Schema,
    /// The same as it was given.
    pub source: Value,
    /// `status`, `scale`.
    pub subresources: Vec<Arc<str>>,
    /// Where the subresource `scale` finds its figures.
    pub scale: Option<ScalePaths>,
    /// What every answer in this version warns of.
    pub warning: Option<String>,
}

/// Where the subresource `scale` finds its figures: names of fields, outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalePaths {
    /// `spec.replicas`.
    pub spec: Vec<String>,
    /// `status.replicas`.
    pub status: Vec<String>,
    /// `status.selector`; empty for none.
    pub selector: Vec<String>,
}

/// A value of a custom object: its structure, and what it must satisfy.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // each is a mark of the schema
pub struct Structural {
    /// `object`, `array`, `string`, …; empty for any.
    types: Vec<String>,
    nullable: bool,
    /// Unknown fields stay.
    preserve: bool,
    /// It is an object of the API itself, with `metadata`.
    embedded: bool,
    properties: BTreeMap<String, Structural>,
    /// Values of names that are data.
    additional: Option<Box<Structural>>,
    items: Option<Box<Structural>>,
    default: Option<Value>,
    list: List,
    /// One whole to server-side apply.
    atomic: bool,
    rules: Rules,
}

/// `x-kubernetes-list-type`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum List {
    #[default]
    Atomic,
    Set,
    Map(Vec<String>),
}

/// What a value must satisfy beside its type.
#[derive(Clone, Debug, Default)]
struct Rules {
    format: String,
    required: Vec<String>,
    among: Vec<Value>,
    minimum: Option<Bound>,
    maximum: Option<Bound>,
    multiple_of: Option<f64>,
    length: Range,
    pattern: Option<Pattern>,
    items: Range,
    unique: bool,
    properties: Range,
    all_of: Vec<Structural>,
    any_of: Vec<Structural>,
    one_of: Vec<Structural>,
    not: Option<Box<Structural>>,
}

#[derive(Clone, Copy, Debug)]
struct Bound {
    at: f64,
    exclusive: bool,
}

/// How many, both ends included.
#[derive(Clone, Copy, Debug, Default)]
struct Range {
    least: Option<u64>,
    most: Option<u64>,
}

#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    /// None for what is no regular expression.
    compiled: Option<Regex>,
}

impl Structural {
    /// Of a value that may hold anything.
    fn open() -> Self {
        Self {
            preserve: true,
            ..Self::default()
        }
    }

    /// What a field of this name is, among properties and values of a map.
    fn field(&self, name: &str) -> Option<&Self> {
        self.properties.get(name).or(self.additional.as_deref())
    }

    fn is(&self, kind: &str) -> bool {
        self.types.iter().any(|own| own == kind)
    }
}
