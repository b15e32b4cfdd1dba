//! What the server did, what a view showed, and whether the one is an honest picture of the other.

mod check;
mod history;
mod pairs;

pub use check::{Property, Violation, check};
pub use history::{Event, Moment, Shown, Truth, Versions};
