//! `cargo xtask test` and `prove`: every check, quick ones first, what waits beside what waits.

use std::process::Command;
use std::time::Duration;

use crate::binaries::{self, Binary};
use crate::steps::{Lane, Steps};
use crate::{bundle, children, icons, notice, packages, places, setup, ui};

const CONTROL_PLANE: &str = "control-plane";
const DESKTOP: &str = "desktop-tests";
/// Its comparison with recorded answers needs no control plane, so that it is among the checks.
const DEMO: &str = "demo-tests";
/// Its other tests, which record and compare the real API server's answers.
const REAL: &str = "real";
/// What of the window is measured: by itself, as work beside it would be measured too.
const TIMED: &str = "states::large";
/// The tests of the packages among those of windows.
const PACKAGE: &str = "package";
/// Its tests wait for time to pass more than all other crates' together.
const CLUSTER: &str = "cluster";
/// Its tests run on both control planes; those on the demo cluster need nothing else and mostly wait, so that many run at once.
const BOTH: &str = "cluster-tests";
/// What is foreseen of the controllers' passes: by itself, as a client that is kept waiting foresees less.
const PASSES: &str = "passes";
const ON_DEMO: &str = "on_demo::";
const AT_ONCE: &str = "--test-threads=16";
/// Crates below `tests/` that run beside the others, after that one.
const BESIDE: [&str; 2] = ["kubeconfig-tests", "bench"];

/// What hangs is ended: the longest step, the windows, takes about twenty minutes on two cores beside the others.
const LIMIT: Duration = Duration::from_mins(35);
const LIMIT_OF_PROOF: Duration = Duration::from_hours(6);

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
    let steps = Steps::with_limit(match extent {
        Extent::Fast | Extent::Whole => LIMIT,
        Extent::Proof => LIMIT_OF_PROOF,
    });
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
    checks(&steps);
    let packages = match packages::below("src-tauri") {
        Ok(packages) => packages,
        Err(message) => {
            steps.impossible("tests", &message);
            return steps.finish();
        }
    };
    let mut chosen = Vec::new();
    if extent == Extent::Fast {
        chosen.clone_from(&packages);
        chosen.extend([DEMO, BOTH].map(str::to_owned));
    }
    let mut binaries = Vec::new();
    let built = steps.call("build of the tests", || {
        binaries = binaries::build(&chosen)?;
        Ok(())
    });
    if built {
        let tests = Tests {
            binaries,
            packages,
            chosen,
            extent,
        };
        if extent == Extent::Fast {
            tests.fast(&steps);
        } else {
            tests.whole(&steps);
        }
    } else {
        steps.impossible("tests", "they do not compile");
    }
    steps.finish()
}

fn checks(steps: &Steps) {
    steps.command("format of Rust", &mut cargo(&["fmt", "--all", "--check"]));
    // The shell has the built ui inside: it does not compile without.
    steps.call("build of the ui", ui::build);
    let of_ui: Lane = Box::new(|steps| {
        steps.command("lint of the ui", &mut ui::npm(&["run", "lint"]));
        steps.command("types of the ui", &mut ui::npm(&["run", "check"]));
        steps.command("tests of the ui", &mut ui::npm(&["test"]));
    });
    let of_rust = |steps: &Steps| {
        let clippy = "clippy --workspace --all-targets --keep-going --locked -- -D warnings";
        let clippy: Vec<&str> = clippy.split(' ').collect();
        steps.command("lint of Rust", &mut cargo(&clippy));
    };
    steps.side_by_side(of_rust, vec![of_ui]);
    let mut deny = Command::new(setup::cargo_deny());
    deny.args(["--config", "src-tauri/deny.toml", "check"])
        .args(["licenses", "bans", "sources"])
        .current_dir(places::root());
    steps.command("licences and sources of dependencies", &mut deny);
    steps.call("NOTICE", notice::check);
    steps.command("icons", &mut icons::command(true));
}

/// The programs of tests, and how many of them are run.
struct Tests {
    binaries: Vec<Binary>,
    /// Crates below `src-tauri`.
    packages: Vec<String>,
    /// Crates whose tests were built; none: all.
    chosen: Vec<String>,
    extent: Extent,
}

impl Tests {
    fn fast(&self, steps: &Steps) {
        let waiting: Lane = Box::new(|steps| self.of_cluster(steps));
        let mut beside = self.on_demo();
        beside.push(waiting);
        steps.side_by_side(|steps| self.of_crates(steps), beside);
    }

    fn whole(&self, steps: &Steps) {
        // Before anything else runs: some of them look at the clock.
        self.of_crates(steps);
        let program = steps.command(
            "build of the program",
            &mut cargo(&["build", "--locked", "--package", "scalescope"]),
        );
        if !steps.call("build of the control plane", || control_plane(&["build"])) {
            steps.impossible("tests on a real cluster", "there is no control plane");
            return self.of_cluster(steps);
        }
        self.of_timed_windows(steps, program);
        self.of_passes(steps);
        let windows = |steps: &Steps| self.of_windows(steps, program);
        let clusters = |steps: &Steps| self.of_each(steps, |name| !BESIDE.contains(&name));
        let beside = |steps: &Steps| {
            self.of_cluster(steps);
            for lane in self.on_demo() {
                lane(steps);
            }
            self.of_each(steps, |name| BESIDE.contains(&name));
        };
        if self.extent == Extent::Proof {
            // Its figures are of an otherwise idle machine.
            beside(steps);
            clusters(steps);
            windows(steps);
        } else {
            // Each waits more than it computes.
            steps.side_by_side(windows, vec![Box::new(clusters), Box::new(beside)]);
        }
    }

    /// The crates but the one that waits, and what is compared without a control plane.
    fn of_crates(&self, steps: &Steps) {
        self.run(steps, "tests of the crates", |binary| {
            binary.package != CLUSTER && self.packages.contains(&binary.package)
        });
        self.run(steps, "answers of the demo cluster", |binary| {
            binary.package == DEMO && binary.target != REAL
        });
        self.of_documentation(steps);
    }

    fn of_cluster(&self, steps: &Steps) {
        let title = format!("tests of {CLUSTER}");
        self.run(steps, &title, |binary| binary.package == CLUSTER);
    }

    /// What runs on the demo cluster, each file of tests by itself: they wait.
    fn on_demo(&self) -> Vec<Lane<'_>> {
        let files = self.binaries.iter().filter(|binary| binary.package == BOTH);
        let lane = |file: &Binary| {
            let target = file.target.clone();
            let lane: Lane<'_> = Box::new(move |steps| {
                self.run_some(
                    steps,
                    &format!("{target} on the demo cluster"),
                    |binary| binary.package == BOTH && binary.target == target,
                    &[ON_DEMO, AT_ONCE],
                );
            });
            lane
        };
        files.map(lane).collect()
    }

    fn of_documentation(&self, steps: &Steps) {
        let mut tests = cargo(&["test", "--doc", "--locked", "--no-fail-fast"]);
        tests.args(binaries::selection(&self.chosen));
        steps.command("tests in documentation", &mut tests);
    }

    /// The crates below `tests/` without a window of which `which` is true, one after the other.
    fn of_each(&self, steps: &Steps, which: impl Fn(&str) -> bool) {
        let is_below = |name: &str| name != DESKTOP && !self.packages.iter().any(|own| own == name);
        let mut names: Vec<&str> = self
            .binaries
            .iter()
            .map(|binary| binary.package.as_str())
            .filter(|name| is_below(name) && which(name))
            .collect();
        // The control plane's own tests first: the others stand on it.
        names.sort_by_key(|name| (*name != CONTROL_PLANE, *name));
        names.dedup();
        for name in names {
            let elsewhere: &[&str] = if name == BOTH {
                &["--skip", ON_DEMO]
            } else {
                &[]
            };
            self.run_some(
                steps,
                &format!("tests of {name}"),
                |binary| {
                    binary.package == name
                        && (name != DEMO || binary.target == REAL)
                        && (name != BOTH || binary.target != PASSES)
                },
                elsewhere,
            );
        }
    }

    fn of_passes(&self, steps: &Steps) {
        let title = "passes of the real controllers";
        let is_it = |binary: &Binary| binary.package == BOTH && binary.target == PASSES;
        self.run_some(steps, title, is_it, &["--skip", ON_DEMO]);
    }

    /// What is measured of the window.
    fn of_timed_windows(&self, steps: &Steps, program: bool) {
        let title = "what is timed of the window";
        if !program {
            return steps.impossible(title, "the program does not compile");
        }
        let is_it = |binary: &Binary| binary.package == DESKTOP && binary.target == "window";
        self.run_some(steps, title, is_it, &[TIMED]);
    }

    /// The window as it is built, then as it is installed.
    fn of_windows(&self, steps: &Steps, program: bool) {
        let title = format!("tests of {DESKTOP}");
        let packages = "tests of the packages";
        if !program {
            steps.impossible(&title, "the program does not compile");
            steps.impossible(packages, "the program does not compile");
            return;
        }
        let is_window = |binary: &Binary| binary.package == DESKTOP;
        let of_program = |binary: &Binary| is_window(binary) && binary.target != PACKAGE;
        self.run_some(steps, &title, of_program, &["--skip", TIMED]);
        if !steps.call("build of the packages", || {
            bundle::pack(bundle::Build::Debug).map(drop)
        }) {
            steps.impossible(packages, "there are none");
            return;
        }
        self.run(steps, packages, |binary| {
            is_window(binary) && binary.target == PACKAGE
        });
    }

    /// Runs the programs of which `which` is true as one step.
    fn run(&self, steps: &Steps, title: &str, which: impl Fn(&Binary) -> bool) {
        self.run_some(steps, title, which, &[]);
    }

    /// The same, but of their tests only those that `arguments` choose.
    fn run_some(
        &self,
        steps: &Steps,
        title: &str,
        which: impl Fn(&Binary) -> bool,
        arguments: &[&str],
    ) {
        let chosen = self.binaries.iter().filter(|binary| which(binary));
        let mut commands: Vec<Command> = chosen.map(|binary| self.command(binary)).collect();
        for command in &mut commands {
            command.args(arguments);
        }
        if commands.is_empty() {
            steps.impossible(title, "there are none");
            return;
        }
        steps.commands(title, &mut commands);
    }

    fn command(&self, binary: &Binary) -> Command {
        let mut command = if binary.package == DESKTOP {
            in_session(binary)
        } else {
            binary.command()
        };
        if self.extent == Extent::Proof {
            // The figures of a proof are wanted also where it succeeds.
            command.arg("--show-output").env("SCALESCOPE_PROVE", "1");
        }
        command
    }
}

/// What drives windows, with a session bus of its own: they must find one, and not the developer's.
fn in_session(binary: &Binary) -> Command {
    let mut session = Command::new("dbus-run-session");
    session
        .arg("--")
        .env(
            "SCALESCOPE_BINARY",
            places::target().join("debug").join("scalescope"),
        )
        .env("SCALESCOPE_TAURI_DRIVER", setup::tauri_driver())
        .env("SCALESCOPE_PACKAGES", bundle::folder(bundle::Build::Debug));
    binary.command_behind(session)
}

/// `cargo xtask control-plane <words>`.
pub(crate) fn control_plane(words: &[&str]) -> Result<(), String> {
    let run = [
        "run",
        "--quiet",
        "--locked",
        "--package",
        CONTROL_PLANE,
        "--",
    ];
    children::run(&mut cargo(&[&run, words].concat()))
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(places::cargo());
    command
        .args(arguments)
        .current_dir(places::root())
        .env("CARGO_TERM_COLOR", "never");
    command
}
