//! `ReplicaSets`.

use table::{Cell, SortKey, Tone};

use super::template::{names_and_images, revision};
use crate::cells::{figure_column, text_column, text_key, wide};
use crate::columns::{
    Def, age_column, columnar, labels_column, name_column, namespace_column, owner_column,
};
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

/// Those of `kubectl get replicasets -o wide`.
const COLUMNS: &[Def<ReplicaSetRow>] = &[
    namespace_column!(),
    name_column!(300),
    Def::new(
        || figure_column("desired", "Desired", 72),
        |r, _| Cell::plain(r.desired.to_string()),
        |r| SortKey::Int(r.desired.into()),
    ),
    Def::new(
        || figure_column("current", "Current", 72),
        |r, _| Cell::plain(r.replicas.to_string()),
        |r| SortKey::Int(r.replicas.into()),
    ),
    Def::new(
        || figure_column("ready", "Ready", 64),
        |r, _| {
            let tone = if r.ready >= r.desired {
                Tone::Plain
            } else {
                Tone::Warn
            };
            Cell::toned(r.ready.to_string(), tone)
        },
        |r| SortKey::Int(r.ready.into()),
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
    owner_column!(),
    labels_column!(),
];
columnar!(ReplicaSetRow);
