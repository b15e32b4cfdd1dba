//! Small proxies: HTTP CONNECT, with and without TLS, and SOCKS 5.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// How a proxy speaks.
#[derive(Clone)]
pub(crate) enum Kind {
    /// Answers CONNECT with this, and connects if it is a 200.
    Http(&'static str),
    /// Wants this user name and password, `user:password`, if any; else answers with this code.
    Socks(Option<&'static str>, u8),
    /// Sends these bytes to whoever connects, then ends.
    Says(&'static [u8]),
    /// Says nothing.
    Hangs,
}

/// Ends with its value.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    /// Heads of CONNECT requests, or hosts and ports SOCKS was asked for.
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Every name is this computer's.
    pub(crate) async fn start(kind: Kind, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                let (kind, tls, notes) = (kind.clone(), tls.clone(), Arc::clone(&notes));
                links.spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(link) = tls.accept(tcp).await {
                                serve(link, kind, &notes).await;
                            }
                        }
                        None => {
                            serve(tcp, kind, &notes).await;
                        }
                    }
                });
            }
        });
        Self { port, asked, task }
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    mut link: impl AsyncRead + AsyncWrite + Unpin,
    kind: Kind,
    notes: &Mutex<Vec<String>>,
) -> Option<()> {
    match kind {
        Kind::Http(answer) => {
            let head = head(&mut link).await?;
            notes.lock().unwrap().push(head.clone());
            link.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes())
                .await
                .ok()?;
            let port = head.split(' ').nth(1)?.rsplit(':').next()?.parse().ok()?;
            if answer.starts_with("200") {
                relay(link, port).await?;
            }
        }
        Kind::Socks(login, code) => {
            let port = socks(&mut link, login, code, notes).await?;
            relay(link, port).await?;
        }
        Kind::Says(bytes) => {
            link.write_all(bytes).await.ok()?;
            let mut rest = Vec::new();
            link.shutdown().await.ok()?;
            link.read_to_end(&mut rest).await.ok()?;
        }
        Kind::Hangs => std::future::pending().await,
    }
    Some(())
}

async fn relay(mut link: impl AsyncRead + AsyncWrite + Unpin, port: u16) -> Option<()> {
    let mut far = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    copy_bidirectional(&mut link, &mut far).await.ok()?;
    Some(())
}

async fn head(link: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(link.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// RFC 1928 and 1929.
async fn socks(
    link: &mut (impl AsyncRead + AsyncWrite + Unpin),
    login: Option<&str>,
    code: u8,
    notes: &Mutex<Vec<String>>,
) -> Option<u16> {
    async fn counted(link: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
        let length = link.read_u8().await.ok()?;
        let mut bytes = vec![0; usize::from(length)];
        link.read_exact(&mut bytes).await.ok()?;
        Some(bytes)
    }
    link.read_u8().await.ok()?;
    let offered = counted(link).await?;
    let wanted = if login.is_some() { 2 } else { 0 };
    if !offered.contains(&wanted) {
        link.write_all(&[5, 0xFF]).await.ok()?;
        return None;
    }
    link.write_all(&[5, wanted]).await.ok()?;
    if let Some(login) = login {
        link.read_u8().await.ok()?;
        let (user, password) = (counted(link).await?, counted(link).await?);
        let given = format!(
            "{}:{}",
            String::from_utf8_lossy(&user),
            String::from_utf8_lossy(&password)
        );
        let right = given == login;
        link.write_all(&[1, u8::from(!right)]).await.ok()?;
        if !right {
            return None;
        }
    }
    let mut request = [0; 4];
    link.read_exact(&mut request).await.ok()?;
    let host = match request[3] {
        1 => {
            let mut address = [0; 4];
            link.read_exact(&mut address).await.ok()?;
            std::net::Ipv4Addr::from(address).to_string()
        }
        _ => String::from_utf8(counted(link).await?).ok()?,
    };
    let port = link.read_u16().await.ok()?;
    notes.lock().unwrap().push(format!("{host}:{port}"));
    link.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .ok()?;
    (code == 0).then_some(port)
}
