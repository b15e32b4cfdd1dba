//! The server's own columns of a kind.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::kinds::Resource;

/// `columnDefinitions` of a Table.
pub(crate) fn columns(_resource: &Resource) -> Value {
    json!([
        {"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0},
        {"name": "Created At", "type": "date", "format": "", "description": "", "priority": 0},
    ])
}

/// `cells` of one row.
pub(crate) fn cells(_resource: &Resource, object: &Value, _now: Timestamp) -> Value {
    json!([
        object["metadata"]["name"],
        object["metadata"]["creationTimestamp"]
    ])
}
