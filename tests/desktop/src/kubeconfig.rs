//! Kubeconfigs of a test's own making, right ones and odd ones.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Home;

/// A kubeconfig under construction.
#[derive(Clone, Debug, Default)]
pub struct Kubeconfig {
    clusters: Vec<Value>,
    users: Vec<Value>,
    contexts: Vec<Value>,
    current: Option<String>,
}

impl Kubeconfig {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a cluster entry.
    #[must_use]
    pub fn cluster(mut self, name: &str, cluster: &Value) -> Self {
        self.clusters
            .push(json!({"name": name, "cluster": cluster}));
        self
    }

    /// With a cluster entry for `server`, trusted by the CA `pem`.
    #[must_use]
    pub fn server(self, name: &str, server: &str, pem: &str) -> Self {
        let authority = STANDARD.encode(pem);
        self.cluster(
            name,
            &json!({"server": server, "certificate-authority-data": authority}),
        )
    }

    /// With a user entry.
    #[must_use]
    pub fn user(mut self, name: &str, user: &Value) -> Self {
        self.users.push(json!({"name": name, "user": user}));
        self
    }

    /// With a context entry.
    #[must_use]
    pub fn context(mut self, name: &str, cluster: &str, user: &str) -> Self {
        self.contexts
            .push(json!({"name": name, "context": {"cluster": cluster, "user": user}}));
        self
    }

    /// With a context entry that begins in a namespace.
    #[must_use]
    pub fn context_in(mut self, name: &str, cluster: &str, user: &str, namespace: &str) -> Self {
        self.contexts.push(json!({"name": name, "context": {"cluster": cluster, "user": user, "namespace": namespace}}));
        self
    }

    /// With a user of its own, and a context of the same name.
    #[must_use]
    pub fn way_in(self, name: &str, cluster: &str, user: &Value) -> Self {
        self.user(name, user).context(name, cluster, name)
    }

    /// With this context as the current one.
    #[must_use]
    pub fn current(mut self, name: &str) -> Self {
        self.current = Some(name.to_owned());
        self
    }

    /// Writes it as `kubeconfig` into `home`.
    pub fn write(&self, home: &Home) -> PathBuf {
        let document = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": self.current,
            "clusters": self.clusters, "users": self.users, "contexts": self.contexts,
        });
        home.write("kubeconfig", &format!("{document:#}"))
    }
}
