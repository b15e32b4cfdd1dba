//! A corpus of kubeconfigs, valid and hostile, with what stands behind them.
// Texts of tests are built for reading, not for speed.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::format_collect
)]

mod clock;
pub mod credentials;
pub mod hostile;
mod index;
mod stage;

pub use clock::{computed, rfc3339};
pub use index::{Valid, valid};
pub use stage::{Identity, Stage};
