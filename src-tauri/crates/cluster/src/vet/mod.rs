//! Judges what a kubeconfig asks for, by its text alone: every wrong value gets a sentence that names its field.
//!
//! An entry could run programs, read any file, redirect all traffic or crash the HTTP client. What passes here is
//! well-formed; whether it may happen is decided in [`crate::gate`].

mod account;
pub(crate) mod bytes;
mod impersonation;
mod place;
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod proxy;
pub(crate) mod warnings;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use http::Uri;
use model::text::visible;
use secrecy::SecretString;

use crate::document::{Cluster, Context, Document, Filed, Origin, User};
use crate::error::ConnectError;
use crate::kubeconfig::{Access, ContextEntry};
use crate::target::{Certificate, Impersonate, Proxy};

pub(crate) use program::Program;
pub(crate) use provider::Issuer;

/// A well-formed cluster entry.
pub(crate) struct Place {
    pub(crate) url: Uri,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) authority: Authority,
    pub(crate) proxy: Option<Proxy>,
}

/// Who vouches for a server.
#[derive(Clone)]
pub(crate) enum Authority {
    /// This computer's trust store.
    System,
    /// Nobody.
    Skipped,
    /// PEM that holds a certificate at least.
    Data(Vec<u8>),
    /// Whole path of a file with PEM.
    File(PathBuf),
}

/// A well-formed user entry.
pub(crate) struct Account {
    pub(crate) login: Login,
    pub(crate) certificate: Certificate,
    pub(crate) impersonate: Option<Impersonate>,
}

/// What a context logs in with, its client certificate aside.
#[derive(Clone)]
pub(crate) enum Login {
    None,
    Token(SecretString),
    /// Whole path.
    TokenFile(PathBuf),
    Basic {
        username: String,
        password: SecretString,
    },
    Program(Program),
    Issuer(Issuer),
}

/// A context whose entries are all well-formed.
pub(crate) struct Parts<'a> {
    pub(crate) context: &'a Context,
    pub(crate) cluster: &'a Filed<Cluster>,
    /// None is a context without a user: no credentials.
    pub(crate) user: Option<&'a Filed<User>>,
    pub(crate) place: Arc<Place>,
    pub(crate) account: Arc<Account>,
}

impl Parts<'_> {
    fn access(&self) -> Access {
        match &self.account.login {
            Login::Token(_) => Access::Token,
            Login::TokenFile(_) => Access::TokenFile,
            Login::Basic { .. } => Access::Basic,
            Login::Program(program) => Access::Program(visible(&program.command).into_owned()),
            Login::Issuer(issuer) => Access::Oidc(visible(&address(&issuer.url)).into_owned()),
            Login::None => match self.account.certificate {
                Certificate::None => Access::Anonymous,
                Certificate::Fixed(_) | Certificate::Files { .. } => Access::ClientCertificate,
            },
        }
    }
}

/// Judges contexts of one document; each of its entries once, however many contexts name it.
pub(crate) struct Judge<'a> {
    document: &'a Document,
    places: HashMap<&'a str, Result<Arc<Place>, String>>,
    accounts: HashMap<&'a str, Result<Arc<Account>, String>>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        Self {
            document,
            places: HashMap::new(),
            accounts: HashMap::new(),
        }
    }

    /// Looks at every field before any is used.
    fn parts(&mut self, context: &'a Context) -> Result<Parts<'a>, String> {
        let user = match context.user.as_str() {
            "" => None,
            name => Some(
                self.document
                    .user(name)
                    .ok_or_else(|| format!("Its user {name} is not in the file."))?,
            ),
        };
        let cluster = match context.cluster.as_str() {
            "" => return Err("It names no cluster.".to_owned()),
            name => self
                .document
                .cluster(name)
                .ok_or_else(|| format!("Its cluster {name} is not in the file."))?,
        };
        let account = match user {
            Some(user) => self
                .accounts
                .entry(&context.user)
                .or_insert_with(|| account::account(user).map(Arc::new))
                .clone()?,
            None => Arc::new(Account {
                login: Login::None,
                certificate: Certificate::None,
                impersonate: None,
            }),
        };
        let place = self
            .places
            .entry(&context.cluster)
            .or_insert_with(|| place::place(cluster).map(Arc::new))
            .clone()?;
        Ok(Parts {
            context,
            cluster,
            user,
            place,
            account,
        })
    }

    /// What the start page shows of a context.
    pub(crate) fn entry(&mut self, context: &'a Context) -> ContextEntry {
        let cluster = self.document.cluster(&context.cluster);
        let server = cluster
            .and_then(|cluster| cluster.entry.server.as_deref())
            .unwrap_or_default();
        let (access, warnings) = match self.parts(context) {
            Ok(parts) => (parts.access(), warnings::warnings(&parts)),
            Err(why) => (Access::Broken(why), Vec::new()),
        };
        ContextEntry {
            file: context.file.to_path_buf(),
            name: context.name.clone(),
            cluster: context.cluster.clone(),
            // An address with a password in it is broken; it is not shown either.
            server: if server.contains('@') {
                String::new()
            } else {
                visible(server).into_owned()
            },
            user: context.user.clone(),
            namespace: context.namespace.clone(),
            access,
            warnings,
        }
    }
}

/// The parts of one context, by name.
pub(crate) fn parts<'a>(document: &'a Document, name: &str) -> Result<Parts<'a>, ConnectError> {
    let context = document
        .context(name)
        .ok_or_else(|| ConnectError::UnknownContext(visible(name).into_owned()))?;
    Judge::new(document)
        .parts(context)
        .map_err(ConnectError::Broken)
}

/// An address as people are shown it.
pub(crate) fn address(url: &Uri) -> String {
    visible(url.to_string().trim_end_matches('/')).into_owned()
}

/// An empty value counts as absent, as everywhere in client-go.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// Data comes before a path (client-go 0.36 `rest/config.go:LoadTLSFiles`); neither leaves the system's trust store.
fn authority(
    field: &str,
    data: Option<&str>,
    path: Option<&str>,
    origin: &Origin,
) -> Result<Authority, String> {
    match (data, path) {
        (Some(data), _) => {
            let pem = bytes::decoded(field, data)?;
            bytes::certificates(&format!("{field}-data"), &pem)?;
            Ok(Authority::Data(pem))
        }
        (None, Some(path)) => Ok(Authority::File(bytes::path(field, path, origin)?)),
        (None, None) => Ok(Authority::System),
    }
}
