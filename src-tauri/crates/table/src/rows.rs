//! Rows of one table, found by identity.

use crate::Row;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// A row's place in [`Rows`]; reused after removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub u32);

impl RowId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// All rows of one table.
///
/// Beside the rows themselves it keeps four bytes and a hash tag a row: identities are read
/// from the rows. Slots stand in blocks of fixed size, so that growing neither copies rows nor
/// leaves half of a doubled array unused.
pub struct Rows<R> {
    blocks: Vec<Box<[Option<R>]>>,
    free: Vec<RowId>,
    index: HashTable<RowId>,
    hash: RandomState,
}

/// Slots a block.
const BLOCK: usize = 256;

impl<R: Row> Default for Rows<R> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            free: Vec::new(),
            index: HashTable::new(),
            hash: RandomState::new(),
        }
    }
}

impl<R> fmt::Debug for Rows<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("len", &self.index.len())
            .finish_non_exhaustive()
    }
}

impl<R: Row> Rows<R> {
    /// Adds or replaces by identity.
    pub fn put(&mut self, row: R) -> RowId {
        let Self {
            blocks,
            free,
            index,
            hash,
        } = self;
        let identity = row.identity();
        let entry = index.entry(
            hash.hash_one(identity),
            |id| slot(blocks, *id).is_some_and(|r| r.identity() == identity),
            |id| hash.hash_one(indexed(blocks, *id).identity()),
        );
        let id = match entry {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let id = free.pop().unwrap_or_else(|| {
                    let first = blocks.len() * BLOCK;
                    blocks.push((0..BLOCK).map(|_| None).collect());
                    free.extend((first + 1..first + BLOCK).rev().map(id_at));
                    id_at(first)
                });
                entry.insert(id);
                id
            }
        };
        blocks[id.index() / BLOCK][id.index() % BLOCK] = Some(row);
        id
    }

    /// Removes by identity.
    pub fn remove(&mut self, group: &str, name: &str) -> Option<(RowId, R)> {
        let Self {
            blocks,
            free,
            index,
            hash,
        } = self;
        let (id, _) = index
            .find_entry(hash.hash_one((group, name)), |id| {
                indexed(blocks, *id).identity() == (group, name)
            })
            .ok()?
            .remove();
        let row = blocks[id.index() / BLOCK][id.index() % BLOCK].take();
        if index.is_empty() {
            // The last row of a large table takes its memory with it.
            (*blocks, *free, *index) = (Vec::new(), Vec::new(), HashTable::new());
        } else {
            free.push(id);
        }
        row.map(|row| (id, row))
    }

    /// The row with this identity.
    pub fn find(&self, group: &str, name: &str) -> Option<(RowId, &R)> {
        let id = *self.index.find(self.hash.hash_one((group, name)), |id| {
            indexed(&self.blocks, *id).identity() == (group, name)
        })?;
        self.get(id).map(|row| (id, row))
    }

    /// The row at `id`.
    pub fn get(&self, id: RowId) -> Option<&R> {
        slot(&self.blocks, id)
    }

    /// The row at `id`, which has one.
    pub(crate) fn alive(&self, id: RowId) -> &R {
        slot(&self.blocks, id).expect("the caller kept only ids of rows")
    }

    /// Changes the row at `id` in place; its identity must stay.
    pub fn get_mut(&mut self, id: RowId) -> Option<&mut R> {
        self.blocks.get_mut(id.index() / BLOCK)?[id.index() % BLOCK].as_mut()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// All rows, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (RowId, &R)> {
        let slots = self.blocks.iter().flatten();
        slots
            .zip(0u32..)
            .filter_map(|(row, id)| row.as_ref().map(|row| (RowId(id), row)))
    }
}

fn id_at(place: usize) -> RowId {
    RowId(u32::try_from(place).expect("fewer than 2^32 rows"))
}

fn slot<R>(blocks: &[Box<[Option<R>]>], id: RowId) -> Option<&R> {
    blocks.get(id.index() / BLOCK)?[id.index() % BLOCK].as_ref()
}

fn indexed<R>(blocks: &[Box<[Option<R>]>], id: RowId) -> &R {
    slot(blocks, id).expect("every indexed slot holds a row")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Cell, SortKey};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq)]
    struct Plain(String, String, u32);

    impl Row for Plain {
        fn identity(&self) -> (&str, &str) {
            (&self.0, &self.1)
        }
        fn cell(&self, _: usize, _: i64) -> Cell {
            Cell::plain(self.2.to_string())
        }
        fn sort_key(&self, _: usize) -> SortKey<'_> {
            SortKey::Int(self.2.into())
        }
    }

    #[test]
    fn group_and_name_do_not_run_together() {
        let mut rows = Rows::default();
        let one = rows.put(Plain("a".into(), "bc".into(), 1));
        let two = rows.put(Plain("ab".into(), "c".into(), 2));
        assert_ne!(one, two);
        assert_eq!(rows.find("ab", "c").unwrap().1.2, 2);
        assert_eq!(rows.find("a", "c"), None);
    }

    #[test]
    fn the_last_row_frees_the_memory() {
        let mut rows = Rows::default();
        for n in 0..2000 {
            rows.put(Plain(String::new(), n.to_string(), n));
        }
        for n in 0..2000 {
            rows.remove("", &n.to_string()).unwrap();
        }
        assert!(rows.is_empty() && rows.blocks.is_empty() && rows.free.is_empty());
        assert_eq!(rows.put(Plain(String::new(), String::new(), 0)), RowId(0));
    }

    proptest! {
        #[test]
        fn behaves_like_a_map(ops in prop::collection::vec((0u8..3, 0u8..4, 0u16..300, any::<u32>()), 0..800)) {
            let mut rows: Rows<Plain> = Rows::default();
            let mut map = BTreeMap::new();
            for (op, group, name, value) in ops {
                let (group, name) = (group.to_string(), name.to_string());
                if op == 0 {
                    let removed = rows.remove(&group, &name);
                    let expected = map.remove(&(group, name));
                    prop_assert_eq!(removed.as_ref().map(|(_, r)| r.2), expected);
                    if let Some((id, _)) = removed {
                        prop_assert_eq!(rows.get(id), None);
                    }
                } else {
                    let id = rows.put(Plain(group.clone(), name.clone(), value));
                    prop_assert_eq!(rows.get(id).map(|r| r.2), Some(value));
                    prop_assert_eq!(rows.find(&group, &name).map(|(id, _)| id), Some(id));
                    map.insert((group, name), value);
                }
                prop_assert_eq!(rows.len(), map.len());
            }
            let all: BTreeMap<_, _> = rows.iter().map(|(id, r)| {
                assert_eq!(rows.get(id), Some(r));
                ((r.0.clone(), r.1.clone()), r.2)
            }).collect();
            prop_assert_eq!(all, map);
        }
    }
}
