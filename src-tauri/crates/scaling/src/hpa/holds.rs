//! What keeps a count from going where load asks it to go, and until when.

use crate::hold::Hold;

use super::reconcile::Judged;

/// The holds of a decision.
pub(crate) fn holds(_judged: &Judged<'_>) -> Vec<Hold> {
    Vec::new()
}
