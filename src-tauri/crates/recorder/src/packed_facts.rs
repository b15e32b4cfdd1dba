//! Facts in memory, as small as in the file.

use model::fact::Fact;

use crate::run::{Run, encode};

/// Facts of one subject that follow each other, as small as in the file: a hundredth of what they are otherwise.
#[derive(Clone, Debug)]
pub struct PackedFacts(Vec<u8>);

impl PackedFacts {
    /// These.
    pub fn new(facts: &[Fact]) -> Self {
        let facts: Vec<&Fact> = facts.iter().collect();
        Self(encode(None, &facts))
    }

    /// They again.
    pub fn facts(&self) -> Vec<Fact> {
        Run::decode(&self.0).map_or_else(Vec::new, |(run, _)| run.facts)
    }

    /// Bytes that they take.
    pub fn size(&self) -> usize {
        self.0.len()
    }
}
