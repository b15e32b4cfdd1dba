//! The crates of the workspace, as `cargo metadata` tells.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{children, places};

/// The output of `cargo metadata` with further arguments.
pub(crate) fn metadata(arguments: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(places::cargo());
    command
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(arguments)
        .current_dir(places::root());
    let text = children::read(&mut command)?;
    serde_json::from_str(&text).map_err(|error| format!("reading cargo metadata: {error}"))
}

/// Names of the workspace's crates below `folder`, a path from the root.
pub(crate) fn below(folder: &str) -> Result<Vec<String>, String> {
    let metadata = metadata(&["--no-deps"])?;
    let folder = places::root().join(folder);
    let packages = metadata["packages"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let inside = packages.iter().filter(|package| {
        package["manifest_path"]
            .as_str()
            .is_some_and(|path| Path::new(path).starts_with(&folder))
    });
    Ok(inside
        .filter_map(|package| package["name"].as_str())
        .map(str::to_owned)
        .collect())
}
