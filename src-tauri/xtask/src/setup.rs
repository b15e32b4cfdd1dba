//! What building and testing need beside Rust, Node, Go and git: Debian packages, npm packages, two programs of cargo.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::{children, places, ui};

/// To compile the window.
const BUILD_PACKAGES: [&str; 5] = [
    "build-essential",
    "pkg-config",
    "libgtk-3-dev",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
];
/// To drive the window without a display, to install the packages and open files as a desktop does,
/// to see what a program asks the system for.
const TEST_PACKAGES: [&str; 12] = [
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus",
    "dpkg",
    "rpm",
    "shared-mime-info",
    "desktop-file-utils",
    "libglib2.0-bin",
    "appstream",
    "x11-utils",
    "strace",
];

/// Programs of cargo: name, version.
const DENY: (&str, &str) = ("cargo-deny", "0.20.2");
const DRIVER: (&str, &str) = ("tauri-driver", "2.1.0");

/// What `run` needs.
pub(crate) fn for_building() -> Result<(), String> {
    for (program, argument, what) in [
        ("node", "--version", "Node 20.19 or newer"),
        ("npm", "--version", "npm (it comes with Node)"),
    ] {
        need(program, argument, what)?;
    }
    debian_packages(&BUILD_PACKAGES)
}

/// What `test --fast` needs.
pub(crate) fn for_fast_tests() -> Result<(), String> {
    for_building()?;
    cargo_program(DENY).map(drop)
}

/// What `test`, `prove` and `bench` need.
pub(crate) fn everything() -> Result<(), String> {
    for_fast_tests()?;
    need(
        "go",
        "version",
        "Go 1.26 or newer, which builds the control plane",
    )?;
    debian_packages(&TEST_PACKAGES)?;
    cargo_program(DRIVER)?;
    ui::install()
}

/// Path of the installed cargo-deny.
pub(crate) fn cargo_deny() -> PathBuf {
    places::tools().join("bin").join(DENY.0)
}

/// Path of the installed tauri-driver.
pub(crate) fn tauri_driver() -> PathBuf {
    places::tools().join("bin").join(DRIVER.0)
}

fn need(program: &str, argument: &str, what: &str) -> Result<(), String> {
    let found = Command::new(program)
        .arg(argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err(format!("`{program}` is missing: install {what}"))
    }
}

fn debian_packages(wanted: &[&str]) -> Result<(), String> {
    if need("dpkg-query", "--version", "").is_err() {
        println!(
            "this is not Debian or Ubuntu; make sure that you have what these packages hold there: {}",
            wanted.join(" ")
        );
        return Ok(());
    }
    let missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing Debian packages: {}", missing.join(" "));
    let install = [
        &["install", "--yes", "--no-install-recommends"],
        missing.as_slice(),
    ]
    .concat();
    if apt(&install).is_ok() {
        return Ok(());
    }
    // The lists of packages may be missing or old.
    apt(&["update"])?;
    apt(&install).map_err(|error| {
        format!(
            "{error}\ninstall these yourself, then try again: {}",
            missing.join(" ")
        )
    })
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query
        .args(["--show", "--showformat", "${Status}", package])
        .stderr(Stdio::null());
    children::read(&mut query).is_ok_and(|status| status == "install ok installed")
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    let is_root = children::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    if !is_root {
        words.insert(0, "sudo");
    }
    words.extend(arguments);
    if is_root {
        return children::run(Command::new(words[0]).args(&words[1..]));
    }
    // sudo asks for a password: it needs the terminal, so it stays in this program's own process group.
    let status = Command::new(words[0])
        .args(&words[1..])
        .status()
        .map_err(|error| format!("cannot run sudo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", words.join(" ")))
    }
}

/// Installs one program of cargo into the cache folder, once; a debug build is much quicker to make and quick enough.
fn cargo_program((name, version): (&str, &str)) -> Result<(), String> {
    let tools = places::tools();
    let installed = fs::read_to_string(tools.join(".crates.toml")).unwrap_or_default();
    if installed.contains(&format!("\"{name} {version} ("))
        && tools.join("bin").join(name).is_file()
    {
        return Ok(());
    }
    println!("installing {name} {version} into {}", tools.display());
    let mut command = Command::new(places::cargo());
    command
        .args(["install", "--locked", "--debug", "--root"])
        .arg(&tools)
        .arg(format!("{name}@{version}"))
        // Outside the repository: neither its lints nor its target folder are meant.
        .current_dir(std::env::temp_dir())
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS");
    children::run(&mut command)
}
