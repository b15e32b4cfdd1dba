//! Facts that a kind's own table already words.

use serde_json::Value;
use table::Row;

use super::read::{line, link, words};
use super::shape::{Fact, FactValue, ObjectLink, Words};
use crate::kind::Kind;
use crate::row::{ObjectRow, decode_json};
use crate::rows::Reference;
use table::Tone;

/// The status and the other columns of the object's row, without those the drawer shows elsewhere.
pub(super) fn of(
    object: &Value,
    kind: Kind,
    namespace: Option<&str>,
    now_ms: i64,
) -> (Option<Words>, Vec<Fact>) {
    let row = serde_json::to_vec(object).ok();
    let Some(row) = row.and_then(|json| decode_json(kind, &json).ok()) else {
        return (phase(object), Vec::new());
    };
    let mut status = None;
    let mut facts = Vec::new();
    for (index, column) in kind.spec().columns.iter().enumerate() {
        let cell = row.cell(index, now_ms);
        match column.id.as_str() {
            "namespace" | "name" | "age" | "controlled-by" | "containers" | "images" | "labels"
            | "selector" | "cpu" | "memory" | "cpu-request" | "cpu-limit" | "memory-request"
            | "memory-limit" | "priority-class" | "service-account" => {}
            "status" => {
                status = Some(Words {
                    text: cell.text,
                    tone: cell.tone,
                });
            }
            _ if cell.text.is_empty() || cell.text == "<none>" => {}
            id => facts.push(Fact {
                label: column.title.clone(),
                values: vec![FactValue {
                    tone: cell.tone,
                    link: cell_link(id, &row, namespace),
                    ..words(cell.text)
                }],
            }),
        }
    }
    (status.or_else(|| phase(object)), facts)
}

/// The object that a column names.
fn cell_link(column: &str, row: &ObjectRow, namespace: Option<&str>) -> Option<ObjectLink> {
    let target = |r: &Reference| {
        if r.kind.is_empty() {
            link("apps/v1", "Deployment", namespace, &r.name)
        } else {
            link(&r.api_version, &r.kind, namespace, &r.name)
        }
    };
    match (column, row) {
        ("node", ObjectRow::Pod(pod)) => Some(link("v1", "Node", None, &pod.node)),
        ("reference", ObjectRow::Hpa(hpa)) => Some(target(&hpa.target)),
        ("scale-target-name", ObjectRow::ScaledObject(object)) => Some(target(&object.target)),
        ("object", ObjectRow::Event(event)) => {
            let namespace = Some(&*event.object_namespace).filter(|n| !n.is_empty());
            Some(link("", &event.object_kind, namespace, &event.object_name))
        }
        _ => None,
    }
}

/// What kinds without rows of their own say of themselves.
pub(super) fn phase(object: &Value) -> Option<Words> {
    let phase = line(&object["status"]["phase"]);
    if phase.is_empty() {
        return None;
    }
    let tone = match phase.as_str() {
        "Active" | "Bound" | "Running" | "Available" => Tone::Good,
        "Failed" | "Lost" => Tone::Bad,
        "Succeeded" | "Released" => Tone::Quiet,
        "Pending" | "Terminating" => Tone::Warn,
        _ => Tone::Plain,
    };
    Some(Words { text: phase, tone })
}
