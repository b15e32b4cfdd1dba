//! The gate's lint: who may run programs, open links and read files, and that nobody else says he may.

use std::fs;
use std::path::{Path, PathBuf};

/// Crates that have primitives to guard, with the modules (a folder or a file each) whose sources may use them.
const GUARDED: [(&str, &[&str]); 2] = [
    ("cluster", &["gate"]),
    // The program's own files, the mark a browser leaves on what it saved, and what says that an opened file changed.
    ("app", &["kept", "settings", "start/about_file", "watching"]),
];

/// What each of these crates forbids at least, by itself or with all of its type.
const FORBIDDEN: [&str; 7] = [
    "std::fs::File::open",
    "std::fs::OpenOptions::open",
    "std::fs::read",
    "std::process::Command::new",
    "tokio::process::Command::new",
    "std::net::TcpStream::connect",
    "tokio::net::TcpStream::connect",
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

/// The lines of `text` that make an exception, outside its test modules.
fn exceptions(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test") {
            // Attributes, then the module: to its brace in the first column, or in a file of its own.
            let module = lines
                .by_ref()
                .find(|line| line.starts_with("mod ") || !line.starts_with(['#', ' ', ')']));
            if module.is_some_and(|line| line.starts_with("mod ") && line.ends_with('{')) {
                lines.by_ref().find(|line| *line == "}");
            }
        } else if !line.trim_start().starts_with("//")
            && EXCEPTIONS.iter().any(|word| line.contains(word))
        {
            found.push(line);
        }
    }
    found
}

/// Whether the module that holds this file compiles it for tests only.
fn is_for_tests(path: &Path) -> bool {
    let name = path.file_stem().expect("a source has a name");
    let folder = path.parent().expect("a source is in a folder");
    let declared = format!("#[cfg(test)]\nmod {};", name.to_string_lossy());
    [
        folder.join("mod.rs"),
        folder.join("lib.rs"),
        folder.with_extension("rs"),
    ]
    .iter()
    .filter_map(|parent| fs::read_to_string(parent).ok())
    .any(|text| text.contains(&declared))
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
                is_gate || is_for_tests(&path) || exceptions(&text).is_empty(),
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
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for method in FORBIDDEN {
            let (owner, _) = method.rsplit_once("::").expect("a whole path");
            assert!(
                [method, owner]
                    .iter()
                    .any(|path| text.contains(&format!("path = \"{path}\""))),
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
        "#[cfg(test)]\nmod tests {\n    fn a() {}\n}\n#[allow(clippy::disallowed_methods)]\nfn a() {}",
        "#[cfg(test)]\nmod tests;\n#[allow(clippy::disallowed_methods)]\nfn a() {}",
        "#[cfg(test)]\nuse x;\n#[allow(clippy::disallowed_methods)]\nfn a() {}",
    ] {
        assert!(!exceptions(text).is_empty(), "{text}");
    }
    for text in [
        "// disallowed_methods\nfn all() {}",
        "#[cfg(test)]\n#[allow(clippy::unwrap_used)]\nmod tests {\n    #![allow(clippy::disallowed_methods)]\n}",
    ] {
        assert!(exceptions(text).is_empty(), "{text}");
    }
}
