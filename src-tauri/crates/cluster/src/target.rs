//! Everything needed to connect one context, as it was agreed to.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use http::Uri;
use secrecy::{SecretSlice, SecretString};

use crate::gate::Pass;
use crate::gate::memory::Dial;
use crate::plan::Plan;

/// What one context of a kubeconfig comes down to. Made by [`crate::kubeconfig::Opened::target`].
///
/// What it would run, read or contact is what a person agreed to. `Debug` shows no credential.
#[derive(Clone)]
pub struct Target {
    pub(crate) context: String,
    /// As shown to people: the address without anything after the host and port but its path.
    pub(crate) server: String,
    pub(crate) url: Uri,
    pub(crate) namespace: String,
    pub(crate) verification: Verification,
    pub(crate) tls_server_name: Option<String>,
    /// None connects directly.
    pub(crate) proxy: Option<Proxy>,
    pub(crate) certificate: Certificate,
    pub(crate) bearer: Bearer,
    pub(crate) impersonate: Option<Impersonate>,
    /// Whether answers may come compressed.
    pub(crate) compress: bool,
    /// The way to a server inside this program; None for one that has an address.
    pub(crate) dial: Option<Arc<dyn Dial>>,
    /// That it was agreed to.
    pub(crate) pass: Pass,
}

/// What goes into the `Authorization` header.
#[derive(Clone)]
pub(crate) enum Bearer {
    /// Nothing.
    None,
    /// Checked to be a valid header value.
    Token(SecretString),
    /// The content of this regular file, read again as it changes (client-go: each minute).
    TokenFile(PathBuf),
    Basic {
        username: String,
        password: SecretString,
    },
    /// What this program prints; it may print a certificate instead or as well.
    Exec(ExecPlugin),
    Oidc(Oidc),
}

/// Where the client certificate comes from.
#[derive(Clone)]
pub(crate) enum Certificate {
    None,
    /// Both in the kubeconfig.
    Fixed(Identity),
    /// At least one of them in a file, read again as it changes.
    Files {
        certificate: Piece,
        key: Piece,
    },
}

/// PEM in the kubeconfig, or the whole path of a file with it.
#[derive(Clone)]
pub(crate) enum Piece {
    Data(SecretSlice<u8>),
    File(PathBuf),
}

/// `users[].user.exec`, resolved.
#[derive(Clone)]
pub(crate) struct ExecPlugin {
    /// Whole path.
    pub(crate) program: PathBuf,
    /// SHA-256 that was agreed to; checked right before each run.
    pub(crate) digest: String,
    pub(crate) arguments: Vec<String>,
    /// Added to [`Self::inherited`].
    pub(crate) environment: Vec<(String, String)>,
    /// The login shell's variables, with its `PATH`.
    pub(crate) inherited: Vec<(OsString, OsString)>,
    pub(crate) version: ExecVersion,
    /// `spec.cluster` of `KUBERNETES_EXEC_INFO` where provideClusterInfo asks for it.
    pub(crate) cluster_info: Option<serde_json::Value>,
    /// The kubeconfig's own words for where to get the program, made visible.
    pub(crate) install_hint: Option<String>,
}

/// Version of the exec protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExecVersion {
    V1Beta1,
    V1,
}

/// `users[].user.auth-provider` of the name `oidc`.
#[derive(Clone)]
pub(crate) struct Oidc {
    /// https.
    pub(crate) issuer: Uri,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) id_token: Option<SecretString>,
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) verification: Verification,
    /// The way to the issuer; None connects directly. A cluster's own proxy is for its server alone.
    pub(crate) proxy: Option<Proxy>,
}

/// A proxy that all traffic goes through.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// `http`, `https` or `socks5` (whose proxy resolves names), host and port; no user part.
    pub(crate) url: Uri,
    pub(crate) login: Option<(String, SecretString)>,
}

/// How the server's certificate is checked.
#[derive(Clone)]
pub(crate) enum Verification {
    /// By the system's trust store.
    System,
    /// By these authorities alone (DER).
    Authorities(Vec<Vec<u8>>),
    /// Not at all: `insecure-skip-tls-verify`.
    Skipped,
}

/// A client certificate with its key, both PEM.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: SecretSlice<u8>,
}

/// Whom the context acts as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Impersonate {
    pub(crate) user: String,
    pub(crate) uid: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) extra: Vec<(String, Vec<String>)>,
}

impl Target {
    /// A server inside this program, without address, credentials or encryption. Nothing leaves the program for it, so
    /// there is nothing to agree to. `server` is what people read in place of an address.
    pub fn in_memory(context: &str, server: &str, namespace: &str, dial: Arc<dyn Dial>) -> Self {
        Self {
            context: context.to_owned(),
            server: server.to_owned(),
            url: Uri::from_static("http://in-memory.invalid/"),
            namespace: namespace.to_owned(),
            // No certificate is ever checked: none need be loaded.
            verification: Verification::Authorities(Vec::new()),
            tls_server_name: None,
            proxy: None,
            certificate: Certificate::None,
            bearer: Bearer::None,
            impersonate: None,
            compress: true,
            dial: Some(dial),
            pass: Pass::of_nothing(),
        }
    }

    /// Name of the context.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Address of the server, as shown to people.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Namespace the context starts in; `default` where it names none.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What was agreed to, with the digests of when it was gathered.
    pub fn plan(&self) -> &Plan {
        self.pass.plan()
    }

    /// Neither token nor client certificate.
    pub(crate) fn is_anonymous(&self) -> bool {
        matches!(self.bearer, Bearer::None) && matches!(self.certificate, Certificate::None)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("context", &self.context)
            .field("server", &self.server)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}
