//! What is appended is read, over restarts, by stretch, without repeats; gaps are told.

mod shared;

use std::os::unix::fs::PermissionsExt as _;

use futures_executor::block_on;
use model::fact::{Part, What};
use recorder::{Appended, Opened, Recording};
use shared::{CLUSTER, all, at, fact, flush, open, pod, read, stop, subject, target};

#[test]
fn what_is_appended_is_read_after_a_restart_in_its_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, opened) = open(folder.path());
    assert_eq!(opened, Opened::Fresh);
    assert_eq!(recorder.recording(), Recording::On);
    // The clock goes backwards: the order stays.
    let facts = vec![
        fact(at(20), target(3)),
        fact(at(10), target(4)),
        fact(at(30), target(5)),
    ];
    assert_eq!(
        recorder.append(CLUSTER, &subject("a"), facts.clone()),
        Appended::Taken(3)
    );
    assert_eq!(all(&recorder, &subject("a")).facts, facts);
    assert_eq!(recorder.committed(), 3);
    stop(recorder);
    let (recorder, opened) = open(folder.path());
    assert_eq!(opened, Opened::Found);
    assert_eq!(all(&recorder, &subject("a")).facts, facts);
    assert!(all(&recorder, &subject("b")).facts.is_empty());
    let known = block_on(recorder.subjects(CLUSTER))
        .expect("on")
        .expect("read");
    assert_eq!(known.len(), 1);
    assert_eq!((known[0].first, known[0].last), (at(10), at(30)));
    let other = block_on(recorder.subjects("another"))
        .expect("on")
        .expect("read");
    assert!(other.is_empty());
}

#[test]
fn only_this_account_reads_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("made");
    let (recorder, _) = open(&inside);
    recorder.append(CLUSTER, &subject("a"), vec![fact(at(0), target(1))]);
    flush(&recorder);
    let mode = |path: &std::path::Path| {
        std::fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(&inside), 0o700);
    for name in [
        "recorder.sqlite",
        "recorder.sqlite-wal",
        "recorder.sqlite-shm",
        "recorder.lock",
    ] {
        assert_eq!(mode(&inside.join(name)), 0o600, "{name}");
    }
    stop(recorder);
    let names = std::fs::read_dir(&inside).expect("it is a folder").count();
    assert_eq!(names, 2, "the file and the lock");
}

#[test]
fn what_holds_is_not_written_again_unless_it_is_watched_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, _) = open(folder.path());
    let a = subject("a");
    let watched = || fact(at(0), What::Watched(Part::Target));
    recorder.append(
        CLUSTER,
        &a,
        vec![watched(), fact(at(0), target(1)), fact(at(1), target(1))],
    );
    recorder.append(
        CLUSTER,
        &a,
        vec![fact(at(2), target(2)), fact(at(3), target(1))],
    );
    flush(&recorder);
    recorder.append(CLUSTER, &a, vec![fact(at(4), target(1))]);
    assert_eq!(all(&recorder, &a).facts.len(), 4);
    recorder.append(CLUSTER, &a, vec![watched(), fact(at(5), target(1))]);
    assert_eq!(all(&recorder, &a).facts.len(), 6);
    stop(recorder);
    let (recorder, _) = open(folder.path());
    // At the end what was watched is not any more, so the same is told anew.
    recorder.append(
        CLUSTER,
        &a,
        vec![fact(at(6), target(1)), fact(at(7), target(1))],
    );
    let facts = all(&recorder, &a).facts;
    assert_eq!(facts.len(), 8);
    assert_eq!(facts[6], fact(at(5), What::Unwatched(Part::Target)));
}

#[test]
fn a_stretch_begins_with_what_held() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, _) = open(folder.path());
    let a = subject("a");
    let mut facts = vec![
        fact(at(0), What::Watched(Part::Pods)),
        fact(at(0), pod("x", at(0), 0)),
        fact(at(0), pod("y", at(0), 0)),
        fact(at(5), pod("x", at(0), 2)),
        fact(at(6), What::PodGone("y".to_owned())),
    ];
    facts.extend(
        (10..3_000).map(|second| fact(at(second), target(i32::try_from(second).expect("small")))),
    );
    for some in facts.chunks(100) {
        recorder.append(CLUSTER, &a, some.to_vec());
        flush(&recorder);
    }
    for (from, to) in [
        (7, 9),
        (7, 100),
        (1_000, 1_010),
        (2_990, 5_000),
        (4_000, 5_000),
    ] {
        let reading = read(&recorder, &a, at(from), at(to));
        let mut held = vec![facts[0].clone(), facts[3].clone()];
        held.extend(
            (from > 10)
                .then(|| facts[usize::try_from(from.min(3_000) - 6).expect("small")].clone()),
        );
        assert_eq!(reading.held, held, "{from}");
        let within = facts
            .iter()
            .filter(|fact| fact.received >= at(from) && fact.received <= at(to));
        assert_eq!(reading.facts, within.cloned().collect::<Vec<_>>(), "{from}");
    }
}

#[test]
fn an_unclean_end_is_told_as_a_gap_at_the_last_commit_of_the_cluster() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = tempfile::tempdir().expect("a folder");
    let (recorder, _) = open(folder.path());
    let parts = [Part::Pods, Part::Events].map(What::Watched);
    let facts = parts.map(|what| fact(at(0), what)).to_vec();
    recorder.append(CLUSTER, &subject("a"), facts.clone());
    recorder.append(CLUSTER, &subject("b"), vec![fact(at(50), target(1))]);
    recorder.append("another", &subject("b"), vec![fact(at(90), target(1))]);
    flush(&recorder);
    // As a killed program leaves it.
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("copied");
    }
    let (again, opened) = open(copy.path());
    assert_eq!(opened, Opened::Found);
    let read = all(&again, &subject("a")).facts;
    assert_eq!(read[..2], facts);
    let gaps = [Part::Pods, Part::Events].map(|part| fact(at(50), What::Unwatched(part)));
    assert_eq!(read[2..], gaps);
}

#[test]
fn a_second_recorder_leaves_the_file_alone_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, _) = open(folder.path());
    let (second, opened) = open(folder.path());
    assert!(
        matches!(&opened, Opened::Off { reason } if reason.contains("Another")),
        "{opened:?}"
    );
    assert!(matches!(second.recording(), Recording::Off { .. }));
    assert_eq!(
        second.append(CLUSTER, &subject("a"), vec![fact(at(0), target(1))]),
        Appended::Off
    );
    assert!(block_on(second.flush()).is_err());
    assert!(block_on(second.subjects(CLUSTER)).is_err());
    drop(second);
    first.append(CLUSTER, &subject("a"), vec![fact(at(0), target(1))]);
    assert_eq!(all(&first, &subject("a")).facts.len(), 1);
    stop(first);
    let (third, opened) = open(folder.path());
    assert_eq!(opened, Opened::Found);
    assert_eq!(all(&third, &subject("a")).facts.len(), 1);
}
