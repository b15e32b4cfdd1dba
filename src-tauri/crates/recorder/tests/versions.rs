//! Files of other versions: an older one is migrated, a newer one left alone.

mod shared;

use std::fs;
use std::path::Path;

use model::fact::{Fact, Part, What};
use recorder::{Appended, FILE, Opened};
use rusqlite::{Connection, params};
use shared::{Busy, CLUSTER, all, at, fact, open, subject};

/// A file as version 1 made it.
fn version_1(folder: &Path, facts: &[(&str, Fact)]) {
    let connection = Connection::open(folder.join(FILE)).expect("made");
    connection
        .execute_batch(include_str!("version_1.sql"))
        .expect("it is SQL");
    for (name, fact) in facts {
        let nanoseconds = |at: jiff::Timestamp| i64::try_from(at.as_nanosecond()).expect("it fits");
        connection
            .execute(
                "INSERT INTO facts (cluster, kind, namespace, name, received, source, what) VALUES (?1, 1, 'shop', ?2, ?3, ?4, ?5)",
                params![
                    CLUSTER,
                    name,
                    nanoseconds(fact.received),
                    fact.source.map(nanoseconds),
                    serde_json::to_string(&fact.what).expect("it has JSON")
                ],
            )
            .expect("inserted");
    }
}

#[test]
fn version_1_is_migrated_with_all_that_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut a, mut b) = (Busy::new(1), Busy::new(2));
    let mut facts = Vec::new();
    for _ in 0..300 {
        facts.extend(a.pass().into_iter().map(|fact| ("a", fact)));
        facts.extend(b.pass().into_iter().map(|fact| ("b", fact)));
    }
    version_1(folder.path(), &facts);
    let before = fs::metadata(folder.path().join(FILE)).expect("there").len();
    let (recorder, opened) = open(folder.path());
    assert_eq!(opened, Opened::Migrated { from: 1 });
    let last = facts.last().expect("some").1.received;
    for name in ["a", "b"] {
        let mut written: Vec<Fact> = facts
            .iter()
            .filter(|(whose, _)| *whose == name)
            .map(|(_, fact)| fact.clone())
            .collect();
        // Version 1 did not tell that nobody watches any more.
        let parts = [Part::Autoscaler, Part::Target, Part::Pods, Part::Metrics];
        written.extend(parts.map(|part| fact(last, What::Unwatched(part))));
        assert_eq!(all(&recorder, &subject(name)).facts, written);
    }
    drop(recorder);
    assert!(fs::metadata(folder.path().join(FILE)).expect("there").len() < before / 4);
    let (_, opened) = open(folder.path());
    assert_eq!(opened, Opened::Found);
}

/// A file as version 2 made it: runs of JSON, the first with a key.
fn version_2(folder: &Path, name: &str, facts: &[Fact]) {
    let connection = Connection::open(folder.join(FILE)).expect("made");
    connection
        .execute_batch(include_str!("version_2.sql"))
        .expect("it is SQL");
    let whose = "INSERT INTO subjects (cluster, kind, namespace, name, watched) VALUES (1, 1, 'shop', ?1, 39)";
    connection.execute(whose, [name]).expect("inserted");
    let mut seq = 1;
    for (index, run) in facts.chunks(100).enumerate() {
        let mut json = serde_json::json!({ "facts": run });
        if index == 0 {
            json["key"] =
                serde_json::json!({"cluster": CLUSTER, "subject": subject(name), "held": []});
        }
        let mut encoder = zstd::Encoder::new(vec![1], 3).expect("made");
        encoder.include_checksum(true).expect("set");
        std::io::Write::write_all(&mut encoder, json.to_string().as_bytes()).expect("written");
        let body = encoder.finish().expect("finished");
        let count = i64::try_from(run.len()).expect("few");
        let ms = |fact: Option<&Fact>| fact.expect("some").received.as_millisecond();
        connection
            .execute(
                "INSERT INTO runs (seq, subject, upto, facts, first, last, keyed, body) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    seq,
                    seq + count - 1,
                    count,
                    ms(run.first()),
                    ms(run.iter().max_by_key(|fact| fact.received)),
                    index == 0,
                    body
                ],
            )
            .expect("inserted");
        seq += count;
    }
}

#[test]
fn version_2_is_read_as_it_is_and_goes_on_in_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut busy = Busy::new(4);
    let mut facts: Vec<Fact> = (0..100).flat_map(|_| busy.pass()).collect();
    version_2(folder.path(), "a", &facts);
    let (recorder, opened) = open(folder.path());
    assert_eq!(opened, Opened::Migrated { from: 2 });
    let last = facts.last().expect("some").received;
    let parts = [Part::Autoscaler, Part::Target, Part::Pods, Part::Metrics];
    facts.extend(parts.map(|part| fact(last, What::Unwatched(part))));
    assert_eq!(all(&recorder, &subject("a")).facts, facts);
    // What follows is joined with runs of JSON, and both are read together.
    for _ in 0..200 {
        let more = busy.pass();
        recorder.append(CLUSTER, &subject("a"), more.clone());
        shared::flush(&recorder);
        facts.extend(more);
    }
    assert_eq!(all(&recorder, &subject("a")).facts, facts);
    shared::stop(recorder);
    let (recorder, opened) = open(folder.path());
    assert_eq!(opened, Opened::Found);
    let read = all(&recorder, &subject("a")).facts;
    assert_eq!(read[..facts.len()], facts[..]);
    let connection = Connection::open(folder.path().join(FILE)).expect("it is there");
    let formats = "SELECT count(DISTINCT substr(body, 1, 1)) FROM runs";
    let formats: u32 = connection
        .query_row(formats, [], |row| row.get(0))
        .expect("it is SQL");
    assert_eq!(formats, 2, "runs of both kinds");
}

#[test]
fn what_is_left_of_a_damaged_version_1_is_recovered() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut busy = Busy::new(3);
    let facts: Vec<(&str, Fact)> = (0..100)
        .flat_map(|_| busy.pass())
        .map(|fact| ("a", fact))
        .collect();
    version_1(folder.path(), &facts);
    let path = folder.path().join(FILE);
    let mut bytes = fs::read(&path).expect("there");
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 8192].fill(0);
    fs::write(&path, bytes).expect("written");
    let (recorder, opened) = open(folder.path());
    let Opened::Recovered { words, .. } = opened else {
        panic!("not told: {opened:?}");
    };
    let left = all(&recorder, &subject("a")).facts.len();
    assert!(
        left > facts.len() * 8 / 10,
        "{left} of {}: {words}",
        facts.len()
    );
}

#[test]
fn a_newer_version_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE);
    let connection = Connection::open(&path).expect("made");
    connection
        .execute_batch("PRAGMA application_id = 1399021932; PRAGMA user_version = 4; CREATE TABLE told (what TEXT)")
        .expect("it is SQL");
    drop(connection);
    let before = fs::read(&path).expect("there");
    let (recorder, opened) = open(folder.path());
    assert!(
        matches!(&opened, Opened::Off { reason } if reason.contains("newer")),
        "{opened:?}"
    );
    assert_eq!(
        recorder.append(CLUSTER, &subject("a"), vec![fact(at(0), shared::target(1))]),
        Appended::Off
    );
    drop(recorder);
    assert_eq!(fs::read(&path).expect("there"), before);
}
