//! What is kept between starts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{RecordingLimits, SortBy};

/// Colour theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// What is kept between starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Colour theme.
    pub theme: Theme,
    /// Width of the details drawer in CSS pixels; 0 is the default.
    pub drawer_width: u16,
    /// Height of the dock in CSS pixels; 0 is the default.
    pub dock_height: u16,
    /// What was chosen for the tables, by kind id.
    pub tables: BTreeMap<String, TableChoice>,
    /// The demo cluster's tour is never to be shown again.
    pub tour_dismissed: bool,
    /// Views that were given a name, in their order.
    pub saved_views: Vec<SavedView>,
    /// How much is kept of what is seen of scaling.
    pub recording: RecordingLimits,
}

/// What was chosen for the table of one kind; what is empty is the kind's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct TableChoice {
    /// Widths in CSS pixels by column id.
    pub widths: BTreeMap<String, u16>,
    /// Shown or not by column id, against the column's own default.
    pub shown: BTreeMap<String, bool>,
    /// Column ids in their order; others follow the one before them.
    pub order: Vec<String>,
    /// Columns to sort by.
    pub sort: Vec<SortBy>,
}

/// A table with its namespaces and filter, under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SavedView {
    /// Unique among them.
    pub name: String,
    /// A [`crate::KindEntry::id`], or `scaling`.
    pub kind: String,
    /// Only these namespaces; empty is all.
    pub namespaces: Vec<String>,
    /// Filter text.
    pub filter: String,
    /// Columns and order.
    pub table: TableChoice,
}
