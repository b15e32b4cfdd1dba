//! One line of a JSON watch, decoded once.

use model::{ObjectRow, TableHeader, generic, text};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::update::{Change, Encoding, Record};

/// How the objects of events are decoded.
#[derive(Clone, Copy)]
pub(crate) enum Decoder<'a> {
    /// Objects, decoded here.
    Record(Record<'a>),
    /// Tables of one row, under these columns, written at this time of the server.
    Table {
        header: &'a TableHeader,
        now_ms: i64,
    },
}

/// What a line says.
#[derive(Debug)]
pub(crate) enum Event {
    /// Something changed.
    Changed { change: Change, version: String },
    /// Nothing changed up to this version.
    Bookmark { version: String },
    /// The server gives up the watch.
    Error {
        code: u16,
        reason: String,
        message: String,
        retry_after_s: Option<u64>,
    },
    /// A type of event that is not known, or of no interest.
    Other,
}

/// A line that is no event. Holds no text of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

#[derive(Deserialize)]
struct Line<'a> {
    r#type: &'a str,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    name: String,
    namespace: String,
    resource_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Status {
    code: u16,
    reason: String,
    message: String,
    details: Option<Details>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Details {
    retry_after_seconds: Option<u64>,
}

/// Reads one line.
pub(crate) fn read(line: &[u8], decoder: Decoder<'_>) -> Result<Event, Unreadable> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|_| Unreadable)?;
    let object = line.object.map_or("null", RawValue::get).as_bytes();
    match line.r#type {
        // MODIFIED of an object never seen is as good as ADDED.
        "ADDED" | "MODIFIED" => {
            if let Ok(row) = row(object, decoder) {
                let version = row.meta().resource_version.to_string();
                Ok(Event::Changed {
                    change: Change::Put(row),
                    version,
                })
            } else {
                // A list leaves out what it cannot decode: the object leaves the screen here, too.
                tracing::warn!("an object of a watch could not be decoded");
                deleted(object, decoder)
            }
        }
        "DELETED" => deleted(object, decoder),
        "BOOKMARK" => {
            let named: Named = serde_json::from_slice(object).map_err(|_| Unreadable)?;
            Ok(Event::Bookmark {
                version: named.metadata.resource_version,
            })
        }
        "ERROR" => {
            let status: Status = serde_json::from_slice(object).unwrap_or_default();
            Ok(Event::Error {
                code: status.code,
                reason: status.reason,
                message: status.message,
                retry_after_s: status
                    .details
                    .and_then(|details| details.retry_after_seconds),
            })
        }
        _ => Ok(Event::Other),
    }
}

fn row(object: &[u8], decoder: Decoder<'_>) -> Result<ObjectRow, Unreadable> {
    match decoder {
        Decoder::Record(record) => record.decode(Encoding::Json, object).ok_or(Unreadable),
        Decoder::Table { header, now_ms } => generic::rows(object, header, now_ms)
            .ok()
            .and_then(|mut rows| rows.pop())
            .ok_or(Unreadable),
    }
}

fn deleted(object: &[u8], decoder: Decoder<'_>) -> Result<Event, Unreadable> {
    match decoder {
        // Only the name matters: whatever else the last state holds need not be understood.
        Decoder::Record(_) => {
            let named: Named = serde_json::from_slice(object).map_err(|_| Unreadable)?;
            let Metadata {
                name,
                namespace,
                resource_version,
            } = named.metadata;
            if name.is_empty() {
                return Err(Unreadable);
            }
            let change = Change::Gone {
                namespace: text::visible(&namespace).into(),
                name: text::visible(&name).into(),
            };
            Ok(Event::Changed {
                change,
                version: resource_version,
            })
        }
        Decoder::Table { .. } => {
            let row = row(object, decoder)?;
            let meta = row.meta();
            let change = Change::Gone {
                namespace: meta.namespace.clone(),
                name: meta.name.clone(),
            };
            Ok(Event::Changed {
                change,
                version: meta.resource_version.to_string(),
            })
        }
    }
}
