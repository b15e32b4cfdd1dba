//! Helm releases as rows: the Secrets are watched without their data, of each release the newest is read.

use std::collections::{BTreeMap, HashMap, HashSet};

use cluster::{Deed, RequestError, fetch};
use model::Resource;
use model::helm::release::{decode, of_secret_name};
use model::helm::row::{Brief, Content, ReleaseRow};
use wire::ViewState;

use super::super::Session;
use super::super::collection::CollectionId;
use super::super::overview::listing;
use super::{Collections, Derived, DerivedRow};
use crate::lacks::{self, Where};
use crate::live_table::LiveTable;

/// Payloads on their way at once.
const AT_ONCE: usize = 4;
/// The name of their collection, which is not that of all Secrets.
const COLLECTION: &str = "helm/releases";

/// Namespace and name of a Secret.
type Key = (Box<str>, Box<str>);

/// What is known of payloads.
#[derive(Default)]
pub(crate) struct Releases {
    collection: Option<CollectionId>,
    /// With the version of the Secret it was read from.
    known: HashMap<Key, (Box<str>, Content)>,
    reading: HashSet<Key>,
    /// To be read, with the version that is wanted.
    wanted: Vec<(Key, Box<str>)>,
}

pub(crate) fn secrets() -> Resource {
    Resource {
        group: String::new(),
        version: "v1".to_owned(),
        plural: "secrets".to_owned(),
        kind: "Secret".to_owned(),
        namespaced: true,
    }
}

impl Releases {
    pub(super) fn collection(&self) -> Option<CollectionId> {
        self.collection
    }

    /// Rows of the newest revisions, and which payloads are to be read.
    pub(super) fn rebuild(&mut self, table: &mut LiveTable<DerivedRow>, collections: &Collections) {
        let Some(collection) = self.collection.and_then(|id| collections.get(&id)) else {
            return;
        };
        let mut newest: BTreeMap<(&str, &str), (u32, &model::Meta)> = BTreeMap::new();
        for (_, row) in collection.table.rows().iter() {
            let meta = row.meta();
            let Some((name, revision)) = of_secret_name(&meta.name) else {
                continue;
            };
            let one = newest
                .entry((&meta.namespace, name))
                .or_insert((revision, meta));
            if revision >= one.0 {
                *one = (revision, meta);
            }
        }
        self.wanted.clear();
        table.retain(|row| newest.contains_key(&table::Row::identity(row)));
        let mut kept = HashSet::new();
        for ((namespace, name), (revision, meta)) in newest {
            let key: Key = (meta.namespace.clone(), meta.name.clone());
            let known = self.known.get(&key);
            let is_current = known.is_some_and(|(version, _)| *version == meta.resource_version);
            if !is_current && !self.reading.contains(&key) {
                self.wanted
                    .push((key.clone(), meta.resource_version.clone()));
            }
            let row = DerivedRow::Release(Box::new(ReleaseRow {
                namespace: namespace.into(),
                name: name.into(),
                revision,
                content: known.map_or(Content::Unread, |(_, content)| content.clone()),
            }));
            kept.insert(key);
            if table
                .rows()
                .find(namespace, name)
                .is_none_or(|(_, old)| *old != row)
            {
                table.put(row);
            }
        }
        self.known.retain(|key, _| kept.contains(key));
        // Taken from the end: the first of the table are read first.
        self.wanted.reverse();
    }
}

impl Session {
    /// Watches the Secrets of releases.
    pub(super) fn hold_releases(&mut self) {
        let resource = secrets();
        let fields = format!("type={}", model::helm::release::SECRET_TYPE);
        let id = self.collection_of(COLLECTION, resource, None, &fields);
        if self.derived.releases.collection != Some(id) {
            self.derived.releases = Releases {
                collection: Some(id),
                ..Releases::default()
            };
            if let Some(collection) = self.collections.get_mut(&id) {
                collection.holds += 1;
            }
        }
        self.ensure_feeds(id);
    }

    /// Lets go of them, and forgets what was read.
    pub(super) fn release_releases(&mut self) {
        let held = std::mem::take(&mut self.derived.releases).collection;
        if let Some(collection) = held.and_then(|id| self.collections.get_mut(&id)) {
            collection.holds = collection.holds.saturating_sub(1);
        }
    }

    /// Reads payloads that are wanted, a few at once.
    pub(crate) fn read_releases(&mut self) {
        while self.derived.releases.reading.len() < AT_ONCE {
            let Some((key, version)) = self.derived.releases.wanted.pop() else {
                return;
            };
            self.derived.releases.reading.insert(key.clone());
            let connection = self.connection.clone();
            let (namespace, name) = key.clone();
            self.later(
                async move {
                    let object = fetch::object(&connection, &secrets(), &namespace, &name).await?;
                    Ok::<_, RequestError>(decode(&object).map(|release| Brief::from(&release)))
                },
                move |session, answer| {
                    let releases = &mut session.derived.releases;
                    if !releases.reading.remove(&key) {
                        return;
                    }
                    let content = match answer {
                        Ok(Ok(brief)) => Content::Read(Box::new(brief)),
                        Ok(Err(damage)) => Content::Damaged(sentence(&damage.to_string())),
                        Err(error) => Content::Damaged(refusal(&error, &key.0)),
                    };
                    releases.known.insert(key, (version, content));
                    session.derived.renew(Derived::Releases);
                    session.read_releases();
                },
            );
        }
    }

    /// State of the watch of releases.
    pub(super) fn releases_state(&self, namespaces: &[String]) -> ViewState {
        let collection = self
            .derived
            .releases
            .collection
            .and_then(|id| self.collections.get(&id));
        collection.map_or_else(listing, |found| found.state(namespaces, &self.status))
    }
}

/// Why a payload was not given.
fn refusal(error: &RequestError, namespace: &str) -> String {
    let deed = Deed {
        verb: "get",
        group: "",
        resource: "secrets",
    };
    lacks::request(error, deed, Where::Namespace(namespace)).message
}

/// With a capital and a full stop.
pub(crate) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}
