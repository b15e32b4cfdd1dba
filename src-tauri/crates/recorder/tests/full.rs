//! A disk that is full: nothing that was committed is lost, it is told, and recording goes on when there is room.

mod shared;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use futures_executor::block_on;
use model::fact::Fact;
use recorder::{Limits, Opened, Recorder, Recording, Setup};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use shared::{Busy, CLUSTER, all, open, start, subject};

const FOLDER: &str = "RECORDER_TEST_FOLDER";

fn told(folder: &Path) -> (Recorder, Opened, Arc<Mutex<Vec<Recording>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let (recorder, opened) = Recorder::open(Setup {
        folder: folder.to_owned(),
        limits: Limits::default(),
        now: Box::new(start),
        told: Box::new(move |recording| telling.lock().expect("no panic").push(recording)),
    });
    (recorder, opened, told)
}

/// Runs in a process of its own: the limit is one on all files that it writes.
#[test]
#[ignore = "the other test runs it"]
fn child() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("it is set"));
    let limit = getrlimit(Resource::Fsize);
    let (recorder, opened, told) = told(&folder);
    assert_eq!(opened, Opened::Fresh);
    let mut busy = Busy::new(5);
    let mut facts: Vec<Fact> = (0..20).flat_map(|_| busy.pass()).collect();
    recorder.append(CLUSTER, &subject("a"), facts.clone());
    block_on(recorder.flush())
        .expect("on")
        .expect("there is room");
    let committed = recorder.committed();
    assert_eq!(committed, facts.len() as u64);
    setrlimit(
        Resource::Fsize,
        Rlimit {
            current: Some(300_000),
            ..limit
        },
    )
    .expect("it may be lower");
    let mut refused = 0;
    for _ in 0..40 {
        let more: Vec<Fact> = (0..20).flat_map(|_| busy.pass()).collect();
        recorder.append(CLUSTER, &subject("a"), more.clone());
        facts.extend(more);
        if block_on(recorder.flush()).expect("on").is_err() {
            refused += 1;
        }
    }
    assert!(refused > 0, "it never was full");
    let Recording::Paused { why } = recorder.recording() else {
        panic!("it is not told: {:?}", recorder.recording());
    };
    assert!(why.contains("no room"), "{why}");
    assert!(recorder.committed() >= committed && recorder.committed() < facts.len() as u64);
    // What is committed is read meanwhile.
    let read = all(&recorder, &subject("a")).facts;
    assert_eq!(read, facts[..read.len()]);
    assert_eq!(read.len() as u64, recorder.committed());
    setrlimit(Resource::Fsize, limit).expect("it may be as before");
    block_on(recorder.flush())
        .expect("on")
        .expect("there is room again");
    assert_eq!(recorder.recording(), Recording::On);
    assert_eq!(all(&recorder, &subject("a")).facts, facts);
    let told = told.lock().expect("no panic").clone();
    assert!(
        matches!(told[..], [Recording::Paused { .. }, .., Recording::On]),
        "{told:?}"
    );
    drop(recorder);
    let (recorder, opened) = open(&folder);
    assert_eq!(opened, Opened::Found);
    assert_eq!(all(&recorder, &subject("a")).facts[..facts.len()], facts);
}

#[test]
fn recording_pauses_while_the_disk_is_full() {
    let folder = tempfile::tempdir().expect("a folder");
    // What goes over the limit ends the process, unless that signal is ignored: a shell can say so.
    let program = std::env::current_exe().expect("it has a path");
    let output = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; exec \"$0\" child --exact --ignored --nocapture",
        ])
        .arg(program)
        .env(FOLDER, folder.path())
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
