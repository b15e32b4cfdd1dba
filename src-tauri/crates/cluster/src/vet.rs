//! Judges what a kubeconfig asks for: what is plain and static passes, everything else gets a sentence.
//!
//! An entry could run programs, read any file, redirect all traffic or crash the HTTP client. Only
//! values that do none of this reach a [`Target`].

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use http::{HeaderName, HeaderValue, Uri};
use model::text::visible;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use secrecy::{ExposeSecret, SecretString};

use crate::document::{Cluster, Context, Document, Filed, User};
use crate::error::ConnectError;
use crate::kubeconfig::{Access, ContextEntry};
use crate::regular;
use crate::target::{Bearer, Certificate, Identity, Impersonate, Target, Verification};

/// Largest certificate or key file, in bytes.
const FILE_LIMIT: u64 = 1 << 20;
/// Longest token: servers refuse headers past a few tens of kilobytes anyway.
const TOKEN_LIMIT: usize = 64 << 10;

/// Standard alphabet; Go's decoder, which kubectl uses, is strict about padding, ours is not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a context cannot be used.
#[derive(Debug, PartialEq, Eq)]
enum Objection {
    NotYet(String),
    Broken(String),
}

use Objection::{Broken, NotYet};

/// What the start page shows of a context. Reads no file.
pub(crate) fn entry(document: &Document, context: &Context) -> ContextEntry {
    let cluster = document.cluster(&context.cluster);
    let server = cluster
        .and_then(|cluster| cluster.entry.server.as_deref())
        .unwrap_or_default();
    let (access, warnings) = match judge(document, context) {
        Ok(parts) => (parts.access(), warnings(&parts)),
        Err(NotYet(why)) => (Access::NotYet(why), Vec::new()),
        Err(Broken(why)) => (Access::Broken(why), Vec::new()),
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

/// Everything needed to connect; reads the files the context names.
pub(crate) fn target(document: &Document, name: &str) -> Result<Target, ConnectError> {
    let context = document
        .contexts
        .iter()
        .find(|context| context.name == name)
        .ok_or_else(|| ConnectError::UnknownContext(visible(name).into_owned()))?;
    gather(document, context).map_err(|objection| match objection {
        NotYet(why) => ConnectError::NotYet(why),
        Broken(why) => ConnectError::Broken(why),
    })
}

/// A context whose entries are all of the plain kind.
struct Parts<'a> {
    cluster: &'a Filed<Cluster>,
    /// `None` is a context without a user: no credentials.
    user: Option<&'a Filed<User>>,
    url: Uri,
}

impl Parts<'_> {
    fn access(&self) -> Access {
        match self.user.map(|user| &user.entry) {
            Some(user) if token(user).is_some() => Access::Token,
            Some(user) if has_certificate(user) => Access::ClientCertificate,
            Some(_) | None => Access::Anonymous,
        }
    }
}

/// Looks at every field before any is used; reads no file.
fn judge<'a>(document: &'a Document, context: &Context) -> Result<Parts<'a>, Objection> {
    let user = match context.user.as_str() {
        "" => None,
        name => Some(
            document
                .user(name)
                .ok_or_else(|| Broken(format!("Its user {name} is not in the file.")))?,
        ),
    };
    let cluster = match context.cluster.as_str() {
        "" => return Err(Broken("It names no cluster.".to_owned())),
        name => document
            .cluster(name)
            .ok_or_else(|| Broken(format!("Its cluster {name} is not in the file.")))?,
    };
    if let Some(user) = user {
        judge_user(&user.entry)?;
    }
    if cluster
        .entry
        .proxy_url
        .as_deref()
        .is_some_and(|proxy| !proxy.is_empty())
    {
        return Err(NotYet(
            "It connects through a proxy (proxy-url), which Scalescope cannot do yet.".to_owned(),
        ));
    }
    let url = server_url(cluster.entry.server.as_deref().unwrap_or_default())?;
    Ok(Parts { cluster, user, url })
}

fn judge_user(user: &User) -> Result<(), Objection> {
    if let Some(exec) = &user.exec {
        let program = exec
            .command
            .as_deref()
            .map(|command| format!(" ({})", visible(command)))
            .unwrap_or_default();
        return Err(NotYet(format!(
            "It logs in with a program{program}, which Scalescope cannot run yet."
        )));
    }
    if let Some(provider) = &user.auth_provider {
        let name = provider
            .name
            .as_deref()
            .map(|name| format!(" ({})", visible(name)))
            .unwrap_or_default();
        return Err(NotYet(format!(
            "It logs in with an auth-provider{name}, which Scalescope does not support yet."
        )));
    }
    if user.token_file.is_some() {
        return Err(NotYet(
            "It takes its token from a file (tokenFile), which Scalescope cannot do yet."
                .to_owned(),
        ));
    }
    if user.username.is_some() || user.password.is_some() {
        return Err(NotYet(
            "It logs in with a user name and password, which Scalescope does not support yet; Kubernetes itself has not since 1.19.".to_owned(),
        ));
    }
    if let Some(token) = token(user) {
        let token = token.expose_secret();
        if token.len() > TOKEN_LIMIT {
            return Err(Broken(format!(
                "Its token is longer than {TOKEN_LIMIT} bytes, which no server accepts."
            )));
        }
        if token.chars().any(char::is_whitespace)
            || HeaderValue::from_str(token).is_err()
            || !token.is_ascii()
        {
            return Err(Broken("Its token holds a line break, a space or another character no token has. Copy it again as one line.".to_owned()));
        }
    }
    let certificate = user.client_certificate.is_some() || user.client_certificate_data.is_some();
    let key = user.client_key.is_some() || user.client_key_data.is_some();
    if certificate != key {
        let (has, lacks) = if certificate {
            ("client-certificate", "client-key")
        } else {
            ("client-key", "client-certificate")
        };
        return Err(Broken(format!(
            "Its user has a {has} but no {lacks}; both are needed."
        )));
    }
    impersonation(user).map(drop)
}

/// kubectl prefers neither over the other; empty ones count as absent.
fn token(user: &User) -> Option<&SecretString> {
    user.token
        .as_ref()
        .filter(|token| !token.expose_secret().is_empty())
}

fn has_certificate(user: &User) -> bool {
    user.client_certificate.is_some() || user.client_certificate_data.is_some()
}

fn impersonation(user: &User) -> Result<Option<Impersonate>, Objection> {
    let other = Impersonate {
        user: user.impersonate.clone().unwrap_or_default(),
        uid: user.as_uid.clone(),
        groups: user.as_groups.clone().unwrap_or_default(),
        extra: user
            .as_user_extra
            .clone()
            .unwrap_or_default()
            .into_iter()
            .collect(),
    };
    if other == Impersonate::default() {
        return Ok(None);
    }
    if other.user.is_empty() {
        return Err(Broken("It impersonates groups or attributes without a user (as); the server would refuse that.".to_owned()));
    }
    let mut values = std::iter::once(&other.user)
        .chain(&other.uid)
        .chain(&other.groups)
        .chain(other.extra.iter().flat_map(|(_, values)| values));
    let names_fit = other
        .extra
        .iter()
        .all(|(key, _)| HeaderName::from_bytes(key.as_bytes()).is_ok());
    if !names_fit || !values.all(|value| HeaderValue::from_str(value).is_ok()) {
        return Err(Broken(
            "The user it impersonates (as) holds characters no request can carry.".to_owned(),
        ));
    }
    Ok(Some(other))
}

fn server_url(server: &str) -> Result<Uri, Objection> {
    if server.is_empty() {
        return Err(Broken("Its cluster has no server address.".to_owned()));
    }
    let scheme = server.split_once("://").map(|(scheme, _)| scheme);
    if !scheme.is_some_and(|own| {
        ["https", "http"]
            .iter()
            .any(|known| own.eq_ignore_ascii_case(known))
    }) {
        return Err(Broken(
            "The server address of its cluster does not start with https://.".to_owned(),
        ));
    }
    let url: Uri = server
        .parse()
        .map_err(|_| Broken("The server address of its cluster is not a URL.".to_owned()))?;
    if url
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err(Broken("The server address of its cluster carries a user name or password; put credentials into the user entry.".to_owned()));
    }
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    // Without TLS the name is only ever resolved.
    if host.is_empty() || (url.scheme_str() == Some("https") && ServerName::try_from(host).is_err())
    {
        return Err(Broken(
            "The server address of its cluster has no valid host name or IP address.".to_owned(),
        ));
    }
    if url.query().is_some() {
        return Err(Broken(
            "The server address of its cluster has a query (?…), which a server address cannot."
                .to_owned(),
        ));
    }
    Ok(url)
}

fn warnings(parts: &Parts<'_>) -> Vec<String> {
    let Parts { cluster, user, url } = parts;
    let mut words = Vec::new();
    if let Some(user) = user.filter(|user| user.file != cluster.file) {
        words.push(format!(
            "Its server comes from {}, its credentials from {}.",
            visible(&cluster.file.display().to_string()),
            visible(&user.file.display().to_string())
        ));
    }
    if url.scheme_str() == Some("http") {
        words.push("The connection is not encrypted (http): everyone on the way can read it, credentials included.".to_owned());
    } else if cluster.entry.insecure_skip_tls_verify == Some(true) {
        words.push("The server's certificate is not checked (insecure-skip-tls-verify): anyone in between can pose as the cluster.".to_owned());
    }
    words
}

fn gather(document: &Document, context: &Context) -> Result<Target, Objection> {
    let parts = judge(document, context)?;
    let Parts { cluster, user, url } = &parts;
    Ok(Target {
        context: context.name.clone(),
        server: visible(url.to_string().trim_end_matches('/')).into_owned(),
        namespace: context
            .namespace
            .clone()
            .unwrap_or_else(|| "default".to_owned()),
        verification: verification(cluster)?,
        tls_server_name: cluster
            .entry
            .tls_server_name
            .clone()
            .filter(|name| !name.is_empty()),
        proxy: None,
        certificate: user
            .map(identity)
            .transpose()?
            .flatten()
            .map_or(Certificate::None, Certificate::Fixed),
        bearer: user
            .and_then(|user| token(&user.entry))
            .cloned()
            .map_or(Bearer::None, Bearer::Token),
        impersonate: user
            .map(|user| impersonation(&user.entry))
            .transpose()?
            .flatten(),
        url: url.clone(),
    })
}

fn verification(filed: &Filed<Cluster>) -> Result<Verification, Objection> {
    let cluster = &filed.entry;
    if cluster.insecure_skip_tls_verify == Some(true) {
        return Ok(Verification::Skipped);
    }
    let data = cluster.certificate_authority_data.as_deref();
    let Some(pem) = bytes(
        "certificate-authority",
        data,
        cluster.certificate_authority.as_deref(),
        filed.folder(),
    )?
    else {
        return Ok(Verification::System);
    };
    let authorities: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(&pem)
        .map(|certificate| certificate.map(|der| der.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|_| Broken("Its certificate-authority is damaged PEM.".to_owned()))?;
    if authorities.is_empty() {
        return Err(Broken(
            "Its certificate-authority holds no certificate (-----BEGIN CERTIFICATE-----)."
                .to_owned(),
        ));
    }
    Ok(Verification::Authorities(authorities))
}

fn identity(filed: &Filed<User>) -> Result<Option<Identity>, Objection> {
    let (user, folder) = (&filed.entry, filed.folder());
    let certificate = bytes(
        "client-certificate",
        user.client_certificate_data.as_deref(),
        user.client_certificate.as_deref(),
        folder,
    )?;
    let key_data = user
        .client_key_data
        .as_ref()
        .map(ExposeSecret::expose_secret);
    let key = bytes("client-key", key_data, user.client_key.as_deref(), folder)?;
    Ok(certificate.zip(key).map(|(certificate, key)| Identity {
        certificate,
        key: key.into(),
    }))
}

/// Base64 data where given, else the regular file at `path`, relative to the kubeconfig's folder.
fn bytes(
    field: &str,
    data: Option<&str>,
    path: Option<&str>,
    folder: &Path,
) -> Result<Option<Vec<u8>>, Objection> {
    if let Some(data) = data.filter(|data| !data.is_empty()) {
        let joined: String = data.split_ascii_whitespace().collect();
        return BASE64
            .decode(joined)
            .map(Some)
            .map_err(|_| Broken(format!("Its {field}-data is not base64.")));
    }
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    if on_a_share(path) {
        return Err(Broken(format!(
            "Its {field} ({}) is on a network share.",
            visible(path)
        )));
    }
    regular::read(&folder.join(path), FILE_LIMIT)
        .map(Some)
        .map_err(|refusal| {
            Broken(format!(
                "Its {field} ({}) {}. Correct its path in the kubeconfig, or ask whoever gave it to you for the file.",
                visible(path),
                refusal.words(FILE_LIMIT)
            ))
        })
}

/// `\\server\share`: on Windows, merely looking at it logs in to that server.
fn on_a_share(path: &str) -> bool {
    path.starts_with(r"\\") || path.starts_with("//")
}
