//! What stands before API servers: a front that asks for name and password, one with a path of its own, and
//! `kubectl proxy`, which speaks plain HTTP.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::http::{self, Stream};

/// How requests reach the API server behind.
#[derive(Clone)]
pub struct Behind {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Certificate of its authority, PEM.
    pub authority: String,
    /// Token that takes the place of the client's credentials; None passes these on.
    pub token: Option<String>,
}

/// What a front asks of its clients.
#[derive(Clone, Default)]
pub struct Rules {
    /// Name and password, as Basic.
    pub login: Option<(String, String)>,
    /// Path that all requests begin with, and that the API server does not see.
    pub prefix: &'static str,
}

/// Starts one, behind TLS where given; its port.
pub fn start(tls: Option<TlsAcceptor>, rules: Rules, behind: Behind) -> u16 {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(behind.authority.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    http::serve(tls, move |stream| {
        pass(stream, rules.clone(), behind.clone(), connector.clone())
    })
}

async fn pass(
    mut client: Box<dyn Stream>,
    rules: Rules,
    behind: Behind,
    connector: TlsConnector,
) -> io::Result<()> {
    let head = http::head(&mut client).await?;
    let expected = rules
        .login
        .map(|(name, password)| format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
    let given = head.header("authorization");
    if expected.is_some() && given != expected.as_deref() {
        return http::answer(&mut client, "401 Unauthorized", "", "").await;
    }
    let Some(path) = head.target.strip_prefix(rules.prefix) else {
        return http::answer(&mut client, "404 Not Found", "", "").await;
    };
    let mut request = format!("{} {path} HTTP/1.1\r\nConnection: close\r\n", head.method);
    for (name, value) in &head.headers {
        let replaced = name.eq_ignore_ascii_case("authorization") && behind.token.is_some();
        if !replaced && !name.eq_ignore_ascii_case("connection") {
            request = format!("{request}{name}: {value}\r\n");
        }
    }
    if let Some(token) = &behind.token {
        request = format!("{request}Authorization: Bearer {token}\r\n");
    }
    request.push_str("\r\n");
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, behind.port)).await?;
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
    let mut server = connector.connect(name, server).await?;
    server.write_all(request.as_bytes()).await?;
    server.write_all(&head.rest).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server)
        .await
        .map(drop)
}
