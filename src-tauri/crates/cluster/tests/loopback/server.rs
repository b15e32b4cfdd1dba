//! A server that answers each request by a script, over TCP or TLS.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cluster::{ConnectError, Connection, Greeting, Opened, Surroundings, Target};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Head of a request and where it came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// `GET /version`
    pub(crate) line: String,
    /// All of its headers, names in lower case.
    pub(crate) headers: String,
    pub(crate) body: String,
    /// Counts the accepted connections from zero.
    pub(crate) connection: usize,
}

/// What to do with a request.
pub(crate) enum Act {
    Send(Vec<u8>),
    Pause(Duration),
    /// Ends the connection; without it the next request is read.
    Close,
    /// Keeps the connection open and never says anything again.
    Hang,
}

type Script = dyn Fn(&Seen) -> Vec<Act> + Send + Sync;

/// Ends with its value.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(
        tls: Option<TlsAcceptor>,
        script: impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        Self::try_start(0, tls, script).await.unwrap()
    }

    /// Nothing if `port` is in use.
    pub(crate) async fn try_start(
        port: u16,
        tls: Option<TlsAcceptor>,
        script: impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static,
    ) -> Option<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.ok()?;
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let notes = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            for number in 0.. {
                let Ok((tcp, _)) = listener.accept().await else {
                    return;
                };
                let (tls, script, notes) = (tls.clone(), Arc::clone(&script), Arc::clone(&notes));
                connections.spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(tcp).await {
                                serve(stream, number, &*script, &notes).await;
                            }
                        }
                        None => serve(tcp, number, &*script, &notes).await,
                    }
                });
            }
        });
        Some(Self { port, seen, task })
    }

    /// A server with the greeting of a Kubernetes one, and `script` for everything else.
    pub(crate) async fn kubernetes(
        script: impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        Self::start(None, move |seen| {
            greeting(seen).unwrap_or_else(|| script(seen))
        })
        .await
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What was asked after the greeting.
    pub(crate) fn asked(&self) -> Vec<String> {
        let after = |seen: &Seen| greeting(seen).is_none();
        self.seen()
            .into_iter()
            .filter(after)
            .map(|seen| seen.line)
            .collect()
    }

    pub(crate) async fn connect(&self) -> Connection {
        open(
            &format!("http://127.0.0.1:{}", self.port),
            None,
            "token: abcdefgh12345678",
        )
        .await
        .unwrap()
        .0
    }
}

pub(crate) fn greeting(seen: &Seen) -> Option<Vec<Act>> {
    match seen.line.as_str() {
        "GET /version" => Some(json(
            200,
            r#"{"major":"1","minor":"36","gitVersion":"v1.36.3"}"#,
        )),
        "POST /apis/authentication.k8s.io/v1/selfsubjectreviews" => Some(json(201, "{}")),
        _ => None,
    }
}

pub(crate) fn json(code: u16, body: &str) -> Vec<Act> {
    reply(code, "Content-Type: application/json\r\n", body.as_bytes())
}

/// A whole answer with `headers`, each ending in CR LF.
pub(crate) fn reply(code: u16, headers: &str, body: &[u8]) -> Vec<Act> {
    let mut bytes = format!(
        "HTTP/1.1 {code} Code\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    vec![Act::Send(bytes)]
}

/// The head of an answer whose body follows in chunks.
pub(crate) fn chunked(headers: &str) -> Act {
    Act::Send(
        format!("HTTP/1.1 200 OK\r\n{headers}Transfer-Encoding: chunked\r\n\r\n").into_bytes(),
    )
}

pub(crate) fn chunk(body: &[u8]) -> Act {
    let mut bytes = format!("{:x}\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(b"\r\n");
    Act::Send(bytes)
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: usize,
    script: &Script,
    notes: &Mutex<Vec<Seen>>,
) {
    while let Some((line, headers, body)) = read_request(&mut stream).await {
        let seen = Seen {
            line,
            headers,
            body,
            connection,
        };
        notes.lock().unwrap().push(seen.clone());
        for act in script(&seen) {
            match act {
                Act::Send(bytes) => {
                    if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
                        return;
                    }
                }
                Act::Pause(time) => tokio::time::sleep(time).await,
                Act::Close => {
                    let _ = stream.shutdown().await;
                    return;
                }
                Act::Hang => std::future::pending().await,
            }
        }
    }
}

/// Request line without its version, the headers and the body. Bytes that are no
/// request end the reading as a request of their own.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, String, String)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
        if head[0] == 0x16 {
            return Some(("TLS".to_owned(), String::new(), String::new()));
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let headers = headers.to_ascii_lowercase();
    let length = headers
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next());
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Some((line.trim_end_matches(" HTTP/1.1").to_owned(), headers, body))
}

/// Agrees to whatever a context would do.
pub(crate) trait Agreed {
    fn agreed(&self, context: &str) -> Result<Target, ConnectError>;
}

impl Agreed for Opened {
    fn agreed(&self, context: &str) -> Result<Target, ConnectError> {
        let around = Surroundings::default();
        let proposal = self.propose(context, &around)?;
        self.target(context, &around, &proposal.plan)
    }
}

/// Connects as the app does: kubeconfig file, context, target. `ca` is PEM; `user` is YAML in one line.
pub(crate) async fn open(
    server: &str,
    ca: Option<&str>,
    user: &str,
) -> Result<(Connection, Greeting), ConnectError> {
    Connection::open(target(server, ca, user, "")?).await
}

pub(crate) fn target(
    server: &str,
    ca: Option<&str>,
    user: &str,
    cluster: &str,
) -> Result<Target, ConnectError> {
    let ca = ca
        .map(|pem| {
            format!(
                ", certificate-authority-data: {}",
                BASE64_STANDARD.encode(pem)
            )
        })
        .unwrap_or_default();
    let cluster = if cluster.is_empty() {
        String::new()
    } else {
        format!(", {cluster}")
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{server}'{ca}{cluster}}}}}]\n\
         users: [{{name: u, user: {{{user}}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\n"
    );
    std::fs::write(&path, text).unwrap();
    cluster::open(&path).unwrap().agreed("x")
}
