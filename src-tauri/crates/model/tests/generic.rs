//! Rows from the server's Table output.
#![allow(clippy::unwrap_used)]

use model::{Kind, ObjectRow, generic};
use serde_json::{Value, json};
use table::{Row, SortKey};

const NOW: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn texts(row: &ObjectRow, count: usize) -> Vec<String> {
    (0..count).map(|c| row.cell(c, NOW).text).collect()
}

fn table() -> Value {
    json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "7"},
        "columnDefinitions": [
            {"name": "Name", "type": "string", "format": "name", "description": "x", "priority": 0},
            {"name": "Size", "type": "integer", "priority": 0},
            {"name": "Share", "type": "number", "priority": 1},
            {"name": "On", "type": "boolean", "priority": 0},
            {"name": "Last Run", "type": "date", "priority": 0},
            {"name": "Note", "type": "string", "priority": 0},
            {"name": "Note", "type": "string", "priority": 0},
            {"name": "Age", "type": "date", "priority": 0}],
        "rows": [
            {"cells": ["one", 12, 0.5, true, "3m", "a\u{202e}b\nc", null, "5m"],
             "object": {"kind": "PartialObjectMetadata", "metadata": {"name": "one", "namespace": "shop", "uid": "u1", "creationTimestamp": "2025-12-31T23:50:00Z"}}},
            {"cells": ["two", null, 1e21, false, null, ["x", 1], {"k": 1}, "7m"], "object": {"metadata": {"name": "two", "namespace": "shop"}}},
            {"cells": ["short"], "object": {"metadata": {"name": "short"}}},
            {"cells": ["no object"], "object": null},
            null]})
}

#[test]
fn cells_are_the_servers() {
    let json = bytes(&table());
    let header = generic::header(&json, true).unwrap();
    let ids: Vec<&str> = header.columns.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "namespace",
            "name",
            "size",
            "share",
            "on",
            "last-run",
            "note",
            "note-2",
            "age"
        ]
    );
    assert_eq!(header.columns.iter().filter(|c| c.wide).count(), 1);
    let rows = generic::rows(&json, &header).unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].identity(), ("shop", "one"));
    assert_eq!(
        texts(&rows[0], 10),
        [
            "shop",
            "one",
            "12",
            "0.5",
            "true",
            "3m",
            "a⟨U+202E⟩b...",
            "",
            "10m",
            ""
        ]
    );
    assert_eq!(
        texts(&rows[1], 9),
        [
            "shop",
            "two",
            "",
            "1e+21",
            "false",
            "",
            r#"["x",1]"#,
            r#"{"k":1}"#,
            "7m"
        ]
    );
    assert_eq!(
        texts(&rows[2], 9),
        ["", "short", "", "", "", "", "", "", ""]
    );
    assert_eq!(
        rows[0].cell(8, NOW).until_ms,
        Some(NOW + 60_000),
        "ages tick"
    );
    assert_eq!(
        (rows[0].sort_key(2), rows[1].sort_key(2)),
        (SortKey::Int(12), SortKey::Absent)
    );
    assert_eq!(rows[0].meta().uid.as_ref(), "u1");
}

#[test]
fn cluster_scoped_kinds_have_no_namespace() {
    let header = generic::header(&bytes(&table()), false).unwrap();
    assert_eq!(header.columns[0].id, "name");
}

#[test]
fn a_preview_stands_under_the_kinds_own_columns() {
    let json = bytes(
        &json!({"columnDefinitions": [{"name": "Name"}, {"name": "Ready"}, {"name": "Status"}, {"name": "Restarts"}, {"name": "Age"}, {"name": "IP"}],
        "rows": [{"cells": ["web-1", "1/2", "Running", "5 (3m ago)", "3d4h", "10.0.0.1"], "object": null}, {"cells": [null]}]}),
    );
    let rows = generic::preview(Kind::Pods, &json, "shop").unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].identity(), ("shop", "web-1"));
    assert_eq!(
        texts(&rows[0], 9),
        [
            "shop",
            "web-1",
            "1/2",
            "Running",
            "5 (3m ago)",
            "3d4h",
            "10.0.0.1",
            "",
            ""
        ]
    );
    assert_eq!(rows[0].sort_key(4), SortKey::Int(5));
    assert!(matches!(rows[0].sort_key(2), SortKey::Float(share) if (share - 0.5).abs() < 1e-6));
}

#[test]
fn what_is_no_table_is_refused() {
    for json in ["", "{", "[]", "7", "{\"columnDefinitions\":["] {
        assert!(generic::header(json.as_bytes(), true).is_err(), "{json}");
    }
    let status = br#"{"kind":"Status","code":403}"#;
    let header = generic::header(&bytes(&table()), true).unwrap();
    assert!(generic::header(status, true).is_err());
    assert!(generic::rows(status, &header).is_err());
    assert!(generic::preview(Kind::Pods, status, "shop").is_err());
}
