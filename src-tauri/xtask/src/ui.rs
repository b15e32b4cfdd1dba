//! The web part: its packages, and its build.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::{children, places};

/// An npm command in `ui`.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command
        .args(arguments)
        .current_dir(places::ui())
        .env("NO_COLOR", "1");
    command
}

/// Installs exactly what the lock file names, if that is not there already.
pub(crate) fn install() -> Result<(), String> {
    let ui = places::ui();
    let wanted = modified(&ui.join("package-lock.json"));
    // npm writes this file at the end of an installation.
    let installed = modified(&ui.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= wanted {
        return Ok(());
    }
    children::run(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}

/// Builds `ui/dist`, if a source is newer.
pub(crate) fn build() -> Result<(), String> {
    install()?;
    let ui = places::ui();
    let built = modified(&ui.join("dist/index.html"));
    if built.is_some() && built >= newest(&ui, &["node_modules", "dist"]) {
        return Ok(());
    }
    children::run(&mut npm(&["run", "build"]))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

/// When the newest file below `folder` was changed, apart from entries named `except`.
fn newest(folder: &Path, except: &[&str]) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .filter(|entry| !except.iter().any(|name| entry.file_name() == *name))
        .filter_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                newest(&path, except)
            } else {
                modified(&path)
            }
        })
        .max()
}
