//! A collection that is recorded too: what its lists bring in all, and how far each feed is.

use std::collections::BTreeSet;

use cluster::Connection;
use cluster::health::Health;
use cluster::update::{Change, Update};
use model::ObjectRow;
use table::Row;

use super::super::feeds::{FeedId, Feeds};
use super::super::recording::Feeding;
use super::Collection;

/// Namespaces and names.
pub(crate) type Names = BTreeSet<(Box<str>, Box<str>)>;

/// All there is in a namespace, or in all of them.
pub(crate) struct Complete {
    pub(crate) namespace: Option<String>,
    pub(crate) names: Names,
}

impl Complete {
    /// Whether the row may be there.
    pub(super) fn allows(&self, row: &ObjectRow) -> bool {
        let meta = row.meta();
        let is_elsewhere = self
            .namespace
            .as_deref()
            .is_some_and(|own| own != &*meta.namespace);
        is_elsewhere
            || self
                .names
                .contains(&(meta.namespace.clone(), meta.name.clone()))
    }
}

impl Collection {
    pub(super) fn is_fed_by(&self, feed: FeedId) -> bool {
        self.feeds.iter().any(|own| own.id == feed)
    }

    /// Notes what a first listing brings; with its end, or with a later list: all there is.
    pub(super) fn complete(&mut self, feed: FeedId, update: &Update) -> Option<Complete> {
        let feed = self.feeds.iter_mut().find(|own| own.id == feed)?;
        let name = |row: &ObjectRow| {
            let (namespace, name) = row.identity();
            (namespace.into(), name.into())
        };
        match update {
            Update::Rows(rows) => {
                if let Some(brought) = &mut feed.brought {
                    brought.extend(rows.iter().map(name));
                }
                None
            }
            Update::Listed { rows, .. } => {
                let brought = feed.brought.take();
                let names = match rows {
                    Some(rows) => rows.iter().map(name).collect(),
                    None => brought?,
                };
                let namespace = feed.namespace.clone();
                Some(Complete { namespace, names })
            }
            Update::Header(_)
            | Update::Preview(_)
            | Update::Progress { .. }
            | Update::Changed(_)
            | Update::Health(_) => None,
        }
    }

    /// How far each of its feeds is, by namespace.
    pub(crate) fn feeding(&self) -> Vec<(Option<String>, Feeding)> {
        let feeds = self.feeds.iter().map(|feed| {
            let how = match feed.health {
                Health::Live { .. } if feed.listed && feed.brought.is_none() => Feeding::Whole,
                Health::Live { .. } | Health::Listing | Health::Stale { .. } => Feeding::Coming,
                Health::Failed { .. } => Feeding::Refused,
            };
            (feed.namespace.clone(), how)
        });
        feeds.collect()
    }

    /// Lists and watches everything anew; what is shown stays until it is there.
    pub(crate) fn read_again(&mut self, feeds: &mut Feeds, connection: &Connection) {
        let before = std::mem::take(&mut self.feeds);
        for feed in &before {
            feeds.close(feed.id);
        }
        self.ensure_feeds(feeds, connection);
        for feed in &mut self.feeds {
            let mut before = before.iter();
            if let Some(old) = before.find(|old| old.namespace == feed.namespace) {
                feed.health = old.health.clone();
                feed.listed = old.listed;
            }
        }
    }
}

/// The rows of an update as tables show them.
pub(super) fn as_shown(update: Update) -> Update {
    let shown = |row: ObjectRow| match row {
        ObjectRow::Seen(seen) => seen.row,
        row => row,
    };
    match update {
        Update::Rows(rows) => Update::Rows(rows.into_iter().map(shown).collect()),
        Update::Listed {
            rows,
            bytes,
            unreadable,
        } => Update::Listed {
            rows: rows.map(|rows| rows.into_iter().map(shown).collect()),
            bytes,
            unreadable,
        },
        Update::Changed(changes) => Update::Changed(
            changes
                .into_iter()
                .map(|change| match change {
                    Change::Put(row) => Change::Put(shown(row)),
                    gone @ Change::Gone { .. } => gone,
                })
                .collect(),
        ),
        Update::Header(_) | Update::Preview(_) | Update::Progress { .. } | Update::Health(_) => {
            update
        }
    }
}
