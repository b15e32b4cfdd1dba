//! What networks and servers do to a connection, and what the window makes of it.
#![allow(clippy::unwrap_used)]

mod budget;
mod expiry;
mod links;
mod panics;
mod refusals;
mod scene;
