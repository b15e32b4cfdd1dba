//! Objects in the form in which they are asked for.

use std::sync::Arc;

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::accept::Shape;
use super::older;
use super::path::Target;
use super::query::Query;
use super::table;
use crate::kinds::Resource;
use crate::status::Status;
use crate::writes::{self, structural};

/// How objects of one kind are written.
#[derive(Clone, Debug)]
pub(crate) struct Rendering {
    resource: Arc<Resource>,
    version: Arc<str>,
    api_version: String,
    form: Form,
}

/// The form of each object.
#[derive(Clone, Copy, Debug)]
enum Form {
    Whole,
    Metadata(&'static str),
    MetadataList(&'static str),
    Table(&'static str, Included),
}

/// What of its object a row of a Table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Included {
    Nothing,
    Metadata,
    Object,
}

impl Rendering {
    pub(crate) fn of(target: &Target, shape: Shape, query: &Query) -> Result<Self, Status> {
        let form = match shape {
            Shape::Plain => Form::Whole,
            Shape::Metadata(version) => Form::Metadata(version),
            Shape::MetadataList(version) => Form::MetadataList(version),
            Shape::Table(version) => Form::Table(version, included(query)?),
        };
        Ok(Self {
            resource: Arc::clone(&target.resource),
            version: Arc::clone(&target.version),
            api_version: target.api_version(),
            form,
        })
    }

    /// For a whole list, of which there is no metadata in the singular.
    pub(crate) fn of_lists(self) -> Result<Self, Status> {
        if let Form::Metadata(_) = self.form {
            let kind = &self.resource.kind;
            return Err(Status::of(
                406,
                "NotAcceptable",
                format!(
                    "you requested PartialObjectMetadata, but the requested object is a list (*{}.{kind}List)",
                    self.resource.version
                ),
            ));
        }
        Ok(self)
    }

    /// Whether lists have no Go type: they tell always where they go on (apimachinery, `unstructured.UnstructuredList`).
    pub(crate) fn is_untyped(&self) -> bool {
        self.resource.custom.is_some() && matches!(self.form, Form::Whole)
    }

    /// One object, answered by itself.
    pub(crate) fn object(&self, object: &Value, now: Timestamp) -> Value {
        match self.form {
            Form::Whole => self.versioned(object),
            Form::Metadata(version) | Form::MetadataList(version) => metadata(object, version),
            Form::Table(version, included) => self.table(
                std::slice::from_ref(object),
                object,
                version,
                included,
                true,
                now,
            ),
        }
    }

    /// One object of an event; a Table's columns are told once.
    pub(crate) fn event(&self, object: &Value, first: bool, now: Timestamp) -> Value {
        match self.form {
            Form::Table(version, included) => {
                let objects = std::slice::from_ref(object);
                self.table(objects, object, version, included, first, now)
            }
            Form::Whole | Form::Metadata(_) | Form::MetadataList(_) => self.object(object, now),
        }
    }

    /// A whole list as JSON.
    pub(crate) fn list(&self, objects: &[Arc<Value>], meta: &Value, now: Timestamp) -> Vec<u8> {
        let bare = self.resource.custom.is_none();
        let read: Vec<Arc<Value>>;
        let objects = if self.resource.is_older(&self.version) && matches!(self.form, Form::Whole) {
            let each = objects.iter();
            read = each.map(|own| Arc::new(older::shown(own))).collect();
            &read
        } else if bare {
            objects
        } else {
            let each = objects.iter();
            read = each.map(|own| writes::read(&self.resource, own)).collect();
            &read
        };
        match self.form {
            Form::Whole => {
                let kind = self.resource.list_kind();
                let items = objects.iter().map(|object| Item {
                    object,
                    api_version: (!bare).then_some(&self.api_version),
                });
                written(&kind, &self.api_version, meta, items)
            }
            Form::Metadata(version) | Form::MetadataList(version) => {
                let items = objects.iter().map(|object| metadata(object, version));
                let api_version = format!("meta.k8s.io/{version}");
                written("PartialObjectMetadataList", &api_version, meta, items)
            }
            Form::Table(version, included) => {
                let rows = objects
                    .iter()
                    .map(|object| self.row(object, included, version, now));
                json!({
                    "kind": "Table",
                    "apiVersion": format!("meta.k8s.io/{version}"),
                    "metadata": meta,
                    "columnDefinitions": table::columns(&self.resource, &self.version),
                    "rows": rows.collect::<Vec<_>>(),
                })
                .to_string()
                .into_bytes()
            }
        }
    }

    /// A bookmark's object: nothing but its revision.
    pub(crate) fn bookmark(&self, revision: u64, ends_initial: bool) -> Value {
        let mut object = json!({
            "kind": *self.resource.kind,
            "apiVersion": self.api_version,
            "metadata": {"resourceVersion": revision.to_string()},
        });
        if ends_initial {
            object["metadata"]["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        if matches!(self.form, Form::Whole) && self.resource.custom.is_none() {
            for (part, empty) in skeleton(&self.resource.kind) {
                object[part] = empty;
            }
        }
        object
    }

    fn table(
        &self,
        objects: &[Value],
        of: &Value,
        version: &str,
        included: Included,
        headed: bool,
        now: Timestamp,
    ) -> Value {
        let rows = objects
            .iter()
            .map(|object| self.row(object, included, version, now));
        json!({
            "kind": "Table",
            "apiVersion": format!("meta.k8s.io/{version}"),
            "metadata": {"resourceVersion": of["metadata"]["resourceVersion"]},
            "columnDefinitions": if headed { json!(table::columns(&self.resource, &self.version)) } else { Value::Null },
            "rows": rows.collect::<Vec<_>>(),
        })
    }

    fn row(&self, object: &Value, included: Included, version: &str, now: Timestamp) -> Value {
        let mut row = json!({"cells": table::cells(&self.resource, &self.version, object, now)});
        let ends_initial = object["metadata"]["annotations"]["k8s.io/initial-events-end"] == "true";
        if let Some(conditions) = table::conditions(&self.resource, object) {
            row["conditions"] = conditions;
        }
        row["object"] = match included {
            Included::Object if !ends_initial => self.versioned(object),
            Included::Nothing if !ends_initial => Value::Null,
            Included::Metadata | Included::Object | Included::Nothing => metadata(object, version),
        };
        row
    }

    /// The object in the version asked for.
    fn versioned(&self, object: &Value) -> Value {
        let read = structural::read(&self.resource, object);
        let mut object = read.unwrap_or_else(|| object.clone());
        if self.resource.is_older(&self.version) {
            object = older::shown(&object);
        }
        object["apiVersion"] = json!(self.api_version);
        object
    }
}

fn included(query: &Query) -> Result<Included, Status> {
    match query.text("includeObject") {
        "" | "Metadata" => Ok(Included::Metadata),
        "None" => Ok(Included::Nothing),
        "Object" => Ok(Included::Object),
        other => Err(Status::bad_request(format!(
            "Unable to convert to Table as requested: includeObject: Invalid value: {other:?}: must be 'Metadata', 'Object', 'None', or empty"
        ))),
    }
}

fn metadata(object: &Value, version: &str) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": format!("meta.k8s.io/{version}"),
        "metadata": object["metadata"],
    })
}

/// What Go writes of an empty object of a kind.
fn skeleton(kind: &str) -> Vec<(&'static str, Value)> {
    let template = || json!({"metadata": {}, "spec": {"containers": null}});
    match kind {
        "Pod" => vec![("spec", json!({"containers": null})), ("status", json!({}))],
        "Deployment" => vec![
            (
                "spec",
                json!({"replicas": 0, "selector": null, "template": template(), "strategy": {}}),
            ),
            ("status", json!({})),
        ],
        "Namespace" | "Node" | "Service" | "PersistentVolume" | "ResourceQuota" => {
            vec![("spec", json!({})), ("status", json!({}))]
        }
        _ => Vec::new(),
    }
}

/// One item of a list: Go's typed lists leave kind and version away.
struct Item<'a> {
    object: &'a Value,
    api_version: Option<&'a String>,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(fields) = self.object.as_object() else {
            return self.object.serialize(serializer);
        };
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in fields {
            match (name.as_str(), self.api_version) {
                ("apiVersion", Some(version)) => map.serialize_entry(name, version)?,
                ("apiVersion" | "kind", None) => {}
                _ => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

fn written(
    kind: &str,
    api_version: &str,
    meta: &Value,
    items: impl Iterator<Item = impl Serialize>,
) -> Vec<u8> {
    let head = json!({"kind": kind, "apiVersion": api_version});
    let mut body = head.to_string().into_bytes();
    body.pop();
    body.extend_from_slice(b",\"metadata\":");
    body.extend_from_slice(meta.to_string().as_bytes());
    body.extend_from_slice(b",\"items\":[");
    for (at, item) in items.enumerate() {
        if at > 0 {
            body.push(b',');
        }
        serde_json::to_writer(&mut body, &item).expect("memory takes what is valid JSON");
    }
    body.extend_from_slice(b"]}");
    body
}
