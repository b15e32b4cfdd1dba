//! Events.

use table::{Cell, SortKey, Tone};

use crate::cells::{age, age_key, figure_column, first_line, text_column, text_key, wide};
use crate::columns::{Def, columnar, namespace_column};
use crate::meta::{Meta, Word};
use crate::slim::{self, Time};
use crate::text;

/// An event as its table, a drawer and a graph's flag need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventRow {
    /// Identity, version and age of the event itself.
    pub meta: Meta,
    /// `Normal` or `Warning`.
    pub kind: Word,
    /// `FailedGetResourceMetric`.
    pub reason: Word,
    /// All lines of the message, without blanks around.
    pub message: Box<str>,
    /// First time seen, Unix ms.
    pub first_ms: Option<i64>,
    /// Last time seen, Unix ms.
    pub last_ms: Option<i64>,
    /// How often.
    pub count: i32,
    /// What it is about: `Pod`.
    pub object_kind: Word,
    /// Its `apiVersion`; may be empty.
    pub object_api: Word,
    /// Its namespace; empty if cluster-scoped.
    pub object_namespace: Box<str>,
    /// Its name.
    pub object_name: Box<str>,
    /// Its uid.
    pub object_uid: Box<str>,
    /// Part of it: `spec.containers{web}`.
    pub field_path: Box<str>,
    /// Component, and host where known.
    pub source: Box<str>,
}

impl From<&slim::Event> for EventRow {
    fn from(event: &slim::Event) -> Self {
        let ms = |time: &Option<Time>| time.as_ref().and_then(Time::ms);
        let first = ms(&event.first_timestamp).or(ms(&event.event_time));
        let (last, count) = match &event.series {
            Some(series) => (ms(&series.last_observed_time), series.count),
            // Events of the newer API that happened once carry no count.
            None => (
                ms(&event.last_timestamp).or(first),
                if event.count == 0 { 1 } else { event.count },
            ),
        };
        let object = event.involved_object.clone().unwrap_or_default();
        let source = event.source.clone().unwrap_or_default();
        let either = |a: Vec<u8>, b: &[u8]| text::line(if a.is_empty() { b } else { &a });
        let component = either(source.component, &event.reporting_component);
        let host = either(source.host, &event.reporting_instance);
        Self {
            meta: event.metadata.as_ref().map(Meta::from).unwrap_or_default(),
            kind: text::word(&event.r#type),
            reason: text::word(&event.reason),
            message: text::trimmed_lines(&event.message),
            first_ms: first,
            last_ms: last,
            count,
            object_kind: text::word(&object.kind),
            object_api: text::word(&object.api_version),
            object_namespace: text::line(&object.namespace),
            object_name: text::line(&object.name),
            object_uid: text::line(&object.uid),
            field_path: text::line(&object.field_path),
            source: if host.is_empty() {
                component
            } else {
                format!("{component}, {host}").into()
            },
        }
    }
}

impl EventRow {
    /// `pod/web-1`.
    pub fn object(&self) -> String {
        let kind = self.object_kind.to_lowercase();
        if self.object_name.is_empty() {
            kind
        } else {
            format!("{kind}/{}", self.object_name)
        }
    }

    /// The colour of its type.
    pub fn tone(&self) -> Tone {
        if self.kind == "Warning" {
            Tone::Warn
        } else {
            Tone::Plain
        }
    }
}

/// Those of `kubectl get events -o wide`.
const COLUMNS: &[Def<EventRow>] = &[
    namespace_column!(),
    Def::new(
        || figure_column("last-seen", "Last Seen", 84),
        |r, now_ms| age(r.last_ms, now_ms),
        |r| age_key(r.last_ms),
    ),
    Def::new(
        || text_column("type", "Type", 80),
        |r, _| Cell::toned(&*r.kind, r.tone()),
        |r| text_key(&r.kind),
    ),
    Def::new(
        || text_column("reason", "Reason", 170),
        |r, _| Cell::plain(&*r.reason),
        |r| text_key(&r.reason),
    ),
    Def::new(
        || text_column("object", "Object", 260),
        |r, _| Cell::plain(r.object()),
        |r| SortKey::Text(r.object().into()),
    ),
    Def::new(
        || wide(text_column("subobject", "Subobject", 160)),
        |r, _| Cell::plain(&*r.field_path),
        |r| text_key(&r.field_path),
    ),
    Def::new(
        || wide(text_column("source", "Source", 200)),
        |r, _| Cell::plain(&*r.source),
        |r| text_key(&r.source),
    ),
    Def::new(
        || text_column("message", "Message", 480),
        |r, _| Cell::toned(first_line(&r.message), r.tone()),
        |r| text_key(&r.message),
    ),
    Def::new(
        || wide(figure_column("first-seen", "First Seen", 84)),
        |r, now_ms| age(r.first_ms, now_ms),
        |r| age_key(r.first_ms),
    ),
    Def::new(
        || figure_column("count", "Count", 64),
        |r, _| Cell::plain(r.count.to_string()),
        |r| SortKey::Int(r.count.into()),
    ),
    Def::new(
        || wide(text_column("name", "Name", 280)),
        |r, _| Cell::plain(&*r.meta.name),
        |r| text_key(&r.meta.name),
    ),
];
columnar!(EventRow);
