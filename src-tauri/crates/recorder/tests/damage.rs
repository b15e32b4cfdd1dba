//! Kinds of damage: never a panic, never a fact lost that SQLite can still read, always told; what was damaged is kept.

mod shared;

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use model::fact::{Fact, Subject, What};
use recorder::{FILE, Opened, Recorder};
use shared::{Busy, CLUSTER, all, at, fact, flush, open, subject, target};

const SUBJECTS: usize = 4;
const PAGE: usize = 4096;

type Written = HashMap<Subject, Vec<Fact>>;

/// A file with some days of busy workloads; `is_clean`: its recorder was stopped, else it was killed.
fn written(folder: &Path, is_clean: bool) -> Written {
    written_in(12, folder, is_clean)
}

/// So many rounds that the WAL was written back to the file meanwhile.
const LONG: usize = 30;

fn written_in(rounds: usize, folder: &Path, is_clean: bool) -> Written {
    let live = tempfile::tempdir().expect("a folder");
    let (recorder, _) = open(live.path());
    let mut written = Written::new();
    let mut busy: Vec<Busy> = (1..).take(SUBJECTS).map(Busy::new).collect();
    for round in 0..rounds {
        for (number, busy) in busy.iter_mut().enumerate() {
            let subject = subject(&format!("w{number}"));
            // Each ends with runs that are not joined yet.
            let passes = if round + 1 == rounds { 7 } else { 25 };
            let facts: Vec<Fact> = (0..passes).flat_map(|_| busy.pass()).collect();
            recorder.append(CLUSTER, &subject, facts.clone());
            written.entry(subject).or_default().extend(facts);
        }
        flush(&recorder);
    }
    if is_clean {
        drop(recorder);
        copy(live.path(), folder);
    } else {
        copy(live.path(), folder);
        drop(recorder);
    }
    written
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

/// What can be read now, without what was put in to tell of gaps; each is something that was written, in its order.
fn left(recorder: &Recorder, written: &Written) -> usize {
    let mut count = 0;
    for (subject, facts) in written {
        let reading = all(recorder, subject);
        let mut rest = facts.iter();
        let read = reading.held.iter().chain(&reading.facts);
        for fact in read.filter(|fact| !matches!(fact.what, What::Unwatched(_))) {
            // What holds after a part that is lost is told anew, at a later time.
            if rest.clone().any(|one| one == fact) {
                rest.by_ref().find(|one| *one == fact);
                count += 1;
            } else {
                assert!(
                    facts.iter().any(|one| one.what == fact.what),
                    "never written: {fact:?}"
                );
            }
        }
    }
    count
}

fn words(opened: &Opened) -> &str {
    match opened {
        Opened::Recovered { words, .. } => words,
        other => panic!("nothing is told: {other:?}"),
    }
}

/// Opens the damaged file; how many of how many facts are left. It goes on being a recorder.
#[track_caller]
fn after(folder: &Path, written: &Written) -> (usize, usize, Opened) {
    let (recorder, opened) = open(folder);
    let left = left(&recorder, written);
    let new = subject("after");
    recorder.append(CLUSTER, &new, vec![fact(at(1_000_000), target(7))]);
    assert_eq!(all(&recorder, &new).facts.len(), 1);
    drop(recorder);
    let (recorder, again) = open(folder);
    assert_eq!(again, Opened::Found, "it is whole after: {opened:?}");
    assert_eq!(all(&recorder, &new).facts.len(), 1);
    assert_eq!(self::left(&recorder, written), left);
    (left, written.values().map(Vec::len).sum(), opened)
}

/// The damaged file is kept, byte by byte.
fn kept(folder: &Path, bytes: &[u8]) {
    let mut names = fs::read_dir(folder).expect("a folder").flatten();
    let is_kept = names.any(|entry| {
        let name = entry.file_name();
        name.to_string_lossy()
            .starts_with("recorder.sqlite.damaged-2026-11-28T08-00-00Z")
            && entry.path().is_file()
            && fs::read(entry.path()).is_ok_and(|kept| kept == bytes)
    });
    assert!(is_kept, "what was damaged is gone");
}

/// Damages the file of a recorder that was stopped, and looks what is left.
#[track_caller]
fn damage(does: impl FnOnce(&mut Vec<u8>)) -> (usize, usize, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written(folder.path(), true);
    let path = folder.path().join(FILE);
    let mut bytes = fs::read(&path).expect("it is there");
    does(&mut bytes);
    fs::write(&path, &bytes).expect("written");
    let (left, all, opened) = after(folder.path(), &written);
    kept(folder.path(), &bytes);
    let words = words(&opened).to_owned();
    println!("{left} of {all}: {words}");
    (left, all, words)
}

/// Root page of a table or index: an offset.
fn root(bytes: &[u8], name: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("copy");
    fs::write(&path, bytes).expect("written");
    let connection = rusqlite::Connection::open(&path).expect("it opens");
    let query = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let page: usize = connection
        .query_row(query, [name], |row| row.get::<_, u32>(0))
        .expect("it is there") as usize;
    (page - 1) * PAGE
}

#[test]
fn nothing_is_lost_without_damage() {
    for is_clean in [true, false] {
        let folder = tempfile::tempdir().expect("a folder");
        let written = written(folder.path(), is_clean);
        let (recorder, opened) = open(folder.path());
        assert_eq!(opened, Opened::Found);
        assert_eq!(
            left(&recorder, &written),
            written.values().map(Vec::len).sum::<usize>()
        );
    }
}

#[test]
fn a_header_that_was_cut_off() {
    damage(|bytes| bytes.truncate(60));
}

#[test]
fn a_file_that_was_cut_in_the_middle() {
    let (left, all, words) = damage(|bytes| bytes.truncate(bytes.len() / 2 / PAGE * PAGE));
    assert!(left > all / 10, "{left} of {all}: {words}");
}

#[test]
fn a_page_of_zeros() {
    let (left, all, words) = damage(|bytes| {
        let middle = bytes.len() / 2 / PAGE * PAGE;
        bytes[middle..middle + PAGE].fill(0);
    });
    assert!(left > all * 8 / 10, "{left} of {all}: {words}");
}

#[test]
fn every_page_of_zeros_in_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written(folder.path(), true);
    let bytes = fs::read(folder.path().join(FILE)).expect("it is there");
    for page in (0..bytes.len() / PAGE).step_by(if prove() { 1 } else { 17 }) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut bytes = bytes.clone();
        bytes[page * PAGE..(page + 1) * PAGE].fill(0);
        fs::write(folder.path().join(FILE), &bytes).expect("written");
        let (recorder, opened) = open(folder.path());
        let (left, all) = (
            left(&recorder, &written),
            written.values().map(Vec::len).sum::<usize>(),
        );
        // A page may be free, or a damaged body, which is told when it is read.
        assert!(
            left == all || opened != Opened::Found || is_told(&recorder, &written),
            "page {page}: {left} of {all}, {opened:?}"
        );
    }
}

fn prove() -> bool {
    std::env::var_os("SCALESCOPE_PROVE").is_some()
}

fn is_told(recorder: &Recorder, written: &Written) -> bool {
    written
        .keys()
        .any(|subject| all(recorder, subject).damaged > 0)
}

#[test]
fn flipped_bits_in_a_body_are_told_when_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written(folder.path(), true);
    let path = folder.path().join(FILE);
    let connection = rusqlite::Connection::open(&path).expect("it opens");
    let changed = connection.execute(
        "UPDATE runs SET body = CAST(substr(body, 1, 200) || zeroblob(30) || substr(body, 231) AS BLOB) WHERE seq = \
         (SELECT seq FROM runs WHERE keyed ORDER BY seq LIMIT 1 OFFSET 3)",
        [],
    );
    assert_eq!(changed, Ok(1));
    drop(connection);
    let (recorder, _) = open(folder.path());
    assert!(is_told(&recorder, &written));
    let (left, all) = (
        left(&recorder, &written),
        written.values().map(Vec::len).sum::<usize>(),
    );
    assert!(left < all && left > all * 6 / 10, "{left} of {all}");
}

#[test]
fn flipped_bits_all_over_the_file() {
    let (left, all, words) = damage(|bytes| {
        for at in (PAGE * 7 + 100..bytes.len()).step_by(PAGE * 20) {
            bytes[at] ^= 0x55;
            bytes[at / PAGE * PAGE] ^= 0xff;
        }
    });
    assert!(left > all / 2, "{left} of {all}: {words}");
}

#[test]
fn an_empty_file() {
    assert_eq!(damage(Vec::clear).0, 0);
}

#[test]
fn a_text_file() {
    let (left, _, words) =
        damage(|bytes| *bytes = b"Dear diary, today I was a database.\n".repeat(9));
    assert_eq!(left, 0);
    assert!(words.contains("Nothing"), "{words}");
}

#[test]
fn a_mark_of_another_program() {
    let (left, all, _) = damage(|bytes| bytes[68..72].copy_from_slice(b"GIMP"));
    assert_eq!(left, all);
}

#[test]
fn a_version_that_never_was() {
    let (left, all, _) = damage(|bytes| bytes[60..64].fill(0));
    assert_eq!(left, all);
}

#[test]
fn an_index_whose_root_is_gone() {
    let (left, all, words) = damage(|bytes| {
        let root = root(bytes, "runs_of_subject");
        bytes[root..root + PAGE].fill(0xaa);
    });
    assert_eq!(left, all, "{words}");
}

#[test]
fn an_index_that_tells_otherwise_than_its_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written(folder.path(), true);
    let connection = rusqlite::Connection::open(folder.path().join(FILE)).expect("it opens");
    // The index becomes that of a table of the same columns in which half is missing.
    connection
        .execute_batch(
            "CREATE TABLE half AS SELECT * FROM runs WHERE seq % 2 = 0;
             CREATE INDEX half_index ON half (subject, seq, upto, facts, first, last, keyed);
             PRAGMA writable_schema = on;
             UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'half_index') WHERE name = 'runs_of_subject';
             DELETE FROM sqlite_schema WHERE name IN ('half', 'half_index');
             PRAGMA writable_schema = reset;",
        )
        .expect("it is damaged");
    drop(connection);
    let (left, all, opened) = after(folder.path(), &written);
    assert_eq!(left, all, "{}", words(&opened));
}

#[test]
fn tables_of_names_whose_roots_are_gone() {
    let (left, all, words) = damage(|bytes| {
        for table in ["subjects", "clusters"] {
            let root = root(bytes, table);
            bytes[root..root + PAGE].fill(0);
        }
    });
    assert_eq!(left, all, "{words}");
}

#[test]
fn a_table_whose_root_is_gone() {
    let (left, all, words) = damage(|bytes| {
        let root = root(bytes, "runs");
        bytes[root..root + PAGE].fill(0);
    });
    println!("{left} of {all}: {words}");
}

#[test]
fn a_wal_that_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written_in(LONG, folder.path(), false);
    fs::remove_file(folder.path().join("recorder.sqlite-wal")).expect("it was there");
    let (left, all, opened) = after(folder.path(), &written);
    assert!(words(&opened).contains("gone"), "{opened:?}");
    assert!(left > 0 && left < all, "{left} of {all}");
}

#[test]
fn a_wal_of_garbage() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written_in(LONG, folder.path(), false);
    let wal = folder.path().join("recorder.sqlite-wal");
    let garbage: Vec<u8> = (0..50_000_u32)
        .map(|number| (number * 31 % 251) as u8)
        .collect();
    fs::write(&wal, &garbage).expect("written");
    let (left, all, opened) = after(folder.path(), &written);
    assert!(words(&opened).contains("damaged"), "{opened:?}");
    assert!(left > 0 && left < all, "{left} of {all}");
    kept(folder.path(), &garbage);
}

#[test]
fn a_wal_with_a_damaged_middle() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written(folder.path(), false);
    let wal = folder.path().join("recorder.sqlite-wal");
    let mut bytes = fs::read(&wal).expect("it is there");
    bytes[32 + 24 + 50] ^= 1;
    fs::write(&wal, &bytes).expect("written");
    let (_, _, opened) = after(folder.path(), &written);
    assert!(words(&opened).contains("lost"), "{opened:?}");
    kept(folder.path(), &bytes);
}

#[test]
fn a_database_that_is_gone_beside_its_wal() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written(folder.path(), false);
    fs::remove_file(folder.path().join(FILE)).expect("it was there");
    let (_, _, opened) = after(folder.path(), &written);
    assert!(words(&opened).contains("gone"), "{opened:?}");
}

#[test]
fn a_folder_in_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(FILE)).expect("made");
    fs::write(folder.path().join(FILE).join("kept"), "kept").expect("written");
    let (_, _, opened) = after(folder.path(), &Written::new());
    assert!(words(&opened).contains("something else"), "{opened:?}");
    let Opened::Recovered {
        aside: Some(aside), ..
    } = opened
    else {
        panic!("it is not told where it is");
    };
    assert!(aside.join("kept").is_file());
}

#[test]
fn a_file_that_may_only_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written(folder.path(), true);
    let path = folder.path().join(FILE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("it is ours");
    let (recorder, opened) = open(folder.path());
    // It is this account's: it is made writable, and nobody else may read it.
    assert_eq!(opened, Opened::Found);
    assert_eq!(
        left(&recorder, &written),
        written.values().map(Vec::len).sum::<usize>()
    );
    assert_eq!(
        fs::metadata(&path).expect("there").permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_recovery_that_was_cut_between_its_renames() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = written(folder.path(), true);
    fs::rename(
        folder.path().join(FILE),
        folder.path().join("recorder.sqlite.recovering"),
    )
    .expect("renamed");
    let (left, all, opened) = after(folder.path(), &written);
    assert!(words(&opened).contains("finished"), "{opened:?}");
    assert_eq!(left, all);
}

#[test]
fn damage_while_it_is_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE);
    {
        let written = written(folder.path(), true);
        let (recorder, opened) = open(folder.path());
        assert_eq!(opened, Opened::Found);
        let root = root(&fs::read(&path).expect("it is there"), "runs_of_subject");
        let file = fs::File::options()
            .write(true)
            .open(&path)
            .expect("it opens");
        std::os::unix::fs::FileExt::write_all_at(&file, &[0xaa; PAGE], root as u64)
            .expect("written");
        let mut kept = written.clone();
        let more = subject("w0");
        let new = fact(at(900_000), target(9));
        kept.get_mut(&more).expect("it is there").push(new.clone());
        recorder.append(CLUSTER, &more, vec![new]);
        assert_eq!(
            left(&recorder, &kept),
            kept.values().map(Vec::len).sum::<usize>()
        );
    }
    let names = fs::read_dir(folder.path()).expect("a folder").flatten();
    let names: Vec<_> = names.map(|entry| entry.file_name()).collect();
    assert!(names.len() >= 2, "{names:?}");
}
