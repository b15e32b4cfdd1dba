//! Every test runs on both control planes, or says why not.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// File and name, with `real` or `none`.
type Exception = (String, String, String);

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Names in the section of a `halves!` that begins so.
fn section(text: &str, title: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once(title) else {
        return Vec::new();
    };
    let (names, _) = rest.split_once(';').unwrap();
    names
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Names of tests that stand by themselves.
fn plain(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if is_test && let Some((_, rest)) = line.split_once("fn ") {
            names.push(rest.split('(').next().unwrap().to_owned());
            is_test = false;
        }
    }
    names
}

fn in_code() -> BTreeSet<Exception> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut found = BTreeSet::new();
    let mut both = 0;
    for path in sources(&root) {
        let file = path.strip_prefix(&root).unwrap().with_extension("");
        let file = file.to_str().unwrap().to_owned();
        if file == "halves" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut note = |on: &str, names: Vec<String>| {
            found.extend(
                names
                    .into_iter()
                    .map(|name| (on.to_owned(), file.clone(), name)),
            );
        };
        note("none", plain(&text));
        if let Some((_, halves)) = text.split_once("\nhalves! {") {
            let (halves, _) = halves.split_once("\n}").unwrap();
            note("real", section(halves, "on_real:"));
            for title in ["on_both:", "by_kubectl:", "at_length:"] {
                both += section(halves, title).len();
            }
        }
    }
    println!("{both} tests run on both, {} do not", found.len());
    assert!(both > 20, "{both}");
    found
}

#[test]
fn what_runs_on_one_alone_says_why() {
    let text = include_str!("../real-only.tsv");
    let mut told = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [on, file, name, reason] = fields[..] else {
            panic!("{line:?} has {} fields", fields.len());
        };
        assert!(reason.len() > 10, "{line:?}");
        let one = [on, file, name].map(str::to_owned).into();
        assert!(told.insert(one), "{line:?} twice");
    }
    assert_eq!(told, in_code());
}
