//! Upstream's own code decides the same situations as `scaling`.
//!
//! `hpa/` and `keda/` are Go modules that pin upstream. Files of ours are laid over upstream's package (`go test -overlay`), so that
//! they reach what is not exported; they make seeded random situations, have upstream decide each under a frozen clock, and print
//! one line of JSON for each.

mod build;
pub mod coverage;
pub mod hpa;
pub mod keda;
pub mod run;
