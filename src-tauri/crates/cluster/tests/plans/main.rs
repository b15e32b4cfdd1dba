//! What connecting a context would do: the facts, the dangers, what is refused, what asks again.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod dangers;
mod facts;
mod looking;
mod sources;

use std::path::{Path, PathBuf};

use cluster::{DangerKind, Opened, Proposal, Surroundings, open};
use tempfile::TempDir;

const SECRET: &str = "s3cr3t-t0k3n-value";
const HTTPS: &str = "server: 'https://10.0.0.1:6443'";
const EXEC: &str = "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never";

/// A folder with a kubeconfig in `kube/`, programs in `bin/`, and a home.
struct Place {
    root: TempDir,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["kube", "bin", "home"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn program(&self, path: &str) -> PathBuf {
        let path = self.write(path, "#!/bin/sh\nexit 1\n");
        mode(&path, 0o755);
        path
    }

    fn around(&self) -> Surroundings {
        Surroundings {
            home: Some(self.at("home")),
            path: self.at("bin").into(),
            ..Surroundings::default()
        }
    }

    /// One context `x` over these fields of its cluster and user, in one line each.
    fn open(&self, cluster: &str, user: &str) -> Opened {
        open(&self.write("kube/config", config(cluster, user))).unwrap()
    }

    fn propose(&self, cluster: &str, user: &str) -> Proposal {
        self.open(cluster, user)
            .propose("x", &self.around())
            .unwrap_or_else(|error| panic!("{cluster} / {user}: {error}"))
    }

    fn look(&self, cluster: &str, user: &str) -> Proposal {
        self.open(cluster, user).look("x", &self.around()).unwrap()
    }
}

fn config(cluster: &str, user: &str) -> String {
    format!(
        "kind: Config\nclusters: [{{name: c, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n\
         contexts: [{{name: x, context: {{cluster: c, user: u}}}}]\ncurrent-context: x\n"
    )
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}

/// `field = value` of each fact.
fn lines(proposal: &Proposal) -> Vec<String> {
    let facts = proposal.plan.facts.iter();
    facts
        .map(|fact| format!("{} = {}", fact.field, fact.value))
        .collect()
}

fn kinds(proposal: &Proposal) -> Vec<(DangerKind, &str)> {
    let dangers = proposal.dangers.iter();
    dangers
        .map(|danger| (danger.kind, danger.field.as_str()))
        .collect()
}

/// Every danger is about a fact, says something, and no text shows a secret.
fn is_sound(proposal: &Proposal) {
    let fields: Vec<&str> = proposal
        .plan
        .facts
        .iter()
        .map(|fact| fact.field.as_str())
        .collect();
    let mut unique = fields.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), fields.len(), "{fields:?}");
    for danger in &proposal.dangers {
        assert!(fields.contains(&danger.field.as_str()), "{danger:?}");
        assert!(danger.why.ends_with('.'), "{danger:?}");
    }
    assert!(!format!("{proposal:?}").contains(SECRET), "{proposal:?}");
}
