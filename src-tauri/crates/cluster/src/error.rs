//! What can go wrong between here and a cluster, in words that say what to do.
//!
//! No variant carries a response body, a line of a file or a credential: every text in here may be
//! shown and logged.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::plan::Difference;

/// Why a kubeconfig could not be read. Nothing was contacted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KubeconfigError {
    /// No file is named and there is no home folder to look in.
    #[error("No kubeconfig is given. Start with the path of one, or set KUBECONFIG.")]
    Nowhere,
    /// No file there.
    #[error("There is no kubeconfig at {}. Give the path of one, or set KUBECONFIG.", .0.display())]
    NotFound(PathBuf),
    /// A directory, device, pipe or socket.
    #[error("{} is a {what}, not a file. Choose a kubeconfig file.", .path.display())]
    NotAFile {
        /// The path as given.
        path: PathBuf,
        /// `directory`, `pipe`, …
        what: &'static str,
    },
    /// The file exists but the system refuses to read it.
    #[error("{} cannot be read: {why}. Check the file's permissions.", .path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// The system's own words.
        why: String,
    },
    /// Larger than a kubeconfig may be.
    #[error("{} is larger than {limit} bytes, which no kubeconfig needs. Choose another file.", .path.display())]
    TooLarge {
        /// The path as given.
        path: PathBuf,
        /// The largest size read, in bytes.
        limit: u64,
    },
    /// Not UTF-8 text.
    #[error("{} is not UTF-8 text ({what}). Save it as UTF-8 and open it again.", .path.display())]
    NotText {
        /// The path as given.
        path: PathBuf,
        /// What it seems to be instead.
        what: &'static str,
    },
    /// Text, but not acceptable YAML.
    #[error("{}{}: {what}. Correct the file and open it again.", .path.display(), at_line(*.line))]
    Malformed {
        /// The path as given.
        path: PathBuf,
        /// One-based, where known.
        line: Option<u64>,
        /// What is wrong there, without any of the file's text.
        what: String,
    },
    /// YAML, but something other than a kubeconfig.
    #[error("{} is not a kubeconfig: {what}. Choose a file with clusters, users and contexts.", .path.display())]
    NotKubeconfig {
        /// The path as given.
        path: PathBuf,
        /// What is missing or different.
        what: String,
    },
}

fn at_line(line: Option<u64>) -> String {
    line.map(|line| format!(", line {line}"))
        .unwrap_or_default()
}

/// Why no HTTP conversation with the server came about. Trying again later may help with the
/// network's variants and never with the certificate's: see [`LinkError::retry_helps`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// Nothing listens there.
    #[error(
        "{server} refused the connection: nothing listens there. Is the cluster running, and the port right?"
    )]
    Refused {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// The name has no address.
    #[error(
        "The name {host} cannot be resolved. Check the network, the VPN and the server's name in the kubeconfig."
    )]
    Dns {
        /// Host name.
        host: String,
    },
    /// No answer in time.
    #[error(
        "{server} did not answer within {seconds} s. Check the network, the VPN or a firewall in between."
    )]
    Timeout {
        /// Address as the kubeconfig has it.
        server: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The network has no way there.
    #[error("There is no route to {server}. Check the network and the VPN.")]
    Unroutable {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// The connection was closed before an answer.
    #[error(
        "{server} closed the connection without an answer. It may be restarting, or a proxy in between drops it."
    )]
    Closed {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// Signed by nobody the context trusts.
    #[error(
        "The certificate of {server} is signed by an authority this context does not trust. Its certificate-authority may belong to another cluster, or someone is in between."
    )]
    UntrustedCertificate {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// Past its end.
    #[error(
        "The certificate of {server} has expired. Renew it on the cluster, or correct this computer's clock."
    )]
    ExpiredCertificate {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// Before its beginning.
    #[error("The certificate of {server} is not valid yet. Is this computer's clock right?")]
    FutureCertificate {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// For another host.
    #[error("The certificate of {server} is for another name{}. Use a name it holds as the server, or set tls-server-name in the kubeconfig.", names(.valid_for))]
    WrongName {
        /// Address as the kubeconfig has it.
        server: String,
        /// Names and addresses the certificate holds; empty when not known.
        valid_for: Vec<String>,
    },
    /// A certificate this client cannot accept for another reason.
    #[error(
        "The certificate of {server} cannot be used: {why}. It must be issued again by the cluster's administrator."
    )]
    BadCertificate {
        /// Address as the kubeconfig has it.
        server: String,
        /// The TLS library's reason.
        why: String,
    },
    /// The server ended the handshake, most often for our client certificate.
    #[error(
        "{server} refused the encrypted connection: {why}. The client certificate may be missing, expired or from another cluster."
    )]
    HandshakeRefused {
        /// Address as the kubeconfig has it.
        server: String,
        /// The alert it sent.
        why: String,
    },
    /// `https://` towards a server that speaks no TLS.
    #[error(
        "{server} does not speak TLS. If the server really is unencrypted its address starts with http://, else the port is wrong."
    )]
    NotTls {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// `http://` towards a server that speaks TLS.
    #[error(
        "{server} expects an encrypted connection. Its address in the kubeconfig must start with https://."
    )]
    TlsExpected {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// Something other than HTTP/1 answered.
    #[error("What answers at {server} does not speak HTTP. Check the port in the kubeconfig.")]
    NotHttp {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// The proxy in between did not bring about a link.
    #[error("{server} cannot be reached through the proxy {proxy}: {why}.")]
    Proxy {
        /// Address as the kubeconfig has it.
        server: String,
        /// Host and port of the proxy, without its login.
        proxy: String,
        /// A clause about the proxy as `it`.
        why: String,
        /// Whether it may pass by itself.
        passing: bool,
    },
    /// Anything else; the library's own words.
    #[error("{server} cannot be reached: {why}.")]
    Other {
        /// Address as the kubeconfig has it.
        server: String,
        /// Innermost reason.
        why: String,
    },
}

fn names(valid_for: &[String]) -> String {
    if valid_for.is_empty() {
        String::new()
    } else {
        format!(" (it holds {})", valid_for.join(", "))
    }
}

impl LinkError {
    /// Whether the same request may succeed later with nothing changed here.
    pub fn retry_helps(&self) -> bool {
        match self {
            Self::Refused { .. }
            | Self::Dns { .. }
            | Self::Timeout { .. }
            | Self::Unroutable { .. }
            | Self::Closed { .. }
            | Self::Other { .. } => true,
            Self::Proxy { passing, .. } => *passing,
            Self::UntrustedCertificate { .. }
            | Self::ExpiredCertificate { .. }
            | Self::FutureCertificate { .. }
            | Self::WrongName { .. }
            | Self::BadCertificate { .. }
            | Self::HandshakeRefused { .. }
            | Self::NotTls { .. }
            | Self::TlsExpected { .. }
            | Self::NotHttp { .. } => false,
        }
    }
}

/// Why one request to a connected cluster failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// No conversation came about.
    #[error(transparent)]
    Unreachable(#[from] LinkError),
    /// No credentials to send: a program failed, a file is not there, an issuer refused. Nothing was sent.
    #[error("{why}")]
    Credentials {
        /// A sentence without any secret that says what to do.
        why: String,
        /// Whether it may pass by itself: an issuer that is not reached, a program that failed. Asking again does not
        /// run the program more often than its own back-off allows.
        passing: bool,
    },
    /// Connected, but no answer, or no further byte of it, in time. Retrying helps.
    #[error(
        "The server sent nothing for {seconds} s. The link may be dead or the server overloaded."
    )]
    Timeout {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The answer ended before it was complete. Retrying helps.
    #[error("The connection broke in the middle of the server's answer.")]
    Cut,
    /// More than the caller allows. Retrying does not help.
    #[error(
        "The server's answer is larger than {limit} bytes, or inflates to an absurd size, so it was dropped."
    )]
    TooLarge {
        /// Allowed bytes after decompression.
        limit: u64,
    },
    /// The answer is not what the API promises. Retrying seldom helps.
    #[error("The server's answer could not be understood: {what}.")]
    Malformed {
        /// What is wrong, without the answer's text.
        what: String,
    },
    /// The server said no.
    #[error("{}", status_words(*.code, .reason, .message))]
    Status {
        /// HTTP status code.
        code: u16,
        /// Kubernetes' reason (`NotFound`, `Expired`, …), or HTTP's phrase.
        reason: String,
        /// The server's words, made visible and stripped of the credential; may be empty.
        message: String,
        /// What the server asks to wait, if it says so in seconds or as a date. Not capped.
        retry_after: Option<Duration>,
    },
    /// A defect of ours: a task panicked, a path was not a path.
    #[error("A part of Scalescope failed: {what}. Please report this.")]
    Internal {
        /// Where, in our own words.
        what: String,
    },
}

fn status_words(code: u16, reason: &str, message: &str) -> String {
    let lead = match code {
        401 => {
            "The server no longer accepts the credentials of this context. Log in again, then reconnect"
        }
        403 => {
            "The server forbids this to your account. Ask for the right, or choose another namespace"
        }
        404 => "The server does not have this",
        410 => "The server no longer has this version of the list",
        429 => "The server is throttling requests",
        500..=599 => "The server has a problem of its own",
        _ => "The server refused",
    };
    let detail = if message.is_empty() { reason } else { message };
    if detail.is_empty() {
        format!("{lead} (HTTP {code}).")
    } else {
        format!("{lead} (HTTP {code}): {detail}")
    }
}

impl RequestError {
    /// Whether the same request may succeed later with nothing changed here. A 410 needs a fresh
    /// list instead.
    pub fn retry_helps(&self) -> bool {
        match self {
            Self::Unreachable(link) => link.retry_helps(),
            Self::Credentials { passing, .. } => *passing,
            Self::Timeout { .. } | Self::Cut => true,
            Self::Status { code, .. } => matches!(code, 408 | 429 | 500..=599),
            Self::TooLarge { .. } | Self::Malformed { .. } | Self::Internal { .. } => false,
        }
    }

    /// HTTP status code, when the server answered.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Status { code, .. } => Some(*code),
            Self::Unreachable(_)
            | Self::Credentials { .. }
            | Self::Timeout { .. }
            | Self::Cut
            | Self::TooLarge { .. }
            | Self::Malformed { .. }
            | Self::Internal { .. } => None,
        }
    }

    /// What the server asks to wait before the next try. Not capped.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Unreachable(_)
            | Self::Credentials { .. }
            | Self::Timeout { .. }
            | Self::Cut
            | Self::TooLarge { .. }
            | Self::Malformed { .. }
            | Self::Internal { .. } => None,
        }
    }
}

/// Why a context could not be connected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConnectError {
    /// The kubeconfig has no such context.
    #[error("The kubeconfig has no context named {0}. Choose one of those it lists.")]
    UnknownContext(String),
    /// What would happen is not what was agreed to. Nothing was contacted or run.
    #[error(
        "What this context would do is not what you agreed to. Open it again to see what differs."
    )]
    NotAgreed(Vec<Difference>),
    /// No credentials came about: a program failed, a file is not there, an issuer refused. Words without any secret.
    #[error("{0}")]
    Credentials(String),
    /// The context is incomplete, or names files or values that cannot be used. Nothing was contacted.
    #[error("{0}")]
    Broken(String),
    /// No conversation came about.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// 401: the credentials are wrong or have expired.
    #[error(
        "{server} does not accept the credentials of this context. The token or client certificate is wrong or has expired: get a new one, then connect again."
    )]
    Unauthorized {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// 401 or 403 to a context that has no credentials.
    #[error(
        "{server} lets nobody in without credentials, and this context has none. Choose another context, or give it a user."
    )]
    NoCredentials {
        /// Address as the kubeconfig has it.
        server: String,
    },
    /// 403 on what every account may do.
    #[error(
        "{server} answers, but forbids even to connect: {message}. Ask the cluster's administrator for access."
    )]
    Forbidden {
        /// Address as the kubeconfig has it.
        server: String,
        /// The server's words.
        message: String,
    },
    /// HTTP, but not the Kubernetes API.
    #[error(
        "{server} answers, but not as a Kubernetes API server ({what}). Check the address in the kubeconfig."
    )]
    NotKubernetes {
        /// Address as the kubeconfig has it.
        server: String,
        /// What it answered instead.
        what: String,
    },
    /// Kubernetes, but it could not serve the greeting.
    #[error(transparent)]
    Request(RequestError),
}
