//! Nonsense in a spec.

use super::situation::Situation;
use crate::finding::Finding;

/// What is wrong with the spec.
pub fn findings(_situation: &Situation) -> Vec<Finding> {
    Vec::new()
}
