//! From the JSON of a definition's version to its [`Shape`] (apiextensions, `schema.NewStructural`).

use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use super::{Bound, List, Pattern, Range, Rules, ScalePaths, Shape, Structural, typed};

impl Shape {
    /// One of `spec.versions` of a definition. `kind` is what its objects are called; `instead` comes after what is said of a deprecated one.
    pub fn compile(version: &Value, kind: &str, instead: &str) -> Self {
        let source = version["schema"]["openAPIV3Schema"].clone();
        let structural = if source.is_object() {
            Structural::compile(&source)
        } else {
            Structural::open()
        };
        let parts = &version["subresources"];
        let subresources = ["status", "scale"].into_iter();
        let warning = (version["deprecated"] == true).then(|| {
            let own = version["deprecationWarning"].as_str().map(str::to_owned);
            own.unwrap_or_else(|| instead.to_owned())
        });
        Self {
            version: version["name"].as_str().unwrap_or_default().into(),
            schema: typed::schema(&structural, kind),
            structural,
            source,
            subresources: subresources
                .filter(|part| parts[*part].is_object())
                .map(Arc::from)
                .collect(),
            scale: parts["scale"].is_object().then(|| ScalePaths {
                spec: path(&parts["scale"]["specReplicasPath"]),
                status: path(&parts["scale"]["statusReplicasPath"]),
                selector: path(&parts["scale"]["labelSelectorPath"]),
            }),
            warning,
        }
    }
}

/// The names in `.spec.replicas`.
fn path(value: &Value) -> Vec<String> {
    let names = value.as_str().unwrap_or_default().split('.');
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Structural {
    /// From `openAPIV3Schema`, or a part of it.
    pub(in crate::writes) fn compile(source: &Value) -> Self {
        let flag = |name: &str| source[name] == true;
        let words = |name: &str| -> Vec<String> {
            let all = source[name].as_array().into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let types = if flag("x-kubernetes-int-or-string") {
            vec!["integer".to_owned(), "string".to_owned()]
        } else {
            source["type"]
                .as_str()
                .map(str::to_owned)
                .into_iter()
                .collect()
        };
        let inner = |name: &str| match &source[name] {
            Value::Object(_) => Some(Box::new(Self::compile(&source[name]))),
            Value::Bool(true) => Some(Box::default()),
            _ => None,
        };
        let properties = source["properties"].as_object().into_iter().flatten();
        Self {
            types,
            nullable: flag("nullable"),
            preserve: flag("x-kubernetes-preserve-unknown-fields"),
            embedded: flag("x-kubernetes-embedded-resource"),
            properties: properties
                .map(|(name, own)| (name.clone(), Self::compile(own)))
                .collect(),
            additional: inner("additionalProperties"),
            items: inner("items"),
            default: source.get("default").filter(|own| !own.is_null()).cloned(),
            list: match source["x-kubernetes-list-type"].as_str() {
                Some("set") => List::Set,
                Some("map") => List::Map(words("x-kubernetes-list-map-keys")),
                _ => List::Atomic,
            },
            atomic: source["x-kubernetes-map-type"] == "atomic",
            rules: Rules::compile(source),
        }
    }
}

impl Rules {
    fn compile(source: &Value) -> Self {
        let bound = |name: &str, exclusive: &str| {
            Some(Bound {
                at: source[name].as_f64()?,
                exclusive: source[exclusive] == true,
            })
        };
        let range = |least: &str, most: &str| Range {
            least: source[least].as_u64(),
            most: source[most].as_u64(),
        };
        let schemas = |name: &str| -> Vec<Structural> {
            let all = source[name].as_array().into_iter().flatten();
            all.map(Structural::compile).collect()
        };
        let required = source["required"].as_array().into_iter().flatten();
        Self {
            format: source["format"].as_str().unwrap_or_default().to_owned(),
            required: required
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            among: source["enum"].as_array().cloned().unwrap_or_default(),
            minimum: bound("minimum", "exclusiveMinimum"),
            maximum: bound("maximum", "exclusiveMaximum"),
            multiple_of: source["multipleOf"].as_f64(),
            length: range("minLength", "maxLength"),
            pattern: source["pattern"].as_str().map(|text| Pattern {
                text: text.to_owned(),
                compiled: Regex::new(text).ok(),
            }),
            items: range("minItems", "maxItems"),
            unique: source["uniqueItems"] == true,
            properties: range("minProperties", "maxProperties"),
            all_of: schemas("allOf"),
            any_of: schemas("anyOf"),
            one_of: schemas("oneOf"),
            not: source["not"]
                .is_object()
                .then(|| Box::new(Structural::compile(&source["not"]))),
        }
    }
}
