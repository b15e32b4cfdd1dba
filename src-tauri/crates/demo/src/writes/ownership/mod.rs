//! Who set which field: `metadata.managedFields`, and server-side apply, which stands on it.

mod apply;
mod compare;
mod entries;
mod merge;
mod set;

pub use apply::{Applied, apply};
pub use entries::{Entries, Owner, track};
pub use set::{Element, FieldSet};
