//! Events.

use table::{Cell, Column, Row, SortKey, Tone};

use crate::cells::{age, age_key, figure_column, first_line, text_column, text_key, wide};
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
    /// Those of `kubectl get events -o wide`.
    pub fn columns() -> Vec<Column> {
        vec![
            text_column("namespace", "Namespace", 140),
            figure_column("last-seen", "Last Seen", 84),
            text_column("type", "Type", 80),
            text_column("reason", "Reason", 170),
            text_column("object", "Object", 260),
            wide(text_column("subobject", "Subobject", 160)),
            wide(text_column("source", "Source", 200)),
            text_column("message", "Message", 480),
            wide(figure_column("first-seen", "First Seen", 84)),
            figure_column("count", "Count", 64),
            wide(text_column("name", "Name", 280)),
        ]
    }

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

impl Row for EventRow {
    fn identity(&self) -> (&str, &str) {
        self.meta.identity()
    }

    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        match column {
            0 => Cell::plain(&*self.meta.namespace),
            1 => age(self.last_ms, now_ms),
            2 => Cell::toned(&*self.kind, self.tone()),
            3 => Cell::plain(&*self.reason),
            4 => Cell::plain(self.object()),
            5 => Cell::plain(&*self.field_path),
            6 => Cell::plain(&*self.source),
            7 => Cell::toned(first_line(&self.message), self.tone()),
            8 => age(self.first_ms, now_ms),
            9 => Cell::plain(self.count.to_string()),
            10 => Cell::plain(&*self.meta.name),
            _ => Cell::default(),
        }
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match column {
            0 => text_key(&self.meta.namespace),
            1 => age_key(self.last_ms),
            2 => text_key(&self.kind),
            3 => text_key(&self.reason),
            4 => SortKey::Text(self.object().into()),
            5 => text_key(&self.field_path),
            6 => text_key(&self.source),
            7 => text_key(&self.message),
            8 => age_key(self.first_ms),
            9 => SortKey::Int(self.count.into()),
            10 => text_key(&self.meta.name),
            _ => SortKey::Absent,
        }
    }
}
