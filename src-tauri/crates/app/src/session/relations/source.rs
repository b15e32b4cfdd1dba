//! One list that relations are found in.

use std::collections::{BTreeMap, BTreeSet};

use cluster::RequestError;
use cluster::health::Health;
use cluster::update::{Change, Update};
use model::{LinkedRow, ObjectRow};

use super::plan::Want;
use crate::session::feeds::FeedId;

/// Namespace and name.
type Place = (Box<str>, Box<str>);

pub(super) struct Source {
    pub(super) want: Want,
    pub(super) feed: FeedId,
    pub(super) rows: BTreeMap<Place, LinkedRow>,
    pub(super) names: BTreeSet<Place>,
    pub(super) listed: bool,
    pub(super) error: Option<RequestError>,
    /// Why it is still being waited for, where something went wrong; else empty.
    pub(super) delay: String,
}

impl Source {
    pub(super) fn new(want: Want, feed: FeedId) -> Self {
        Self {
            want,
            feed,
            rows: BTreeMap::new(),
            names: BTreeSet::new(),
            listed: false,
            error: None,
            delay: String::new(),
        }
    }

    /// Whether objects are still arriving.
    pub(super) fn loading(&self) -> bool {
        !self.listed && self.error.is_none()
    }

    /// Whether it is waited for because something went wrong.
    pub(super) fn delayed(&self) -> bool {
        self.loading() && !self.delay.is_empty()
    }

    /// Applies an update; whether anything differs.
    pub(super) fn apply(&mut self, update: Update) -> bool {
        match update {
            Update::Rows(rows) => rows.into_iter().for_each(|row| self.put(row)),
            Update::Listed { rows, .. } => {
                self.listed = true;
                self.error = None;
                self.delay.clear();
                if let Some(rows) = rows {
                    self.rows.clear();
                    self.names.clear();
                    for row in rows {
                        self.put(row);
                    }
                }
            }
            Update::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Put(row) => self.put(row),
                        Change::Gone { namespace, name } => {
                            self.rows.remove(&(namespace.clone(), name.clone()));
                            self.names.remove(&(namespace, name));
                        }
                    }
                }
            }
            Update::Health(Health::Failed { error, .. }) => self.error = Some(error),
            Update::Health(Health::Live { .. }) => return self.error.take().is_some(),
            Update::Health(Health::Stale { why, .. }) if !self.listed => self.delay = why,
            Update::Health(Health::Listing | Health::Stale { .. })
            | Update::Header(_)
            | Update::Preview(_)
            | Update::Progress { .. } => return false,
        }
        true
    }

    fn put(&mut self, row: ObjectRow) {
        let meta = row.meta();
        let place = (meta.namespace.clone(), meta.name.clone());
        if let ObjectRow::Linked(row) = row {
            self.rows.insert(place, *row);
        } else {
            self.names.insert(place);
        }
    }
}
