//! Where the programs are: the one under test, the driver.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The program under test: `SCALESCOPE_BINARY`, else a debug build of it.
pub fn program() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
        if let Some(path) = std::env::var_os("SCALESCOPE_BINARY") {
            return PathBuf::from(path);
        }
        let page = Path::new(ROOT).join("ui/dist/index.html");
        assert!(
            page.exists(),
            "the page is not built: `npm ci && npm run build` in ui/, or `cargo xtask test`"
        );
        let built = Command::new(env!("CARGO"))
            .args(["build", "--package", "scalescope"])
            .current_dir(ROOT)
            .status()
            .expect("cargo runs");
        assert!(built.success(), "scalescope does not build");
        target().join("debug/scalescope")
    });
    &PROGRAM
}

/// The packages under test: in `deb` and `rpm` of `SCALESCOPE_PACKAGES`, else made of a debug build.
///
/// # Panics
/// If there is no such package.
pub fn package(kind: &str) -> PathBuf {
    static PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| {
        if let Some(path) = std::env::var_os("SCALESCOPE_PACKAGES") {
            return PathBuf::from(path);
        }
        let made = Command::new(env!("CARGO"))
            .args(["xtask", "bundle", "--debug"])
            .current_dir(ROOT)
            .status()
            .expect("cargo runs");
        assert!(made.success(), "there are no packages");
        target().join("debug/bundle")
    });
    let folder = PACKAGES.join(kind);
    let found = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == kind));
    found.unwrap_or_else(|| panic!("no .{kind} in {}", folder.display()))
}

/// Folder of the screenshots.
pub fn screenshots() -> PathBuf {
    target().join("screenshots")
}

/// tauri-driver: `SCALESCOPE_TAURI_DRIVER`, else `PATH`, else the tools that `cargo xtask setup` installs.
pub(crate) fn tauri_driver() -> PathBuf {
    if let Some(path) = std::env::var_os("SCALESCOPE_TAURI_DRIVER") {
        return PathBuf::from(path);
    }
    let tools = control_plane::cache_folder().join("tools/bin/tauri-driver");
    in_path("tauri-driver").unwrap_or_else(|| {
        assert!(
            tools.exists(),
            "tauri-driver is neither in PATH nor at {}: `cargo xtask setup` installs it",
            tools.display()
        );
        tools
    })
}

/// `WebKitWebDriver` of the system.
pub(crate) fn webkit_driver() -> PathBuf {
    in_path("WebKitWebDriver").expect("WebKitWebDriver (Debian: webkit2gtk-driver)")
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(ROOT).join("target"), PathBuf::from)
}

/// Two free loopback ports, outside the range that outgoing connections use: those may be taken between choice and use.
pub(crate) fn free_ports() -> [u16; 2] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const RANGE: std::ops::Range<u32> = 10_000..20_000;
    let mut held: Vec<TcpListener> = Vec::new();
    // Processes begin at different places of the range.
    let begin = std::process::id().wrapping_mul(2_654_435_761);
    while held.len() < 2 {
        let step = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = RANGE.start + step % (RANGE.end - RANGE.start);
        let port = u16::try_from(port).expect("the range is one of ports");
        held.extend(TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
    }
    [0, 1].map(|index| held[index].local_addr().expect("a bound socket").port())
}
