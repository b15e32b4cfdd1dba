//! As much of HTTP/1.1 as small servers on loopback need: one request a connection.

use std::io;
use std::net::Ipv4Addr;
use std::sync::OnceLock;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

/// Either end of what a server speaks on.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The head of a request.
pub(crate) struct Head {
    /// `GET /path HTTP/1.1`, split at the spaces.
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    /// What came after it already.
    pub(crate) rest: Vec<u8>,
}

impl Head {
    /// Value of a header; `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as Content-Length tells it.
    pub(crate) async fn body(&self, stream: &mut impl Stream) -> io::Result<String> {
        let length: usize = self
            .header("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        let mut body = self.rest.clone();
        let read = body.len().min(length);
        body.resize(length, 0);
        stream.read_exact(&mut body[read..]).await?;
        String::from_utf8(body).map_err(io::Error::other)
    }
}

/// Reads a request's head, at most 64 KiB.
pub(crate) async fn head(stream: &mut impl Stream) -> io::Result<Head> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > 64 << 10 || stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let text = String::from_utf8(bytes[..end].to_vec()).map_err(io::Error::other)?;
    let mut lines = text.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    Ok(Head {
        method: word(),
        target: word(),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect(),
        rest: bytes[end + 4..].to_vec(),
    })
}

/// Sends a whole answer, the last on this connection.
pub(crate) async fn answer(
    stream: &mut impl Stream,
    status: &str,
    headers: &str,
    body: &str,
) -> io::Result<()> {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}

/// Listens on a free port of 127.0.0.1 until the process ends, through TLS where given; the port.
pub(crate) fn serve<F>(
    tls: Option<TlsAcceptor>,
    handle: impl Fn(Box<dyn Stream>) -> F + Send + Sync + Clone + 'static,
) -> u16
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime().spawn(async move {
        let listener = TcpListener::from_std(listener).unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, handle) = (tls.clone(), handle.clone());
            // What a client makes of its connection is its own affair.
            tokio::spawn(async move {
                let stream: Box<dyn Stream> = match tls {
                    Some(tls) => Box::new(tls.accept(stream).await?),
                    None => Box::new(stream),
                };
                handle(stream).await
            });
        }
    });
    port
}

/// Passes bytes both ways until both ends are done.
pub(crate) async fn join(
    mut client: Box<dyn Stream>,
    mut server: TcpStream,
    first: &[u8],
) -> io::Result<()> {
    server.write_all(first).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server)
        .await
        .map(drop)
}

/// What the servers run on: tests come and go with runtimes of their own.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap()
    })
}
