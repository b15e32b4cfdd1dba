//! Drives the real window: the built program under Xvfb, through tauri-driver, against a real control plane.
//!
//! A [`Window`] is one start of the program with folders of its own. Windows are opened one after the other: on two cores
//! several would only wait for each other. Nothing is left behind, however a test ends.
//!
//! Environment: `SCALESCOPE_BINARY` (the program; else it is built), `SCALESCOPE_PACKAGES` (a folder of packages; else they are made), `SCALESCOPE_TAURI_DRIVER` (else `PATH`, else the folder
//! that `cargo xtask setup` fills), `SCALESCOPE_TESTS_ON_DISPLAY` (set to anything: windows appear on `DISPLAY`).

mod cluster;
mod display;
mod guard;
mod home;
mod kubeconfig;
mod listener;
mod mouse;
mod processes;
mod programs;
mod relay;
mod system;
mod window;

pub use cluster::{cluster, namespace, workload_in_motion};
pub use home::Home;
pub use kubeconfig::Kubeconfig;
pub use listener::CountingListener;
pub use processes::{Socket, TracedProcess, began_ms, listening, tree_of};
pub use programs::{package, program, screenshots};
pub use relay::Relay;
pub use system::System;
pub use window::{Plain, Started, Window};

use std::thread;
use std::time::{Duration, Instant};

/// How long something that a person would see within a second may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks `attempt` until it is `Ok`.
///
/// # Errors
/// What was awaited and the last `Err`, when `limit` has passed.
pub fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut attempt: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    let start = Instant::now();
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(last) if start.elapsed() > limit => {
                return Err(format!(
                    "after {} s still waiting for {what}; last seen: {last}",
                    limit.as_secs()
                ));
            }
            Err(_) => thread::sleep(Duration::from_millis(40)),
        }
    }
}
