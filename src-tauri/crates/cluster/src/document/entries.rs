//! The entries of a kubeconfig as they are written: `clientcmd/api/v1/types.go` of client-go 0.36, as far as it matters here.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

/// Name of the cluster extension that is meant for exec programs.
const EXEC_EXTENSION: &str = "client.authentication.k8s.io/exec";

/// Where a cluster is.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Cluster {
    pub(crate) server: Option<String>,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) insecure_skip_tls_verify: Option<bool>,
    pub(crate) certificate_authority: Option<String>,
    pub(crate) certificate_authority_data: Option<String>,
    pub(crate) proxy_url: Option<String>,
    pub(crate) disable_compression: Option<bool>,
    extensions: Option<Vec<Extension>>,
}

#[derive(Clone, Deserialize)]
struct Extension {
    name: Option<String>,
    extension: Option<Value>,
}

impl Cluster {
    /// What the file has for exec programs that ask for cluster information.
    pub(crate) fn exec_config(&self) -> Option<&Value> {
        self.extensions
            .iter()
            .flatten()
            .find(|extension| extension.name.as_deref() == Some(EXEC_EXTENSION))
            .and_then(|extension| extension.extension.as_ref())
    }
}

/// How to log in.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct User {
    pub(crate) token: Option<SecretString>,
    #[serde(rename = "tokenFile")]
    pub(crate) token_file: Option<String>,
    pub(crate) client_certificate: Option<String>,
    pub(crate) client_certificate_data: Option<String>,
    pub(crate) client_key: Option<String>,
    pub(crate) client_key_data: Option<SecretString>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<SecretString>,
    pub(crate) exec: Option<Exec>,
    pub(crate) auth_provider: Option<AuthProvider>,
    #[serde(rename = "as")]
    pub(crate) impersonate: Option<String>,
    pub(crate) as_uid: Option<String>,
    pub(crate) as_groups: Option<Vec<String>>,
    pub(crate) as_user_extra: Option<BTreeMap<String, Vec<String>>>,
}

/// A program that prints credentials.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Exec {
    pub(crate) api_version: Option<String>,
    pub(crate) command: Option<String>,
    pub(crate) args: Option<Vec<String>>,
    pub(crate) env: Option<Vec<Variable>>,
    pub(crate) interactive_mode: Option<String>,
    pub(crate) provide_cluster_info: Option<bool>,
    pub(crate) install_hint: Option<String>,
}

/// One variable of an exec entry. Its value may be a secret: `Debug` does not show it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Variable {
    pub(crate) name: Option<String>,
    pub(crate) value: Option<String>,
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variable")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A way to log in that kubectl itself once had built in.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuthProvider {
    pub(crate) name: Option<String>,
    config: Option<BTreeMap<String, Option<SecretString>>>,
}

impl AuthProvider {
    /// A value of its config; empty ones count as absent.
    pub(crate) fn config(&self, key: &str) -> Option<&SecretString> {
        use secrecy::ExposeSecret;
        self.config
            .as_ref()?
            .get(key)?
            .as_ref()
            .filter(|value| !value.expose_secret().is_empty())
    }
}
