//! Helm releases, read from the Secrets that Helm keeps them in.

pub mod manifest;
pub mod release;
pub mod row;
