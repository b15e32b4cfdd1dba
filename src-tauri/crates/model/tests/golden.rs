//! Rows against Kubernetes itself: `tests/golden/answers.json` holds, for each object of
//! `objects.json`, its JSON and protobuf as the API server serves it and the cells that the
//! server's own printers make of it (see `golden/main.go`).
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use model::{Kind, ObjectRow, decode_json, decode_proto};
use serde_json::Value;
use table::Row;

struct Answer {
    kind: Kind,
    now_ms: i64,
    object: Value,
    proto: Vec<u8>,
    cells: Vec<String>,
}

fn answers() -> Vec<Answer> {
    let lines = include_str!("golden/answers.json").lines();
    let answer = |line: &str| {
        let answer: Value = serde_json::from_str(line).unwrap();
        let object = answer["object"].clone();
        let hex = answer["proto"].as_str().unwrap().as_bytes();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let cell = |cell: &Value| match cell {
            // kubectl cuts text at its first line's end when it prints a table.
            Value::String(text) => match text.split_once(['\n', '\r', '\u{c}']) {
                Some((first, _)) => format!("{first}..."),
                None => text.clone(),
            },
            other => other.to_string(),
        };
        Answer {
            kind: Kind::of_object(
                object["apiVersion"].as_str().unwrap(),
                object["kind"].as_str().unwrap(),
            )
            .unwrap(),
            now_ms: answer["nowMs"].as_i64().unwrap(),
            proto: hex.chunks(2).map(byte).collect(),
            cells: answer["cells"]
                .as_array()
                .unwrap()
                .iter()
                .map(cell)
                .collect(),
            object,
        }
    };
    lines.map(answer).collect()
}

fn from_json(answer: &Answer) -> ObjectRow {
    decode_json(answer.kind, answer.object.to_string().as_bytes()).unwrap()
}

#[test]
fn every_cell_is_kubernetes_own() {
    let mut seen: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for answer in answers() {
        *seen.entry(answer.kind).or_default() += 1;
        let row = from_json(&answer);
        let spec = answer.kind.spec();
        let first = usize::from(spec.resource.namespaced);
        for (index, expected) in answer.cells.iter().enumerate() {
            let cell = row.cell(first + index, answer.now_ms);
            if cell.text != *expected {
                let column = &spec.columns[first + index].title;
                wrong.push(format!(
                    "{} {}, {column}: {:?}, kubectl {expected:?}",
                    spec.id,
                    row.meta().name,
                    cell.text
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        seen[&Kind::Pods] >= 60 && seen[&Kind::HorizontalPodAutoscalers] >= 18,
        "{seen:?}"
    );
    assert_eq!(
        seen.len(),
        Kind::ALL.len() - 2,
        "every kind but those of KEDA, which Kubernetes does not know"
    );
}

#[test]
fn protobuf_and_json_make_the_same_row() {
    for answer in answers() {
        let row = decode_proto(answer.kind, &answer.proto).unwrap();
        assert_eq!(row, from_json(&answer), "{}", answer.object);
    }
}

#[test]
fn a_cell_stays_until_it_says() {
    for answer in answers() {
        let row = from_json(&answer);
        let columns = answer.kind.spec().columns.len();
        for column in 0..columns {
            let at = answer.now_ms;
            let cell = row.cell(column, at);
            let Some(until) = cell.until_ms else {
                assert_eq!(row.cell(column, at + 40 * 365 * 86_400_000).text, cell.text);
                continue;
            };
            // Seconds of ages beyond two minutes are brought up to date every ten seconds, together.
            let coarse = until - at <= 10_000 && until % 10_000 == 0;
            assert!(coarse || row.cell(column, until - 1).text == cell.text);
            assert_ne!(row.cell(column, until).text, cell.text);
        }
        assert_eq!(row.cell(columns, 0).text, "");
    }
}
