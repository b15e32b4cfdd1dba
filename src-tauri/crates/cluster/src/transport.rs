//! HTTP/1.1 over TCP or TLS, as `kube::Client` without its retry layer.
//!
//! kube's own builder would retry 429, 503 and 504 fifteen times in silence, has no keepalive and
//! reads files and runs programs named in its configuration. Here its parts get a configuration
//! that holds nothing but vetted values.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::{Body, ClientBuilder, ConfigExt};
use kube::config::AuthInfo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{CertificateError, InconsistentKeys};
use secrecy::ExposeSecret;
use tower::ServiceBuilder;
use tower::util::MapErr;

use crate::error::{ConnectError, LinkError, RequestError};
use crate::target::{Bearer, Certificate, Identity, Target, Verification};

/// TCP connect, to each of the host's addresses.
const CONNECT_PATIENCE: Duration = Duration::from_secs(8);
/// Silence on a connection before the kernel asks for proof of life, then between its questions.
const KEEPALIVE: Duration = Duration::from_secs(8);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(4);
const KEEPALIVE_RETRIES: u32 = 3;
/// Sent bytes that stay unacknowledged this long end the connection (Linux only).
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);
/// Unused connections are kept this long: shorter than the silence after which a link is suspect.
const IDLE: Duration = Duration::from_secs(15);

type Resolver = MapErr<GaiResolver, fn(io::Error) -> DnsError>;
/// Makes connections to the target's server; clones share the TLS session cache.
pub(crate) type Connector = hyper_rustls::HttpsConnector<HttpConnector<Resolver>>;

/// Marks name resolution in a chain of causes.
#[derive(Debug, thiserror::Error)]
#[error("name resolution failed")]
pub(crate) struct DnsError(#[source] io::Error);

/// kube's configuration with only what was vetted. The token travels in a header the client marks
/// as sensitive; the client certificate is not here: [`certified`].
fn configuration(target: &Target) -> kube::Config {
    let mut config = kube::Config::new(target.url.clone());
    config.default_namespace.clone_from(&target.namespace);
    match &target.verification {
        Verification::System => {}
        Verification::Authorities(authorities) => config.root_cert = Some(authorities.clone()),
        Verification::Skipped => config.accept_invalid_certs = true,
    }
    let mut auth = AuthInfo {
        token: match &target.bearer {
            Bearer::Token(token) => Some(token.clone()),
            _ => None,
        },
        ..AuthInfo::default()
    };
    if let Some(other) = &target.impersonate {
        auth.impersonate = Some(other.user.clone());
        auth.impersonate_uid.clone_from(&other.uid);
        auth.impersonate_groups = Some(other.groups.clone());
        auth.impersonate_user_extra = Some(other.extra.iter().cloned().collect());
    }
    config.auth_info = auth;
    config
}

/// Checks certificate and key as TLS will use them; contacts nobody.
pub(crate) fn connector(target: &Target) -> Result<Connector, ConnectError> {
    let resolve = MapErr::new(GaiResolver::new(), DnsError as fn(io::Error) -> DnsError);
    let mut tcp = HttpConnector::new_with_resolver(resolve);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_PATIENCE));
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
    tcp.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    let broken = |why: &str| {
        ConnectError::Broken(format!(
            "The context {} cannot be used: {why}.",
            target.context
        ))
    };
    let mut tls = configuration(target)
        .rustls_client_config()
        .map_err(|error| broken(unusable(&error)))?;
    if let Certificate::Fixed(identity) = &target.certificate {
        let certified = certified(identity).map_err(broken)?;
        tls.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(certified));
    }
    let mut builder = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http();
    if let Some(name) = &target.tls_server_name {
        let name = ServerName::try_from(name.clone())
            .map_err(|_| broken("its tls-server-name is not a host name"))?;
        builder = builder.with_server_name_resolver(FixedServerNameResolver::new(name));
    }
    Ok(builder.enable_http1().wrap_connector(tcp))
}

/// The client certificate as TLS uses it. Certificates of X.509 version 1, which hand-made ones
/// often are, pass: only the server has to like them.
fn certified(identity: &Identity) -> Result<CertifiedKey, &'static str> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&identity.certificate)
        .collect::<Result<_, _>>()
        .map_err(|_| "its client-certificate is damaged PEM")?;
    if chain.is_empty() {
        return Err("its client-certificate holds no certificate");
    }
    let key = PrivateKeyDer::from_pem_slice(identity.key.expose_secret())
        .map_err(|_| "its client-key holds no private key (an encrypted key cannot be used)")?;
    let key = rustls::crypto::ring::sign::any_supported_type(&key)
        .map_err(|_| "its client-key is damaged, or of a kind TLS does not know")?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err("its client-key does not belong to its client-certificate")
        }
        Ok(()) | Err(_) => Ok(certified),
    }
}

/// A client with an empty pool over `connector`.
pub(crate) fn client(connector: &Connector, target: &Target) -> Result<kube::Client, ConnectError> {
    let config = configuration(target);
    let broken = |_: kube::Error| {
        ConnectError::Broken(format!(
            "The context {} holds a value that no request can carry.",
            target.context
        ))
    };
    let http: Client<Connector, Body> = Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new())
        .build(connector.clone());
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer().map_err(broken)?)
        .layer(config.extra_headers_layer().map_err(broken)?)
        .map_err(tower::BoxError::from)
        .service(http);
    Ok(ClientBuilder::new(service, target.namespace.clone()).build())
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
pub(crate) fn classify(error: &kube::Error, target: &Target) -> RequestError {
    let server = target.server.clone();
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    let mut innermost = String::new();
    let mut closed = false;
    while let Some(current) = cause {
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
        why: crate::status::words(target, innermost),
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
