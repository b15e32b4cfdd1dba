//! Text, owners and labels that thousands of rows repeat, kept once.
//!
//! A small cache of what was decoded last, a thread its own: it forgets on collision, so it is
//! bounded and needs no clearing. Rows that share live as long as any of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::sync::Arc;

use crate::labels::Label;
use crate::meta::OwnerRef;
use crate::resources::PodResources;

/// Places of a cache: more than a large cluster has nodes.
const PLACES: usize = 2048;

/// A set of labels as it was decoded, and as it is kept.
type Known = (BTreeMap<String, Vec<u8>>, Arc<[Label]>);

thread_local! {
    static LABELS: RefCell<Vec<Option<Known>>> = RefCell::new(vec![None; PLACES]);
    static TEXTS: RefCell<Vec<Option<Arc<str>>>> = RefCell::new(vec![None; PLACES]);
    static OWNERS: RefCell<Vec<Option<Arc<OwnerRef>>>> = RefCell::new(vec![None; PLACES]);
    static RESOURCES: RefCell<Vec<Option<Arc<PodResources>>>> = RefCell::new(vec![None; PLACES]);
}

fn place(text: impl Hash) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
    usize::try_from(hash % PLACES as u64).unwrap_or_default()
}

/// The same text, shared with others of late.
pub(crate) fn text(text: &str) -> Arc<str> {
    TEXTS.with_borrow_mut(|seen| match &mut seen[place(text)] {
        Some(known) if **known == *text => Arc::clone(known),
        other => Arc::clone(other.insert(text.into())),
    })
}

/// The same owner, shared with others of late.
pub(crate) fn owner(owner: OwnerRef) -> Arc<OwnerRef> {
    OWNERS.with_borrow_mut(|seen| match &mut seen[place(&owner.uid)] {
        Some(known) if **known == owner => Arc::clone(known),
        other => Arc::clone(other.insert(Arc::new(owner))),
    })
}

/// The same requests and limits, shared with other pods of late: those of one workload ask alike.
pub(crate) fn resources(resources: PodResources) -> Arc<PodResources> {
    RESOURCES.with_borrow_mut(|seen| match &mut seen[place(&resources)] {
        Some(known) if **known == resources => Arc::clone(known),
        other => Arc::clone(other.insert(Arc::new(resources))),
    })
}

/// The labels that `make` makes of `labels`, shared with others of late.
pub(crate) fn labels(
    labels: &BTreeMap<String, Vec<u8>>,
    make: impl FnOnce() -> Arc<[Label]>,
) -> Arc<[Label]> {
    LABELS.with_borrow_mut(|seen| match &mut seen[place(labels)] {
        Some((known, kept)) if known == labels => Arc::clone(kept),
        other => Arc::clone(&other.insert((labels.clone(), make())).1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_text_is_one() {
        let (a, b, c) = (text("node-1"), text("node-1"), text("node-2"));
        assert!(Arc::ptr_eq(&a, &b));
        assert_eq!((&*a, &*c), ("node-1", "node-2"));
    }

    #[test]
    fn more_texts_than_places_stay_right() {
        for round in 0..2 {
            for n in 0..PLACES * 3 {
                let name = format!("n{n}");
                assert_eq!(*text(&name), *name, "round {round}");
            }
        }
    }

    #[test]
    fn owners_of_one_uid_may_differ() {
        let named = |name: &str| OwnerRef {
            uid: "u".into(),
            name: name.into(),
            ..OwnerRef::default()
        };
        let (a, b) = (owner(named("a")), owner(named("b")));
        assert_eq!((&*a.name, &*b.name), ("a", "b"));
        assert!(Arc::ptr_eq(&b, &owner(named("b"))));
    }
}
