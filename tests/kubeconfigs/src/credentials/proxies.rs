//! Proxies on loopback that ask for a login, and remember whom they connected.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::http::{self, Stream};

/// Name and password.
pub type Login = Option<(&'static str, &'static str)>;

/// A proxy that connects to this machine alone, whatever the name asked for.
#[derive(Clone)]
pub struct Proxy {
    port: u16,
    connected: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// An HTTP proxy (CONNECT), itself behind TLS where given.
    pub fn http(login: Login, tls: Option<TlsAcceptor>) -> Self {
        let connected: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = connected.clone();
        let port = http::serve(tls, move |stream| tunnel(stream, login, log.clone()));
        Self { port, connected }
    }

    /// A SOCKS 5 proxy.
    pub fn socks5(login: Login) -> Self {
        let connected: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = connected.clone();
        let port = http::serve(None, move |stream| socks5(stream, login, log.clone()));
        Self { port, connected }
    }

    /// `127.0.0.1:port`
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `host:port` of each connection made so far, as asked for.
    pub fn connected(&self) -> Vec<String> {
        self.connected.lock().unwrap().clone()
    }
}

async fn tunnel(
    mut stream: Box<dyn Stream>,
    login: Login,
    log: Arc<Mutex<Vec<String>>>,
) -> io::Result<()> {
    let head = http::head(&mut stream).await?;
    let expected = login
        .map(|(name, password)| format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
    if expected.is_some() && head.header("proxy-authorization") != expected.as_deref() {
        let ask = "Proxy-Authenticate: Basic realm=\"proxy\"\r\n";
        return http::answer(&mut stream, "407 Proxy Authentication Required", ask, "").await;
    }
    if head.method != "CONNECT" {
        return http::answer(&mut stream, "405 Method Not Allowed", "", "").await;
    }
    let server = here(&head.target, &log).await?;
    stream
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await?;
    http::join(stream, server, &head.rest).await
}

/// RFC 1928, the part of it that clients use; RFC 1929 for logins.
async fn socks5(
    mut stream: Box<dyn Stream>,
    login: Login,
    log: Arc<Mutex<Vec<String>>>,
) -> io::Result<()> {
    const NO_LOGIN: u8 = 0;
    const BY_NAME: u8 = 2;
    let wrong = || io::Error::from(io::ErrorKind::InvalidData);
    if stream.read_u8().await? != 5 {
        return Err(wrong());
    }
    let methods = string(&mut stream).await?;
    let method = if login.is_some() { BY_NAME } else { NO_LOGIN };
    if !methods.as_bytes().contains(&method) {
        return stream.write_all(&[5, 0xFF]).await;
    }
    stream.write_all(&[5, method]).await?;
    if let Some((name, password)) = login {
        stream.read_u8().await?;
        let given = (string(&mut stream).await?, string(&mut stream).await?);
        let right = given.0 == name && given.1 == password;
        stream.write_all(&[1, u8::from(!right)]).await?;
        if !right {
            return Ok(());
        }
    }
    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    let host = match request {
        [5, 1, 0, 1] => Ipv4Addr::from_bits(stream.read_u32().await?).to_string(),
        [5, 1, 0, 3] => string(&mut stream).await?,
        _ => return Err(wrong()),
    };
    let port = stream.read_u16().await?;
    let server = here(&format!("{host}:{port}"), &log).await?;
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await?;
    http::join(stream, server, &[]).await
}

/// Connects to the port of `asked` on this machine.
async fn here(asked: &str, log: &Mutex<Vec<String>>) -> io::Result<TcpStream> {
    log.lock().unwrap().push(asked.to_owned());
    let port = asked
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse::<u16>().ok())
        .ok_or(io::ErrorKind::InvalidInput)?;
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await
}

/// One byte of length, and as many bytes.
async fn string(stream: &mut impl Stream) -> io::Result<String> {
    let mut bytes = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut bytes).await?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
