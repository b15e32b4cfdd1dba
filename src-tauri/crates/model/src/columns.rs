//! The columns of rows made here: each one definition.

use table::{Cell, Column, SortKey};

use crate::cells::or_none;
use crate::meta::Meta;

/// One column of rows `R`: how it is headed, what a row shows in it, what it sorts by.
pub(crate) struct Def<R> {
    pub(crate) column: fn() -> Column,
    pub(crate) cell: fn(&R, i64) -> Cell,
    pub(crate) key: for<'a> fn(&'a R) -> SortKey<'a>,
    pub(crate) tags: bool,
}

impl<R> Def<R> {
    pub(crate) const fn new(
        column: fn() -> Column,
        cell: fn(&R, i64) -> Cell,
        key: for<'a> fn(&'a R) -> SortKey<'a>,
    ) -> Self {
        Self {
            column,
            cell,
            key,
            tags: false,
        }
    }

    /// A column that lists labels.
    pub(crate) const fn tags(
        column: fn() -> Column,
        cell: fn(&R, i64) -> Cell,
        key: for<'a> fn(&'a R) -> SortKey<'a>,
    ) -> Self {
        Self {
            tags: true,
            ..Self::new(column, cell, key)
        }
    }
}

/// The labels of any row, on demand.
macro_rules! labels_column {
    () => {
        $crate::columns::Def::tags(
            || $crate::cells::wide($crate::cells::text_column("labels", "Labels", 240)),
            |r, _| $crate::cells::or_none(&$crate::cells::fitting(&r.meta.labels.text())),
            |r| $crate::columns::labels_key(&r.meta),
        )
    };
}
pub(crate) use labels_column;

/// The controller of any row, on demand.
macro_rules! owner_column {
    () => {
        $crate::columns::Def::new(
            || {
                $crate::cells::wide($crate::cells::text_column(
                    "controlled-by",
                    "Controlled By",
                    220,
                ))
            },
            |r, _| $crate::columns::owner_cell(&r.meta),
            |r| $crate::columns::owner_key(&r.meta),
        )
    };
}
pub(crate) use owner_column;

pub(crate) fn labels_key(meta: &Meta) -> SortKey<'_> {
    match meta.labels.text() {
        none if none.is_empty() => SortKey::Absent,
        labels => SortKey::Text(labels.into()),
    }
}

pub(crate) fn owner_cell(meta: &Meta) -> Cell {
    match &meta.owner {
        Some(owner) => Cell::plain(format!("{}/{}", owner.kind, owner.name)),
        None => or_none(""),
    }
}

pub(crate) fn owner_key(meta: &Meta) -> SortKey<'_> {
    match &meta.owner {
        Some(owner) => SortKey::Text(format!("{}/{}", owner.kind, owner.name).into()),
        None => SortKey::Absent,
    }
}

/// Makes a row of its `COLUMNS` and `meta`.
macro_rules! columnar {
    ($row:ty) => {
        impl $row {
            /// Its columns: those of kubectl in kubectl's order, then ours.
            pub fn columns() -> Vec<table::Column> {
                COLUMNS.iter().map(|def| (def.column)()).collect()
            }
        }

        impl table::Row for $row {
            fn identity(&self) -> (&str, &str) {
                self.meta.identity()
            }
            fn cell(&self, column: usize, now_ms: i64) -> table::Cell {
                COLUMNS
                    .get(column)
                    .map(|def| (def.cell)(self, now_ms))
                    .unwrap_or_default()
            }
            fn sort_key(&self, column: usize) -> table::SortKey<'_> {
                COLUMNS
                    .get(column)
                    .map_or(table::SortKey::Absent, |def| (def.key)(self))
            }
            fn lists_tags(&self, column: usize) -> bool {
                COLUMNS.get(column).is_some_and(|def| def.tags)
            }
        }
    };
}
pub(crate) use columnar;
