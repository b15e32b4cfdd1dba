//! What controllers find objects by: who owns what, what each node has given away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::budgets;
use super::claim;
use super::fields::{Fields, Scalar};
use super::garbage::waits_for_owned;
use super::queue::{Task, Who};
use super::scheduler::Amounts;
use crate::selectors;
use crate::store::{Change, Key, What};

/// Kept up with every change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    owned: BTreeMap<Arc<str>, BTreeSet<Key>>,
    /// What the pods of each node request.
    pub(crate) requested: BTreeMap<Arc<str>, Amounts>,
    /// Objects that go once what they own is gone, by uid.
    pub(crate) waiting_for_owned: BTreeMap<Arc<str>, Key>,
    /// Paths of all DaemonSets.
    pub(crate) daemon_sets: BTreeSet<Arc<str>>,
    /// Workloads that take over what they select, by namespace.
    pub(crate) claiming: BTreeMap<Arc<str>, BTreeSet<Task>>,
    /// What nobody controls that they may take over, by namespace.
    pub(crate) free: BTreeMap<Arc<str>, BTreeSet<Key>>,
    /// What selects pods, by namespace.
    pub(crate) selecting: BTreeMap<Arc<str>, BTreeMap<Key, Selecting>>,
    /// Pods without a node, by path.
    pub(crate) waiting: BTreeSet<Arc<str>>,
    /// How many quotas each namespace has that has any.
    quotas: BTreeMap<String, u32>,
}

/// Something that selects pods.
#[derive(Clone, Debug)]
pub(crate) struct Selecting {
    /// Who looks when one of them changes.
    pub(crate) who: Who,
    selector: Value,
}

impl Selecting {
    fn who(key: &Key) -> Option<Who> {
        match &*key.resource {
            "services" => Some(Who::Endpoints),
            budgets::RESOURCE => Some(Who::Budgets),
            _ => None,
        }
    }

    fn of(key: &Key, object: &Value) -> Option<Self> {
        let who = Self::who(key)?;
        let selector = object["spec"]["selector"].clone();
        Some(Self { who, selector })
    }

    /// Whether a pod with these labels is selected.
    pub(crate) fn selects(&self, labels: &Value) -> bool {
        if self.who == Who::Endpoints {
            selectors::matches(&self.selector, labels)
        } else {
            selectors::selects(&self.selector, labels)
        }
    }
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
        if *key.resource == *"resourcequotas" {
            let count = self.quotas.entry(object.namespace().to_owned());
            *count.or_default() += 1;
        }
        if waits_for_owned(object) {
            let uid = object.uid().into();
            self.waiting_for_owned.insert(uid, key.clone());
        }
        if let Some(who) = claim::claims(&key.resource) {
            let all = self.claiming.entry(object.namespace().into());
            all.or_default()
                .insert(Task::new(who, Arc::clone(&key.path)));
        }
        if claim::is_free(key, object) {
            let all = self.free.entry(object.namespace().into());
            all.or_default().insert(key.clone());
        }
        if let Some(selecting) = Selecting::of(key, object) {
            let all = self.selecting.entry(object.namespace().into());
            all.or_default().insert(key.clone(), selecting);
        }
        if *key.resource == *"daemonsets.apps" {
            self.daemon_sets.insert(Arc::clone(&key.path));
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
        if !self.waiting_for_owned.is_empty() {
            self.waiting_for_owned.remove(object.uid());
        }
        for owner in owners(object) {
            if let Some(owned) = self.owned.get_mut(owner) {
                owned.remove(key);
                if owned.is_empty() {
                    self.owned.remove(owner);
                }
            }
        }
        if *key.resource == *"resourcequotas" {
            let count = self
                .quotas
                .entry(object.namespace().to_owned())
                .or_default();
            *count = count.saturating_sub(1);
        }
        if let Some(who) = claim::claims(&key.resource)
            && let Some(all) = self.claiming.get_mut(object.namespace())
        {
            all.remove(&Task::new(who, Arc::clone(&key.path)));
        }
        if claim::is_free(key, object)
            && let Some(all) = self.free.get_mut(object.namespace())
        {
            all.remove(key);
        }
        if Selecting::who(key).is_some()
            && let Some(all) = self.selecting.get_mut(object.namespace())
        {
            all.remove(key);
        }
        if *key.resource == *"daemonsets.apps" {
            self.daemon_sets.remove(&key.path);
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

    /// Whether a namespace has quotas.
    pub(crate) fn has_quotas(&self, namespace: &str) -> bool {
        self.quotas.get(namespace).is_some_and(|count| *count > 0)
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

/// The uids of an object's owners.
pub(crate) fn owners(object: &Value) -> impl Iterator<Item = &str> {
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
