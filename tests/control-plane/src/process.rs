//! Child processes that cannot outlive this one, however it ends.
//!
//! A watchdog (a small shell script in its own process group) reads a pipe that only this process writes to. When the pipe
//! ends, because the owner dropped it or was killed, the watchdog kills every process group it was told of and removes the
//! folder. `PR_SET_PDEATHSIG` would not do: it fires when the *thread* that started the child ends, and tests run in threads.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::Error;
use crate::error::doing;

const WATCHDOG: &str = r#"
trap '' HUP INT TERM
groups=' '
folder=
while read -r verb value; do
    case $verb in
    watch) groups="$groups$value " ;;
    forget) groups="${groups%% $value *} ${groups#* $value }" ;;
    folder) folder=$value ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
[ -z "$folder" ] || for attempt in 1 2 3 4 5; do rm -rf -- "$folder" 2>/dev/null && break; sleep 0.2; done
"#;

/// Waits for one line before it becomes the program, so that the watchdog knows its group before it can do anything.
const GATE: &str = r#"read -r go || exit; exec "$@" </dev/null"#;

/// The watchdog of one control plane.
pub(crate) struct Watchdog {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    /// Starts it; `folder` is removed at the end unless `None`.
    pub(crate) fn start(folder: Option<&Path>) -> Result<Self, Error> {
        let mut child = doing(
            "starting the watchdog (sh)",
            Command::new("sh")
                .args(["-c", WATCHDOG])
                .process_group(0)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn(),
        )?;
        let pipe = child.stdin.take();
        let mut watchdog = Self { child, pipe };
        if let Some(folder) = folder {
            watchdog.tell("folder", &folder.display().to_string())?;
        }
        Ok(watchdog)
    }

    fn tell(&mut self, verb: &str, value: &str) -> Result<(), Error> {
        let pipe = self
            .pipe
            .as_mut()
            .expect("the pipe is open until the watchdog is dropped");
        doing("writing to the watchdog", writeln!(pipe, "{verb} {value}"))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // Nothing to be done about an error in either: this is the last act.
        let _ = self.child.wait();
    }
}

/// One component, writing into its own log.
pub(crate) struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `program` with variables beside this process's own; its output is appended to `<logs>/<name>.log`.
    pub(crate) fn start(
        watchdog: &mut Watchdog,
        logs: &Path,
        name: &str,
        program: &Path,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
        environment: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let log = logs.join(format!("{name}.log"));
        let output = doing(
            format!("opening {}", log.display()),
            File::options().append(true).create(true).open(&log),
        )?;
        let errors = doing(format!("opening {}", log.display()), output.try_clone())?;
        let mut child = doing(
            format!("starting {name}"),
            Command::new("sh")
                .args(["-c", GATE, name])
                .arg(program)
                .args(arguments.into_iter().map(Into::into))
                .envs(environment.iter().copied())
                .current_dir(logs)
                .process_group(0)
                .stdin(Stdio::piped())
                .stdout(output)
                .stderr(errors)
                .spawn(),
        )?;
        watchdog.tell("watch", &child.id().to_string())?;
        let mut gate = child.stdin.take().expect("its standard input is a pipe");
        doing(format!("starting {name}"), gate.write_all(b"go\n"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log,
        })
    }

    /// Process id, also that of its group.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `None` while it runs, else an error with the end of its log.
    pub(crate) fn ended(&mut self) -> Option<Error> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(self.error(format!("ended with {status}"))),
            Err(source) => Some(Error::Io {
                what: format!("looking after {}", self.name),
                source,
            }),
        }
    }

    /// An error about this component, with the end of its log.
    pub(crate) fn error(&self, state: impl Into<String>) -> Error {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        Error::Component {
            component: self.name.clone(),
            state: state.into(),
            log_path: self.log.display().to_string(),
            log: lines[lines.len().saturating_sub(15)..].join("\n"),
        }
    }

    /// Kills it and waits for its end.
    pub(crate) fn stop(mut self, watchdog: &mut Watchdog) -> Result<(), Error> {
        self.kill();
        // Only after its end was awaited could the group's number be given to somebody else.
        watchdog.tell("forget", &self.id().to_string())
    }

    /// Every component is a single process: killing it kills its group.
    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
