//! Maps by the names of pods.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What is known of pods by name.
pub(crate) type ByName<'a, T> = HashMap<&'a str, T, BuildHasherDefault<NameHasher>>;

/// Hashes a name quickly; the names are the cluster's own, so that nobody gains by making them collide.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NameHasher(u64);

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let mixed = (self.0.rotate_left(5) ^ u64::from_le_bytes(word))
                .wrapping_mul(0x517c_c1b7_2722_0a95);
            self.0 = mixed ^ (mixed >> 32);
        }
    }
}
