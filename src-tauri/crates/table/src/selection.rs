//! Which rows of a view are selected.

use crate::RowId;

/// A set of rows, by place.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    bits: Vec<u64>,
    len: usize,
}

impl Selection {
    /// How many rows are selected.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether this row is.
    pub fn contains(&self, id: RowId) -> bool {
        let (word, bit) = place(id);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Selects a row.
    pub fn insert(&mut self, id: RowId) {
        let (word, bit) = place(id);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        self.len += usize::from(self.bits[word] & bit == 0);
        self.bits[word] |= bit;
    }

    /// Selects a row no more; whether it was.
    pub fn remove(&mut self, id: RowId) -> bool {
        let was = self.contains(id);
        if was {
            let (word, bit) = place(id);
            self.bits[word] &= !bit;
            self.len -= 1;
        }
        was
    }

    /// Selects exactly these rows.
    pub fn set(&mut self, ids: impl IntoIterator<Item = RowId>) {
        *self = Self::default();
        for id in ids {
            self.insert(id);
        }
    }

    /// Keeps what is selected among these rows, and nothing else.
    pub fn keep_among(&mut self, ids: impl IntoIterator<Item = RowId>) {
        if !self.is_empty() {
            let before = std::mem::take(self);
            self.set(ids.into_iter().filter(|id| before.contains(*id)));
        }
    }
}

fn place(id: RowId) -> (usize, u64) {
    (id.index() / 64, 1 << (id.index() % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn behaves_like_a_set(ops in prop::collection::vec((0u8..5, 0u32..300), 0..200)) {
            let mut selection = Selection::default();
            let mut set = BTreeSet::new();
            for (op, id) in ops {
                match op {
                    0 | 1 => {
                        selection.insert(RowId(id));
                        set.insert(id);
                    }
                    2 => prop_assert_eq!(selection.remove(RowId(id)), set.remove(&id)),
                    3 => {
                        let range = id..id + 20;
                        selection.set(range.clone().map(RowId));
                        set = range.collect();
                    }
                    _ => {
                        selection.keep_among((id..400).map(RowId));
                        set.retain(|one| *one >= id);
                    }
                }
                prop_assert_eq!(selection.len(), set.len());
                for id in 0..400 {
                    prop_assert_eq!(selection.contains(RowId(id)), set.contains(&id));
                }
            }
        }
    }
}
