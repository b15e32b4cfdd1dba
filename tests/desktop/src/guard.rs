//! Processes and folders that cannot outlive their owner, however it ends.
//!
//! A small shell script holds a pipe that only this process writes to. When the pipe ends, because the owner was dropped or
//! killed, the script kills the session of what it started and removes the folder it was given.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

const SCRIPT: &str = r#"
trap '' HUP INT TERM
log=$1 folder=$2
shift 2
child=
if [ $# -gt 0 ]; then
    (trap - HUP INT TERM; exec setsid "$@") </dev/null >"$log" 2>&1 &
    child=$!
fi
echo "${child:-0}"
exec >/dev/null
while read -r line; do :; done
[ -z "$child" ] || { kill -s KILL -- "-$child" "$child" 2>/dev/null; wait "$child" 2>/dev/null; }
[ -z "$folder" ] || for attempt in 1 2 3 4 5; do rm -rf -- "$folder" && break; sleep 0.2; done
"#;

/// What of the developer's own environment would change what a test sees.
const FOREIGN: [&str; 3] = ["KUBECONFIG", "WAYLAND_DISPLAY", "GTK_THEME"];

/// A guarded session of processes, or a guarded folder.
pub(crate) struct Guard {
    script: Child,
    pipe: Option<ChildStdin>,
    session: u32,
}

impl Guard {
    /// Starts `command` as the leader of a session of its own; its output goes to `log`.
    pub(crate) fn over_process<'a>(
        command: impl IntoIterator<Item = &'a OsStr>,
        environment: &[(String, String)],
        log: &Path,
    ) -> io::Result<Self> {
        File::create(log)?;
        let mut script = Command::new("sh");
        script
            .args(["-c", SCRIPT, "guard"])
            .arg(log)
            .arg("")
            .args(command);
        for name in FOREIGN {
            script.env_remove(name);
        }
        script.envs(
            environment
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        Self::start(&mut script)
    }

    /// Removes `folder` at the end.
    pub(crate) fn over_folder(folder: &Path) -> io::Result<Self> {
        Self::start(
            Command::new("sh")
                .args(["-c", SCRIPT, "guard", ""])
                .arg(folder),
        )
    }

    fn start(script: &mut Command) -> io::Result<Self> {
        let mut script = script
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let pipe = script.stdin.take();
        let mut session = String::new();
        if let Some(output) = script.stdout.take() {
            BufReader::new(output).read_line(&mut session)?;
        }
        let session = session.trim().parse().map_err(io::Error::other)?;
        Ok(Self {
            script,
            pipe,
            session,
        })
    }

    /// Id of the first process, which is also that of its session.
    pub(crate) fn session(&self) -> u32 {
        self.session
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // The last act: nobody could do anything about an error.
        let _ = self.script.wait();
    }
}
