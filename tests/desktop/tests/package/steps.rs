//! What these tests do again and again.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use desktop::{Home, System, Window, wait_for};
use serde_json::{Value, json};

/// How long files may take to show that were opened at the same moment.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(20);

/// A system with the package on it, for tests that leave it as it is.
pub(crate) fn installed() -> &'static System {
    static INSTALLED: LazyLock<System> = LazyLock::new(System::installed);
    &INSTALLED
}

/// A new user of that system.
pub(crate) fn user() -> Home {
    Home::new().on(installed())
}

/// Writes a kubeconfig into `home` whose one context has the name of the file. Nobody listens at its server.
pub(crate) fn kubeconfig(home: &Home, name: &str) -> PathBuf {
    let text = json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": [{"name": "nowhere", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "nobody", "user": {"token": "a-token"}}],
        "contexts": [{"name": name, "context": {"cluster": "nowhere", "user": "nobody"}}],
    });
    home.write(&format!("files/{name}"), &text.to_string())
}

/// Kubeconfigs numbered from 0.
pub(crate) fn kubeconfigs(home: &Home, count: usize) -> Vec<PathBuf> {
    (0..count)
        .map(|number| kubeconfig(home, &format!("file {number}.kubeconfig")))
        .collect()
}

/// A command that opens each file by itself, all at the same moment, as the desktop opens what is double-clicked.
pub(crate) fn open_each(files: &[PathBuf]) -> Vec<String> {
    let script = r#"for file; do gio open "$file" & done; wait"#;
    ["sh", "-c", script, "sh"]
        .into_iter()
        .map(str::to_owned)
        .chain(files.iter().map(|path| path.display().to_string()))
        .collect()
}

pub(crate) fn words(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// Files that the start page lists.
pub(crate) fn listed(window: &Window) -> BTreeSet<PathBuf> {
    let page = window.rpc("start", &Value::Null).unwrap();
    let sources = page["sources"].as_array().unwrap().iter();
    sources
        .flat_map(|source| source["files"].as_array().unwrap())
        .map(|file| PathBuf::from(file.as_str().unwrap()))
        .collect()
}

/// Waits until the start page lists all of `files`, and answers how long that took from `begun`.
pub(crate) fn until_listed(window: &Window, files: &[PathBuf], begun: Instant) -> Duration {
    let missing = || {
        let listed = listed(window);
        let missing: Vec<_> = files
            .iter()
            .filter(|file| !listed.contains(*file))
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("{} are missing: {missing:?}", missing.len()))
        }
    };
    // Longer than allowed: then the figure is known too.
    wait_for("all files on the start page", AT_ONCE * 3, missing).unwrap();
    let took = begun.elapsed();
    assert!(took <= AT_ONCE, "{} files took {took:.1?}", files.len());
    took
}

/// Waits until each start that handed over its files has ended, and one remains.
pub(crate) fn until_one_runs(home: &Home) {
    wait_for("one running program", AT_ONCE, || {
        match home.running().as_slice() {
            [_] => Ok(()),
            others => Err(format!("{others:?} run")),
        }
    })
    .unwrap();
}
