//! The demo cluster: a Kubernetes API without a cluster, in memory.
//!
//! [`World`] holds objects with their history, a clock and a seed. Requests ([`api`]) and controllers change it through
//! [`writes`] alone, which does what an API server does between a request and etcd. Nothing here opens a port.

pub mod access;
pub mod api;
pub mod clock;
pub mod controllers;
pub mod definitions;
mod inside;
pub mod kinds;
pub mod load;
pub mod logs;
pub mod measured;
pub mod programs;
pub mod running;
pub(crate) mod selectors;
pub mod server;
pub mod status;
pub mod store;
pub mod story;
pub mod voice;
mod world;
pub mod writes;

pub use clock::Clock;
pub use controllers::Controllers;
pub use running::Running;
pub use world::World;
