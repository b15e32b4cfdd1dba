//! `cargo xtask test` and `prove`: every check, in order, quick ones first.

use std::process::Command;

use crate::steps::Steps;
use crate::{children, notice, packages, places, setup, ui};

/// Crates below `tests/` that need the real control plane, in order.
const CONTROL_PLANE: &str = "control-plane";
const DESKTOP: &str = "tests/desktop";

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
    let mut deny = Command::new(setup::cargo_deny());
    deny.args(["--config", "src-tauri/deny.toml", "check"])
        .args(["licenses", "bans", "sources"])
        .current_dir(places::root());
    steps.command("licences and sources of dependencies", &mut deny);
    steps.call("NOTICE", notice::check);
}

fn real_tests(steps: &mut Steps, extent: Extent) -> Result<(), String> {
    if !steps.call("build of the control plane", || control_plane("build")) {
        steps.impossible("tests on a real cluster", "there is no control plane");
        return Ok(());
    }
    let prove = (extent == Extent::Proof).then_some(("SCALESCOPE_PROVE", "1"));
    let windows = packages::below(DESKTOP)?;
    let mut names = packages::below("tests")?;
    // The control plane's own tests first: the others stand on it.
    names.sort_by_key(|name| (name != CONTROL_PLANE, windows.contains(name)));
    for name in names {
        let title = format!("tests of {name}");
        let mut arguments = vec!["test", "--locked", "--no-fail-fast", "--package", &name];
        if extent == Extent::Proof {
            // The figures of a proof are wanted also where it succeeds.
            arguments.extend(["--", "--show-output"]);
        }
        if !windows.contains(&name) {
            steps.command(&title, cargo(&arguments).envs(prove));
            continue;
        }
        if !steps.command(
            "build of the program",
            &mut cargo(&["build", "--locked", "--package", "scalescope"]),
        ) {
            steps.impossible(&title, "the program does not compile");
            continue;
        }
        // A session bus of its own: the window must find one, and not the developer's.
        let mut session = Command::new("dbus-run-session");
        session
            .arg("--")
            .arg(places::cargo())
            .args(arguments)
            .current_dir(places::root());
        session
            .envs(prove)
            .env("CARGO_TERM_COLOR", "never")
            .env(
                "SCALESCOPE_BINARY",
                places::target().join("debug").join("scalescope"),
            )
            .env("SCALESCOPE_TAURI_DRIVER", setup::tauri_driver());
        steps.command(&title, &mut session);
    }
    Ok(())
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
