//! Kinds as `OpenAPI` tells them, with all they refer to.

use serde_json::{Map, Value, json};

use crate::kinds::Resource;
use crate::writes::schema::{Kind, Merge, Schema, Spot};

/// Packages that do not lie among the others.
const ELSEWHERE: [(&str, &str); 4] = [
    ("meta", "io.k8s.apimachinery.pkg.apis.meta.v1"),
    (
        "apiextensions",
        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
    ),
    (
        "apiregistration",
        "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
    ),
    ("scale", "io.k8s.api.autoscaling.v1"),
];
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const METADATA: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// `components.schemas` of a document.
#[derive(Default)]
pub(super) struct Schemas(Map<String, Value>);

impl Schemas {
    /// Adds a kind with all it refers to, and tells its name.
    pub(super) fn add(&mut self, resource: &Resource, kind: &Value) -> String {
        if let Some(shape) = resource.shape() {
            return self.custom(resource, &shape.source, kind);
        }
        let schema = Schema::built_in(&resource.api_version(), &resource.kind);
        let Some(schema) = schema else {
            // Figures that are measured have no fields in the table.
            let name = format!("io.k8s.{}.{}", resource.group, resource.kind);
            let open = json!({"type": "object", "x-kubernetes-group-version-kind": [kind]});
            self.0.insert(name.clone(), open);
            return name;
        };
        let name = self.structure(schema.root());
        self.0[&name]["x-kubernetes-group-version-kind"] = json!([kind]);
        name
    }

    pub(super) fn into_json(self) -> Value {
        Value::Object(self.0)
    }

    /// A custom kind is told as its definition says (apiextensions, `controller/openapi/builder`).
    fn custom(&mut self, resource: &Resource, source: &Value, kind: &Value) -> String {
        let metadata = Schema::built_in("v1", "Pod");
        if let Some(spot) = metadata
            .as_ref()
            .and_then(|own| own.root().field("metadata"))
        {
            self.structure(spot);
        }
        let mut schema = if source.is_object() {
            source.clone()
        } else {
            json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true})
        };
        if schema["properties"].is_object()
            || schema["x-kubernetes-preserve-unknown-fields"] != true
        {
            schema["properties"]["apiVersion"] = json!({"type": "string"});
            schema["properties"]["kind"] = json!({"type": "string"});
            schema["properties"]["metadata"] = json!({"allOf": [reference(METADATA)]});
        }
        schema["x-kubernetes-group-version-kind"] = json!([kind]);
        let mut parts: Vec<&str> = resource.group.split('.').collect();
        parts.reverse();
        let name = format!("{}.{}.{}", parts.join("."), resource.version, resource.kind);
        self.0.insert(name.clone(), schema);
        name
    }

    fn structure(&mut self, spot: Spot<'_>) -> String {
        let Some(structure) = spot.structure() else {
            return String::new();
        };
        let name = full(&structure.name);
        if self.0.contains_key(&name) {
            return name;
        }
        // It stands there before its fields do: some refer to it.
        self.0.insert(name.clone(), json!({"type": "object"}));
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in &structure.fields {
            let mut own = self.value(spot.of(field));
            if field.set {
                own["x-kubernetes-list-type"] = json!("set");
            } else if !field.keys.is_empty() {
                own["x-kubernetes-list-type"] = json!("map");
                own["x-kubernetes-list-map-keys"] = json!(field.keys);
            } else if field.atomic && own["type"] == "array" {
                own["x-kubernetes-list-type"] = json!("atomic");
            }
            match &field.merge {
                Merge::Replace if field.retain => {
                    own["x-kubernetes-patch-strategy"] = json!("retainKeys");
                }
                Merge::Replace => {}
                Merge::Scalars => own["x-kubernetes-patch-strategy"] = json!("merge"),
                Merge::Keyed(key) => {
                    let strategy = if field.retain {
                        "merge,retainKeys"
                    } else {
                        "merge"
                    };
                    own["x-kubernetes-patch-strategy"] = json!(strategy);
                    own["x-kubernetes-patch-merge-key"] = json!(key);
                }
            }
            if field.always && !matches!(&*field.name, "metadata" | "spec" | "status") {
                required.push(field.name.clone());
            }
            properties.insert(field.name.clone(), own);
        }
        let schema = &mut self.0[&name];
        schema["properties"] = Value::Object(properties);
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        if structure.atomic {
            schema["x-kubernetes-map-type"] = json!("atomic");
        }
        name
    }

    fn value(&mut self, spot: Spot<'_>) -> Value {
        match spot.kind() {
            Kind::String | Kind::Duration => json!({"type": "string"}),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Int32 => json!({"type": "integer", "format": "int32"}),
            Kind::Int64 => json!({"type": "integer", "format": "int64"}),
            Kind::Float => json!({"type": "number", "format": "double"}),
            Kind::Bytes => json!({"type": "string", "format": "byte"}),
            Kind::Quantity => {
                let text = json!({"oneOf": [{"type": "string"}, {"type": "number"}]});
                self.0.insert(QUANTITY.to_owned(), text);
                json!({"allOf": [reference(QUANTITY)]})
            }
            Kind::IntOrString => json!({
                "format": "int-or-string",
                "oneOf": [{"type": "integer"}, {"type": "string"}],
            }),
            Kind::Time | Kind::MicroTime => json!({"type": "string", "format": "date-time"}),
            Kind::Any | Kind::Open => json!({"type": "object"}),
            Kind::Struct(_) => json!({"allOf": [reference(&self.structure(spot))]}),
            Kind::List(_) => {
                let inner = spot.element().map(|inner| self.value(inner));
                json!({"type": "array", "items": inner})
            }
            Kind::Map(_) => {
                let inner = spot.field("").map(|inner| self.value(inner));
                json!({"type": "object", "additionalProperties": inner})
            }
        }
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// `core.Pod` is `io.k8s.api.core.v1.Pod`.
fn full(name: &str) -> String {
    let (package, name) = name.split_once('.').unwrap_or(("core", name));
    if let Some((_, full)) = ELSEWHERE.iter().find(|(own, _)| *own == package) {
        return format!("{full}.{name}");
    }
    let version = if package == "autoscaling" { "v2" } else { "v1" };
    format!("io.k8s.api.{package}.{version}.{name}")
}
