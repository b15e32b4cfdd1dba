//! Deployments.

use std::sync::Arc;

use table::{Cell, SortKey, Tone};

use super::template::{names_and_images, revision};
use crate::cells::{figure_column, or_none, ready_key, text_column, text_key, wide};
use crate::columns::{Def, age_column, columnar, labels_column, name_column, namespace_column};
use crate::meta::Meta;
use crate::selector::selector_text;
use crate::slim;
use crate::{share, text};

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
    /// Conditions that hold: `Available, Progressing`.
    pub conditions: Arc<str>,
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
            conditions: share::text(&holding(&status.conditions)),
            containers,
            images,
            selector: selector_text(spec.and_then(|s| s.selector.as_ref()))
                .unwrap_or_else(|_| "<invalid>".into()),
        }
    }
}

/// The types of the conditions that hold.
fn holding(conditions: &[slim::WorkloadCondition]) -> String {
    let hold = conditions.iter().filter(|one| one.status == b"True");
    let words: Vec<_> = hold.map(|one| text::word(&one.r#type)).collect();
    words.join(", ")
}

impl DeploymentRow {
    fn enough(&self, count: i32) -> Tone {
        if count >= self.desired {
            Tone::Plain
        } else {
            Tone::Warn
        }
    }
}

/// Those of `kubectl get deployments -o wide`.
const COLUMNS: &[Def<DeploymentRow>] = &[
    namespace_column!(),
    name_column!(280),
    Def::new(
        || figure_column("ready", "Ready", 72),
        |r, _| {
            let tone = if r.ready >= r.desired {
                Tone::Good
            } else {
                Tone::Warn
            };
            Cell::toned(format!("{}/{}", r.ready, r.desired), tone)
        },
        |r| ready_key(r.ready.into(), r.desired.into()),
    ),
    Def::new(
        || figure_column("up-to-date", "Up-to-date", 88),
        |r, _| Cell::toned(r.updated.to_string(), r.enough(r.updated)),
        |r| SortKey::Int(r.updated.into()),
    ),
    Def::new(
        || figure_column("available", "Available", 88),
        |r, _| Cell::toned(r.available.to_string(), r.enough(r.available)),
        |r| SortKey::Int(r.available.into()),
    ),
    age_column!(),
    Def::new(
        || wide(text_column("containers", "Containers", 180)),
        |r, _| Cell::plain(&*r.containers),
        |r| text_key(&r.containers),
    ),
    Def::new(
        || wide(text_column("images", "Images", 280)),
        |r, _| Cell::plain(&*r.images),
        |r| text_key(&r.images),
    ),
    Def::new(
        || wide(text_column("selector", "Selector", 240)),
        |r, _| Cell::plain(&*r.selector),
        |r| text_key(&r.selector),
    ),
    Def::new(
        || wide(text_column("conditions", "Conditions", 170)),
        |r, _| or_none(&r.conditions),
        |r| text_key(&r.conditions),
    ),
    labels_column!(),
];
columnar!(DeploymentRow);
