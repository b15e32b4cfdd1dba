//! A real Kubernetes control plane on loopback: built once a machine, started in seconds, gone when its owner is gone.
//!
//! ```no_run
//! let cluster = control_plane::ControlPlane::start(&control_plane::Options::default())?;
//! println!("{}", cluster.kubectl(&["get", "nodes"])?);
//! # Ok::<(), control_plane::Error>(())
//! ```
//! Nodes are simulated by kwok: [`behaviour`] lists the annotations that make a pod crash, start slowly or flap. Everything
//! else (API server, controllers, scheduler, metrics) is the real thing. All calls block; from async code, use
//! `tokio::task::spawn_blocking`.

mod access;
pub mod behaviour;
mod binaries;
mod certificates;
mod client;
mod cluster;
mod error;
mod exporter;
pub mod go_build;
mod kwok;
pub mod load;
mod logs;
mod options;
mod pace;
mod ports;
mod process;
pub mod seeds;
pub mod shop;
pub mod up;

pub use access::{Credential, VIEWED_NAMESPACE, viewer_binding};
pub use binaries::{Binaries, build, build_all};
pub use client::{Client, Reply};
pub use cluster::ControlPlane;
pub use error::Error;
pub use exporter::Exporter;
pub use go_build::cache_folder;
pub use logs::ContainerLog;
pub use options::{Autoscaling, Options, Prometheus};
pub use pace::Pace;
