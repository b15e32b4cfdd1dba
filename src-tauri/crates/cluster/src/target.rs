//! Everything needed to connect one context, vetted: nothing in here can run, read or redirect.

use std::fmt;

use http::Uri;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

/// What one context of a kubeconfig comes down to. Made by [`crate::kubeconfig::Opened::target`].
///
/// Holds bytes and values only, no path, program or proxy. `Debug` shows no credential.
#[derive(Clone)]
pub struct Target {
    pub(crate) context: String,
    /// As shown to people: the address without anything after the host and port but its path.
    pub(crate) server: String,
    pub(crate) url: Uri,
    pub(crate) namespace: String,
    pub(crate) verification: Verification,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) identity: Option<Identity>,
    /// Checked to be a valid header value.
    pub(crate) token: Option<SecretString>,
    pub(crate) impersonate: Option<Impersonate>,
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

    /// Neither token nor client certificate.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.token.is_none() && self.identity.is_none()
    }

    /// Replaces every occurrence of the token in `text`: a server may echo what it was sent.
    pub(crate) fn redact(&self, text: String) -> String {
        match &self.token {
            Some(token)
                if !token.expose_secret().is_empty() && text.contains(token.expose_secret()) =>
            {
                text.replace(token.expose_secret(), "[redacted]")
            }
            Some(_) | None => text,
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("context", &self.context)
            .field("server", &self.server)
            .field("namespace", &self.namespace)
            .field("token", &self.token.is_some())
            .field("client_certificate", &self.identity.is_some())
            .finish_non_exhaustive()
    }
}
