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

/// The namespace of any row that lies in one.
macro_rules! namespace_column {
    () => {
        $crate::columns::Def::new(
            || $crate::cells::text_column("namespace", "Namespace", 140),
            |r, _| table::Cell::plain(&*r.meta.namespace),
            |r| $crate::cells::text_key(&r.meta.namespace),
        )
    };
}
pub(crate) use namespace_column;

/// The name of any row, in a column so wide.
macro_rules! name_column {
    ($width:literal) => {
        $crate::columns::Def::new(
            || $crate::cells::text_column("name", "Name", $width),
            |r, _| table::Cell::plain(&*r.meta.name),
            |r| $crate::cells::text_key(&r.meta.name),
        )
    };
}
pub(crate) use name_column;

/// The age of any row.
macro_rules! age_column {
    () => {
        $crate::columns::Def::new(
            || $crate::cells::figure_column("age", "Age", 72),
            |r, now_ms| $crate::cells::age(r.meta.created_ms, now_ms),
            |r| $crate::cells::age_key(r.meta.created_ms),
        )
    };
}
pub(crate) use age_column;

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

/// Makes a row of its `COLUMNS`, and of its `meta` or what identifies it and the labels it is filtered by.
macro_rules! columnar {
    ($row:ty) => {
        $crate::columns::columnar!($row, |row| row.meta.identity());
    };
    ($row:ty, |$self:ident| $identity:expr $(, tags: $labels:ident)?) => {
        impl $row {
            /// Its columns: those of kubectl in kubectl's order, then ours.
            pub fn columns() -> Vec<table::Column> {
                COLUMNS.iter().map(|def| (def.column)()).collect()
            }
        }

        impl table::Row for $row {
            $(fn tag(&self, key: &str) -> Option<&str> {
                self.$labels.get(key)
            })?
            fn identity(&self) -> (&str, &str) {
                let $self = self;
                $identity
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
