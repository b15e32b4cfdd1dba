//! Command-line clients that people use, timed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use control_plane::ControlPlane;

/// `kubectl get pods -A`, from its start to its end; how many lines it printed is checked.
pub(crate) fn kubectl(
    plane: &ControlPlane,
    kubeconfig: &Path,
    pods: usize,
    home: &Path,
) -> Result<Duration, String> {
    get(plane, kubeconfig, "pods", pods, home)
}

/// The same for any resource.
pub(crate) fn get(
    plane: &ControlPlane,
    kubeconfig: &Path,
    resource: &str,
    pods: usize,
    home: &Path,
) -> Result<Duration, String> {
    let start = Instant::now();
    let output = Command::new(plane.binaries().kubectl())
        .args(["get", resource, "-A", "--kubeconfig"])
        .arg(kubeconfig)
        // Its discovery cache lives there, and is warm from the second run on.
        .env("HOME", home)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("kubectl: {error}"))?;
    let took = start.elapsed();
    let lines = String::from_utf8_lossy(&output.stdout).lines().count();
    if !output.status.success() || lines != pods + 1 {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "kubectl printed {lines} lines for {pods} {resource}: {said}"
        ));
    }
    Ok(took)
}
