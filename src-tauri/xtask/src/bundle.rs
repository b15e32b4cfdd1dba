//! `cargo xtask bundle`: the .deb and the .rpm, from `tauri.conf.json` and what lies in `src-tauri/linux`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::{children, places, setup, ui};

/// Which build is packed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// What people get.
    Release,
    /// What tests use, which is built anyway.
    Debug,
}

/// Where the packages of a build are, in `deb` and `rpm`.
pub(crate) fn folder(build: Build) -> PathBuf {
    let name = match build {
        Build::Release => "release",
        Build::Debug => "debug",
    };
    places::target().join(name).join("bundle")
}

/// Builds the program and packs it, with all that is needed for that.
pub(crate) fn bundle(build: Build) -> Result<(), String> {
    setup::for_building()?;
    ui::build()?;
    let mut program = Command::new(places::cargo());
    program
        .args(["build", "--locked", "--package", "scalescope"])
        .args((build == Build::Release).then_some("--release"))
        .current_dir(places::root());
    children::run(&mut program)?;
    for package in pack(build)? {
        println!("{}", package.display());
    }
    Ok(())
}

/// Packs the program that is built already; answers the packages.
pub(crate) fn pack(build: Build) -> Result<Vec<PathBuf>, String> {
    let folder = folder(build);
    // Whatever is there afterwards is of this build.
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .map_err(|error| format!("removing {}: {error}", folder.display()))?;
    }
    let mut tauri = Command::new(places::ui().join("node_modules/.bin/tauri"));
    tauri
        .args(["bundle", "--ci", "--bundles", "deb,rpm"])
        .current_dir(places::root());
    if build == Build::Debug {
        // A debug build is large, and nobody downloads it.
        let quick = r#"{"bundle": {"linux": {"rpm": {"compression": {"type": "none"}}}}}"#;
        tauri.args(["--debug", "--config", quick]);
    }
    children::run(&mut tauri)?;
    let mut packages = Vec::new();
    for kind in ["deb", "rpm"] {
        let entries = fs::read_dir(folder.join(kind))
            .map_err(|error| format!("reading {}: {error}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                // What the package was put together from.
                fs::remove_dir_all(&path)
                    .map_err(|error| format!("removing {}: {error}", path.display()))?;
            } else if path.extension().is_some_and(|end| end == kind) {
                packages.push(path);
            }
        }
    }
    if packages.len() == 2 {
        Ok(packages)
    } else {
        Err(format!(
            "expected a .deb and a .rpm in {}, found {packages:?}",
            folder.display()
        ))
    }
}
