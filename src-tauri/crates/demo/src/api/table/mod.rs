//! The server's own columns of a kind, as upstream's `pkg/printers/internalversion` has them.

mod cluster_kinds;
mod custom;
mod networks;
mod pod;
mod settings;
mod words;
mod workloads;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::kinds::Resource;

/// A heading, its type, and whether it is shown only where there is room (priority 1).
type Column = (&'static str, &'static str, u8);

/// Columns of a kind, with what makes all cells of an object in their order.
type Made = (&'static [Column], fn(&Value, Timestamp) -> Vec<Value>);

/// How rows of one kind are made.
struct Printer {
    columns: &'static [Column],
    /// All cells of an object, in the order of the columns.
    cells: fn(&Value, Timestamp) -> Vec<Value>,
}

/// Kinds without a printer of their own (apiserver, `rest.NewDefaultTableConvertor`).
const DEFAULT: Printer = Printer {
    columns: &[("Name", "string", 0), ("Created At", "date", 0)],
    cells: |object, _| {
        let metadata = &object["metadata"];
        vec![
            words::text(&metadata["name"]),
            metadata["creationTimestamp"].clone(),
        ]
    },
};

fn printer(resource: &Resource) -> Printer {
    let key = resource.key();
    workloads::printer(&key)
        .or_else(|| networks::printer(&key))
        .or_else(|| settings::printer(&key))
        .or_else(|| cluster_kinds::printer(&key))
        .unwrap_or(match key.as_str() {
            "pods" => pod::PRINTER,
            _ => DEFAULT,
        })
}

/// `columnDefinitions` of a Table in a version of the kind.
pub(crate) fn columns(resource: &Resource, version: &str) -> Value {
    if let Some(custom) = &resource.custom {
        return custom::columns(custom, version);
    }
    let each = printer(resource).columns.iter().map(|(name, kind, priority)| {
        let format = if *name == "Name" { "name" } else { "" };
        json!({"name": name, "type": kind, "format": format, "description": "", "priority": priority})
    });
    each.collect()
}

/// `cells` of one row.
pub(crate) fn cells(resource: &Resource, version: &str, object: &Value, now: Timestamp) -> Value {
    if let Some(custom) = &resource.custom {
        return custom::cells(custom, version, object, now);
    }
    Value::Array((printer(resource).cells)(object, now))
}

/// What ends the rows of pods that are over (`podSuccessConditions`, `podFailedConditions`).
pub(crate) fn conditions(resource: &Resource, object: &Value) -> Option<Value> {
    if resource.key() != "pods" {
        return None;
    }
    let (reason, message) = match object["status"]["phase"].as_str()? {
        "Succeeded" => ("Succeeded", "The pod has completed successfully."),
        "Failed" => ("Failed", "The pod failed."),
        _ => return None,
    };
    Some(json!([{"type": "Completed", "status": "True", "reason": reason, "message": message}]))
}
