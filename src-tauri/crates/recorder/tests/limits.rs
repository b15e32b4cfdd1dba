//! What is beyond the limits goes, the oldest first, and what holds where the rest begins stays.

mod shared;

use std::fs;
use std::time::Duration;

use futures_executor::block_on;
use jiff::SignedDuration;
use model::fact::{Fact, Part, What};
use recorder::{FILE, Limits};
use shared::{
    Busy, CLUSTER, all, at, fact, flush, open, open_with, pod, read, start, stop, subject, target,
};

const HOUR: i64 = 3_600;

fn hours(hours: u64) -> Limits {
    Limits {
        age: Duration::from_secs(hours * 3_600),
        ..Limits::default()
    }
}

#[test]
fn what_is_too_old_goes_and_what_held_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, _) = open(folder.path());
    let (busy, quiet, gone) = (subject("busy"), subject("quiet"), subject("gone"));
    let mut stream = Busy::new(3);
    let facts: Vec<Fact> = (0..24 * 240 - 1).flat_map(|_| stream.pass()).collect();
    for some in facts.chunks(500) {
        recorder.append(CLUSTER, &busy, some.to_vec());
    }
    let held = [
        fact(at(1), What::Watched(Part::Target)),
        fact(at(2), target(4)),
    ];
    recorder.append(CLUSTER, &quiet, held.to_vec());
    recorder.append(
        CLUSTER,
        &gone,
        vec![
            fact(at(1), What::Watched(Part::Target)),
            fact(at(2), target(1)),
        ],
    );
    recorder.append(
        CLUSTER,
        &gone,
        vec![fact(at(3), What::Unwatched(Part::Target))],
    );
    flush(&recorder);
    let before = read(&recorder, &busy, at(20 * HOUR), at(30 * HOUR));
    stop(recorder);
    let now = at(24 * HOUR);
    let (recorder, _) = open_with(folder.path(), hours(6), now);
    flush(&recorder);
    let kept = all(&recorder, &busy);
    assert!(
        kept.facts[0].received >= now - SignedDuration::from_hours(12),
        "{}",
        kept.facts[0].received
    );
    // A part still belongs to a run that is young enough.
    assert!(kept.facts[0].received <= now - SignedDuration::from_hours(6));
    let after = read(&recorder, &busy, at(20 * HOUR), at(24 * HOUR - 15));
    assert_eq!(after.facts[..before.facts.len()], before.facts);
    assert_eq!(after.held, before.held);
    let known = block_on(recorder.subjects(CLUSTER))
        .expect("on")
        .expect("read");
    let names: Vec<&str> = known
        .iter()
        .map(|known| known.subject.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["busy", "quiet"],
        "of what nobody watched for long nothing is left"
    );
    drop(recorder);
}

#[test]
fn what_still_holds_of_a_quiet_workload_is_kept_while_it_is_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let quiet = subject("quiet");
    let (recorder, _) = open_with(folder.path(), hours(6), at(24 * HOUR));
    let held = [
        fact(at(1), What::Watched(Part::Pods)),
        fact(at(2), pod("x", at(2), 2)),
    ];
    recorder.append(
        CLUSTER,
        &quiet,
        vec![
            held[0].clone(),
            fact(at(1), pod("x", at(2), 1)),
            held[1].clone(),
        ],
    );
    flush(&recorder);
    recorder.set_limits(hours(1));
    let reading = all(&recorder, &quiet);
    assert_eq!(
        (&reading.held[..], &reading.facts[..]),
        (&held[..], &[][..])
    );
    let more = fact(at(23 * HOUR), What::PodGone("x".to_owned()));
    recorder.append(
        CLUSTER,
        &quiet,
        vec![fact(at(22 * HOUR), pod("x", at(2), 2)), more.clone()],
    );
    let reading = all(&recorder, &quiet);
    assert_eq!(
        (&reading.held[..], &reading.facts[..]),
        (&held[..], &[more][..])
    );
}

#[test]
fn the_file_stays_within_its_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits {
        size: Limits::LEAST_SIZE,
        ..Limits::default()
    };
    let (recorder, _) = open_with(folder.path(), limits, start());
    let mut streams: Vec<Busy> = (1..=8).map(Busy::new).collect();
    let mut most = 0;
    let mut last = Vec::new();
    for _ in 0..24 {
        for (number, stream) in streams.iter_mut().enumerate() {
            last = (0..200).flat_map(|_| stream.pass()).collect();
            recorder.append(CLUSTER, &subject(&format!("w{number}")), last.clone());
        }
        flush(&recorder);
        let size = |name: &str| fs::metadata(folder.path().join(name)).map_or(0, |file| file.len());
        most = most.max(size(FILE) + size("recorder.sqlite-wal"));
    }
    recorder.set_limits(limits);
    flush(&recorder);
    let size = fs::metadata(folder.path().join(FILE)).expect("there").len();
    println!("at most {most}, at the end {size}");
    assert!(size <= limits.size, "{size}");
    // While it is written it may be a group of commits larger.
    assert!(most < limits.size * 2, "{most}");
    assert!(size > limits.size / 3, "more went than had to: {size}");
    for number in 0..8 {
        let reading = all(&recorder, &subject(&format!("w{number}")));
        let pods = reading
            .held
            .iter()
            .filter(|fact| matches!(fact.what, What::Pod(_)));
        assert_eq!(pods.count(), 20, "its state is there where it begins now");
    }
    let reading = all(&recorder, &subject("w7"));
    assert_eq!(reading.facts.last(), last.last());
}
