//! Objects of a resource as they were at a revision.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::store::Store;

/// Objects with their paths, in order, after `after`; None if that revision is forgotten.
pub(crate) fn at(
    store: &Store,
    resource: &str,
    prefix: &str,
    after: Option<&str>,
    revision: u64,
) -> Option<Vec<(Arc<str>, Arc<Value>)>> {
    let mut then: BTreeMap<Arc<str>, Option<Arc<Value>>> = BTreeMap::new();
    if revision < store.revision() {
        for change in store.since(revision)? {
            let meant = *change.key.resource == *resource && change.key.path.starts_with(prefix);
            if meant && after.is_none_or(|after| &*change.key.path > after) {
                then.entry(Arc::clone(&change.key.path))
                    .or_insert_with(|| change.before.clone());
            }
        }
    }
    let now = store.list(resource, prefix, after);
    let now = now.map(|(key, object)| (Arc::clone(&key.path), Arc::clone(object)));
    if then.is_empty() {
        return Some(now.collect());
    }
    let mut all: BTreeMap<Arc<str>, Arc<Value>> = now.collect();
    for (path, object) in then {
        match object {
            Some(object) => all.insert(path, object),
            None => all.remove(&path),
        };
    }
    Some(all.into_iter().collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::store::Key;
    use serde_json::json;

    #[test]
    fn what_was_changed_added_or_removed_since_is_as_before() {
        let mut store = Store::new(100);
        let put = |store: &mut Store, name: &str, label: &str| {
            let object = json!({"metadata": {"name": name}, "label": label});
            store.put(Key::new("pods", "a", name), object);
        };
        for name in ["changed", "kept", "removed"] {
            put(&mut store, name, "old");
        }
        let then = store.revision();
        put(&mut store, "changed", "new");
        put(&mut store, "added", "new");
        store.remove(&Key::new("pods", "a", "removed"));
        let seen = |revision, after| {
            let all = at(&store, "pods", "a/", after, revision).unwrap();
            let each = all
                .iter()
                .map(|(path, object)| format!("{path} {}", object["label"]));
            each.collect::<Vec<_>>()
        };
        assert_eq!(
            seen(then, None),
            ["a/changed \"old\"", "a/kept \"old\"", "a/removed \"old\""]
        );
        assert_eq!(seen(then, Some("a/kept")), ["a/removed \"old\""]);
        assert_eq!(
            seen(store.revision(), None),
            ["a/added \"new\"", "a/changed \"new\"", "a/kept \"old\""]
        );
        store.compact(store.revision());
        assert!(at(&store, "pods", "", None, then).is_none());
    }
}
