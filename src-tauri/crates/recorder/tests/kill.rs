//! A recorder that is killed while it records: whatever it said was committed is there, in its order.

mod shared;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use model::fact::{Fact, What};
use recorder::Opened;
use shared::{CLUSTER, Noise, all, at, fact, flush, open, subject, target};

const FOLDER: &str = "RECORDER_TEST_FOLDER";
const FROM: &str = "RECORDER_TEST_FROM";

/// The program that is killed: appends numbers, prints those that are committed.
#[test]
#[ignore = "the other test runs and kills it"]
fn child() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("it is set"));
    let from = std::env::var(FROM).expect("it is set");
    let mut number: i32 = from.parse().expect("it is a number");
    let (recorder, _) = open(&folder);
    println!("open");
    loop {
        // Some subjects, some groups, some runs that are joined.
        for _ in 0..=number % 50 {
            let name = format!("w{}", number % 3);
            recorder.append(CLUSTER, &subject(&name), vec![numbered(number)]);
            number += 1;
        }
        flush(&recorder);
        println!("{number}");
        std::io::stdout().flush().expect("somebody listens");
    }
}

fn numbered(number: i32) -> Fact {
    fact(at(i64::from(number)), target(number))
}

#[test]
fn what_was_committed_outlives_every_kill() {
    let rounds = if std::env::var_os("SCALESCOPE_PROVE").is_some() {
        200
    } else {
        20
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut noise = Noise(7);
    let mut committed = 0;
    for round in 0..rounds {
        let after = Duration::from_millis(u64::from(noise.below(120)));
        let said = killed(folder.path(), committed, after);
        let (recorder, opened) = open(folder.path());
        assert!(
            matches!(opened, Opened::Fresh | Opened::Found),
            "round {round}: {opened:?}"
        );
        let mut last = 0;
        for part in 0..3 {
            let facts = all(&recorder, &subject(&format!("w{part}"))).facts;
            let numbers: Vec<i32> = facts.iter().map(number).collect();
            // All of them up to the last, each once, in their order; perhaps some that were not said to be committed yet.
            let expected: Vec<i32> = (part..said.max(numbers.last().map_or(0, |last| last + 1)))
                .step_by(3)
                .collect();
            assert_eq!(numbers, expected, "round {round}, {part}");
            last = last.max(numbers.last().map_or(0, |last| last + 1));
        }
        committed = last;
    }
    println!("{committed} facts in {rounds} rounds");
    assert!(committed > rounds, "little was recorded: {committed}");
}

fn number(fact: &Fact) -> i32 {
    match &fact.what {
        What::Target(Some(target)) => target.existing,
        other => panic!("never written: {other:?}"),
    }
}

/// Runs the child for this long after it is open; what it said was committed last.
fn killed(folder: &std::path::Path, from: i32, after: Duration) -> i32 {
    let mut child = Command::new(std::env::current_exe().expect("it has a path"))
        .args(["child", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(FROM, from.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut lines = lines.map_while(Result::ok);
    assert!(
        lines.by_ref().any(|line| line.ends_with("open")),
        "it opens"
    );
    let end = Instant::now() + after;
    std::thread::sleep(end - Instant::now());
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    // A line that is cut off is no number that was said.
    let said = lines.filter_map(|line| line.parse().ok());
    said.max().unwrap_or(from)
}
