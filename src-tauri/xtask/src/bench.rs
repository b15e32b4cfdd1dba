//! `cargo xtask bench`: measures the release build.

use std::process::Command;

use crate::{children, packages, places, setup, ui};

const BENCH: &str = "tests/bench";

/// Builds the program and the benchmarks for release, and runs them; `further` arguments go to the benchmarks.
pub(crate) fn bench(further: &[&str]) -> Result<(), String> {
    setup::everything()?;
    ui::build()?;
    let name = packages::below(BENCH)?
        .pop()
        .ok_or_else(|| format!("there is no crate in {BENCH}"))?;
    let mut build = Command::new(places::cargo());
    build
        .args(["build", "--release", "--locked", "--package", "scalescope"])
        .current_dir(places::root());
    children::run(&mut build)?;
    let mut run = Command::new("dbus-run-session");
    run.arg("--")
        .arg(places::cargo())
        .args(["run", "--release", "--locked", "--package", &name, "--"])
        .args(further);
    run.current_dir(places::root())
        .env(
            "SCALESCOPE_BINARY",
            places::target().join("release").join("scalescope"),
        )
        .env("SCALESCOPE_TAURI_DRIVER", setup::tauri_driver());
    children::run(&mut run)
}
