//! Credentials of every kind, and proxies, against servers on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::too_many_lines
)]

#[allow(dead_code)]
#[path = "../loopback/authority.rs"]
mod authority;
#[allow(dead_code)]
#[path = "../loopback/server.rs"]
mod server;

mod agreed;
mod files;
mod issuers;
mod programs;
mod proxies;
mod proxy;
mod secrets;
