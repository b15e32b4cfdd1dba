//! `cargo xtask run`: builds the program and opens its window.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{children, places, setup, ui};

/// Opens the window on `arguments`, else on `KUBECONFIG` or `~/.kube/config`, as the program itself chooses; without any on the
/// demo cluster.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    // Before the long builds: what can be refused at once.
    display()?;
    let kubeconfigs = arguments
        .iter()
        .map(|argument| existing_file(argument))
        .collect::<Result<Vec<_>, _>>()?;
    if kubeconfigs.is_empty() && chosen_without_argument().is_none() {
        println!(
            "no kubeconfig given, none in KUBECONFIG, none at ~/.kube/config: the demo cluster will open."
        );
        println!(
            "It is inside the program: nothing in it is real. A real Kubernetes to look at: cargo xtask control-plane up"
        );
    }
    setup::for_building()?;
    ui::build()?;
    let mut build = Command::new(places::cargo());
    build
        .args(["build", "--locked", "--package", "scalescope"])
        .current_dir(places::root());
    children::run(&mut build)?;
    let mut program = Command::new(places::target().join("debug").join("scalescope"));
    program.args(kubeconfigs);
    children::run(&mut program)
}

fn display() -> Result<(), String> {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err("there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). Either
  - run this in a terminal of a desktop session, or
  - over ssh, connect with `ssh -X`, or
  - without any screen, use a virtual one: xvfb-run -a dbus-run-session cargo xtask run
    (apt-get install xvfb xauth dbus)"
        .to_owned())
}

/// An absolute path, so that the program may be started anywhere.
fn existing_file(argument: &str) -> Result<PathBuf, String> {
    let path = std::path::absolute(argument).map_err(|error| format!("{argument}: {error}"))?;
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(path),
        Ok(_) => Err(format!(
            "{} is not a file: give the path of a kubeconfig",
            path.display()
        )),
        Err(error) => Err(format!(
            "cannot read the kubeconfig {}: {error}",
            path.display()
        )),
    }
}

fn chosen_without_argument() -> Option<PathBuf> {
    let named = env::var_os("KUBECONFIG")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    named.or_else(|| {
        let usual = Path::new(&env::var_os("HOME")?).join(".kube/config");
        usual.is_file().then_some(usual)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_refused_by_name() {
        let error = existing_file("/no/such/kubeconfig").expect_err("there is none");
        assert!(error.contains("/no/such/kubeconfig"), "{error}");
        assert!(
            existing_file("/")
                .expect_err("it is a folder")
                .contains("not a file")
        );
        let path = existing_file("Cargo.toml").expect("tests run in the crate's folder");
        assert!(path.is_absolute());
    }
}
