//! Objects with their recent history, as etcd keeps them behind an API server.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;

/// Where an object lies. Objects of one resource are ordered by `path`, byte by byte, as an API server lists them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Plural and group: `deployments.apps`, `pods`.
    pub resource: Arc<str>,
    /// `namespace/name`, or `name` where the kind has no namespaces.
    pub path: Arc<str>,
}

impl Key {
    /// `namespace` is empty where the kind has none.
    pub fn new(resource: &str, namespace: &str, name: &str) -> Self {
        let path = if namespace.is_empty() {
            name.to_owned()
        } else {
            format!("{namespace}/{name}")
        };
        Self {
            resource: resource.into(),
            path: path.into(),
        }
    }
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It was not there before.
    Added,
    /// It was there before.
    Modified,
    /// It is gone; the change holds its last state with the revision of the deletion.
    Deleted,
}

/// One step of the history.
#[derive(Clone, Debug)]
pub struct Change {
    /// Strictly rising.
    pub revision: u64,
    /// Of which object.
    pub key: Key,
    /// What happened.
    pub what: What,
    /// The object afterwards; its `metadata.resourceVersion` is `revision`.
    pub object: Arc<Value>,
    /// The object before, unless it was added: who watches by a selector needs to know whether it was in.
    pub before: Option<Arc<Value>>,
}

/// All objects, and changes since [`Store::compacted`].
#[derive(Clone, Debug)]
pub struct Store {
    revision: u64,
    objects: BTreeMap<Key, Arc<Value>>,
    changes: VecDeque<Change>,
    compacted: u64,
    keep: usize,
}

impl Store {
    /// An empty store that remembers up to `keep` changes.
    pub fn new(keep: usize) -> Self {
        Self {
            revision: 1,
            objects: BTreeMap::new(),
            changes: VecDeque::new(),
            compacted: 1,
            keep,
        }
    }

    /// The latest revision, at least 1.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Changes up to this revision are forgotten: who asks for what followed an older one gets 410.
    pub fn compacted(&self) -> u64 {
        self.compacted
    }

    /// An object.
    pub fn get(&self, key: &Key) -> Option<&Arc<Value>> {
        self.objects.get(key)
    }

    /// Objects of `resource` whose path begins with `prefix` (`""`, or `namespace/`) and comes after `after`, in order.
    pub fn list<'a>(
        &'a self,
        resource: &str,
        prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'a Key, &'a Arc<Value>)> {
        let resource: Arc<str> = resource.into();
        let from = match after {
            Some(path) if path >= prefix => Bound::Excluded(Key {
                resource: Arc::clone(&resource),
                path: path.into(),
            }),
            _ => Bound::Included(Key {
                resource: Arc::clone(&resource),
                path: prefix.into(),
            }),
        };
        self.objects
            .range((from, Bound::Unbounded))
            .take_while(move |(key, _)| key.resource == resource && key.path.starts_with(prefix))
    }

    /// Changes after `revision`, oldest first; None if some of them are forgotten.
    pub fn since(&self, revision: u64) -> Option<impl Iterator<Item = &Change>> {
        if revision < self.compacted {
            return None;
        }
        let start = self
            .changes
            .partition_point(|change| change.revision <= revision);
        Some(self.changes.range(start..))
    }

    /// Writes an object, giving it the next revision, and returns it as it is kept.
    pub fn put(&mut self, key: Key, object: Value) -> Arc<Value> {
        let object = self.stamped(object);
        let before = self.objects.insert(key.clone(), Arc::clone(&object));
        let what = if before.is_some() {
            What::Modified
        } else {
            What::Added
        };
        self.remember(key, what, Arc::clone(&object), before);
        object
    }

    /// Takes an object away, and returns its last state with the revision of the deletion.
    pub fn remove(&mut self, key: &Key) -> Option<Arc<Value>> {
        let before = self.objects.remove(key)?;
        let last = self.stamped(Value::clone(&before));
        self.remember(key.clone(), What::Deleted, Arc::clone(&last), Some(before));
        Some(last)
    }

    /// Holds what another store holds, by as few changes as that takes.
    pub fn turn_into(&mut self, other: &Self) {
        let gone = self.objects.keys();
        let gone: Vec<Key> = gone
            .filter(|key| !other.objects.contains_key(key))
            .cloned()
            .collect();
        for key in gone {
            self.remove(&key);
        }
        for (key, object) in &other.objects {
            let own = self.objects.get(key);
            if !own.is_some_and(|own| is_same(own, object)) {
                self.put(key.clone(), Value::clone(object));
            }
        }
    }

    /// Forgets all changes up to `revision`.
    pub fn compact(&mut self, revision: u64) {
        self.compacted = self.compacted.max(revision.min(self.revision));
        while self
            .changes
            .front()
            .is_some_and(|change| change.revision <= self.compacted)
        {
            self.changes.pop_front();
        }
    }

    fn stamped(&mut self, mut object: Value) -> Arc<Value> {
        self.revision += 1;
        object["metadata"]["resourceVersion"] = Value::String(self.revision.to_string());
        Arc::new(object)
    }

    fn remember(&mut self, key: Key, what: What, object: Arc<Value>, before: Option<Arc<Value>>) {
        self.changes.push_back(Change {
            revision: self.revision,
            key,
            what,
            object,
            before,
        });
        if self.changes.len() > self.keep
            && let Some(oldest) = self.changes.front().map(|change| change.revision)
        {
            self.compact(oldest);
        }
    }
}

/// Whether two objects differ in nothing but their `resourceVersion`.
fn is_same(one: &Arc<Value>, other: &Arc<Value>) -> bool {
    if Arc::ptr_eq(one, other) {
        return true;
    }
    let version = &one["metadata"]["resourceVersion"];
    if other["metadata"]["resourceVersion"] == *version {
        return one == other;
    }
    let mut stamped = Value::clone(other);
    stamped["metadata"]["resourceVersion"] = version.clone();
    **one == stamped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn named(name: &str) -> Value {
        json!({"metadata": {"name": name}})
    }

    #[test]
    fn lists_are_ordered_by_path_and_go_on_after_one() {
        let mut store = Store::new(10);
        for (namespace, name) in [("b", "x"), ("a-b", "x"), ("a", "y"), ("a", "x")] {
            store.put(Key::new("pods", namespace, name), named(name));
        }
        store.put(Key::new("podsx", "a", "z"), named("z"));
        let paths = |prefix: &str, after: Option<&str>| {
            let found = store.list("pods", prefix, after);
            found
                .map(|(key, _)| key.path.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(paths("", None), ["a-b/x", "a/x", "a/y", "b/x"]);
        assert_eq!(paths("", Some("a/x")), ["a/y", "b/x"]);
        assert_eq!(paths("a/", None), ["a/x", "a/y"]);
        assert_eq!(paths("a/", Some("a/x")), ["a/y"]);
    }

    #[test]
    fn what_is_forgotten_is_not_told_in_part() {
        let mut store = Store::new(2);
        let key = Key::new("pods", "a", "x");
        let first = store.revision();
        store.put(key.clone(), named("x"));
        store.put(key.clone(), named("x"));
        let whats = |store: &Store, revision| {
            store
                .since(revision)
                .map(|changes| changes.map(|change| change.what).collect::<Vec<_>>())
        };
        assert_eq!(
            whats(&store, first),
            Some(vec![What::Added, What::Modified])
        );
        let last = store.remove(&key).unwrap();
        assert_eq!(
            last["metadata"]["resourceVersion"],
            store.revision().to_string()
        );
        assert_eq!(whats(&store, first), None);
        assert_eq!(
            whats(&store, first + 1),
            Some(vec![What::Modified, What::Deleted])
        );
        assert_eq!(whats(&store, store.revision()), Some(vec![]));
    }
}
