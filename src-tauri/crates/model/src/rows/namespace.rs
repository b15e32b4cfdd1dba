//! Namespaces.

use table::{Cell, Column, Row, SortKey, Tone};

use crate::cells::{age, age_key, figure_column, text_column, text_key};
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

impl NamespaceRow {
    /// Those of `kubectl get namespaces`.
    pub fn columns() -> Vec<Column> {
        vec![
            text_column("name", "Name", 300),
            text_column("status", "Status", 120),
            figure_column("age", "Age", 72),
        ]
    }
}

impl Row for NamespaceRow {
    fn identity(&self) -> (&str, &str) {
        self.meta.identity()
    }

    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        match column {
            0 => Cell::plain(&*self.meta.name),
            1 => {
                let tone = if self.phase == "Active" {
                    Tone::Good
                } else {
                    Tone::Quiet
                };
                Cell::toned(&*self.phase, tone)
            }
            2 => age(self.meta.created_ms, now_ms),
            _ => Cell::default(),
        }
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match column {
            0 => text_key(&self.meta.name),
            1 => text_key(&self.phase),
            2 => age_key(self.meta.created_ms),
            _ => SortKey::Absent,
        }
    }
}
