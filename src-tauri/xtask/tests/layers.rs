//! The direction of dependencies: who may know whom. `cargo metadata` is asked, so that a manifest cannot say otherwise.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// Our crates, and those of ours each may depend on (not counting what only its tests need).
const LAYERS: [(&str, &[&str]); 11] = [
    ("scaling", &[]),
    ("table", &[]),
    ("model", &["scaling", "table"]),
    ("replay", &["model", "scaling"]),
    ("cluster", &["model", "table"]),
    ("recorder", &["model", "scaling"]),
    ("demo", &["model", "scaling"]),
    ("wire", &["table"]),
    (
        "app",
        &[
            "table", "model", "replay", "scaling", "cluster", "recorder", "demo", "wire",
        ],
    ),
    ("scalescope", &["app", "wire"]),
    ("xtask", &[]),
];

/// Words that may begin the name of a dependency of these crates only.
const RESERVED: [(&str, &[&str]); 5] = [
    ("tauri", &["scalescope"]),
    ("kube", &["cluster"]),
    ("k8s-openapi", &["cluster"]),
    ("hyper", &["cluster", "demo"]),
    ("tokio", &["cluster", "demo", "app", "scalescope"]),
];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    metadata["packages"]
        .as_array()
        .expect("it lists packages")
        .clone()
}

/// Names of a package's dependencies that end up in the program.
fn dependencies(package: &Value) -> BTreeSet<String> {
    let all = package["dependencies"]
        .as_array()
        .expect("a package has dependencies");
    let linked = all.iter().filter(|dependency| dependency["kind"] != "dev");
    linked
        .map(|dependency| {
            dependency["name"]
                .as_str()
                .expect("a dependency has a name")
                .to_owned()
        })
        .collect()
}

fn product() -> Vec<(String, BTreeSet<String>)> {
    let packages = packages();
    let inside = packages.iter().filter(|package| {
        package["manifest_path"]
            .as_str()
            .is_some_and(|path| path.contains("/src-tauri/"))
    });
    inside
        .map(|package| {
            (
                package["name"]
                    .as_str()
                    .expect("a package has a name")
                    .to_owned(),
                dependencies(package),
            )
        })
        .collect()
}

#[test]
fn every_crate_has_its_layer() {
    let names: BTreeSet<String> = product().into_iter().map(|(name, _)| name).collect();
    let known: BTreeSet<String> = LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, known, "a new crate needs a line in LAYERS");
}

#[test]
fn crates_depend_downwards_only() {
    let ours: BTreeSet<String> = packages()
        .iter()
        .map(|package| package["name"].as_str().unwrap_or_default().to_owned())
        .collect();
    for (name, dependencies) in product() {
        let allowed = LAYERS
            .iter()
            .find(|(layer, _)| *layer == name)
            .map_or(&[][..], |(_, allowed)| allowed);
        for dependency in dependencies.intersection(&ours) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn what_is_reserved_stays_where_it_belongs() {
    for (name, dependencies) in product() {
        for dependency in dependencies {
            for (word, owners) in RESERVED {
                let named = dependency == word || dependency.starts_with(&format!("{word}-"));
                assert!(
                    !named || owners.contains(&name.as_str()),
                    "{name} must not depend on {dependency}"
                );
            }
        }
    }
}

#[test]
fn pure_crates_are_guarded_by_clippy() {
    for name in ["scaling", "table", "model", "replay"] {
        let path = format!(
            "{}/../crates/{name}/clippy.toml",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(&path).expect("pure crates have a clippy.toml");
        assert!(
            text.contains("std::time::SystemTime::now") && text.contains("std::env::var"),
            "{path}"
        );
    }
}
