//! Helm releases as rows: Secrets and `ConfigMaps` are watched without their data, of each release the newest is read.

use std::collections::{BTreeMap, HashMap, HashSet};

use cluster::{Deed, RequestError, fetch};
use model::helm::release::{Driver, SECRET_TYPE, decode, of_secret_name};
use model::helm::row::{Brief, Content, ReleaseRow};
use wire::{Phase, ViewState};

use super::super::Session;
use super::super::collection::CollectionId;
use super::super::overview::listing;
use super::super::rights::list_of;
use super::{Collections, Derived, DerivedRow};
use crate::lacks::{self, Where};
use crate::live_table::LiveTable;

/// Payloads on their way at once.
const AT_ONCE: usize = 4;

/// Where a revision is: driver, namespace and name.
type Key = (Driver, Box<str>, Box<str>);

/// What is known of payloads.
#[derive(Default)]
pub(crate) struct Releases {
    /// Of each driver.
    collections: Vec<(Driver, CollectionId)>,
    /// With the version of the object it was read from.
    known: HashMap<Key, (Box<str>, Content)>,
    reading: HashSet<Key>,
    /// To be read, with the version that is wanted.
    wanted: Vec<(Key, Box<str>)>,
}

impl Releases {
    pub(super) fn collections(&self) -> impl Iterator<Item = CollectionId> {
        self.collections.iter().map(|(_, id)| *id)
    }

    /// Rows of the newest revisions, and which payloads are to be read.
    pub(super) fn rebuild(&mut self, table: &mut LiveTable<DerivedRow>, collections: &Collections) {
        let mut newest: BTreeMap<(&str, &str), (u32, Driver, &model::Meta)> = BTreeMap::new();
        for (driver, id) in &self.collections {
            let rows = collections.get(id).into_iter();
            for (_, row) in rows.flat_map(|collection| collection.table.rows().iter()) {
                let meta = row.meta();
                let Some((name, revision)) = of_secret_name(&meta.name) else {
                    continue;
                };
                let one = newest
                    .entry((&meta.namespace, name))
                    .or_insert((revision, *driver, meta));
                // Of one revision in both, the default driver's counts.
                if revision > one.0 {
                    *one = (revision, *driver, meta);
                }
            }
        }
        self.wanted.clear();
        table.retain(|row| newest.contains_key(&table::Row::identity(row)));
        let mut kept = HashSet::new();
        for ((namespace, name), (revision, driver, meta)) in newest {
            let key: Key = (driver, meta.namespace.clone(), meta.name.clone());
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
                driver,
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
    /// Watches what releases are kept in.
    pub(super) fn hold_releases(&mut self) {
        let first = self.derived.releases.collections.is_empty();
        for driver in Driver::ALL {
            // A name of its own: it is not the collection of all Secrets.
            let (name, fields, labels) = match driver {
                Driver::Secrets => ("helm/secrets", format!("type={SECRET_TYPE}"), ""),
                Driver::ConfigMaps => ("helm/configmaps", String::new(), "owner=helm"),
            };
            let id = self.collection_of(name, driver.resource(), None, &fields);
            if first {
                self.derived.releases.collections.push((driver, id));
                if let Some(collection) = self.collections.get_mut(&id) {
                    labels.clone_into(&mut collection.labels);
                    collection.holds += 1;
                }
            }
            self.ensure_feeds(id);
        }
    }

    /// Lets go of them, and forgets what was read.
    pub(super) fn release_releases(&mut self) {
        for id in std::mem::take(&mut self.derived.releases).collections() {
            if let Some(collection) = self.collections.get_mut(&id) {
                collection.holds = collection.holds.saturating_sub(1);
            }
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
            let (driver, namespace, name) = key.clone();
            self.later(
                async move {
                    let resource = driver.resource();
                    let object = fetch::object(&connection, &resource, &namespace, &name).await?;
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
                        Err(error) => Content::Damaged(refusal(&error, driver, &key.1)),
                    };
                    releases.known.insert(key, (version, content));
                    session.derived.renew(Derived::Releases);
                    session.read_releases();
                },
            );
        }
    }

    /// State of the watches of releases: of the default driver, with what is to be said of the other.
    pub(super) fn releases_state(&self, namespaces: &[String]) -> ViewState {
        let releases = self.derived.releases.collections.iter();
        let mut states = releases.map(|(driver, id)| {
            let found = self.collections.get(id);
            let state = found.map_or_else(listing, |found| found.state(namespaces, &self.status));
            (*driver, state)
        });
        match (states.next(), states.next()) {
            (Some(first), Some(second)) => joined(first, second),
            (Some((_, state)), None) => state,
            (None, _) => listing(),
        }
    }
}

/// One state of two: where one fails, the other's releases are shown all the same, and that is said.
fn joined(first: (Driver, ViewState), second: (Driver, ViewState)) -> ViewState {
    let waits = |state: &ViewState| state.phase == Phase::Listing;
    let fails = |state: &ViewState| state.phase == Phase::Failed;
    let ((_, mut state), (other, rest)) = if fails(&first.1) && !fails(&second.1) {
        (second, first)
    } else {
        (first, second)
    };
    if state.phase == Phase::Live && waits(&rest) {
        return rest;
    }
    if fails(&rest) && !fails(&state) {
        let kind = other.resource().kind;
        let missing = format!("Releases kept in {kind}s are not shown: {}", rest.why);
        let words = [state.why.as_str(), &missing];
        words.join(" ").trim_start().clone_into(&mut state.why);
    }
    state
}

/// Why a payload was not given.
fn refusal(error: &RequestError, driver: Driver, namespace: &str) -> String {
    let resource = driver.resource();
    lacks::request(
        error,
        Deed {
            verb: "get",
            ..list_of(&resource)
        },
        Where::Namespace(namespace),
    )
    .message
}

/// With a capital and a full stop.
pub(crate) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(phase: Phase, why: &str) -> ViewState {
        ViewState {
            phase,
            why: why.to_owned(),
            ..listing()
        }
    }

    #[test]
    fn one_driver_that_may_not_be_read_hides_not_the_other() {
        let told = |secrets: ViewState, maps: ViewState| {
            let both = joined((Driver::Secrets, secrets), (Driver::ConfigMaps, maps));
            (both.phase, both.why)
        };
        let live = || state(Phase::Live, "");
        let failed = || state(Phase::Failed, "forbidden");
        assert_eq!(told(live(), live()), (Phase::Live, String::new()));
        let missing = |kind: &str| {
            let why = format!("Releases kept in {kind} are not shown: forbidden");
            (Phase::Live, why)
        };
        assert_eq!(told(live(), failed()), missing("ConfigMaps"));
        assert_eq!(told(failed(), live()), missing("Secrets"));
        assert_eq!(told(failed(), failed()).0, Phase::Failed);
        assert_eq!(told(live(), listing()).0, Phase::Listing);
        assert_eq!(told(listing(), live()).0, Phase::Listing);
    }
}
