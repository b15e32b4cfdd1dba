//! Rows from the server's Table output.
#![allow(clippy::unwrap_used)]

use model::{Kind, ObjectRow, Resource, TableHeader, generic};
use serde_json::{Value, json};
use table::{Row, SortKey};

const NOW: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z

fn resource(group: &str, plural: &str, namespaced: bool) -> Resource {
    Resource {
        group: group.to_owned(),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
        kind: "Any".to_owned(),
        namespaced,
    }
}

fn header(json: &[u8], namespaced: bool) -> Result<TableHeader, model::DecodeError> {
    generic::header(json, &resource("a.example", "anys", namespaced), false)
}

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
    let header = header(&json, true).unwrap();
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
            "age",
            "controlled-by",
            "labels"
        ]
    );
    assert_eq!(header.columns.iter().filter(|c| c.wide).count(), 3);
    let rows = generic::rows(&json, &header, NOW).unwrap();
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
            "<none>"
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
    // A date that the server tells as the time since ticks on from there.
    let later = rows[0].cell(5, NOW + 60_000);
    assert_eq!(
        (&*later.text, later.until_ms),
        ("4m", Some(NOW + 70_000)),
        "dates tick"
    );
    assert_eq!(
        (rows[0].sort_key(2), rows[1].sort_key(2)),
        (SortKey::Int(12), SortKey::Absent)
    );
    assert_eq!(rows[0].meta().uid.as_ref(), "u1");
}

#[test]
fn cluster_scoped_kinds_have_no_namespace() {
    let header = header(&bytes(&table()), false).unwrap();
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
        assert!(header(json.as_bytes(), true).is_err(), "{json}");
    }
    let status = br#"{"kind":"Status","code":403}"#;
    assert!(header(status, true).is_err());
    let header = header(&bytes(&table()), true).unwrap();
    assert!(generic::rows(status, &header, NOW).is_err());
    assert!(generic::preview(Kind::Pods, status, "shop").is_err());
}

/// A row as a server sends it, with the whole object.
fn one(object: &Value, cells: &Value) -> Vec<u8> {
    bytes(&json!({"cells": cells, "object": object}))
}

fn by_heading(row: &ObjectRow, header: &TableHeader) -> Vec<(String, String)> {
    let columns = header.columns.iter().enumerate();
    columns
        .map(|(at, column)| (column.title.clone(), row.cell(at, NOW).text))
        .collect()
}

fn cell(row: &ObjectRow, header: &TableHeader, heading: &str) -> table::Cell {
    let at = header
        .columns
        .iter()
        .position(|column| column.title == heading);
    row.cell(at.unwrap(), NOW)
}

#[test]
fn objects_fill_what_the_table_lacks_and_what_ticks() {
    let columns = json!([
        {"name": "Name", "type": "string"}, {"name": "Schedule", "type": "string"}, {"name": "Last Schedule", "type": "string"},
        {"name": "Age", "type": "string"}, {"name": "Images", "type": "string", "priority": 1}]);
    let cron_jobs = resource("batch", "cronjobs", true);
    assert!(generic::reads_objects(&cron_jobs));
    let header = generic::header(&bytes(&columns), &cron_jobs, true).unwrap();
    let headings: Vec<&str> = header
        .columns
        .iter()
        .map(|column| column.title.as_str())
        .collect();
    assert_eq!(
        headings,
        [
            "Namespace",
            "Name",
            "Schedule",
            "Last Schedule",
            "Last Success",
            "Age",
            "Images",
            "Concurrency",
            "Controlled By",
            "Labels"
        ]
    );
    let object = json!({"kind": "CronJob", "metadata": {"name": "nightly", "namespace": "shop", "creationTimestamp": "2025-12-31T23:00:00Z"},
        "spec": {"concurrencyPolicy": "Forbid"}, "status": {"lastScheduleTime": "2025-12-31T23:58:00Z"}});
    let row = generic::row(
        &one(
            &object,
            &json!(["nightly", "@daily", "5s", "60m", "busybox"]),
        ),
        &header,
        NOW,
    )
    .unwrap();
    let ticking = cell(&row, &header, "Last Schedule");
    assert_eq!(
        ticking.text, "2m",
        "not what the server said when it was asked"
    );
    assert!(ticking.until_ms.is_some());
    assert_eq!(cell(&row, &header, "Last Success").text, "<none>");
    assert_eq!(cell(&row, &header, "Concurrency").text, "Forbid");
    assert_eq!(cell(&row, &header, "Images").text, "busybox");
    // Without objects the server's own cells stand.
    let bare = generic::header(&bytes(&columns), &cron_jobs, false).unwrap();
    let row = generic::row(
        &one(
            &object,
            &json!(["nightly", "@daily", "5s", "60m", "busybox"]),
        ),
        &bare,
        NOW,
    )
    .unwrap();
    assert_eq!(cell(&row, &bare, "Last Schedule").text, "5s");
}

#[test]
fn a_moment_of_creation_is_told_as_an_age() {
    let columns =
        json!([{"name": "Name", "type": "string"}, {"name": "Created At", "type": "date"}]);
    let roles = resource("rbac.authorization.k8s.io", "roles", true);
    let header = generic::header(&bytes(&columns), &roles, true).unwrap();
    let shown: Vec<&str> = header
        .columns
        .iter()
        .filter(|column| !column.wide)
        .map(|column| column.title.as_str())
        .collect();
    assert_eq!(shown, ["Namespace", "Name", "Rules", "Age"]);
    let object = json!({"metadata": {"name": "r", "namespace": "n", "creationTimestamp": "2025-12-31T23:50:00Z"}, "rules": [{}, {}]});
    let row = generic::row(
        &one(&object, &json!(["r", "2025-12-31T23:50:00Z"])),
        &header,
        NOW,
    )
    .unwrap();
    assert_eq!(cell(&row, &header, "Rules").text, "2");
    assert_eq!(cell(&row, &header, "Age").text, "10m");
    assert_eq!(
        cell(&row, &header, "Created At").text,
        "2025-12-31T23:50:00Z"
    );
}

#[test]
fn states_carry_their_colour() {
    let columns = json!([{"name": "Name", "type": "string"}, {"name": "Status", "type": "string"}, {"name": "Type", "type": "string"}]);
    let header = header(&bytes(&columns), true).unwrap();
    let row = generic::row(
        &one(
            &json!({"metadata": {"name": "a"}}),
            &json!(["a", "Lost", "Lost"]),
        ),
        &header,
        NOW,
    )
    .unwrap();
    assert_eq!(cell(&row, &header, "Status").tone, table::Tone::Bad);
    assert_eq!(cell(&row, &header, "Type").tone, table::Tone::Plain);
}

#[test]
fn objects_without_a_table_are_names_and_ages() {
    let plain = generic::plain_header(&resource("metrics.example", "samples", true));
    let object = bytes(
        &json!({"kind": "Sample", "metadata": {"name": "s", "namespace": "n", "creationTimestamp": "2025-12-31T23:59:00Z"}, "value": 7}),
    );
    let row = generic::plain(&object, &plain).unwrap();
    let expected = [
        ("Namespace", "n"),
        ("Name", "s"),
        ("Age", "60s"),
        ("Controlled By", "<none>"),
        ("Labels", "<none>"),
    ];
    assert_eq!(
        by_heading(&row, &plain),
        expected.map(|(h, c)| (h.to_owned(), c.to_owned()))
    );
    // An event of a watch, too; and where a Table was listed before, nothing is shifted.
    assert_eq!(generic::rows(&object, &plain, NOW).unwrap().len(), 1);
    let table = header(&bytes(&table()), true).unwrap();
    let row = generic::rows(&object, &table, NOW).unwrap().remove(0);
    assert_eq!(cell(&row, &table, "Name").text, "s");
    assert_eq!(cell(&row, &table, "Size").text, "");
    assert_eq!(cell(&row, &table, "Age").text, "60s");
    assert!(generic::plain(b"{}", &plain).is_err());
}

/// Columns that a broken definition leaves: cells stay under their headings.
#[test]
fn a_hundred_broken_columns_shift_nothing() {
    let long = "n".repeat(253);
    let mut columns = vec![json!({"name": "Name", "type": "string"})];
    let mut cells = vec![json!(long)];
    for number in 0..100 {
        columns.push(json!({"name": format!("Col {}", number % 7), "type": if number % 3 == 0 { "integer" } else { "string" }}));
        cells.push(match number % 4 {
            0 => Value::Null,
            1 => json!("\u{202e}rtl\u{200b}"),
            2 => json!(long),
            _ => json!(number),
        });
    }
    let header = header(&bytes(&json!(columns)), false).unwrap();
    let ids: std::collections::BTreeSet<&str> = header
        .columns
        .iter()
        .map(|column| column.id.as_str())
        .collect();
    assert_eq!(
        ids.len(),
        103,
        "one a column, the controller's, the labels'"
    );
    let row = generic::row(
        &one(&json!({"metadata": {"name": long}}), &json!(cells)),
        &header,
        NOW,
    )
    .unwrap();
    for number in 0..100 {
        let text = row.cell(number + 1, NOW).text;
        let expected = match number % 4 {
            0 => String::new(),
            1 => "⟨U+202E⟩rtl⟨U+200B⟩".to_owned(),
            2 => long.clone(),
            _ => number.to_string(),
        };
        assert_eq!(text, expected, "column {number}");
    }
    // A server that sends more cells than it announced shifts nothing either.
    cells.push(json!("too many"));
    let row = generic::row(
        &one(&json!({"metadata": {"name": long}}), &json!(cells)),
        &header,
        NOW,
    )
    .unwrap();
    assert_eq!(row.cell(101, NOW).text, "<none>");
}
