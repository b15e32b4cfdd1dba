//! Connects as the app does after a person agreed to everything.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cluster::{ConnectError, Connection, Greeting, Surroundings, Target};
use tempfile::TempDir;

pub(crate) fn around() -> Surroundings {
    Surroundings {
        path: std::env::var_os("PATH").unwrap(),
        ..Surroundings::default()
    }
}

/// `user` and `cluster` are YAML in one line, without braces.
pub(crate) fn target(server: &str, cluster: &str, user: &str) -> Result<Target, ConnectError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("config");
    let comma = if cluster.is_empty() { "" } else { ", " };
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{server}'{comma}{cluster}}}}}]\n\
         users: [{{name: u, user: {{{user}}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\n"
    );
    std::fs::write(&path, text).unwrap();
    let opened = cluster::open(&path).unwrap();
    let plan = opened.look("x", &around())?.plan;
    opened.target("x", &around(), &plan)
}

pub(crate) async fn open(
    server: &str,
    cluster: &str,
    user: &str,
) -> Result<(Connection, Greeting), ConnectError> {
    Connection::open(target(server, cluster, user)?).await
}

pub(crate) fn data(field: &str, pem: &str) -> String {
    format!("{field}: {}", BASE64_STANDARD.encode(pem))
}

/// A script as a plugin, by the shell: to write a program and run it at once fails where another thread forks in between.
pub(crate) fn plugin(folder: &Path, script: &str) -> String {
    let path: PathBuf = folder.join("script");
    std::fs::write(&path, script).unwrap();
    format!(
        "exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: /bin/sh, args: ['{}']}}",
        path.display()
    )
}

/// Tries until `attempt` gives something.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut attempt: impl FnMut() -> F,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(got) = attempt().await {
            return got;
        }
        assert!(start.elapsed() < Duration::from_secs(40), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
