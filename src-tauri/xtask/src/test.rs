//! `cargo xtask test` and `prove`: every check, in order, quick ones first.

use std::process::Command;

use crate::steps::Steps;
use crate::{bundle, children, icons, notice, packages, places, setup, ui};

/// Crates below `tests/` that need the real control plane, in order.
const CONTROL_PLANE: &str = "control-plane";
const DESKTOP: &str = "tests/desktop";
/// Its comparison with recorded answers needs no control plane, so that it is among the checks.
const DEMO: &str = "demo-tests";

/// How much is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Without the control plane and the window.
    Fast,
    /// Everything, with counts that take minutes.
    Whole,
    /// Everything, with the counts that the project's claims name.
    Proof,
}

/// Runs every step and ends with their sum.
pub(crate) fn test(extent: Extent) -> Result<(), String> {
    let mut steps = Steps::default();
    let needed = || {
        if extent == Extent::Fast {
            setup::for_fast_tests()
        } else {
            setup::everything()
        }
    };
    let ready = steps.call("what is needed", || needed().and_then(|()| ui::install()));
    if !ready {
        return steps.finish();
    }
    checks(&mut steps);
    if extent != Extent::Fast {
        real_tests(&mut steps, extent)?;
    }
    steps.finish()
}

fn checks(steps: &mut Steps) {
    steps.command("format of Rust", &mut cargo(&["fmt", "--all", "--check"]));
    steps.command("lint of the ui", &mut ui::npm(&["run", "lint"]));
    steps.command("types of the ui", &mut ui::npm(&["run", "check"]));
    steps.command("tests of the ui", &mut ui::npm(&["test"]));
    // The shell has the built ui inside: it does not compile without.
    steps.call("build of the ui", ui::build);
    let clippy = "clippy --workspace --all-targets --keep-going --locked -- -D warnings";
    let clippy: Vec<&str> = clippy.split(' ').collect();
    steps.command("lint of Rust", &mut cargo(&clippy));
    match packages::below("src-tauri") {
        Ok(names) => {
            let mut arguments = vec![
                "test".to_owned(),
                "--locked".to_owned(),
                "--no-fail-fast".to_owned(),
            ];
            arguments.extend(
                names
                    .into_iter()
                    .flat_map(|name| ["--package".to_owned(), name]),
            );
            steps.command("tests of the crates", cargo(&[]).args(arguments));
        }
        Err(message) => steps.impossible("tests of the crates", &message),
    }
    let recorded = ["--lib", "--test", "recorded"];
    steps.command(
        "answers of the demo cluster",
        &mut cargo(&test_of(DEMO, &recorded, Extent::Fast)),
    );
    let mut deny = Command::new(setup::cargo_deny());
    deny.args(["--config", "src-tauri/deny.toml", "check"])
        .args(["licenses", "bans", "sources"])
        .current_dir(places::root());
    steps.command("licences and sources of dependencies", &mut deny);
    steps.call("NOTICE", notice::check);
    steps.command("icons", &mut icons::command(true));
}

fn real_tests(steps: &mut Steps, extent: Extent) -> Result<(), String> {
    if !steps.call("build of the control plane", || control_plane("build")) {
        steps.impossible("tests on a real cluster", "there is no control plane");
        return Ok(());
    }
    let windows = packages::below(DESKTOP)?;
    let mut names = packages::below("tests")?;
    // The control plane's own tests first: the others stand on it.
    names.sort_by_key(|name| (name != CONTROL_PLANE, windows.contains(name)));
    for name in names {
        let title = format!("tests of {name}");
        if windows.contains(&name) {
            window_tests(steps, extent, &name, &title);
        } else {
            let which: &[&str] = if name == DEMO {
                &["--test", "real"]
            } else {
                &[]
            };
            steps.command(
                &title,
                cargo(&test_of(&name, which, extent)).envs(prove(extent)),
            );
        }
    }
    Ok(())
}

/// The window as it is built, then as it is installed.
fn window_tests(steps: &mut Steps, extent: Extent, name: &str, title: &str) {
    let packages = "tests of the packages";
    if !steps.command(
        "build of the program",
        &mut cargo(&["build", "--locked", "--package", "scalescope"]),
    ) {
        steps.impossible(title, "the program does not compile");
        steps.impossible(packages, "the program does not compile");
        return;
    }
    let window = ["--lib", "--test", "window"];
    steps.command(
        title,
        &mut in_session(&test_of(name, &window, extent), extent),
    );
    if !steps.call("build of the packages", || {
        bundle::pack(bundle::Build::Debug).map(drop)
    }) {
        steps.impossible(packages, "there are none");
        return;
    }
    let package = ["--test", "package"];
    steps.command(
        packages,
        in_session(&test_of(name, &package, extent), extent)
            .env("SCALESCOPE_PACKAGES", bundle::folder(bundle::Build::Debug)),
    );
}

fn prove(extent: Extent) -> Option<(&'static str, &'static str)> {
    (extent == Extent::Proof).then_some(("SCALESCOPE_PROVE", "1"))
}

/// Arguments of cargo for the tests of one crate, or those of them that `which` names.
fn test_of<'a>(name: &'a str, which: &[&'a str], extent: Extent) -> Vec<&'a str> {
    let mut arguments = vec!["test", "--locked", "--no-fail-fast", "--package", name];
    arguments.extend(which);
    if extent == Extent::Proof {
        // The figures of a proof are wanted also where it succeeds.
        arguments.extend(["--", "--show-output"]);
    }
    arguments
}

/// cargo with a session bus of its own: the window must find one, and not the developer's.
fn in_session(arguments: &[&str], extent: Extent) -> Command {
    let mut session = Command::new("dbus-run-session");
    session
        .arg("--")
        .arg(places::cargo())
        .args(arguments)
        .current_dir(places::root())
        .envs(prove(extent))
        .env("CARGO_TERM_COLOR", "never")
        .env(
            "SCALESCOPE_BINARY",
            places::target().join("debug").join("scalescope"),
        )
        .env("SCALESCOPE_TAURI_DRIVER", setup::tauri_driver());
    session
}

/// `cargo xtask control-plane <command>`.
pub(crate) fn control_plane(command: &str) -> Result<(), String> {
    children::run(&mut cargo(&[
        "run",
        "--quiet",
        "--locked",
        "--package",
        CONTROL_PLANE,
        "--",
        command,
    ]))
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(places::cargo());
    command
        .args(arguments)
        .current_dir(places::root())
        .env("CARGO_TERM_COLOR", "never");
    command
}
