//! The description of one column.

use crate::Measure;

/// On which side a column's text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize, serde::Deserialize, ts_rs::TS)
)]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub enum Align {
    /// Text.
    #[default]
    Start,
    /// Figures.
    End,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize, serde::Deserialize, ts_rs::TS)
)]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub struct Column {
    /// Stable name, unique in its table: `restarts`.
    pub id: String,
    /// Heading: `Restarts`.
    pub title: String,
    /// Side of its text.
    pub align: Align,
    /// Width to begin with, in CSS pixels.
    pub width: u16,
    /// Shown only on demand (`kubectl get -o wide` and the like).
    pub wide: bool,
    /// What its keys count, for comparisons in the filter.
    #[cfg_attr(feature = "wire", serde(skip))]
    pub measure: Measure,
}
