//! The real API server answers as recorded. `SCALESCOPE_RECORD=1` records its answers anew.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use control_plane::{ControlPlane, Options};
use demo_tests::difference::differences;
use demo_tests::normal::normal;
use demo_tests::play::play;
use demo_tests::real::Real;
use demo_tests::recorded;
use demo_tests::sequence::Sequence;
use serde_json::Value;

/// Sequences that are played at once.
const AT_ONCE: usize = 6;
/// What takes longer is told, since all together must stay quick.
const SLOW: Duration = Duration::from_secs(3);

#[test]
fn the_real_server_answers_as_recorded() {
    let all = Sequence::all();
    let only = std::env::var("SCALESCOPE_SEQUENCE").unwrap_or_default();
    let (alone, together): (Vec<&Sequence>, Vec<&Sequence>) = all
        .iter()
        .filter(|sequence| sequence.namespace().contains(&only) || sequence.name.contains(&only))
        .partition(|sequence| sequence.is_alone());
    let plane = ControlPlane::start(&Options {
        still: true,
        ..Options::default()
    })
    .unwrap();
    let start = Instant::now();
    let played = Mutex::new(BTreeMap::new());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(sequence) = together.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answers = answers(&plane, sequence);
                    played.lock().unwrap().insert(&sequence.name, answers);
                }
            });
        }
    });
    let mut played = played.into_inner().unwrap();
    for sequence in alone {
        played.insert(&sequence.name, answers(&plane, sequence));
    }
    println!(
        "{} sequences in {:.1} s",
        played.len(),
        start.elapsed().as_secs_f64()
    );
    if std::env::var_os("SCALESCOPE_RECORD").is_some() {
        record(&all, &played);
    }
    let recorded = recorded::read();
    let mut wrong = Vec::new();
    for (name, answers) in &played {
        match (answers, recorded.get(*name)) {
            (Err(error), _) => wrong.push(format!("{name}: {error}")),
            (Ok(_), None) => wrong.push(format!("{name}: not recorded")),
            (Ok(answers), Some(expected)) => {
                let differences = differences(expected, answers);
                if !differences.is_empty() {
                    let told: String = differences
                        .iter()
                        .take(6)
                        .map(ToString::to_string)
                        .collect();
                    wrong.push(format!("{name}\n{told}"));
                }
            }
        }
    }
    if only.is_empty() {
        let gone = recorded.keys().filter(|name| !played.contains_key(name));
        wrong.extend(gone.map(|name| format!("{name}: recorded, but no sequence has this name")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

type Played<'a> = BTreeMap<&'a String, Result<Vec<Value>, String>>;

fn answers(plane: &ControlPlane, sequence: &Sequence) -> Result<Vec<Value>, String> {
    let start = Instant::now();
    let exchanges = play(sequence, &mut Real::new(plane))?;
    if start.elapsed() > SLOW {
        println!("{}: {:.1} s", sequence.name, start.elapsed().as_secs_f64());
    }
    Ok(normal(sequence, &exchanges))
}

/// Writes what was played; of sequences that were not, what was recorded stays.
fn record(all: &[Sequence], played: &Played<'_>) {
    let before = recorded::read();
    let mut files: BTreeMap<String, recorded::Recorded> = BTreeMap::new();
    for sequence in all {
        let answers = match played.get(&sequence.name) {
            Some(Ok(answers)) => answers.clone(),
            Some(Err(_)) => continue,
            None => match before.get(&sequence.name) {
                Some(answers) => answers.clone(),
                None => continue,
            },
        };
        let file = files.entry(sequence.file.clone()).or_default();
        file.insert(sequence.name.clone(), answers);
    }
    recorded::write(&files);
}
