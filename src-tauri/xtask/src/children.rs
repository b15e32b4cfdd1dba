//! Running programs so that they end when this one is told to.
//!
//! Each child is a process group of its own. On SIGINT, SIGTERM or SIGHUP the group that runs is asked to end, killed
//! after a while, and this program ends with the customary status.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How long a group has between being asked and being killed.
const GRACE: Duration = Duration::from_secs(5);

/// Process groups of the children that run.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn running() -> std::sync::MutexGuard<'static, Vec<u32>> {
    RUNNING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// From now on, the usual signals end the children and then this program.
pub(crate) fn end_with_signals() {
    // Without the handler, the signals do what they always did: end this program only.
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Held to the end: nothing is started any more.
            let groups = running();
            for group in groups.iter() {
                end(*group);
            }
            std::process::exit(128 + signal);
        }
    });
}

fn end(group: u32) {
    let tell = |signal: &str| {
        let words = ["-s", signal, "--", &format!("-{group}")].map(str::to_owned);
        Command::new("kill")
            .args(words)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let start = Instant::now();
    tell("TERM");
    // Signal 0 asks whether the group still has members.
    while start.elapsed() < GRACE && tell("0") {
        thread::sleep(Duration::from_millis(50));
    }
    tell("KILL");
}

fn start(command: &mut Command) -> Result<Child, String> {
    let mut groups = running();
    let child = command
        .process_group(0)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| {
            format!(
                "cannot run {}: {error}",
                command.get_program().to_string_lossy()
            )
        })?;
    groups.push(child.id());
    Ok(child)
}

fn wait(mut child: Child) -> Result<ExitStatus, String> {
    let status = child
        .wait()
        .map_err(|error| format!("waiting for a program: {error}"));
    running().retain(|group| *group != child.id());
    status
}

/// Runs it with this program's own output.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = wait(start(command)?)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!(
            "{} ended with {status}",
            command.get_program().to_string_lossy()
        ))
    }
}

/// Runs it, passes on what it prints, and gives each line of its standard output to `line`.
pub(crate) fn run_reading(
    command: &mut Command,
    mut line: impl FnMut(&str),
) -> Result<ExitStatus, String> {
    let mut child = start(command.stdout(Stdio::piped()))?;
    if let Some(output) = child.stdout.take() {
        each_line(output, |text| {
            println!("{text}");
            line(text);
        });
    }
    wait(child)
}

/// Runs it and returns its standard output.
pub(crate) fn read(command: &mut Command) -> Result<String, String> {
    let mut child = start(command.stdout(Stdio::piped()))?;
    let mut text = String::new();
    if let Some(mut output) = child.stdout.take() {
        output
            .read_to_string(&mut text)
            .map_err(|error| format!("reading a program's output: {error}"))?;
    }
    let status = wait(child)?;
    if status.success() {
        Ok(text)
    } else {
        Err(format!(
            "{} ended with {status}",
            command.get_program().to_string_lossy()
        ))
    }
}

/// Bytes that are not UTF-8 are shown as such, and do not end the reading.
fn each_line(output: impl Read, mut line: impl FnMut(&str)) {
    let mut reader = BufReader::new(output);
    let mut bytes = Vec::new();
    while reader
        .read_until(b'\n', &mut bytes)
        .is_ok_and(|length| length > 0)
    {
        line(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']));
        bytes.clear();
    }
    let _ = std::io::stdout().flush();
}
