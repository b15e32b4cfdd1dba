//! Running programs so that they end when this one is told to.
//!
//! Each child is a process group of its own. On SIGINT, SIGTERM or SIGHUP the group that runs is asked to end, killed
//! after a while, and this program ends with the customary status.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
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
    without_own_crate(command);
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

/// Takes away what `cargo run` told about the crate of this program, unless the command has its own. Build scripts that look
/// at these variables, ring's for one, would run again with each change between here and a shell, and half of everything
/// be compiled anew.
fn without_own_crate(command: &mut Command) {
    let own: Vec<OsString> = command
        .get_envs()
        .map(|(name, _)| name.to_owned())
        .collect();
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let tells = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        if tells && !own.contains(&name) {
            command.env_remove(&name);
        }
    }
}

/// Ends a child's group if the child has not ended in time.
struct Deadline {
    limit: Duration,
    ended: Sender<()>,
    watch: JoinHandle<bool>,
}

impl Deadline {
    fn of(child: &Child, limit: Duration) -> Self {
        let (ended, ending) = mpsc::channel();
        let group = child.id();
        let watch = thread::spawn(move || {
            let is_late = ending.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
            if is_late {
                end(group);
            }
            is_late
        });
        Self {
            limit,
            ended,
            watch,
        }
    }

    /// To be called once the child has ended; an error if it was made to.
    fn kept(self) -> Result<(), String> {
        drop(self.ended);
        // The watch does nothing that could panic.
        if self.watch.join().unwrap_or_default() {
            let minutes = self.limit.as_secs_f64() / 60.0;
            return Err(format!(
                "it did not end within {minutes:.0} min and was ended"
            ));
        }
        Ok(())
    }
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

/// Runs it, passes on what it prints, and gives each line of its standard output to `line`. Ended after `limit`.
pub(crate) fn run_reading(
    command: &mut Command,
    limit: Duration,
    mut line: impl FnMut(&str),
) -> Result<ExitStatus, String> {
    let mut child = start(command.stdout(Stdio::piped()))?;
    let deadline = Deadline::of(&child, limit);
    if let Some(output) = child.stdout.take() {
        each_line(output, |text| {
            println!("{text}");
            line(text);
        });
    }
    let status = wait(child);
    deadline.kept()?;
    status
}

/// Runs it, passes on nothing, and gives each line that it prints, errors included, to `line`. Ended after `limit`.
pub(crate) fn run_holding(
    command: &mut Command,
    limit: Duration,
    line: impl FnMut(&str),
) -> Result<ExitStatus, String> {
    let pipe = std::io::pipe().and_then(|(output, input)| Ok((output, input.try_clone()?, input)));
    let (output, errors, input) = pipe.map_err(|error| format!("making a pipe: {error}"))?;
    let child = start(command.stdout(input).stderr(errors))?;
    // The command's own ends of the pipe: as long as they are open it does not end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let deadline = Deadline::of(&child, limit);
    each_line(output, line);
    let status = wait(child);
    deadline.kept()?;
    status
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_told_of_its_own_crate_only() {
        let mut child = Command::new("sh");
        child
            .args(["-c", "echo ${CARGO_PKG_NAME-none} $CARGO_MANIFEST_DIR"])
            .env("CARGO_MANIFEST_DIR", "/its/own");
        assert_eq!(read(&mut child), Ok("none /its/own\n".to_owned()));
    }

    #[test]
    fn what_does_not_end_is_ended_with_all_it_started() {
        let mut sleeping = Command::new("sh");
        sleeping.args(["-c", "echo before; sleep 600 & sleep 600"]);
        let limit = Duration::from_millis(300);
        for run in [
            |command: &mut Command, limit, lines: &mut Vec<String>| {
                run_reading(command, limit, |line| lines.push(line.to_owned()))
            },
            |command: &mut Command, limit, lines: &mut Vec<String>| {
                run_holding(command, limit, |line| lines.push(line.to_owned()))
            },
        ] {
            let mut lines = Vec::new();
            let ended = run(&mut sleeping, limit, &mut lines);
            assert!(ended.is_err_and(|message| message.contains("did not end within")));
            assert_eq!(lines, ["before"]);
        }
        let quick = run_reading(&mut Command::new("true"), limit, |_| ());
        assert!(quick.is_ok_and(|status| status.success()));
    }
}
