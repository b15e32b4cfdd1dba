//! What kubectl prints: the server's Table, and the text of kubectl itself.

use std::collections::BTreeMap;

use cluster::{Ask, Connection};
use serde_json::Value;

use crate::Plane;

/// Cells by heading, of each `namespace/name`.
pub type Printed = BTreeMap<String, BTreeMap<String, String>>;

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// Every column (wide ones too) of every row of a collection, from the server's Table.
pub async fn server_cells(connection: &Connection, path: &str) -> Printed {
    let body = connection
        .bytes(Ask {
            path,
            accept: TABLE,
            gzip: false,
        })
        .await
        .unwrap();
    let table: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(table["kind"], "Table", "{path}");
    let headings: Vec<String> = items(&table["columnDefinitions"])
        .map(|column| text(&column["name"]).to_uppercase())
        .collect();
    items(&table["rows"])
        .map(|row| {
            let meta = &row["object"]["metadata"];
            let key = format!("{}/{}", text(&meta["namespace"]), text(&meta["name"]));
            let cells = headings
                .iter()
                .cloned()
                .zip(items(&row["cells"]).map(shown));
            (key, cells.collect())
        })
        .collect()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// As kubectl's table printer writes a cell: of several lines the first, with three dots.
fn shown(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => match text.find(['\n', '\u{c}', '\r']) {
            Some(end) => format!("{}...", &text[..end]),
            None => text.clone(),
        },
        // Go writes exponents with two digits at least.
        Value::Number(number) if number.is_f64() => match number.to_string().split_once("e-") {
            Some((digits, exponent)) if exponent.len() == 1 => format!("{digits}e-0{exponent}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// What `kubectl get <what> -o wide` prints, cut into cells by where its headings stand. A cell
/// that kubectl leaves empty is empty.
pub fn kubectl_cells(plane: &Plane, what: &str, namespaced: bool) -> Printed {
    let mut arguments = vec!["get", what, "-o", "wide"];
    if namespaced {
        arguments.push("-A");
    }
    let text = plane.printed(&arguments);
    let mut lines = text.lines();
    let head: Vec<char> = lines.next().unwrap_or_default().chars().collect();
    // A heading begins after two spaces at least; within one there is a single one.
    let starts: Vec<usize> = (0..head.len())
        .filter(|at| {
            head[*at] != ' '
                && (*at == 0 || (head[at - 1] == ' ' && *at >= 2 && head[at - 2] == ' '))
        })
        .collect();
    let cut = |line: &[char]| -> Vec<String> {
        let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| {
                let cell = line.get(*start..end.min(line.len())).unwrap_or_default();
                cell.iter().collect::<String>().trim().to_owned()
            })
            .collect()
    };
    let headings = cut(&head);
    lines
        .map(|line| {
            let cells: BTreeMap<String, String> = headings
                .iter()
                .cloned()
                .zip(cut(&line.chars().collect::<Vec<_>>()))
                .collect();
            let namespace = cells.get("NAMESPACE").cloned().unwrap_or_default();
            // kubectl marks the default class in its name.
            let name = cells["NAME"].trim_end_matches(" (default)").to_owned();
            (format!("{namespace}/{name}"), cells)
        })
        .collect()
}
