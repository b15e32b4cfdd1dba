//! A row of any derived table.

use model::events::row::EventGroupRow;
use model::helm::row::ReleaseRow;
use model::overview::capacity::CapacityRow;
use model::scaling::FindingRow;
use table::{Cell, Row, SortKey};

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DerivedRow {
    Capacity(Box<CapacityRow>),
    EventGroup(Box<EventGroupRow>),
    Release(Box<ReleaseRow>),
    Finding(Box<FindingRow>),
}

/// Namespace and name of a row by its key, which begins with the table.
pub(crate) fn place_of(key: &str) -> Option<(&str, &str)> {
    key.split_once('/')?.1.split_once('/')
}

macro_rules! each {
    ($row:expr, $r:ident => $e:expr) => {
        match $row {
            DerivedRow::Capacity($r) => $e,
            DerivedRow::EventGroup($r) => $e,
            DerivedRow::Release($r) => $e,
            DerivedRow::Finding($r) => $e,
        }
    };
}

impl Row for DerivedRow {
    fn identity(&self) -> (&str, &str) {
        each!(self, r => r.identity())
    }
    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        each!(self, r => r.cell(column, now_ms))
    }
    fn sort_key(&self, column: usize) -> SortKey<'_> {
        each!(self, r => r.sort_key(column))
    }
}
