//! The demo cluster answers as the real API server does: sequences of requests (`sequences/`), what the real one answered
//! (`recorded/`), and the comparison of both sides with it.
//!
//! `tests/real.rs` plays the sequences against a real control plane and writes `recorded/` with `SCALESCOPE_RECORD=1`;
//! `tests/recorded.rs` plays them against the demo cluster, needs nothing else, and is quick.

#![allow(clippy::missing_panics_doc)] // a part of tests: what is wrong with their files ends them

pub mod difference;
pub mod embedded;
pub mod known;
pub mod normal;
pub mod play;
pub mod real;
pub mod recorded;
pub mod reference;
pub mod sequence;
pub mod subject;
