//! The crate's public face against small scripted servers on loopback.
#![allow(clippy::unwrap_used)]

mod authority;
mod connecting;
mod discovering;
mod kubeconfigs;
mod logging;
mod requests;
mod server;
