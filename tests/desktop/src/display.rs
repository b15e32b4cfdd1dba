//! The display that windows appear on: one Xvfb for all tests of a process.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use crate::guard::Guard;
use crate::wait_for;

const ON_DISPLAY: &str = "SCALESCOPE_TESTS_ON_DISPLAY";

struct Display {
    name: String,
    // Lives as long as this process: a static is never dropped, the guard sees the process end.
    _guard: Option<Guard>,
}

static DISPLAY: LazyLock<Display> = LazyLock::new(|| {
    if std::env::var_os(ON_DISPLAY).is_some() {
        let name =
            std::env::var("DISPLAY").expect("SCALESCOPE_TESTS_ON_DISPLAY goes with a DISPLAY");
        return Display { name, _guard: None };
    }
    start()
});

/// Name of the display: `:7`.
pub(crate) fn display() -> &'static str {
    &DISPLAY.name
}

fn start() -> Display {
    let log: PathBuf =
        std::env::temp_dir().join(format!("scalescope-xvfb-{}.log", std::process::id()));
    let command = [
        "Xvfb",
        "-displayfd",
        "1",
        "-screen",
        "0",
        "1920x1200x24",
        "-nolisten",
        "tcp",
        "-noreset",
    ];
    let guard = Guard::over_process(command.iter().map(OsStr::new), &[], &log)
        .expect("sh and setsid start Xvfb");
    let name = wait_for("Xvfb (Debian: xvfb)", Duration::from_secs(20), || {
        let text = std::fs::read_to_string(&log).map_err(|error| error.to_string())?;
        let number = text
            .lines()
            .find_map(|line| line.trim().parse::<u32>().ok());
        number.map(|number| format!(":{number}")).ok_or(text)
    })
    .expect("a display");
    let _ = std::fs::remove_file(&log);
    Display {
        name,
        _guard: Some(guard),
    }
}
