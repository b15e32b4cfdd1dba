//! Opens links to servers: straight, through a proxy, or inside this program.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::future::BoxFuture;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Empty;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::client::legacy::connect::proxy::SocksV5;
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tower::util::MapErr;
use tower::{BoxError, Service, ServiceExt};

use super::memory::{Dial, Link};
use crate::target::Proxy;

/// TCP connect, to each of the host's addresses.
pub(crate) const CONNECT_PATIENCE: Duration = Duration::from_secs(8);
/// What all of a link through a proxy may take.
const PROXY_PATIENCE: Duration = Duration::from_secs(8);
/// Silence on a connection before the kernel asks for proof of life, then between its questions.
const KEEPALIVE: Duration = Duration::from_secs(8);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(4);
const KEEPALIVE_RETRIES: u32 = 3;
/// Sent bytes that stay unacknowledged this long end the connection (Linux only).
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);

type Resolver = MapErr<GaiResolver, fn(io::Error) -> DnsError>;
type Tcp = HttpConnector<Resolver>;
/// Bytes through the network; encrypted once where the proxy is.
pub(crate) type Hop = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Marks name resolution in a chain of causes.
#[derive(Debug, thiserror::Error)]
#[error("name resolution failed")]
pub(crate) struct DnsError(#[source] pub(crate) io::Error);

/// Marks the proxy in a chain of causes: what lies between here and the far end of its tunnel.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the proxy {proxy} failed: {why}")]
pub(crate) struct ProxyError {
    /// Host and port.
    pub(crate) proxy: String,
    pub(crate) why: String,
    pub(crate) retry_helps: bool,
}

/// Opens links for a client; says nothing of the TLS inside them.
#[derive(Clone)]
pub(crate) struct Links {
    tcp: Tcp,
    route: Route,
}

#[derive(Clone)]
enum Route {
    Straight,
    Via(Arc<Via>),
    Memory(Arc<dyn Dial>),
}

struct Via {
    /// Host and port, made visible.
    shown: String,
    address: Uri,
    has_login: bool,
    way: Way,
}

enum Way {
    Tunnel {
        hop: HttpsConnector<Tcp>,
        login: Option<HeaderValue>,
    },
    Socks {
        login: Option<(String, SecretString)>,
    },
}

impl Links {
    /// Links through `proxy`, if any. `tls` is for an `https` proxy, whose certificate counts if the server's would
    /// (net/http's Transport, under client-go, uses one configuration for both); it must hold no client certificate.
    pub(crate) fn new(proxy: Option<&Proxy>, tls: &rustls::ClientConfig) -> Self {
        let tcp = tcp();
        let route = proxy.map_or(Route::Straight, |proxy| {
            Route::Via(Arc::new(Via::new(proxy, &tcp, tls)))
        });
        Self { tcp, route }
    }

    /// Links that never leave this program.
    pub(crate) fn in_memory(dial: Arc<dyn Dial>) -> Self {
        Self {
            tcp: tcp(),
            route: Route::Memory(dial),
        }
    }
}

fn tcp() -> Tcp {
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
    tcp
}

impl Via {
    fn new(proxy: &Proxy, tcp: &Tcp, tls: &rustls::ClientConfig) -> Self {
        let scheme = proxy.url.scheme_str().unwrap_or_default();
        let port = proxy.url.port_u16().unwrap_or(match scheme {
            "https" => 443,
            "http" => 80,
            _ => 1080,
        });
        let host = proxy.url.host().unwrap_or_default();
        let way = if scheme.starts_with("socks5") {
            Way::Socks {
                login: proxy.login.clone(),
            }
        } else {
            Way::Tunnel {
                hop: HttpsConnectorBuilder::new()
                    .with_tls_config(tls.clone())
                    .https_or_http()
                    .enable_http1()
                    .wrap_connector(tcp.clone()),
                login: proxy.login.as_ref().and_then(basic),
            }
        };
        let hop = if scheme == "https" { "https" } else { "http" };
        Self {
            shown: model::text::visible(&format!("{host}:{port}")).into_owned(),
            address: Uri::builder()
                .scheme(hop)
                .authority(format!("{host}:{port}"))
                .path_and_query("/")
                .build()
                .unwrap_or_default(),
            has_login: proxy.login.is_some(),
            way,
        }
    }

    /// A link to the server, all of it in time.
    async fn open(&self, tcp: Tcp, host: &str, port: u16) -> Result<Hop, ProxyError> {
        let opening = async {
            match &self.way {
                Way::Tunnel { hop, login } => {
                    let link = hop
                        .clone()
                        .oneshot(self.address.clone())
                        .await
                        .map_err(|error| self.unreachable(&*error))?;
                    self.tunnel(link, host, port, login.as_ref()).await
                }
                Way::Socks { login } => {
                    let link = tcp
                        .oneshot(self.address.clone())
                        .await
                        .map_err(|error| self.unreachable(&error))?;
                    self.socks(link, host, port, login.as_ref()).await
                }
            }
        };
        tokio::time::timeout(PROXY_PATIENCE, opening)
            .await
            .unwrap_or_else(|_| {
                Err(self.failed(
                    true,
                    &format!("it did not connect within {} s", PROXY_PATIENCE.as_secs()),
                ))
            })
    }

    /// HTTP CONNECT, for plain `http://` servers too.
    async fn tunnel(
        &self,
        link: Hop,
        host: &str,
        port: u16,
        login: Option<&HeaderValue>,
    ) -> Result<Hop, ProxyError> {
        let silent = |error: hyper::Error| {
            if error.is_parse() {
                self.failed(
                    false,
                    "it does not speak HTTP; check the address of the proxy",
                )
            } else {
                self.failed(true, "it closed the connection without an answer")
            }
        };
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, Empty<bytes::Bytes>>(link)
                .await
                .map_err(silent)?;
        let authority = format!("{host}:{port}");
        let mut request = Request::builder()
            .method(Method::CONNECT)
            .uri(&authority)
            .header(HOST, &authority);
        if let Some(login) = login {
            request = request.header(PROXY_AUTHORIZATION, login);
        }
        let request = request
            .body(Empty::new())
            .map_err(|_| self.failed(false, "the server's address fits no CONNECT request"))?;
        let answer = sender.send_request(request);
        let mut serving = Box::pin(connection.without_shutdown());
        let mut taken = None;
        let answer = {
            tokio::pin!(answer);
            loop {
                tokio::select! {
                    biased;
                    answer = &mut answer => break answer.map_err(silent)?,
                    parts = &mut serving, if taken.is_none() => taken = Some(parts.map_err(silent)?),
                }
            }
        };
        let code = answer.status();
        match code.as_u16() {
            200..=299 => {}
            407 if self.has_login => {
                return Err(self.failed(
                    false,
                    "it does not accept the user name and password of the proxy's address (HTTP 407)",
                ));
            }
            407 => {
                return Err(self.failed(
                    false,
                    "it wants a user name and password (HTTP 407). Put them into the proxy's address",
                ));
            }
            _ => {
                let phrase = code.canonical_reason().unwrap_or_default();
                return Err(self.failed(
                    code.is_server_error(),
                    &format!(
                        "it refused to connect to the server (HTTP {} {phrase})",
                        code.as_u16()
                    ),
                ));
            }
        }
        drop(answer);
        drop(sender);
        let parts = match taken {
            Some(parts) => parts,
            None => serving.await.map_err(silent)?,
        };
        if parts.read_buf.is_empty() {
            Ok(parts.io)
        } else {
            // Neither TLS nor HTTP servers speak first.
            Err(self.failed(
                false,
                "it does not speak HTTP; check the address of the proxy",
            ))
        }
    }

    /// Names are resolved by the proxy, as Go's client does.
    async fn socks(
        &self,
        link: TokioIo<TcpStream>,
        host: &str,
        port: u16,
        login: Option<&(String, SecretString)>,
    ) -> Result<Hop, ProxyError> {
        let mut link = Some(link);
        let opened = tower::service_fn(move |_: Uri| {
            let link = link.take();
            async move { link.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected)) }
        });
        let mut socks = SocksV5::new(self.address.clone(), opened);
        if let Some((user, password)) = login {
            socks = socks.with_auth(user.clone(), password.expose_secret().to_owned());
        }
        let far_end = Uri::builder()
            .scheme("https")
            .authority(format!("{host}:{port}"))
            .path_and_query("/")
            .build()
            .map_err(|_| self.failed(false, "the server's address fits no SOCKS request"))?;
        match socks.call(far_end).await {
            Ok(link) => Ok(MaybeHttpsStream::Http(link)),
            // The library keeps its error type to itself: only its words and what it stands on are known.
            Err(error) => Err(self.socks_failure(&error.to_string())),
        }
    }

    fn socks_failure(&self, words: &str) -> ProxyError {
        let words = words.to_ascii_lowercase();
        let closed = words.contains("io error");
        let login = ["user/pass", "credentials", "authentication"]
            .iter()
            .any(|sign| words.contains(sign));
        if login && self.has_login {
            self.failed(
                false,
                "it does not accept the user name and password of the proxy's address",
            )
        } else if login {
            self.failed(
                false,
                "it wants a user name and password. Put them into the proxy's address",
            )
        } else if words.contains("not allowed") {
            self.failed(false, "its rules forbid to connect to the server")
        } else if closed {
            self.failed(true, "it closed the connection without an answer")
        } else if words.contains("pars") {
            self.failed(
                false,
                "it does not speak SOCKS 5; check the address of the proxy",
            )
        } else {
            self.failed(true, "it cannot reach the server")
        }
    }

    /// Why the proxy itself was not reached.
    fn unreachable(&self, error: &(dyn StdError + 'static)) -> ProxyError {
        let mut cause = Some(error);
        while let Some(current) = cause {
            if current.is::<DnsError>() {
                return self.failed(true, "its name cannot be resolved");
            }
            if let Some(tls) = current.downcast_ref::<rustls::Error>() {
                return self.failed(
                    false,
                    &format!("the encrypted connection to it failed ({tls})"),
                );
            }
            cause = match current.downcast_ref::<io::Error>() {
                Some(io) if io.get_ref().is_some() => {
                    io.get_ref().map(|inner| inner as &(dyn StdError + 'static))
                }
                _ => current.source(),
            };
        }
        let late = format!("it did not answer within {} s", CONNECT_PATIENCE.as_secs());
        let why = match io_kind(error) {
            Some(io::ErrorKind::ConnectionRefused) => "nothing listens there",
            Some(io::ErrorKind::TimedOut) => &late,
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
                "there is no route to it"
            }
            Some(_) => "it closed the connection without an answer",
            None => "it cannot be reached",
        };
        self.failed(true, why)
    }

    fn failed(&self, retry_helps: bool, why: &str) -> ProxyError {
        ProxyError {
            proxy: self.shown.clone(),
            why: model::text::visible(why).into_owned(),
            retry_helps,
        }
    }
}

/// The innermost system error's kind.
fn io_kind(error: &dyn StdError) -> Option<io::ErrorKind> {
    let mut found = None;
    let mut cause: Option<&dyn StdError> = error.source();
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<io::Error>() {
            found = Some(io.kind());
        }
        cause = current.source();
    }
    found
}

fn basic((user, password): &(String, SecretString)) -> Option<HeaderValue> {
    let pair = format!("{user}:{}", password.expose_secret());
    let mut value =
        HeaderValue::from_str(&format!("Basic {}", BASE64_STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Service<Uri> for Links {
    type Response = Link;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Link, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let Self { tcp, route } = self.clone();
        Box::pin(async move {
            let via = match route {
                Route::Straight => {
                    let hop = MaybeHttpsStream::Http(tcp.oneshot(server).await?);
                    return Ok(Link::Network(Box::new(hop)));
                }
                Route::Memory(dial) => return Ok(Link::Memory(TokioIo::new(dial.dial()?))),
                Route::Via(via) => via,
            };
            let host = server.host().unwrap_or_default();
            let port = server
                .port_u16()
                .unwrap_or(if server.scheme_str() == Some("http") {
                    80
                } else {
                    443
                });
            let hop = via.open(tcp, host, port).await?;
            Ok(Link::Network(Box::new(hop)))
        })
    }
}
