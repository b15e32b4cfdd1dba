//! Namespaces.

use table::{Cell, Tone};

use crate::cells::{text_column, text_key};
use crate::columns::{Def, age_column, columnar, labels_column, name_column};
use crate::meta::{Meta, Word};
use crate::slim;
use crate::text;

/// A namespace as its table needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamespaceRow {
    /// Identity, version and age.
    pub meta: Meta,
    /// `Active` or `Terminating`.
    pub phase: Word,
}

impl From<&slim::Namespace> for NamespaceRow {
    fn from(object: &slim::Namespace) -> Self {
        Self {
            meta: object.metadata.as_ref().map(Meta::from).unwrap_or_default(),
            phase: object
                .status
                .as_ref()
                .map(|s| text::word(&s.phase))
                .unwrap_or_default(),
        }
    }
}

/// Those of `kubectl get namespaces`.
const COLUMNS: &[Def<NamespaceRow>] = &[
    name_column!(300),
    Def::new(
        || text_column("status", "Status", 120),
        |r, _| {
            let tone = if r.phase == "Active" {
                Tone::Good
            } else {
                Tone::Quiet
            };
            Cell::toned(&*r.phase, tone)
        },
        |r| text_key(&r.phase),
    ),
    age_column!(),
    labels_column!(),
];
columnar!(NamespaceRow);
