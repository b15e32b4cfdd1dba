//! The crate's public face against small scripted servers on loopback.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod authority;
mod connecting;
mod discovering;
mod kubeconfigs;
mod logging;
mod requests;
mod server;
