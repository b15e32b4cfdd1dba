//! Without the defences every hostile case fails its test: a client as its library makes it is taken in by each.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kubeconfig_tests::hostile::{Case, Outcome, Trip, cases, verdict, violations};

use crate::probe;

#[test]
fn each_case_fails_without_the_defence() {
    let root = tempfile::tempdir().unwrap();
    let (cases, tripwires) = cases(root.path());
    let outcomes = naive(&cases);
    let tripped = tripwires.tripped();
    let unnoticed: Vec<String> = cases
        .iter()
        .zip(&outcomes)
        .filter(|(case, outcome)| {
            !tripped.contains_key(&case.job.case) && verdict(&case.expected, outcome).is_ok()
        })
        .map(|(case, outcome)| format!("{}: {outcome:?}", case.job.case))
        .collect();
    assert!(
        unnoticed.is_empty(),
        "these pass without the defence, so their test proves nothing:\n{}",
        unnoticed.join("\n")
    );
    let count =
        |kind: fn(&Trip) -> bool| tripped.values().flatten().filter(|trip| kind(trip)).count();
    let (ran, opened, contacted) = (
        count(|trip| matches!(trip, Trip::Ran)),
        count(|trip| matches!(trip, Trip::Opened(_))),
        count(|trip| matches!(trip, Trip::Contacted)),
    );
    let ended = outcomes
        .iter()
        .filter(|outcome| outcome.panicked.is_some())
        .count();
    eprintln!(
        "{} hostile cases without defences: {ran} ran a program, {opened} files were opened, {contacted} contacted a server, {ended} hung or crashed",
        cases.len()
    );
    assert!(
        ran >= 20 && opened >= 20 && contacted >= 5 && ended >= 3,
        "the tripwires work"
    );
}

#[test]
fn the_system_sees_what_a_client_without_defences_does() {
    if !probe::can_trace() {
        eprintln!("strace is not there or may not trace: not looked at");
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let (cases, _tripwires) = cases(root.path());
    for (name, call) in [
        ("exec-tripwire", "execve("),
        ("tokenFile-tripwire", "trip/file\""),
        ("tokenFile-tripwire", "connect("),
        ("server-not-encrypted", "connect("),
    ] {
        let case = cases.iter().find(|case| case.job.case == name).unwrap();
        let (_, trace) = probe::traced(std::slice::from_ref(&case.job), &["naive"]);
        let opened = [case.job.paths[0].as_path()];
        let seen = violations(&trace, &opened);
        assert!(
            seen.iter().any(|line| line.contains(call)),
            "{name}, {call}: {seen:?}"
        );
    }
}

/// What became of each, a few at a time.
fn naive(cases: &[Case]) -> Vec<Outcome> {
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(case) = cases.get(number) else {
                        return;
                    };
                    let outcome = probe::naive(&case.job).unwrap_or_else(|| Outcome {
                        panicked: Some("it hung or crashed".to_owned()),
                        ..Outcome::default()
                    });
                    outcomes.lock().unwrap().insert(number, outcome);
                }
            });
        }
    });
    outcomes.into_inner().unwrap().into_values().collect()
}
