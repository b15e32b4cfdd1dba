//! One control plane for all tests of a binary.

use std::process::Command;
use std::sync::OnceLock;

use control_plane::{Autoscaling, ControlPlane, Options};

/// The control plane, started with the first call. It ends with the process: its watchdog sees to that.
pub fn plane() -> &'static ControlPlane {
    static PLANE: OnceLock<ControlPlane> = OnceLock::new();
    PLANE.get_or_init(|| {
        let options = Options {
            autoscaling: Autoscaling::quick(),
            ..Options::default()
        };
        ControlPlane::start(&options).unwrap()
    })
}

/// A control plane without nodes and metrics, for tests that need neither; see [`plane`].
pub fn bare_plane() -> &'static ControlPlane {
    static PLANE: OnceLock<ControlPlane> = OnceLock::new();
    PLANE.get_or_init(|| {
        let options = Options {
            nodes: 0,
            metrics: false,
            ..Options::default()
        };
        ControlPlane::start(&options).unwrap()
    })
}

/// Whether full counts are asked for (`cargo xtask prove`) in place of a subset by the same seed.
pub fn prove() -> bool {
    std::env::var_os("SCALESCOPE_PROVE").is_some_and(|value| value == "1")
}

/// Stops the simulation of nodes and pods where it stands: from then on a status written by a test
/// stays as it was written.
pub fn halt_simulation() {
    let kwok = plane().process_ids().into_iter().find(|id| {
        let program = std::fs::read_link(format!("/proc/{id}/exe")).unwrap_or_default();
        program.file_name().is_some_and(|name| name == "kwok")
    });
    let id = kwok.expect("kwok is one of the components").to_string();
    assert!(
        Command::new("kill")
            .args(["-s", "STOP", &id])
            .status()
            .unwrap()
            .success()
    );
}
