//! One object as a fact about how a workload is scaled, beside the row that screens show of it.

mod metrics;
mod object;
mod pod;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use table::{Cell, Row, SortKey};

use super::{Fact, What};
use crate::kind::Kind;
use crate::links::decode_links;
use crate::meta::Meta;
use crate::row::{DecodeError, ObjectRow, decode_json};
use crate::text::visible;

pub use metrics::{external_values, object_value, pod_usages, pod_values};

/// An object with what it tells of scaling.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenRow {
    /// Identity and version.
    pub meta: Meta,
    /// Its ordinary row: of its kind where that has one, else what it refers to.
    pub row: ObjectRow,
    /// What it tells.
    pub what: What,
    /// When it was last written, as `metadata.managedFields` or the event itself says; to the second.
    pub source: Option<Timestamp>,
}

impl SeenRow {
    /// The fact that it is, received at that moment.
    pub fn fact(&self, received: Timestamp) -> Fact {
        Fact {
            received,
            source: self.source,
            what: self.what.clone(),
        }
    }
}

/// The object in `json`, of this group and kind, as a fact. Kinds that no variant of [`What`] is made for are workloads.
///
/// # Errors
/// For what is no JSON object with a name, or does not have its kind's shape.
pub fn decode_seen(group: &str, kind: &str, json: &[u8]) -> Result<ObjectRow, DecodeError> {
    let row = match own_kind(group, kind) {
        Some(own) => decode_json(own, json)?,
        None => decode_links(group, kind, json)?,
    };
    let (what, source) = told(group, kind, json, &row)?;
    Ok(seen(row, what, source))
}

/// A row that a table shows, with what its object tells where that can be read.
pub(crate) fn seen_as(group: &str, kind: &str, json: &[u8], row: ObjectRow) -> ObjectRow {
    match told(group, kind, json, &row) {
        Ok((what, source)) => seen(row, what, source),
        Err(_) => row,
    }
}

/// What an object of a kind with rows of its own tells, around its row; the row alone where it tells nothing.
///
/// # Errors
/// For what is no JSON object of that kind with a name.
pub fn decode_both(kind: Kind, json: &[u8]) -> Result<ObjectRow, DecodeError> {
    let row = decode_json(kind, json)?;
    let resource = &kind.spec().resource;
    Ok(seen_as(&resource.group, &resource.kind, json, row))
}

fn seen(row: ObjectRow, what: What, source: Option<Timestamp>) -> ObjectRow {
    ObjectRow::Seen(Box::new(SeenRow {
        meta: row.meta().clone(),
        row,
        what,
        source,
    }))
}

fn told(
    group: &str,
    kind: &str,
    json: &[u8],
    row: &ObjectRow,
) -> Result<(What, Option<Timestamp>), DecodeError> {
    let mut object: Value = serde_json::from_slice(json)?;
    show(&mut object);
    let source = object::written(&object);
    let what = match (group, kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => {
            What::Hpa(Some(Box::new(object::hpa(object)?)))
        }
        ("keda.sh", "ScaledObject") => What::ScaledObject(Some(keda(object)?)),
        ("keda.sh", "ScaledJob") => What::ScaledJob(Some(keda(object)?)),
        ("", "Pod") => What::Pod(Box::new(pod::pod(&object, row))),
        ("batch", "Job") => What::Job(Box::new(object::job(&object)?)),
        ("", "Event") => match row {
            ObjectRow::Event(event) => What::Event(Box::new(object::event(event))),
            _ => return Err(DecodeError::Nameless("Events")),
        },
        _ => What::Target(Some(Box::new(object::target(group, kind, &object)))),
    };
    let source = match &what {
        What::Event(event) => event.last.or(source),
        _ => source,
    };
    Ok((what, source))
}

/// An object of KEDA with who wrote it.
fn keda<T: DeserializeOwned>(mut object: Value) -> Result<T, DecodeError> {
    let author = object::editor(&object);
    if let (Some(author), Some(metadata)) = (author, object["metadata"].as_object_mut()) {
        metadata.insert("writtenBy".to_owned(), Value::String(author.manager));
        let at = author.at.map(|at| Value::String(at.to_string()));
        metadata.insert("writtenAt".to_owned(), at.unwrap_or_default());
    }
    Ok(serde_json::from_value(object)?)
}

/// The kind whose row screens know, where there is one.
fn own_kind(group: &str, kind: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|own| {
        let resource = &own.spec().resource;
        resource.group == group && resource.kind == kind
    })
}

/// Text of a cluster is made visible before anything is read from it.
fn show(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let std::borrow::Cow::Owned(shown) = visible(text) {
                *text = shown;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(show),
        Value::Object(members) => members.values_mut().for_each(show),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Row for SeenRow {
    fn identity(&self) -> (&str, &str) {
        self.meta.identity()
    }
    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        self.row.cell(column, now_ms)
    }
    fn sort_key(&self, column: usize) -> SortKey<'_> {
        self.row.sort_key(column)
    }
}
