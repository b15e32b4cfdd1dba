//! Runs the probe, a process of its own, and reads what it says.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kubeconfig_tests::hostile::{Job, Outcome};

const PROBE: &str = env!("CARGO_BIN_EXE_probe");
/// What strace writes down.
const CALLS: &str = "trace=execve,execveat,open,openat,openat2,creat,connect,bind,sendto";
/// All of a run together; a hang is found by this.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a run said.
pub(crate) struct Run {
    /// Of each job that came to an end, in order.
    pub(crate) outcomes: Vec<Outcome>,
    /// Its log at all levels.
    pub(crate) log: String,
}

/// Opens all of them with our defences, as far as `depth`.
pub(crate) fn guarded(jobs: &[Job], depth: &str) -> Run {
    run(Command::new(PROBE).args(["guarded", depth]), jobs, PATIENCE).0
}

/// Opens one of them without defences, within a few seconds and two gigabytes; None if it did not come to an end.
pub(crate) fn naive(job: &Job) -> Option<Outcome> {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 2000000; exec \"$0\" naive", PROBE])
        .env("PATH", &job.path)
        .env("HOME", &job.home)
        // Nothing but this machine is reached.
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy")
        .current_dir(job.home.parent().unwrap());
    let (run, ended) = run(
        &mut command,
        std::slice::from_ref(job),
        Duration::from_secs(4),
    );
    run.outcomes.into_iter().next().filter(|_| ended)
}

/// The same as the words say, with the system calls that it made.
pub(crate) fn traced(jobs: &[Job], words: &[&str]) -> (Run, String) {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let mut command = tracer(&trace);
    command.arg(PROBE).args(words);
    if let [job] = jobs {
        command.env(
            "PATH",
            format!("{}:{}", job.path, std::env::var("PATH").unwrap()),
        );
    }
    let (run, _) = run(&mut command, jobs, PATIENCE);
    (run, fs::read_to_string(trace).unwrap())
}

/// Whether strace is there and works.
pub(crate) fn can_trace() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tracer(&folder.path().join("trace"));
    let status = command.arg("true").stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn tracer(trace: &Path) -> Command {
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-qq",
            "--seccomp-bpf",
            "-s",
            "4096",
            "-e",
            CALLS,
            "-o",
        ])
        .arg(trace);
    command
}

/// What it said, and whether it came to an end by itself.
fn run(command: &mut Command, jobs: &[Job], patience: Duration) -> (Run, bool) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let file = |name: &str| fs::File::create(at(name)).unwrap();
    fs::write(at("jobs"), serde_json::to_string(jobs).unwrap()).unwrap();
    let mut child = command
        // cargo's own: the loader would look for libraries in its folders.
        .env_remove("LD_LIBRARY_PATH")
        .stdin(fs::File::open(at("jobs")).unwrap())
        .stdout(file("out"))
        .stderr(file("log"))
        .spawn()
        .unwrap();
    let ended = ends(&mut child, patience);
    let text = |name: &str| String::from_utf8_lossy(&fs::read(at(name)).unwrap()).into_owned();
    let outcomes = text("out")
        .lines()
        .map_while(|line| serde_json::from_str(line).ok())
        .collect();
    (
        Run {
            outcomes,
            log: text("log"),
        },
        ended,
    )
}

fn ends(child: &mut Child, patience: Duration) -> bool {
    let start = Instant::now();
    loop {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        if start.elapsed() > patience {
            child.kill().unwrap();
            child.wait().unwrap();
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}
