//! HTTP/1.1 over TCP or TLS, as `kube::Client` without its retry layer.
//!
//! kube's own builder would retry 429, 503 and 504 fifteen times in silence, has no keepalive and
//! reads files and runs programs named in its configuration. Here its parts get a configuration
//! that holds nothing but vetted values.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::{Body, ClientBuilder, ConfigExt};
use rustls::CertificateError;
use rustls::pki_types::ServerName;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tower::ServiceBuilder;

use crate::credentials::redact::Redactor;
use crate::error::{ConnectError, LinkError, RequestError};
use crate::gate::links::{CONNECT_PATIENCE, DnsError, Links, ProxyError};
use crate::target::{Target, Verification};

/// Unused connections are kept this long: shorter than the silence after which a link is suspect.
const IDLE: Duration = Duration::from_secs(15);

/// Makes connections to the target's server; clones share the TLS session cache.
type Connector = hyper_rustls::HttpsConnector<Links>;

/// kube's configuration with only what was vetted, without any credential: requests are signed one by one, the
/// client certificate comes from [`crate::credentials`].
fn configuration(url: &Uri, verification: &Verification) -> kube::Config {
    let mut config = kube::Config::new(url.clone());
    match verification {
        Verification::System => {}
        Verification::Authorities(authorities) => config.root_cert = Some(authorities.clone()),
        Verification::Skipped => config.accept_invalid_certs = true,
    }
    config
}

/// TLS that checks as `verification` says and has no client certificate. The error is a clause about what is wrong.
pub(crate) fn tls(
    url: &Uri,
    verification: &Verification,
) -> Result<rustls::ClientConfig, &'static str> {
    configuration(url, verification)
        .rustls_client_config()
        .map_err(|error| unusable(&error))
}

/// A client with an empty pool and an empty cache of TLS sessions, which presents `identity`; contacts nobody.
pub(crate) fn client(
    target: &Target,
    identity: Option<&Arc<CertifiedKey>>,
) -> Result<kube::Client, ConnectError> {
    let http: Client<Connector, Body> = Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new())
        .build(connector(target, identity)?);
    let config = configuration(&target.url, &target.verification);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .map_err(tower::BoxError::from)
        .service(http);
    Ok(ClientBuilder::new(service, target.namespace.clone()).build())
}

fn connector(
    target: &Target,
    identity: Option<&Arc<CertifiedKey>>,
) -> Result<Connector, ConnectError> {
    let broken = |why: &str| {
        ConnectError::Broken(format!(
            "The context {} cannot be used: {why}.",
            target.context
        ))
    };
    let mut tls = tls(&target.url, &target.verification).map_err(broken)?;
    let links = match &target.dial {
        Some(dial) => Links::in_memory(Arc::clone(dial)),
        None => Links::new(target.proxy.as_ref(), &tls),
    };
    if let Some(identity) = identity {
        tls.client_auth_cert_resolver =
            Arc::new(SingleCertAndKey::from(CertifiedKey::clone(identity)));
    }
    let mut builder = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http();
    if let Some(name) = &target.tls_server_name {
        let name = ServerName::try_from(name.clone())
            .map_err(|_| broken("its tls-server-name is not a host name"))?;
        builder = builder.with_server_name_resolver(FixedServerNameResolver::new(name));
    }
    Ok(builder.enable_http1().wrap_connector(links))
}

/// Why TLS cannot be set up, without any bytes of the authorities.
fn unusable(error: &kube::Error) -> &'static str {
    match error {
        kube::Error::RustlsTls(_) => {
            "its certificate-authority is damaged, or this computer's trust store is"
        }
        _ => "its TLS settings are contradictory",
    }
}

/// Why no answer came, by the innermost cause that is known.
pub(crate) fn classify(error: &kube::Error, target: &Target, words: &Redactor) -> RequestError {
    let server = target.server.clone();
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    let mut innermost = String::new();
    let mut closed = false;
    while let Some(current) = cause {
        if let Some(failure) = current.downcast_ref::<ProxyError>() {
            return LinkError::Proxy {
                server,
                proxy: failure.proxy.clone(),
                why: failure.why.clone(),
                passing: failure.retry_helps,
            }
            .into();
        }
        if let Some(dns) = current.downcast_ref::<DnsError>() {
            tracing::debug!("{dns}: {}", dns.0);
            return LinkError::Dns {
                host: target.url.host().unwrap_or_default().to_owned(),
            }
            .into();
        }
        if let Some(tls) = current.downcast_ref::<rustls::Error>() {
            return tls_failure(tls, server).into();
        }
        if let Some(http) = current.downcast_ref::<hyper::Error>() {
            if http.is_parse() {
                return LinkError::NotHttp { server }.into();
            }
            closed |= http.is_incomplete_message() || http.is_closed() || http.is_canceled();
        }
        innermost = current.to_string();
        cause = match current.downcast_ref::<io::Error>() {
            Some(io) => {
                // The kind of an error that wraps another is its wrapper's guess: look inside first.
                if io.get_ref().is_none()
                    && let Some(link) = io_failure(io.kind(), &server)
                {
                    return link.into();
                }
                closed |= io.kind() == io::ErrorKind::UnexpectedEof;
                match io.get_ref() {
                    Some(inner) => Some(inner as &(dyn StdError + 'static)),
                    None => None,
                }
            }
            None => current.source(),
        };
    }
    if closed {
        return LinkError::Closed { server }.into();
    }
    LinkError::Other {
        server,
        why: words.visible(&innermost),
    }
    .into()
}

fn io_failure(kind: io::ErrorKind, server: &str) -> Option<LinkError> {
    let server = server.to_owned();
    match kind {
        io::ErrorKind::ConnectionRefused => Some(LinkError::Refused { server }),
        io::ErrorKind::TimedOut => Some(LinkError::Timeout {
            server,
            seconds: CONNECT_PATIENCE.as_secs(),
        }),
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown => Some(LinkError::Unroutable { server }),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::NotConnected => Some(LinkError::Closed { server }),
        _ => None,
    }
}

fn tls_failure(error: &rustls::Error, server: String) -> LinkError {
    match error {
        rustls::Error::InvalidCertificate(why) => certificate_failure(why, server),
        rustls::Error::AlertReceived(alert) => LinkError::HandshakeRefused {
            server,
            why: format!("{alert:?}"),
        },
        rustls::Error::InvalidMessage(_) => LinkError::NotTls { server },
        other => LinkError::Other {
            server,
            why: format!("TLS failed ({other})"),
        },
    }
}

fn certificate_failure(error: &CertificateError, server: String) -> LinkError {
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            LinkError::UntrustedCertificate { server }
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            LinkError::ExpiredCertificate { server }
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            LinkError::FutureCertificate { server }
        }
        CertificateError::NotValidForName => LinkError::WrongName {
            server,
            valid_for: Vec::new(),
        },
        CertificateError::NotValidForNameContext { presented, .. } => LinkError::WrongName {
            server,
            valid_for: presented
                .iter()
                .map(|name| model::text::visible(presented_name(name)).into_owned())
                .collect(),
        },
        other => {
            let why = other.to_string();
            // The whole certificate of a server that made itself its own authority, as webpki says it.
            if format!("{other:?}").contains("CaUsedAsEndEntity") {
                return LinkError::BadCertificate {
                    server,
                    why: "it is an authority's own certificate, used as a server's".to_owned(),
                };
            }
            LinkError::BadCertificate {
                server,
                why: model::text::visible(&why).into_owned(),
            }
        }
    }
}

/// `DnsName("a.example")` and `IpAddress(10.0.0.1)` as the TLS library prints them, without the wrapping.
fn presented_name(name: &str) -> &str {
    let inner = name
        .split_once('(')
        .map_or(name, |(_, rest)| rest.trim_end_matches(')'));
    inner.trim_matches('"')
}
