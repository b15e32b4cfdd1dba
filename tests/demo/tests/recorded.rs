//! The demo cluster answers as the real API server did when it was recorded.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use demo_tests::difference::{Difference, differences};
use demo_tests::embedded::Embedded;
use demo_tests::normal::normal;
use demo_tests::play::play;
use demo_tests::sequence::Sequence;
use demo_tests::{known, recorded};

/// How the demo cluster fared with one sequence.
enum Fared {
    Equal,
    Otherwise(Vec<Difference>),
    Failed(String),
}

#[test]
fn the_demo_cluster_answers_as_the_real_server_did() {
    let only = std::env::var("SCALESCOPE_SEQUENCE").unwrap_or_default();
    let recorded = recorded::read();
    let known = known::read();
    let all = Sequence::all();
    let chosen = all
        .iter()
        .filter(|sequence| sequence.namespace().contains(&only) || sequence.name.contains(&only));
    let mut equal = 0;
    let mut wrong = Vec::new();
    let mut told = BTreeMap::new();
    for sequence in chosen {
        let name = &sequence.name;
        let Some(expected) = recorded.get(name) else {
            wrong.push(format!("{name}: not recorded"));
            continue;
        };
        let fared = fared(sequence, expected);
        match (&fared, known.get(name)) {
            (Fared::Equal, None) => equal += 1,
            (Fared::Equal, Some(_)) => {
                equal += 1;
                wrong.push(format!("{name}: equal by now, but listed in known.tsv"));
            }
            (_, Some(_)) => {}
            (Fared::Failed(why), None) => wrong.push(format!("{name}: {why}")),
            (Fared::Otherwise(differences), None) => {
                let lines: String = differences
                    .iter()
                    .take(6)
                    .map(ToString::to_string)
                    .collect();
                wrong.push(format!("{name}\n{lines}"));
            }
        }
        told.insert(name, fared);
    }
    for name in known.keys() {
        if !all.iter().any(|sequence| sequence.name == *name) {
            wrong.push(format!(
                "{name}: listed in known.tsv, but there is no such sequence"
            ));
        }
    }
    let sum = format!("{equal} of {} sequences are equal", told.len());
    println!("{sum}");
    if let Some(path) = std::env::var_os("SCALESCOPE_DIFFERENCES") {
        std::fs::write(path, format!("{sum}\n{}", report(&told))).unwrap();
    }
    assert!(wrong.is_empty(), "{sum}\n{}", wrong.join("\n"));
}

fn fared(sequence: &Sequence, expected: &[serde_json::Value]) -> Fared {
    let played = catch_unwind(AssertUnwindSafe(|| play(sequence, &mut Embedded::new())));
    match played {
        Err(_) => Fared::Failed("the demo cluster panicked".to_owned()),
        Ok(Err(why)) => Fared::Failed(why),
        Ok(Ok(exchanges)) => match differences(expected, &normal(sequence, &exchanges)) {
            differences if differences.is_empty() => Fared::Equal,
            differences => Fared::Otherwise(differences),
        },
    }
}

/// Causes, those of most sequences first, then every sequence with what differs.
fn report(told: &BTreeMap<&String, Fared>) -> String {
    let mut causes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut each = String::new();
    for (name, fared) in told {
        match fared {
            Fared::Equal => {}
            Fared::Failed(why) => {
                causes.entry(why.clone()).or_default().push(name);
                writeln!(each, "{name}\n    {why}").unwrap();
            }
            Fared::Otherwise(differences) => {
                for difference in differences {
                    let names = causes.entry(difference.cause()).or_default();
                    if names.last() != Some(&&***name) {
                        names.push(name);
                    }
                }
                let lines: String = differences
                    .iter()
                    .take(60)
                    .map(ToString::to_string)
                    .collect();
                writeln!(each, "{name} ({} differences)\n{lines}", differences.len()).unwrap();
            }
        }
    }
    let mut causes: Vec<(String, Vec<&str>)> = causes.into_iter().collect();
    causes.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let mut out = String::from("\nCauses, by how many sequences they touch:\n");
    for (cause, names) in causes {
        let few = names.iter().take(3).copied().collect::<Vec<_>>().join("; ");
        writeln!(out, "{:4}  {cause}   e.g. {few}", names.len()).unwrap();
    }
    format!("{out}\nSequences:\n\n{each}")
}
