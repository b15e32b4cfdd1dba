//! What is measured, how much and how often.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// From the environment and the arguments.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Pods in the large cluster.
    pub(crate) pods: usize,
    /// Runs of everything; figures are their medians.
    pub(crate) runs: usize,
    /// How long the idle program is watched.
    pub(crate) idle: Duration,
    /// Whether the scaling engine is timed.
    pub(crate) engine: bool,
    /// Whether lists are timed.
    pub(crate) listing: bool,
    /// Whether the window is measured.
    pub(crate) window: bool,
    /// The release build of the program.
    pub(crate) program: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
}

/// Namespaces that the pods are spread over.
pub(crate) const NAMESPACES: usize = 10;
/// Pods of the cluster that memory is compared with.
pub(crate) const FEW: usize = 100;
/// What a simulated node holds at most.
const PODS_A_NODE: usize = 1_000;

impl Options {
    pub(crate) fn from_environment() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let program = env::var_os("SCALESCOPE_BINARY")
            .map_or_else(|| target.join("release/scalescope"), PathBuf::from);
        let parts: Vec<String> = env::args().skip(1).collect();
        if let Some(odd) = parts
            .iter()
            .find(|part| !["engine", "listing", "window"].contains(&part.as_str()))
        {
            return Err(format!(
                "there is no part {odd}; the parts are `engine`, `listing` and `window`"
            ));
        }
        let asked = |part: &str| parts.is_empty() || parts.iter().any(|one| one == part);
        let window = asked("window");
        if window && !program.is_file() {
            return Err(format!(
                "there is no program at {}: `cargo xtask bench` builds it",
                program.display()
            ));
        }
        let pods = number("BENCH_PODS", 10_000)?;
        Ok(Self {
            // As many in every namespace.
            pods: pods.max(NAMESPACES) / NAMESPACES * NAMESPACES,
            runs: number("BENCH_RUNS", 5)?.max(1),
            idle: Duration::from_secs(number("BENCH_IDLE_SECONDS", 60)? as u64),
            engine: asked("engine"),
            listing: asked("listing"),
            window,
            program,
            target,
        })
    }

    /// Nodes for all pods, with room.
    pub(crate) fn nodes(&self) -> usize {
        (self.pods / PODS_A_NODE).max(3)
    }
}

fn number(name: &str, usual: usize) -> Result<usize, String> {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .map_err(|_| format!("{name} is no number: {text}")),
        Err(_) => Ok(usual),
    }
}
