//! Makes answers comparable: what must differ between two servers is replaced by what must be the same.
//!
//! A uid becomes `uid#2`, the second that the sequence saw; a resourceVersion `rv#3`, the third smallest of the objects that it
//! saw; that of a list or bookmark `rv#3+`, at least as new as that object; a time `time`; what was generated is numbered; the
//! sequence's namespace is `NS`. A whole object that an error quotes, in the order of upstream's Go fields, is `{…}`. Explanations of a table's columns are left out.
//! What the sequence itself wrote stays as it is.

mod seen;
mod text;

use serde_json::{Map, Value, json};

use crate::play::Exchange;
use crate::sequence::Sequence;
use seen::Seen;

/// The exchanges of a sequence as they are recorded.
pub fn normal(sequence: &Sequence, exchanges: &[Exchange]) -> Vec<Value> {
    let seen = Seen::of(sequence, exchanges);
    let each = exchanges.iter().map(|exchange| {
        let mut record = json!({
            "step": exchange.step,
            "request": seen.request(&exchange.request),
            "code": exchange.head.code,
            "type": exchange.head.media_type,
            "body": Walk::of(&seen).value("", &exchange.body),
        });
        if !exchange.head.warnings.is_empty() {
            record["warnings"] = json!(exchange.head.warnings);
        }
        record
    });
    each.collect()
}

/// One way through a body.
struct Walk<'a> {
    seen: &'a Seen,
    /// Places of ages among a table's cells: events of a watch tell them once.
    ages: Vec<usize>,
    /// Whether it is inside of a bookmark.
    in_bookmark: bool,
}

impl<'a> Walk<'a> {
    fn of(seen: &'a Seen) -> Self {
        Self {
            seen,
            ages: Vec::new(),
            in_bookmark: false,
        }
    }

    fn value(&mut self, field: &str, value: &Value) -> Value {
        match value {
            Value::Object(fields) => self.object(fields),
            Value::Array(items) if field == "cells" => {
                let cells = items.iter().enumerate();
                cells.map(|(place, cell)| self.cell(place, cell)).collect()
            }
            Value::Array(items) => {
                let mut items: Vec<Value> =
                    items.iter().map(|item| self.value(field, item)).collect();
                if field == "managedFields" {
                    // Upstream orders them by time, in whole seconds.
                    items.sort_by_key(|entry| {
                        ["operation", "manager", "subresource", "apiVersion"]
                            .map(|key| entry[key].as_str().unwrap_or_default().to_owned())
                    });
                }
                if field == "causes" && items.iter().all(is_conflict) {
                    // They come from a Go map of managers.
                    items.sort_by_key(ToString::to_string);
                }
                Value::Array(items)
            }
            Value::String(text) if field == "resourceVersion" && self.in_bookmark => {
                Value::String(self.seen.at_least(text))
            }
            Value::String(text) => Value::String(self.seen.text(field, text)),
            Value::Number(number) if field == "nodePort" => self.seen.port(number),
            other => other.clone(),
        }
    }

    fn object(&mut self, fields: &Map<String, Value>) -> Value {
        if let Some(columns) = fields.get("columnDefinitions").and_then(Value::as_array) {
            let places = columns.iter().enumerate().filter(|(_, column)| {
                matches!(
                    column["name"].as_str(),
                    Some("Age" | "First Seen" | "Last Seen" | "Duration")
                )
            });
            self.ages = places.map(|(place, _)| place).collect();
        }
        let is_column = fields.contains_key("description") && fields.contains_key("priority");
        let was_in_bookmark = self.in_bookmark;
        self.in_bookmark |= fields.get("type").is_some_and(|word| word == "BOOKMARK");
        let is_list = seen::is_list(fields);
        // What upstream explains of a column is its documentation.
        let told = fields
            .iter()
            .filter(|(name, _)| !(is_column && *name == "description"));
        let each = told.map(|(name, value)| {
            let mut new = self.value(name, value);
            if name == "metadata"
                && is_list
                && let Some(version) = value["resourceVersion"].as_str()
            {
                new["resourceVersion"] = json!(self.seen.at_least(version));
            }
            (self.seen.text("", name), new)
        });
        let object = Value::Object(each.collect());
        self.in_bookmark = was_in_bookmark;
        object
    }

    fn cell(&mut self, place: usize, cell: &Value) -> Value {
        match cell.as_str() {
            Some(text) if self.ages.contains(&place) && text::is_age(text) => json!("age"),
            _ => self.value("", cell),
        }
    }
}

fn is_conflict(cause: &Value) -> bool {
    cause["reason"] == "FieldManagerConflict"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Head;

    fn exchanged(bodies: &[Value]) -> Vec<Value> {
        let sequence = Sequence {
            name: "one of a few".to_owned(),
            steps: Vec::new(),
            file: String::new(),
        };
        let exchanges: Vec<Exchange> = bodies
            .iter()
            .map(|body| Exchange {
                step: 1,
                request: "GET /x?resourceVersion=900".to_owned(),
                head: Head::default(),
                body: body.clone(),
            })
            .collect();
        normal(&sequence, &exchanges)
    }

    #[test]
    fn versions_keep_their_order() {
        let object = |version: &str| json!({"metadata": {"resourceVersion": version}});
        let list = json!({"kind": "PodList", "items": [object("900")], "metadata": {"resourceVersion": "950"}});
        let normal = exchanged(&[object("1000"), object("900"), list]);
        assert_eq!(normal[0]["body"]["metadata"]["resourceVersion"], "rv#2");
        assert_eq!(normal[1]["body"]["metadata"]["resourceVersion"], "rv#1");
        assert_eq!(normal[2]["body"]["metadata"]["resourceVersion"], "rv#1+");
        assert_eq!(normal[0]["request"], "GET /x?resourceVersion=rv#1");
    }

    #[test]
    fn what_is_generated_is_numbered_wherever_it_stands() {
        let body = json!({
            "metadata": {
                "generateName": "web-", "name": "web-x7k2p", "uid": "0f8fad5b-d9cb-469f-a165-70867728950e",
                "creationTimestamp": "2026-01-02T03:04:05Z",
            },
            "message": "pods \"web-x7k2p\" of 0f8fad5b-d9cb-469f-a165-70867728950e",
            "spec": {"clusterIP": "10.0.0.17", "clusterIPs": ["10.0.0.17"]},
        });
        let expected = json!({
            "metadata": {
                "generateName": "web-", "name": "web-<generated#1>", "uid": "uid#1", "creationTimestamp": "time",
            },
            "message": "pods \"web-<generated#1>\" of uid#1",
            "spec": {"clusterIP": "ip#1", "clusterIPs": ["ip#1"]},
        });
        assert_eq!(exchanged(&[body])[0]["body"], expected);
    }

    #[test]
    fn ages_in_tables_are_ages() {
        let body = json!({
            "kind": "Table", "columnDefinitions": [{"name": "Name"}, {"name": "Age"}],
            "rows": [{"cells": ["3s", "3s"]}],
        });
        assert_eq!(
            exchanged(&[body])[0]["body"]["rows"][0]["cells"],
            json!(["3s", "age"])
        );
    }
}
