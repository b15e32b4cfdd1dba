//! A proxy in front of an API server that does to links and answers what networks and servers do.
//!
//! It speaks plain HTTP/1.1 to the client and TLS to the server, one link to one link. What comes
//! from the client is read request by request; what comes from the server is passed on as bytes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use control_plane::{ControlPlane, Credential};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A request the client sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`
    pub method: String,
    /// Path without its query.
    pub path: String,
    /// What follows the `?`; may be empty.
    pub query: String,
}

impl Request {
    /// Whether it asks for a watch.
    pub fn is_watch(&self) -> bool {
        self.query
            .split('&')
            .any(|pair| pair == "watch=1" || pair == "watch=true")
    }

    /// Whether it asks for a page of a list.
    pub fn is_list_of(&self, path: &str) -> bool {
        self.path == path && !self.is_watch()
    }

    /// Whether it asks for a page behind the first.
    pub fn is_continuation(&self) -> bool {
        self.query
            .split('&')
            .any(|pair| pair.starts_with("continue="))
    }
}

/// What the proxy does with a request in place of passing it on.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A whole answer of its own.
    Whole {
        /// `429 Too Many Requests`
        status: &'static str,
        /// Further headers.
        headers: Vec<(&'static str, String)>,
        /// Body, JSON.
        body: String,
    },
    /// A stream of these lines, which then ends in order.
    Lines(Vec<String>),
    /// The server's answer, cut after so many bytes.
    CutAfter(usize),
    /// Nothing, for ever.
    Silence,
}

impl Answer {
    /// A Kubernetes Status.
    pub fn status(code: u16, reason: &str, message: &str) -> Self {
        let status = match code {
            400 => "400 Bad Request",
            403 => "403 Forbidden",
            404 => "404 Not Found",
            410 => "410 Gone",
            422 => "422 Unprocessable Entity",
            429 => "429 Too Many Requests",
            500 => "500 Internal Server Error",
            503 => "503 Service Unavailable",
            other => panic!("no words for {other}"),
        };
        let body = serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": message, "reason": reason, "code": code,
        });
        Self::Whole {
            status,
            headers: Vec::new(),
            body: body.to_string(),
        }
    }

    /// A 429 with this Retry-After.
    pub fn throttled(retry_after: &str) -> Self {
        match Self::status(
            429,
            "TooManyRequests",
            "the server has received too many requests",
        ) {
            Self::Whole { status, body, .. } => Self::Whole {
                status,
                headers: vec![("Retry-After", retry_after.to_owned())],
                body,
            },
            other => other,
        }
    }

    /// The version asked for is gone.
    pub fn expired() -> Self {
        Self::status(
            410,
            "Expired",
            "The provided continue parameter is too old or the resourceVersion is gone",
        )
    }

    /// A watch that is accepted, says that its version is gone, and ends.
    pub fn expired_event() -> Self {
        let status = serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": "too old resource version: 1 (2)", "reason": "Expired", "code": 410,
        });
        Self::Lines(vec![
            serde_json::json!({"type": "ERROR", "object": status}).to_string(),
        ])
    }
}

/// A request as it was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When.
    pub at: Instant,
    /// What.
    pub request: Request,
    /// Whether it was passed on.
    pub passed: bool,
}

type Matches = Box<dyn Fn(&Request) -> bool + Send + Sync>;

struct Rule {
    matches: Matches,
    answer: Answer,
    /// How often it still applies; `None`: until the rules are cleared.
    times: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Flowing,
    Silent,
    Cut,
}

struct Link {
    flow: watch::Sender<Flow>,
    /// What it was last asked for.
    request: Mutex<Option<Request>>,
    /// Bytes of the present answer until it is cut.
    budget: AtomicUsize,
    /// Pieces that were passed down since the last request.
    pieces: AtomicUsize,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    seen: Vec<Seen>,
    links: BTreeMap<u64, Arc<Link>>,
    accepted: u64,
    /// New links are silent from the start.
    mute: bool,
    /// New links are closed at once.
    closed: bool,
}

/// The proxy; its port stays open as long as the process.
pub struct FaultProxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl FaultProxy {
    /// Starts one in front of a control plane.
    pub async fn before(plane: &ControlPlane) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(plane.ca_pem().unwrap().as_bytes()).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let target = plane.port();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (connector, state) = (connector.clone(), shared.clone());
                tokio::spawn(async move {
                    let (number, link) = {
                        let mut state = state.lock().unwrap();
                        state.accepted += 1;
                        if state.closed {
                            return;
                        }
                        let flow = if state.mute {
                            Flow::Silent
                        } else {
                            Flow::Flowing
                        };
                        let link = Arc::new(Link {
                            flow: watch::Sender::new(flow),
                            request: Mutex::default(),
                            budget: AtomicUsize::new(usize::MAX),
                            pieces: AtomicUsize::new(0),
                        });
                        let number = state.accepted;
                        state.links.insert(number, link.clone());
                        (number, link)
                    };
                    // Either end may go at any time; that link is then over.
                    let _ = serve(near, connector, target, &link, &state).await;
                    state.lock().unwrap().links.remove(&number);
                });
            }
        });
        Self { port, state }
    }

    /// A kubeconfig of the administrator that leads through this proxy.
    pub fn kubeconfig(&self, plane: &ControlPlane) -> PathBuf {
        let server = format!("http://127.0.0.1:{}", self.port);
        plane
            .write_kubeconfig(
                &format!("proxy-{}", self.port),
                &server,
                &[Credential::Admin],
            )
            .unwrap()
    }

    /// Answers the next `times` requests that match; rules made earlier come first.
    pub fn answer(
        &self,
        times: usize,
        answer: Answer,
        matches: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) {
        self.state.lock().unwrap().rules.push(Rule {
            matches: Box::new(matches),
            answer,
            times: Some(times),
        });
    }

    /// Answers every request that matches.
    pub fn always(
        &self,
        answer: Answer,
        matches: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) {
        self.state.lock().unwrap().rules.push(Rule {
            matches: Box::new(matches),
            answer,
            times: None,
        });
    }

    /// Passes everything on again.
    pub fn clear(&self) {
        self.state.lock().unwrap().rules.clear();
    }

    /// Closes every link; how many there were.
    pub fn cut(&self) -> usize {
        let links = std::mem::take(&mut self.state.lock().unwrap().links);
        for link in links.values() {
            link.flow.send_replace(Flow::Cut);
        }
        links.len()
    }

    /// Every link there is falls silent without being closed; new ones live. How many there were.
    pub fn half_open(&self) -> usize {
        let state = self.state.lock().unwrap();
        for link in state.links.values() {
            link.flow.send_replace(Flow::Silent);
        }
        state.links.len()
    }

    /// Whether every link, new ones too, is silent. What was silent stays so.
    pub fn mute(&self, mute: bool) {
        if mute {
            self.half_open();
        }
        self.state.lock().unwrap().mute = mute;
    }

    /// Whether new links are closed at once.
    pub fn close_door(&self, closed: bool) {
        self.state.lock().unwrap().closed = closed;
    }

    /// Everything asked for so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    /// How many of the requests so far match.
    pub fn count(&self, matches: impl Fn(&Request) -> bool) -> usize {
        self.state
            .lock()
            .unwrap()
            .seen
            .iter()
            .filter(|seen| matches(&seen.request))
            .count()
    }

    /// Whether a watch of `path` is open that has brought more than the head of its answer.
    pub fn watch_brings(&self, path: &str) -> bool {
        self.state.lock().unwrap().links.values().any(|link| {
            let request = link.request.lock().unwrap();
            let watched = request
                .as_ref()
                .is_some_and(|request| request.path == path && request.is_watch());
            watched && link.pieces.load(Ordering::SeqCst) > 1
        })
    }

    /// Watches open now over links that live, by path with the field selector where there is one.
    pub fn watches(&self) -> BTreeMap<String, usize> {
        let state = self.state.lock().unwrap();
        let mut watches = BTreeMap::new();
        for link in state
            .links
            .values()
            .filter(|link| *link.flow.borrow() == Flow::Flowing)
        {
            if let Some(request) = link
                .request
                .lock()
                .unwrap()
                .as_ref()
                .filter(|request| request.is_watch())
            {
                let selector = request
                    .query
                    .split('&')
                    .find(|pair| pair.starts_with("fieldSelector="));
                let name = [request.path.as_str(), selector.unwrap_or_default()].join(" ");
                *watches.entry(name.trim_end().to_owned()).or_default() += 1;
            }
        }
        watches
    }
}

async fn serve(
    near: TcpStream,
    connector: TlsConnector,
    target: u16,
    link: &Link,
    state: &Mutex<State>,
) -> io::Result<()> {
    let mut flow = link.flow.subscribe();
    let work = async {
        flowing(link).await;
        let far = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
        let name = ServerName::try_from("localhost").expect("it is a name");
        let far = connector.connect(name, far).await?;
        relay(near, far, link, state).await
    };
    tokio::select! {
        done = work => done,
        _ = flow.wait_for(|flow| *flow == Flow::Cut) => Ok(()),
    }
}

async fn flowing(link: &Link) {
    // The sender lives in the link itself.
    let _ = link
        .flow
        .subscribe()
        .wait_for(|flow| *flow == Flow::Flowing)
        .await;
}

async fn relay(
    near: TcpStream,
    far: TlsStream<TcpStream>,
    link: &Link,
    state: &Mutex<State>,
) -> io::Result<()> {
    let (mut near_in, near_out) = near.into_split();
    let (mut far_in, mut far_out) = io::split(far);
    let near_out = tokio::sync::Mutex::new(near_out);
    let up = async {
        let mut buffer = Vec::new();
        loop {
            let Some((head, length)) = head(&mut near_in, &mut buffer).await? else {
                return Ok(());
            };
            flowing(link).await;
            let request = parse(&head);
            let answer = decide(state, &request);
            link.pieces.store(0, Ordering::SeqCst);
            *link.request.lock().unwrap() = Some(request);
            let mut body: Vec<u8> = buffer.drain(..length.min(buffer.len())).collect();
            let missing = length - body.len();
            if missing > 0 {
                let present = body.len();
                body.resize(length, 0);
                near_in.read_exact(&mut body[present..]).await?;
            }
            match answer {
                None => {
                    far_out.write_all(&head).await?;
                    far_out.write_all(&body).await?;
                    far_out.flush().await?;
                }
                Some(Answer::CutAfter(bytes)) => {
                    link.budget.store(bytes, Ordering::SeqCst);
                    far_out.write_all(&head).await?;
                    far_out.flush().await?;
                }
                Some(Answer::Silence) => std::future::pending::<()>().await,
                Some(Answer::Whole {
                    status,
                    headers,
                    body,
                }) => {
                    let mut text =
                        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n");
                    for (name, value) in headers {
                        text.extend([name, ": ", &value, "\r\n"]);
                    }
                    text.extend([
                        "Content-Length: ",
                        &body.len().to_string(),
                        "\r\n\r\n",
                        &body,
                    ]);
                    near_out.lock().await.write_all(text.as_bytes()).await?;
                    *link.request.lock().unwrap() = None;
                }
                Some(Answer::Lines(lines)) => {
                    let body = lines.join("\n") + "\n";
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
                    let text = format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
                    near_out.lock().await.write_all(text.as_bytes()).await?;
                    *link.request.lock().unwrap() = None;
                }
            }
        }
    };
    let down = async {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = far_in.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            flowing(link).await;
            let budget = link.budget.load(Ordering::SeqCst);
            near_out
                .lock()
                .await
                .write_all(&buffer[..count.min(budget)])
                .await?;
            if count >= budget {
                return Ok(());
            }
            link.pieces.fetch_add(1, Ordering::SeqCst);
            // A watch that the server has ended (as it does when a CRD is settled) leaves an idle link, not a watch.
            if buffer[..count].ends_with(LAST_CHUNK) {
                *link.request.lock().unwrap() = None;
            }
            if budget != usize::MAX {
                link.budget.fetch_sub(count, Ordering::SeqCst);
            }
        }
    };
    tokio::select! {
        done = up => done,
        done = down => done,
    }
}

/// What a body of unknown length ends with.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// The head of the next request with the length of its body; `None` at the end of the link.
async fn head(
    near: &mut tokio::net::tcp::OwnedReadHalf,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<(Vec<u8>, usize)>> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head: Vec<u8> = buffer.drain(..end + 4).collect();
            let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            return Ok(Some((head, length.unwrap_or(0))));
        }
        if near.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

fn parse(head: &[u8]) -> Request {
    let text = String::from_utf8_lossy(head);
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
    }
}

fn decide(state: &Mutex<State>, request: &Request) -> Option<Answer> {
    let mut state = state.lock().unwrap();
    let rule = state
        .rules
        .iter_mut()
        .find(|rule| rule.times != Some(0) && (rule.matches)(request));
    let answer = rule.map(|rule| {
        rule.times = rule.times.map(|times| times - 1);
        rule.answer.clone()
    });
    let passed = answer.is_none();
    state.seen.push(Seen {
        at: Instant::now(),
        request: request.clone(),
        passed,
    });
    answer
}
