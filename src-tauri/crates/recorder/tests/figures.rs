//! What recording costs: printed, and held against a raw insert and the disk's own pace in the same run.

mod shared;

use std::fs::{self, File};
use std::io::Write as _;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use model::fact::Fact;
use recorder::FILE;
use shared::{Busy, CLUSTER, all, at, flush, open, read, subject};

/// How long it takes to bring a page to the disk.
fn fsync(folder: &std::path::Path) -> Duration {
    let mut file = File::create(folder.join("fsync")).expect("made");
    let begin = Instant::now();
    for _ in 0..20 {
        file.write_all(&[1; 4096]).expect("written");
        file.sync_data().expect("synced");
    }
    begin.elapsed() / 20
}

/// Facts a second of SQLite itself: a row of JSON a fact, a transaction a thousand.
fn raw(folder: &std::path::Path, facts: &[Fact]) -> f64 {
    let mut connection = rusqlite::Connection::open(folder.join("raw")).expect("made");
    connection
        .execute_batch("PRAGMA journal_mode = wal; PRAGMA synchronous = full; CREATE TABLE facts (seq INTEGER PRIMARY KEY, fact TEXT)")
        .expect("made");
    let begin = Instant::now();
    for some in facts.chunks(1_000) {
        let transaction = connection.transaction().expect("begun");
        for fact in some {
            let json = serde_json::to_string(fact).expect("it has JSON");
            let mut statement = transaction
                .prepare_cached("INSERT INTO facts (fact) VALUES (?1)")
                .expect("SQL");
            statement.execute([json]).expect("inserted");
        }
        transaction.commit().expect("committed");
    }
    facts.len() as f64 / begin.elapsed().as_secs_f64()
}

#[test]
fn a_day_of_a_busy_workload() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut busy = Busy::new(11);
    let facts: Vec<Fact> = (0..24 * 240).flat_map(|_| busy.pass()).collect();
    let json: usize = facts
        .iter()
        .map(|fact| serde_json::to_vec(fact).expect("JSON").len())
        .sum();
    let synced = fsync(folder.path());
    let raw = raw(folder.path(), &facts);
    let (recorder, _) = open(folder.path());
    let subject = subject("busy");
    let begin = Instant::now();
    for some in facts.chunks(1_000) {
        recorder.append(CLUSTER, &subject, some.to_vec());
        flush(&recorder);
    }
    let rate = facts.len() as f64 / begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let reading = all(&recorder, &subject);
    let day = begin.elapsed();
    assert_eq!(reading.facts, facts);
    let begin = Instant::now();
    let hour = read(&recorder, &subject, at(23 * 3_600), at(24 * 3_600));
    let last_hour = begin.elapsed();
    assert!(hour.facts.len() > 400);
    // One fact that is told the moment it is on the disk.
    let last = facts.last().expect("some").clone();
    let one = Fact {
        received: last.received + SignedDuration::from_secs(1),
        what: model::fact::What::PodGone("x".to_owned()),
        ..last
    };
    let begin = Instant::now();
    for _ in 0..20 {
        recorder.append(CLUSTER, &subject, vec![one.clone()]);
        flush(&recorder);
    }
    let commit = begin.elapsed() / 20;
    drop(recorder);
    let bytes = fs::metadata(folder.path().join(FILE)).expect("there").len();
    println!(
        "{} facts a day, {json} bytes of JSON, {bytes} bytes of file: 1/{:.0}",
        facts.len(),
        json as f64 / bytes as f64
    );
    println!(
        "{rate:.0} facts a second; SQLite alone, a row of JSON a fact: {raw:.0} (ratio {:.2})",
        rate / raw
    );
    println!(
        "a commit of one fact {commit:?}; a sync of the disk {synced:?} (ratio {:.1})",
        commit.as_secs_f64() / synced.as_secs_f64()
    );
    println!("24 h read in {day:?}, the last hour in {last_hour:?}");
    assert!(
        bytes < 8_000_000,
        "a week of three busy workloads fills the file: {bytes}"
    );
    assert!(day < Duration::from_secs(2), "{day:?}");
}
