//! Upstream's own code decides the same situations as `scaling`.
//!
//! `hpa/` and `keda/` are Go modules that pin upstream. A file of ours is laid over upstream's package (`go test -overlay`), so that
//! it reaches what is not exported; it makes seeded random situations, has upstream decide each under a frozen clock, and prints
//! one line of JSON for each.

mod build;
