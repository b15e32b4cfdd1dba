//! The earliest change with inputs unchanged.

use super::reconcile::Judged;
use crate::hold::NextChange;

/// The earliest change with inputs unchanged.
pub(crate) fn next_change(_judged: &Judged<'_>) -> Option<NextChange> {
    None
}
