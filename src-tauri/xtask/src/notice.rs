//! `src-tauri/NOTICE`: what others wrote that is part of the built program, with their licences.
//!
//! Crates come from `cargo metadata` (what the shell links on Linux), npm packages from the lock file, fonts from npm
//! packages too. Texts that are the same are printed once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{packages, places, ui};

/// Development packages whose code the bundler copies into the ui.
const BUNDLED_DEVELOPMENT_PACKAGES: [&str; 3] = ["svelte", "clsx", "esm-env"];

/// One package and the texts it comes with.
struct Package {
    /// As shown: name, version.
    name: String,
    licence: String,
    authors: String,
    folder: PathBuf,
}

fn path() -> PathBuf {
    places::root().join("src-tauri").join("NOTICE")
}

/// Writes the file.
pub(crate) fn write() -> Result<(), String> {
    let text = make()?;
    fs::write(path(), text).map_err(|error| format!("writing {}: {error}", path().display()))?;
    println!("wrote {}", path().display());
    Ok(())
}

/// An error if the file is not what would be written now.
pub(crate) fn check() -> Result<(), String> {
    let text = make()?;
    if fs::read_to_string(path()).is_ok_and(|present| present == text) {
        return Ok(());
    }
    Err(format!(
        "{} is not up to date: run `cargo xtask notice` and commit it",
        path().display()
    ))
}

fn make() -> Result<String, String> {
    ui::install()?;
    let (crates, npm) = (crates()?, npm_packages()?);
    let (fonts, npm): (Vec<_>, Vec<_>) = npm
        .into_iter()
        .partition(|package| package.name.starts_with("@fontsource"));
    let mut text = "Scalescope\nLicensed under the Apache License, Version 2.0 (see LICENSE).\n\n\
        The built program contains the following works of others. Made by `cargo xtask notice`.\n"
        .to_owned();
    let mut texts = Texts::default();
    for (title, packages) in [
        ("Fonts", &fonts),
        ("Rust crates", &crates),
        ("npm packages", &npm),
    ] {
        write!(text, "\n\n{title}\n{}\n", "=".repeat(title.len()))
            .expect("a string takes everything");
        for package in packages {
            let numbers = texts.add(package)?;
            let authors = if package.authors.is_empty() {
                String::new()
            } else {
                format!(" by {}", package.authors)
            };
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            let see = if numbers.is_empty() {
                String::new()
            } else {
                format!(" [{}]", numbers.join(", "))
            };
            writeln!(text, "{}{authors}: {}{see}", package.name, package.licence)
                .expect("a string takes everything");
        }
    }
    text.push_str("\n\nTexts\n=====\n");
    for (index, licence) in texts.in_order.iter().enumerate() {
        write!(text, "\n[{}]\n{}\n", index + 1, licence.trim_end())
            .expect("a string takes everything");
    }
    Ok(text)
}

/// Licence texts, each once, numbered from 1 as they come.
#[derive(Default)]
struct Texts {
    in_order: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl Texts {
    /// Numbers of the texts that come with a package and apply.
    fn add(&mut self, package: &Package) -> Result<BTreeSet<usize>, String> {
        let mut numbers = BTreeSet::new();
        for file in applying(&licence_files(&package.folder)?, &package.licence) {
            let text =
                fs::read(&file).map_err(|error| format!("reading {}: {error}", file.display()))?;
            let text = String::from_utf8_lossy(&text).replace('\r', "");
            // Line breaks and indentation differ where nothing else does.
            let same = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let number = *self.numbers.entry(same).or_insert_with(|| {
                self.in_order.push(text);
                self.in_order.len()
            });
            numbers.insert(number);
        }
        Ok(numbers)
    }
}

fn licence_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries =
        fs::read_dir(folder).map_err(|error| format!("reading {}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && is_licence(&file_name(path)))
        .collect();
    files.sort();
    Ok(files)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase()
}

fn is_licence(name: &str) -> bool {
    [
        "license",
        "licence",
        "copying",
        "notice",
        "copyright",
        "unlicense",
        "ofl",
    ]
    .iter()
    .any(|start| name.starts_with(start))
        && ![".rs", ".html", ".toml", ".spdx", ".ts", ".js"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Where the choice is between Apache-2.0 and others, it is Apache-2.0, whose text is the same for all; notices always stay.
fn applying(files: &[PathBuf], licence: &str) -> Vec<PathBuf> {
    let choice = licence.contains("Apache-2.0")
        && (licence.contains(" OR ") || licence.contains('/'))
        && !licence.contains(" AND ");
    let is_apache = |path: &PathBuf| file_name(path).contains("apache");
    if !choice || !files.iter().any(is_apache) {
        return files.to_vec();
    }
    let stays = |path: &&PathBuf| {
        is_apache(path)
            || ["notice", "copyright"]
                .iter()
                .any(|start| file_name(path).starts_with(start))
    };
    files.iter().filter(stays).cloned().collect()
}

/// What the shell links on Linux: its normal dependencies, theirs, and so on.
fn crates() -> Result<Vec<Package>, String> {
    let metadata = packages::metadata(&["--filter-platform", "x86_64-unknown-linux-gnu"])?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let all: BTreeMap<String, Value> = list(&metadata["packages"])
        .into_iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let nodes: BTreeMap<String, Value> = list(&metadata["resolve"]["nodes"])
        .into_iter()
        .map(|node| (text(&node["id"]), node))
        .collect();
    let mut waiting: Vec<String> = all
        .values()
        .filter(|package| package["name"] == "scalescope")
        .map(|package| text(&package["id"]))
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        for dependency in list(&nodes[&id]["deps"]) {
            if list(&dependency["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"].is_null())
            {
                waiting.push(text(&dependency["pkg"]));
            }
        }
    }
    let mut found: Vec<Package> = seen
        .iter()
        .map(|id| &all[id])
        // The project's own crates have no source.
        .filter(|package| !package["source"].is_null())
        .map(|package| Package {
            name: format!("{} {}", text(&package["name"]), text(&package["version"])),
            licence: package["license"]
                .as_str()
                .unwrap_or("see its text")
                .to_owned(),
            authors: list(&package["authors"])
                .iter()
                .map(|author| without_address(&text(author)))
                .collect::<Vec<_>>()
                .join(", "),
            folder: Path::new(&text(&package["manifest_path"]))
                .parent()
                .map(Path::to_owned)
                .unwrap_or_default(),
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn npm_packages() -> Result<Vec<Package>, String> {
    let read = |path: PathBuf| -> Result<Value, String> {
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("reading {}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("reading {}: {error}", path.display()))
    };
    let lock = read(places::ui().join("package-lock.json"))?;
    let mut found = Vec::new();
    for (path, entry) in lock["packages"].as_object().into_iter().flatten() {
        let Some(name) = path.strip_prefix("node_modules/") else {
            continue;
        };
        if entry["dev"] == true && !BUNDLED_DEVELOPMENT_PACKAGES.contains(&name) {
            continue;
        }
        let folder = places::ui().join(path);
        if entry["optional"] == true && !folder.is_dir() {
            continue;
        }
        let manifest = read(folder.join("package.json"))?;
        let author = &manifest["author"];
        found.push(Package {
            name: format!("{name} {}", text(&manifest["version"])),
            licence: manifest["license"]
                .as_str()
                .unwrap_or("see its text")
                .to_owned(),
            authors: without_address(
                author
                    .as_str()
                    .or_else(|| author["name"].as_str())
                    .unwrap_or_default(),
            ),
            folder,
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A name without the address behind it.
fn without_address(author: &str) -> String {
    author
        .split(['<', '('])
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_with_apache_takes_apache_and_keeps_notices() {
        let files = ["LICENSE-APACHE", "LICENSE-MIT", "NOTICE"].map(PathBuf::from);
        let names = |licence| {
            applying(&files, licence)
                .iter()
                .map(|path| file_name(path))
                .collect::<Vec<_>>()
        };
        assert_eq!(names("MIT OR Apache-2.0"), ["license-apache", "notice"]);
        assert_eq!(
            names("MIT AND Apache-2.0"),
            ["license-apache", "license-mit", "notice"]
        );
        assert_eq!(names("MIT"), ["license-apache", "license-mit", "notice"]);
        let only = [PathBuf::from("LICENSE")];
        assert_eq!(applying(&only, "MIT OR Apache-2.0"), only);
    }

    #[test]
    fn licence_files_are_told_from_others() {
        for (name, expected) in [
            ("license", true),
            ("license-mit.txt", true),
            ("copying", true),
            ("licenses.rs", false),
            ("readme.md", false),
        ] {
            assert_eq!(is_licence(name), expected, "{name}");
        }
    }
}
