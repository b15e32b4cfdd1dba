//! `ReplicaSets`.

use table::{Cell, Column, Row, SortKey, Tone};

use super::template::{names_and_images, revision};
use crate::cells::{age, age_key, figure_column, text_column, text_key, wide};
use crate::meta::Meta;
use crate::selector::selector_text;
use crate::slim;

/// A `ReplicaSet` as its table and the scaling page need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaSetRow {
    /// Identity, version, age and the Deployment that owns it.
    pub meta: Meta,
    /// Replicas asked for.
    pub desired: i32,
    /// Pods.
    pub replicas: i32,
    /// Ready pods.
    pub ready: i32,
    /// Pods ready for long enough.
    pub available: i32,
    /// The Deployment's revision it stands for.
    pub revision: Option<i64>,
    /// Names of the template's containers.
    pub containers: Box<str>,
    /// Their images.
    pub images: Box<str>,
    /// Label selector.
    pub selector: Box<str>,
}

impl From<&slim::ReplicaSet> for ReplicaSetRow {
    fn from(object: &slim::ReplicaSet) -> Self {
        let spec = object.spec.as_ref();
        let status = object.status.clone().unwrap_or_default();
        let (containers, images) = names_and_images(spec.and_then(|s| s.template.as_ref()));
        let selector = match selector_text(spec.and_then(|s| s.selector.as_ref())) {
            Ok(text) if text.is_empty() => "<none>".into(),
            Ok(text) => text,
            Err(_) => "<error>".into(),
        };
        Self {
            meta: object.metadata.as_ref().map(Meta::from).unwrap_or_default(),
            desired: spec.and_then(|s| s.replicas).unwrap_or(1),
            replicas: status.replicas,
            ready: status.ready_replicas,
            available: status.available_replicas,
            revision: revision(object.metadata.as_ref()),
            containers,
            images,
            selector,
        }
    }
}

impl ReplicaSetRow {
    /// Those of `kubectl get replicasets -o wide`.
    pub fn columns() -> Vec<Column> {
        vec![
            text_column("namespace", "Namespace", 140),
            text_column("name", "Name", 300),
            figure_column("desired", "Desired", 72),
            figure_column("current", "Current", 72),
            figure_column("ready", "Ready", 64),
            figure_column("age", "Age", 72),
            wide(text_column("containers", "Containers", 180)),
            wide(text_column("images", "Images", 280)),
            wide(text_column("selector", "Selector", 240)),
        ]
    }
}

impl Row for ReplicaSetRow {
    fn identity(&self) -> (&str, &str) {
        self.meta.identity()
    }

    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        match column {
            0 => Cell::plain(&*self.meta.namespace),
            1 => Cell::plain(&*self.meta.name),
            2 => Cell::plain(self.desired.to_string()),
            3 => Cell::plain(self.replicas.to_string()),
            4 => {
                let tone = if self.ready >= self.desired {
                    Tone::Plain
                } else {
                    Tone::Warn
                };
                Cell::toned(self.ready.to_string(), tone)
            }
            5 => age(self.meta.created_ms, now_ms),
            6 => Cell::plain(&*self.containers),
            7 => Cell::plain(&*self.images),
            8 => Cell::plain(&*self.selector),
            _ => Cell::default(),
        }
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match column {
            0 => text_key(&self.meta.namespace),
            1 => text_key(&self.meta.name),
            2 => SortKey::Int(self.desired.into()),
            3 => SortKey::Int(self.replicas.into()),
            4 => SortKey::Int(self.ready.into()),
            5 => age_key(self.meta.created_ms),
            6 => text_key(&self.containers),
            7 => text_key(&self.images),
            8 => text_key(&self.selector),
            _ => SortKey::Absent,
        }
    }
}
