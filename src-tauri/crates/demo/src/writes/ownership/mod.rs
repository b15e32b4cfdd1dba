//! Who set which field: `metadata.managedFields`, and server-side apply, which stands on it.

mod again;
mod apply;
mod compare;
mod entries;
mod merge;
mod set;
mod typed;

pub use again::track_again;
pub use apply::{Applied, apply};
pub use entries::{Entries, Owner, track};
pub use set::{Element, FieldSet};
