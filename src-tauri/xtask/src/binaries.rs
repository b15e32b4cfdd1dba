//! The programs that hold the tests: built by cargo in one go, started without it.
//!
//! One build for all crates: built crate by crate, their dependencies would have other features each time, and be compiled
//! again and again.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{children, places};

/// One program of tests.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Binary {
    /// Name of its crate.
    pub(crate) package: String,
    /// Name of the library, the program or the file of tests that it was built from.
    pub(crate) target: String,
    path: PathBuf,
    folder: PathBuf,
}

impl Binary {
    /// The command that runs it as cargo would: in its crate's folder, with what tests may ask for.
    pub(crate) fn command(&self) -> Command {
        self.after(Command::new(&self.path))
    }

    /// The same behind another program that takes a command as its arguments.
    pub(crate) fn command_behind(&self, mut program: Command) -> Command {
        program.arg(&self.path);
        self.after(program)
    }

    fn after(&self, mut command: Command) -> Command {
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder);
        command
    }
}

/// Builds the tests of `packages`, of the whole workspace if there are none.
pub(crate) fn build(packages: &[String]) -> Result<Vec<Binary>, String> {
    let mut cargo = Command::new(places::cargo());
    cargo
        .args(["test", "--no-run", "--tests", "--locked"])
        .args(["--message-format", "json-render-diagnostics"])
        .args(selection(packages))
        .current_dir(places::root())
        .env("CARGO_TERM_COLOR", "never");
    let told = children::read(&mut cargo)?;
    let mut binaries: Vec<Binary> = told.lines().filter_map(told_by).collect();
    // cargo tells them as they are ready.
    binaries.sort();
    Ok(binaries)
}

/// cargo's arguments for `packages`, for the whole workspace if there are none.
pub(crate) fn selection(packages: &[String]) -> Vec<&str> {
    if packages.is_empty() {
        return vec!["--workspace"];
    }
    packages
        .iter()
        .flat_map(|name| ["--package", name])
        .collect()
}

/// The program of tests that a line of cargo's tells of.
fn told_by(line: &str) -> Option<Binary> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_test = message["reason"] == "compiler-artifact" && message["profile"]["test"] == true;
    let path = message["executable"].as_str().filter(|_| is_test)?;
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    // "path+file:///at/tests/cluster#cluster-tests@0.1.0", or without the name where it is the folder's.
    let (place, version) = message["package_id"].as_str()?.rsplit_once('#')?;
    let package = match version.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next()?,
    };
    Some(Binary {
        package: package.to_owned(),
        target: message["target"]["name"].as_str()?.to_owned(),
        path: PathBuf::from(path),
        folder: folder.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_of_tests_are_taken() {
        let line = |package: &str, test: bool, executable: &str| {
            format!(
                r#"{{"reason": "compiler-artifact", "package_id": "path+file:///at/{package}", "manifest_path": "/at/app/Cargo.toml",
                    "target": {{"name": "consent"}}, "profile": {{"test": {test}}}, "executable": {executable}}}"#
            )
        };
        let found = |package: &str| Binary {
            package: package.to_owned(),
            target: "consent".to_owned(),
            path: PathBuf::from("/at/consent-1"),
            folder: PathBuf::from("/at/app"),
        };
        let program = r#""/at/consent-1""#;
        assert_eq!(
            told_by(&line("app#0.1.0", true, program)),
            Some(found("app"))
        );
        assert_eq!(
            told_by(&line("app#the-app@0.1.0", true, program)),
            Some(found("the-app"))
        );
        assert_eq!(told_by(&line("app#0.1.0", false, program)), None);
        assert_eq!(told_by(&line("app#0.1.0", true, "null")), None);
        assert_eq!(told_by("Compiling app"), None);
    }
}
