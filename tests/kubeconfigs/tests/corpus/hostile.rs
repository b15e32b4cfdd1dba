//! No hostile kubeconfig runs, reads or contacts anything before consent; each is told of, and fast.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kubeconfig_tests::computed;
use kubeconfig_tests::hostile::{Case, Trip, cases, told, verdict, violations};

use crate::probe::{self, Run};

#[test]
fn there_are_enough() {
    let root = tempfile::tempdir().unwrap();
    let (cases, tripwires) = cases(root.path());
    assert!(cases.len() >= 100, "{}", cases.len());
    assert!(tripwires.tripped().is_empty());
}

#[test]
fn each_comes_to_what_it_must() {
    let root = tempfile::tempdir().unwrap();
    let (cases, tripwires) = cases(root.path());
    let run = probe::guarded(&jobs(&cases), "target");
    assert_eq!(run.outcomes.len(), cases.len(), "{}", run.log);
    let wrong: Vec<String> = cases
        .iter()
        .zip(&run.outcomes)
        .filter_map(|(case, outcome)| Some((case, verdict(&case.expected, outcome).err()?)))
        .map(|(case, why)| format!("{}: {why}", case.job.case))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    only_reads(&tripwires.tripped());
    keeps_secrets(&run);
}

/// Tripwires say so, and the system itself, where strace is there.
#[test]
fn proposing_touches_nothing() {
    let root = tempfile::tempdir().unwrap();
    let (cases, tripwires) = cases(root.path());
    let (run, trace) = if probe::can_trace() {
        probe::traced(&jobs(&cases), &["guarded", "propose"])
    } else {
        eprintln!("strace is not there or may not trace: tripwires alone");
        (probe::guarded(&jobs(&cases), "propose"), String::new())
    };
    assert_eq!(run.outcomes.len(), cases.len(), "{}", run.log);
    assert_eq!(tripwires.tripped(), BTreeMap::new());
    keeps_secrets(&run);
    let opened: Vec<&Path> = cases
        .iter()
        .flat_map(|case| &case.job.paths)
        .map(std::path::PathBuf::as_path)
        .collect();
    let seen = violations(&trace, &opened);
    assert!(seen.is_empty(), "{}", seen.join("\n"));
    // Of what was to be opened, no pipe, device or socket was.
    let odd = [
        "/dev/zero",
        "/dev/tty",
        "trip/fifo",
        "trip/socket",
        "/proc/self/mem",
        "/proc/self/environ",
    ];
    let odd: Vec<&str> = trace
        .lines()
        .filter(|line| odd.iter().any(|odd| line.contains(&format!("{odd}\""))))
        .collect();
    assert!(odd.is_empty(), "{}", odd.join("\n"));
}

fn jobs(cases: &[Case]) -> Vec<kubeconfig_tests::hostile::Job> {
    cases.iter().map(|case| case.job.clone()).collect()
}

/// Files may be read by now, those that are files.
fn only_reads(tripped: &BTreeMap<String, Vec<Trip>>) {
    let not_a_read = |trip: &Trip| match trip {
        Trip::Ran | Trip::Contacted => true,
        Trip::Opened(name) => name.ends_with("fifo") || name.ends_with("socket"),
    };
    let wrong: Vec<_> = tripped
        .iter()
        .filter(|(_, trips)| trips.iter().any(not_a_read))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn keeps_secrets(run: &Run) {
    let texts = run
        .outcomes
        .iter()
        .map(|outcome| serde_json::to_string(outcome).unwrap());
    let lines = run.log.lines().map(str::to_owned);
    let telling: Vec<String> = texts
        .chain(lines)
        .filter(|text| told(text).is_some())
        .collect();
    assert!(telling.is_empty(), "{}", telling.join("\n"));
}

/// A large list is no attack.
#[test]
fn thousands_of_contexts_are_listed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let name = |n: usize| format!("{n}-{}", "x".repeat(if n == 0 { 10_000 } else { 40 }));
    let contexts: String = (0..5_000)
        .map(|n| {
            format!(
                "- {{name: {}, context: {{cluster: c{}, user: u{}}}}}\n",
                name(n),
                n % 500,
                n % 50
            )
        })
        .collect();
    let clusters: String = (0..500)
        .map(|n| {
            format!(
                "- {{name: c{n}, cluster: {{server: 'https://10.0.0.{}'}}}}\n",
                n % 250
            )
        })
        .collect();
    let users: String = (0..50)
        .map(|n| format!("- {{name: u{n}, user: {{token: t{n}}}}}\n"))
        .collect();
    fs::write(
        &path,
        format!("kind: Config\nclusters:\n{clusters}users:\n{users}contexts:\n{contexts}"),
    )
    .unwrap();
    let start = computed();
    let opened = cluster::open(&path).unwrap();
    assert_eq!(opened.contexts.len(), 5_000);
    assert!(
        opened
            .contexts
            .iter()
            .all(|context| context.access == cluster::Access::Token)
    );
    assert!(
        computed().saturating_sub(start).as_secs() < 2,
        "{:?}",
        computed().saturating_sub(start)
    );
}
