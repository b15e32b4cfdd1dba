//! What is measured, how much and how often.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One part of the measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The scaling engine.
    Engine,
    /// Lists.
    Listing,
    /// The window.
    Window,
    /// A cluster of the largest size; only when asked for by name.
    Scale,
}

impl Part {
    const ALL: [(&'static str, Self); 4] = [
        ("engine", Self::Engine),
        ("listing", Self::Listing),
        ("window", Self::Window),
        ("scale", Self::Scale),
    ];
}

/// From the environment and the arguments.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Pods in the large cluster.
    pub(crate) pods: usize,
    /// Runs of everything; figures are their medians.
    pub(crate) runs: usize,
    /// How long the idle program is watched.
    pub(crate) idle: Duration,
    /// Parts to measure.
    pub(crate) parts: Vec<Part>,
    /// The part `scale` is smaller by this, to try it.
    pub(crate) divisor: usize,
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
        let mut parts = Vec::new();
        for asked in env::args().skip(1) {
            let found = Part::ALL.iter().find(|(name, _)| *name == asked);
            let (_, part) = found.ok_or_else(|| {
                let names = Part::ALL.map(|(name, _)| name).join(", ");
                format!("there is no part {asked}; the parts are {names}")
            })?;
            parts.push(*part);
        }
        if parts.is_empty() {
            parts = vec![Part::Engine, Part::Listing, Part::Window];
        }
        let windows = parts.contains(&Part::Window) || parts.contains(&Part::Scale);
        if windows && !program.is_file() {
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
            parts,
            divisor: number("BENCH_DIVISOR", 1)?.max(1),
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
