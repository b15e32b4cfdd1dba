//! The gate's lint: who may run programs, open links and read files, and that nobody else says he may.

use std::fs;
use std::path::{Path, PathBuf};

/// Crates that have primitives to guard, with what of their sources may use them: a module each, which is a folder or a file.
const GUARDED: [(&str, &[&str]); 2] = [("cluster", &["gate"]), ("app", &[])];

/// What each of these crates forbids at least.
const FORBIDDEN: [&str; 8] = [
    "std::fs::File::open",
    "std::fs::read",
    "std::fs::OpenOptions::open",
    "std::process::Command::new",
    "tokio::process::Command::new",
    "std::net::TcpStream::connect",
    "tokio::net::TcpStream::connect",
    "kube::Config::infer",
];

/// How an exception is written, however it is spelled: also those that would cover this lint among others.
const EXCEPTIONS: [&str; 6] = [
    "disallowed_methods",
    "disallowed_types",
    "clippy::all)",
    "clippy::all,",
    "clippy::style",
    "cap-lints",
];

fn sources_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../crates/{name}"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("sources are there") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The lines of `text` that make an exception.
fn exceptions(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter(|line| EXCEPTIONS.iter().any(|word| line.contains(word)))
        .collect()
}

#[test]
fn only_the_gate_has_exceptions() {
    for (name, gates) in GUARDED {
        let root = sources_of(name).join("src");
        for path in sources(&root) {
            let inside = path.strip_prefix(&root).expect("it was found in there");
            let is_gate = gates.iter().any(|gate| {
                inside.starts_with(gate) || inside == Path::new(gate).with_extension("rs")
            });
            let text = fs::read_to_string(&path).expect("sources are text");
            assert!(
                is_gate || exceptions(&text).is_empty(),
                "{}: {:?} stands outside the gate",
                path.display(),
                exceptions(&text)
            );
        }
    }
}

#[test]
fn the_primitives_are_forbidden() {
    for (name, _) in GUARDED {
        let path = sources_of(name).join("clippy.toml");
        let text = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for method in FORBIDDEN {
            assert!(
                text.contains(&format!("path = \"{method}\"")),
                "{} does not forbid {method}",
                path.display()
            );
        }
    }
}

/// The check sees what it is for.
#[test]
fn exceptions_are_noticed() {
    for text in [
        "#[allow(clippy::disallowed_methods)]\nfn a() {}",
        "#![allow(clippy::all)]",
        "#[expect(\n    clippy::disallowed_methods,\n    reason = \"so\"\n)]",
    ] {
        assert!(!exceptions(text).is_empty(), "{text}");
    }
    assert!(exceptions("// disallowed_methods\nfn all() {}").is_empty());
}
