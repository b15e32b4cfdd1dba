//! Runs a program to its end, within limits of time, output and offspring.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

/// Most of what a program may print, in bytes; one more ends it.
const OUTPUT_LIMIT: usize = 1 << 20;
/// Most of its complaints that is kept, in bytes: the end of them.
const COMPLAINTS_LIMIT: usize = 64 << 10;
/// How long children of an ended program may still hold its output before they are ended too.
const OFFSPRING_PATIENCE: Duration = Duration::from_millis(500);

/// One program as it is to be run: nothing is inherited but what is said here, and it has no input.
pub(crate) struct Program<'a> {
    /// Whole path.
    pub(crate) path: &'a Path,
    pub(crate) arguments: &'a [String],
    /// All of its variables; of two of a name the last wins.
    pub(crate) environment: &'a [(OsString, OsString)],
    /// Where it runs.
    pub(crate) folder: &'a Path,
    pub(crate) limit: Duration,
}

/// How it ended by itself.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) output: Vec<u8>,
    /// The last 64 KiB.
    pub(crate) complaints: Vec<u8>,
}

/// Why there is no [`Ended`].
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It is not there, or what its first line names is not.
    Missing,
    /// The system would not start it: its own words.
    NotStarted(String),
    /// Its time was up. The last of its complaints.
    TimeUp(Vec<u8>),
    /// It printed more than 1 MiB. The last of its complaints.
    TooMuch(Vec<u8>),
}

/// Runs `program` in a process group of its own. Dropping the future, passing a limit, or children that hold the
/// output of a program that has ended, kill the whole group. A child that let go of the output lives on: it may be
/// the browser a person logs in with.
pub(crate) async fn run(program: Program<'_>) -> Result<Ended, Stopped> {
    let mut command = Command::new(program.path);
    command
        .args(program.arguments)
        .env_clear()
        .envs(
            program
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .current_dir(program.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Stopped::Missing,
        _ => Stopped::NotStarted(error.to_string()),
    })?;
    let mut group = Group::of(&child);
    let mut output = Collected::new(child.stdout.take(), OUTPUT_LIMIT, Keep::Beginning);
    let mut complaints = Collected::new(child.stderr.take(), COMPLAINTS_LIMIT, Keep::End);
    let watched = tokio::time::timeout(
        program.limit,
        attend(&mut child, &mut output, &mut complaints),
    )
    .await;
    // Where this returns early the group is killed as `group` is dropped.
    match watched {
        Err(_) => Err(Stopped::TimeUp(complaints.bytes)),
        Ok(Err(Attention::TooMuch)) => Err(Stopped::TooMuch(complaints.bytes)),
        Ok(Err(Attention::Lost(why))) => Err(Stopped::NotStarted(why)),
        Ok(Ok(status)) => {
            if output.ended {
                group.spare();
            }
            Ok(Ended {
                status,
                output: output.bytes,
                complaints: complaints.bytes,
            })
        }
    }
}

enum Attention {
    TooMuch,
    Lost(String),
}

/// Reads both pipes until the program has ended and its output with it, or its offspring's time is up.
async fn attend(
    child: &mut Child,
    output: &mut Collected<tokio::process::ChildStdout>,
    complaints: &mut Collected<tokio::process::ChildStderr>,
) -> Result<ExitStatus, Attention> {
    let mut status = None;
    let offspring = tokio::time::sleep(OFFSPRING_PATIENCE);
    tokio::pin!(offspring);
    loop {
        if let Some(status) = status
            && output.ended
            && complaints.ended
        {
            return Ok(status);
        }
        tokio::select! {
            biased;
            () = output.more(), if !output.ended => {
                if output.overflowed {
                    return Err(Attention::TooMuch);
                }
            }
            () = complaints.more(), if !complaints.ended => {}
            ended = child.wait(), if status.is_none() => {
                status = Some(ended.map_err(|error| Attention::Lost(error.to_string()))?);
                offspring.as_mut().reset(tokio::time::Instant::now() + OFFSPRING_PATIENCE);
            }
            () = &mut offspring, if status.is_some() => {
                if let Some(status) = status {
                    return Ok(status);
                }
            }
        }
    }
}

#[derive(PartialEq)]
enum Keep {
    Beginning,
    End,
}

/// What came out of one pipe, within a bound.
struct Collected<P> {
    pipe: Option<P>,
    bytes: Vec<u8>,
    limit: usize,
    keep: Keep,
    overflowed: bool,
    ended: bool,
}

impl<P: AsyncRead + Unpin> Collected<P> {
    fn new(pipe: Option<P>, limit: usize, keep: Keep) -> Self {
        Self {
            ended: pipe.is_none(),
            pipe,
            bytes: Vec::new(),
            limit,
            keep,
            overflowed: false,
        }
    }

    /// One more piece, or the end. Cancel-safe.
    async fn more(&mut self) {
        let mut piece = [0; 8 << 10];
        let read = match &mut self.pipe {
            Some(pipe) => pipe.read(&mut piece).await.unwrap_or(0),
            None => 0,
        };
        if read == 0 {
            self.ended = true;
            return;
        }
        self.bytes.extend_from_slice(&piece[..read]);
        if self.bytes.len() > self.limit {
            self.overflowed = true;
            match self.keep {
                Keep::Beginning => self.bytes.truncate(self.limit),
                Keep::End => {
                    self.bytes.drain(..self.bytes.len() - self.limit);
                }
            }
        }
    }
}

/// Kills the child's process group when dropped. The group's number cannot have come to mean another one while the
/// child is not yet waited for, or has children left in it.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let leader = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw);
        Self { leader }
    }

    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }

    fn spare(&mut self) {
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // Fails only where nobody is left.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

/// Printed around `PATH`: start-up files of shells print things of their own.
const MARK: &str = "--scalescope-path--";

/// `PATH` as the user's login shell has it, or none: programs started from a desktop lack what shells add. `limit`
/// bounds all of it (3 s are plenty). Not to be asked from a terminal's program, which has that `PATH` already.
///
/// The shell is the user's own choice, no kubeconfig's. It is asked as an interactive one first, since many set
/// `PATH` only there, then as a plain login shell.
pub async fn login_shell_path(shell: &Path, limit: Duration) -> Option<OsString> {
    let environment: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let folder = std::env::home_dir().filter(|home| home.is_dir());
    let script = format!("echo {MARK}; printenv PATH; echo {MARK}");
    for (flags, share) in [(["-i", "-l", "-c"], 2), (["-l", "-c", ""], 1)] {
        let arguments: Vec<String> = flags
            .iter()
            .filter(|flag| !flag.is_empty())
            .map(ToString::to_string)
            .chain([script.clone()])
            .collect();
        let ended = run(Program {
            path: shell,
            arguments: &arguments,
            environment: &environment,
            folder: folder.as_deref().unwrap_or(Path::new("/")),
            limit: limit * share / 3,
        })
        .await;
        if let Ok(ended) = ended
            && let Some(path) = between_marks(&ended.output)
        {
            return Some(path);
        }
    }
    None
}

fn between_marks(output: &[u8]) -> Option<OsString> {
    let text = std::str::from_utf8(output).ok()?;
    let path = text.split(MARK).nth(1)?.trim_matches(['\r', '\n']);
    (!path.is_empty() && !path.contains('\n')).then(|| OsString::from(path))
}
