//! The packages, installed as a person installs them, and files opened as a desktop opens them.
#![allow(clippy::unwrap_used, missing_docs)]

mod contents;
mod many;
mod opening;
mod steps;
