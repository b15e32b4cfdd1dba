//! `cargo xtask icons`: the one SVG of `icons/` in all sizes that desktops ask for.

use std::process::Command;

use crate::{children, places};

/// The command that paints them; with `check` it fails where a file is not what the SVG gives.
pub(crate) fn command(check: bool) -> Command {
    let mut command = Command::new(places::cargo());
    command
        .args(["run", "--quiet", "--locked", "--package", "xtask"])
        .args(["--example", "icons"])
        .args(check.then_some(["--", "--check"]).into_iter().flatten())
        .current_dir(places::root());
    command
}

/// Paints them.
pub(crate) fn paint() -> Result<(), String> {
    children::run(&mut command(false))
}

/// An error if one is not what the SVG gives.
pub(crate) fn check() -> Result<(), String> {
    children::run(&mut command(true))
}
