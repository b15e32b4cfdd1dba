//! Deployments.

use table::{Cell, Column, Row, SortKey, Tone};

use super::template::{names_and_images, revision};
use crate::cells::{age, age_key, figure_column, ready_key, text_column, text_key, wide};
use crate::meta::Meta;
use crate::selector::selector_text;
use crate::slim;

/// A Deployment as its table and the scaling page need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentRow {
    /// Identity, version and age.
    pub meta: Meta,
    /// Replicas asked for.
    pub desired: i32,
    /// Pods of any of its `ReplicaSets`.
    pub replicas: i32,
    /// Pods of the newest template.
    pub updated: i32,
    /// Ready pods.
    pub ready: i32,
    /// Pods ready for long enough.
    pub available: i32,
    /// Counts changes of the pod template.
    pub revision: Option<i64>,
    /// Whether rollouts are paused.
    pub paused: bool,
    /// Names of the template's containers.
    pub containers: Box<str>,
    /// Their images.
    pub images: Box<str>,
    /// Label selector.
    pub selector: Box<str>,
}

impl From<&slim::Deployment> for DeploymentRow {
    fn from(object: &slim::Deployment) -> Self {
        let spec = object.spec.as_ref();
        let status = object.status.clone().unwrap_or_default();
        let (containers, images) = names_and_images(spec.and_then(|s| s.template.as_ref()));
        Self {
            meta: object.metadata.as_ref().map(Meta::from).unwrap_or_default(),
            desired: spec.and_then(|s| s.replicas).unwrap_or(1),
            replicas: status.replicas,
            updated: status.updated_replicas,
            ready: status.ready_replicas,
            available: status.available_replicas,
            revision: revision(object.metadata.as_ref()),
            paused: spec.is_some_and(|s| s.paused),
            containers,
            images,
            selector: selector_text(spec.and_then(|s| s.selector.as_ref()))
                .unwrap_or_else(|_| "<invalid>".into()),
        }
    }
}

impl DeploymentRow {
    /// Those of `kubectl get deployments -o wide`.
    pub fn columns() -> Vec<Column> {
        vec![
            text_column("namespace", "Namespace", 140),
            text_column("name", "Name", 280),
            figure_column("ready", "Ready", 72),
            figure_column("up-to-date", "Up-to-date", 88),
            figure_column("available", "Available", 88),
            figure_column("age", "Age", 72),
            wide(text_column("containers", "Containers", 180)),
            wide(text_column("images", "Images", 280)),
            wide(text_column("selector", "Selector", 240)),
        ]
    }
}

impl Row for DeploymentRow {
    fn identity(&self) -> (&str, &str) {
        self.meta.identity()
    }

    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        let enough = |n: i32| {
            if n >= self.desired {
                Tone::Plain
            } else {
                Tone::Warn
            }
        };
        match column {
            0 => Cell::plain(&*self.meta.namespace),
            1 => Cell::plain(&*self.meta.name),
            2 => {
                let tone = if self.ready >= self.desired {
                    Tone::Good
                } else {
                    Tone::Warn
                };
                Cell::toned(format!("{}/{}", self.ready, self.desired), tone)
            }
            3 => Cell::toned(self.updated.to_string(), enough(self.updated)),
            4 => Cell::toned(self.available.to_string(), enough(self.available)),
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
            2 => ready_key(self.ready.into(), self.desired.into()),
            3 => SortKey::Int(self.updated.into()),
            4 => SortKey::Int(self.available.into()),
            5 => age_key(self.meta.created_ms),
            6 => text_key(&self.containers),
            7 => text_key(&self.images),
            8 => text_key(&self.selector),
            _ => SortKey::Absent,
        }
    }
}
