//! Nothing is contacted, read or run before a person agreed to exactly that, and each answer counts once.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types
)]

mod answers;
mod cancelled;
mod changes;
mod kept;
mod settings;
mod world;
