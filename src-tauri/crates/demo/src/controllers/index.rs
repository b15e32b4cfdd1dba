//! What controllers find objects by: who owns what, what each node has given away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::fields::{Fields, Scalar};
use super::scheduler::Amounts;
use crate::store::{Change, Key, What};

/// Kept up with every change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    owned: BTreeMap<Arc<str>, BTreeSet<Key>>,
    /// What the pods of each node request.
    pub(crate) requested: BTreeMap<Arc<str>, Amounts>,
    /// Pods without a node, by path.
    pub(crate) waiting: BTreeSet<Arc<str>>,
}

impl Index {
    /// Takes in a change.
    pub(crate) fn notice(&mut self, change: &Change) {
        if let Some(before) = &change.before {
            self.forget(&change.key, before);
        }
        match change.what {
            What::Added | What::Modified => self.learn(&change.key, &change.object),
            What::Deleted => {}
        }
    }

    /// Takes in an object that is there.
    pub(crate) fn learn(&mut self, key: &Key, object: &Value) {
        for owner in owners(object) {
            let owned = self.owned.entry(owner.into()).or_default();
            owned.insert(key.clone());
        }
        if *key.resource == *"pods" && !is_over(object) {
            match object["spec"]["nodeName"].text() {
                "" => {
                    self.waiting.insert(Arc::clone(&key.path));
                }
                node => {
                    let amounts = self.requested.entry(node.into()).or_default();
                    amounts.add(&Amounts::of_pod(object));
                }
            }
        }
    }

    fn forget(&mut self, key: &Key, object: &Value) {
        for owner in owners(object) {
            if let Some(owned) = self.owned.get_mut(owner) {
                owned.remove(key);
                if owned.is_empty() {
                    self.owned.remove(owner);
                }
            }
        }
        if *key.resource == *"pods" && !is_over(object) {
            match object["spec"]["nodeName"].text() {
                "" => {
                    self.waiting.remove(&key.path);
                }
                node => {
                    if let Some(amounts) = self.requested.get_mut(node) {
                        amounts.take(&Amounts::of_pod(object));
                    }
                }
            }
        }
    }

    /// Everything that names `uid` as an owner, in order.
    pub(crate) fn owned_by(&self, uid: &str) -> Vec<Key> {
        let owned = self.owned.get(uid).into_iter().flatten();
        owned.cloned().collect()
    }

    /// The objects of a resource that name `uid` as an owner, in order.
    pub(crate) fn of(&self, uid: &str, resource: &str) -> impl Iterator<Item = &Key> {
        let owned = self.owned.get(uid).into_iter().flatten();
        owned.filter(move |key| *key.resource == *resource)
    }
}

/// Whether a pod takes nothing from its node any more.
pub(crate) fn is_over(pod: &Value) -> bool {
    matches!(pod["status"]["phase"].text(), "Succeeded" | "Failed")
}

fn owners(object: &Value) -> impl Iterator<Item = &str> {
    let owners = object["metadata"]["ownerReferences"].items().iter();
    owners.map(|owner| owner["uid"].text())
}

/// The objects behind keys.
pub(crate) fn objects<'a>(
    world: &crate::World,
    keys: impl Iterator<Item = &'a Key>,
) -> Vec<Arc<Value>> {
    keys.filter_map(|key| world.store.get(key).cloned())
        .collect()
}

/// The objects of a resource that an object controls.
pub(crate) fn controlled(
    index: &Index,
    world: &crate::World,
    owner: &Value,
    resource: &str,
) -> Vec<Arc<Value>> {
    let uid = owner.uid();
    let mut found = objects(world, index.of(uid, resource));
    found.retain(|object| object.controller().is_some_and(|by| by["uid"] == *uid));
    found
}
