//! One connected context: requests signed one by one, answers counted byte by byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::connect::HttpInfo;
use kube::client::Body;
use rustls::sign::CertifiedKey;

use crate::credentials::{Clock, Credentials, Signed};
use crate::error::{ConnectError, LinkError, RequestError};
use crate::greeting;
use crate::gunzip::Gunzip;
use crate::pulse::Pulse;
use crate::status;
use crate::target::Target;
use crate::transport;

/// How long an answer's first byte may take. A server may work this long on a large list.
const ANSWER_PATIENCE: Duration = Duration::from_secs(30);
/// How long [`Connection::bytes`] waits for each further chunk.
const CHUNK_PATIENCE: Duration = Duration::from_secs(20);
/// All of [`Connection::open`].
const OPEN_PATIENCE: Duration = Duration::from_secs(10);
/// Largest whole body [`Connection::bytes`] gathers, after decompression.
const BODY_LIMIT: u64 = 64 << 20;

/// Media type of plain API objects.
pub const JSON: &str = "application/json";

/// One connected context. Cloning is cheap; clones share the connection pool and its counters.
#[derive(Clone)]
pub struct Connection(Arc<Shared>);

struct Shared {
    target: Target,
    credentials: Arc<Credentials>,
    /// Replaced by [`Connection::renew`] with one that has no links yet.
    pool: RwLock<Pool>,
    received: AtomicU64,
    pulse: Pulse,
}

/// Links that present the same client certificate.
#[derive(Clone)]
struct Pool {
    client: kube::Client,
    identity: Option<Arc<CertifiedKey>>,
}

/// What the server said when it was connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// Version with its `v`: `v1.36.3`; empty when the account may not read it.
    pub version: String,
    /// Round trip of one authenticated request on the open connection, in milliseconds.
    pub latency_ms: u32,
}

/// One GET request.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Path with query, starting with `/`: `/api/v1/pods?limit=500`.
    pub path: &'a str,
    /// Value of `Accept`.
    pub accept: &'a str,
    /// Whether the server may compress the answer (it never compresses watches).
    pub gzip: bool,
}

impl<'a> Ask<'a> {
    /// Asks for JSON, compressed where the server likes.
    pub fn json(path: &'a str) -> Self {
        Self {
            path,
            accept: JSON,
            gzip: true,
        }
    }
}

/// The successful beginning of an answer; its body is still on the way. Dropping it before the
/// end closes its connection.
pub struct Answer {
    /// 2xx.
    pub status: StatusCode,
    /// As received.
    pub headers: HeaderMap,
    body: Body,
    gunzip: Option<Gunzip>,
    wire_bytes: u64,
    shared: Arc<Shared>,
}

impl Connection {
    /// Obtains credentials, which may take as long as a program or a person needs, then connects and proves that
    /// they are accepted, within 10 s in all. Dropping the future ends whatever it started.
    pub async fn open(target: Target) -> Result<(Self, Greeting), ConnectError> {
        let connection = Self::build(target, &wall_clock())?;
        connection
            .0
            .credentials
            .current()
            .await
            .map_err(|failure| ConnectError::Credentials(failure.why))?;
        let greeted = tokio::select! {
            greeted = greeting::greet(&connection) => greeted?,
            () = connection.too_long() => {
                return Err(LinkError::Timeout {
                    server: connection.0.target.server.clone(),
                    seconds: OPEN_PATIENCE.as_secs(),
                }
                .into());
            }
        };
        Ok((connection, greeted))
    }

    /// Ends when the server has had its time. What a renewal takes is not the server's.
    async fn too_long(&self) {
        loop {
            tokio::time::sleep(OPEN_PATIENCE).await;
            if !self.0.credentials.is_busy() {
                return;
            }
        }
    }

    /// A connection that has contacted nobody yet, with a clock in Unix ms.
    pub(crate) fn build(target: Target, clock: &Clock) -> Result<Self, ConnectError> {
        let credentials = Arc::new(Credentials::new(&target, clock)?);
        Self::over(target, credentials)
    }

    /// The same with links and counters of its own.
    pub(crate) fn apart(&self) -> Result<Self, ConnectError> {
        Self::over(self.0.target.clone(), Arc::clone(&self.0.credentials))
    }

    fn over(target: Target, credentials: Arc<Credentials>) -> Result<Self, ConnectError> {
        let pool = Pool {
            client: transport::client(&target, None)?,
            identity: None,
        };
        Ok(Self(Arc::new(Shared {
            target,
            credentials,
            pool: RwLock::new(pool),
            received: AtomicU64::new(0),
            pulse: Pulse::new(),
        })))
    }

    /// Sends one GET request and waits up to 30 s for the head of its answer. Nothing of the body is logged. Where
    /// the server refuses the credentials they are renewed, and it is sent once more with others, if there are any;
    /// there is no other retry. Answers other than 2xx are [`RequestError::Status`].
    pub async fn request(&self, ask: Ask<'_>) -> Result<Answer, RequestError> {
        self.send(Method::GET, ask, None).await
    }

    /// The whole body of an answer, up to 64 MiB after decompression.
    pub async fn bytes(&self, ask: Ask<'_>) -> Result<Bytes, RequestError> {
        self.bytes_within(ask, BODY_LIMIT).await
    }

    /// The whole body of an answer, up to `limit` bytes after decompression.
    pub async fn bytes_within(&self, ask: Ask<'_>, limit: u64) -> Result<Bytes, RequestError> {
        self.request(ask).await?.collect(limit).await
    }

    /// The whole body of an answer as text.
    pub async fn text(&self, ask: Ask<'_>) -> Result<String, RequestError> {
        String::from_utf8(self.bytes(ask).await?.into()).map_err(|_| RequestError::Malformed {
            what: "it is not UTF-8 text".to_owned(),
        })
    }

    /// Namespace the context starts in.
    pub fn default_namespace(&self) -> &str {
        &self.0.target.namespace
    }

    /// Address of the server, as shown to people.
    pub fn server(&self) -> &str {
        &self.0.target.server
    }

    /// Name of the context.
    pub fn context(&self) -> &str {
        &self.0.target.context
    }

    /// Bytes of all bodies received so far, as they came over the wire (compressed).
    pub fn received(&self) -> u64 {
        self.0.received.load(Ordering::Relaxed)
    }

    /// When the server last sent anything over any link, Unix ms; 0 before the first. While
    /// something is followed this is at most a few seconds old, or what is followed is stale.
    pub fn as_of_ms(&self) -> i64 {
        self.0.pulse.as_of_ms()
    }

    /// What the server's clock shows, Unix ms: the time by which it writes how long ago something was.
    pub(crate) fn server_now_ms(&self) -> i64 {
        let dial = self.0.target.dial.as_ref();
        dial.and_then(|dial| dial.now_ms()).unwrap_or_else(now_ms)
    }

    pub(crate) fn pulse(&self) -> &Pulse {
        &self.0.pulse
    }

    /// Forgets every pooled connection: later requests connect afresh. Call it after a link was
    /// found dead, so that no idle connection over the same dead path is used again. Answers under
    /// way keep theirs.
    pub fn renew(&self) {
        let identity = self.pool().identity;
        if let Err(error) = self.replace_pool(identity) {
            // The same target built the first client, so this cannot differ; keep the old one.
            tracing::error!("no fresh connection pool: {error}");
        }
    }

    fn pool(&self) -> Pool {
        self.0
            .pool
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Links that are yet to be made present `identity`, also to a server that would resume a session.
    fn replace_pool(&self, identity: Option<Arc<CertifiedKey>>) -> Result<Pool, ConnectError> {
        let pool = Pool {
            client: transport::client(&self.0.target, identity.as_ref())?,
            identity,
        };
        *self.0.pool.write().unwrap_or_else(PoisonError::into_inner) = pool.clone();
        Ok(pool)
    }

    /// The pool whose links present what `signed` says.
    fn pool_for(&self, signed: &Signed) -> Result<Pool, RequestError> {
        let pool = self.pool();
        let same = match (&pool.identity, &signed.identity) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if same {
            return Ok(pool);
        }
        self.replace_pool(signed.identity.clone())
            .map_err(|_| RequestError::Internal {
                what: "a client certificate fits no link".to_owned(),
            })
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        ask: Ask<'_>,
        json: Option<Bytes>,
    ) -> Result<Answer, RequestError> {
        let credentials = &self.0.credentials;
        let signed = credentials.current().await?;
        // On the heap: it would weigh on the state of everybody who asks.
        let answer = Box::pin(self.send_once(method.clone(), ask, json.clone(), &signed)).await;
        match answer {
            Err(error) if refuses_credentials(&error) => {
                Box::pin(async {
                    if !credentials.rejected(&signed).await? {
                        return Err(error);
                    }
                    let others = credentials.current().await?;
                    self.send_once(method, ask, json, &others).await
                })
                .await
            }
            answer => answer,
        }
    }

    /// Whether the API server itself answers, with the near end of the link it answered over (unknown behind some
    /// proxies). A refusal is an answer, a gateway's 5xx is not. Sends the credentials that are held, good or not: who logs in
    /// says nothing of the server.
    pub(crate) async fn probe(&self, ask: Ask<'_>, limit: usize) -> Option<Option<SocketAddr>> {
        let held = self.0.credentials.held();
        let response = self.exchange(Method::GET, ask, None, &held).await.ok()?;
        let near = response
            .extensions()
            .get::<HttpInfo>()
            .map(HttpInfo::local_addr);
        if response.status().is_server_error() {
            return None;
        }
        // Read to its end, that the link can be used again.
        let body = Limited::new(response.into_body(), limit);
        body.collect().await.ok()?;
        Some(near)
    }

    /// The body, up to `limit` bytes, of an answer that is worth reading also where the server says that it is not well
    /// (5xx, as text). Any other refusal is an error; credentials are not renewed for it.
    pub(crate) async fn words_of_health(
        &self,
        ask: Ask<'_>,
        limit: u64,
    ) -> Result<Bytes, RequestError> {
        let signed = self.0.credentials.current().await?;
        let answer = Box::pin(self.answer(Method::GET, ask, None, &signed)).await?;
        let kind = answer.headers.get(http::header::CONTENT_TYPE);
        // Checks are told as text; an object is the refusal of something in between.
        let is_text = !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        if answer.status.is_success() || (answer.status.is_server_error() && is_text) {
            return answer.collect(limit).await;
        }
        let (target, words) = (&self.0.target, self.0.credentials.words());
        Err(status::refusal(answer, target, words).await)
    }

    async fn send_once(
        &self,
        method: Method,
        ask: Ask<'_>,
        json: Option<Bytes>,
        signed: &Signed,
    ) -> Result<Answer, RequestError> {
        let answer = self.answer(method, ask, json, signed).await?;
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err(status::refusal(answer, &self.0.target, self.0.credentials.words()).await)
        }
    }

    /// An answer of any status.
    async fn answer(
        &self,
        method: Method,
        ask: Ask<'_>,
        json: Option<Bytes>,
        signed: &Signed,
    ) -> Result<Answer, RequestError> {
        let (head, body) = self.exchange(method, ask, json, signed).await?.into_parts();
        // A gateway's 5xx says nothing of the server behind it.
        if !head.status.is_server_error() {
            self.0.pulse.prove();
        }
        let gunzip = head
            .headers
            .get(CONTENT_ENCODING)
            .is_some_and(|value| value == "gzip")
            .then(Gunzip::new);
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
            gunzip,
            wire_bytes: 0,
            shared: Arc::clone(&self.0),
        })
    }

    /// One request and the head of its answer.
    async fn exchange(
        &self,
        method: Method,
        ask: Ask<'_>,
        json: Option<Bytes>,
        signed: &Signed,
    ) -> Result<Response<Body>, RequestError> {
        let accept = HeaderValue::from_str(ask.accept).map_err(|_| RequestError::Internal {
            what: "an Accept header is not a header".to_owned(),
        })?;
        let compressed = ask.gzip && self.0.target.compress;
        let encoding = if compressed { "gzip" } else { "identity" };
        let mut request = Request::builder()
            .method(method)
            .uri(ask.path)
            .header(ACCEPT, accept)
            .header(ACCEPT_ENCODING, encoding);
        if json.is_some() {
            request = request.header(CONTENT_TYPE, JSON);
        }
        let mut request = request
            .body(json.map_or_else(Body::empty, Body::from))
            .map_err(|_| RequestError::Internal {
                what: "a request path is not a path".to_owned(),
            })?;
        self.0.credentials.sign(signed, request.headers_mut());
        let client = self.pool_for(signed)?.client;
        let Ok(response) = tokio::time::timeout(ANSWER_PATIENCE, client.send(request)).await else {
            self.renew();
            return Err(RequestError::Timeout {
                seconds: ANSWER_PATIENCE.as_secs(),
            });
        };
        response.map_err(|error| {
            transport::classify(&error, &self.0.target, self.0.credentials.words())
        })
    }

    /// Round trip of `work`, with what it returned.
    pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> (T, u32) {
        let start = Instant::now();
        let done = work.await;
        (
            done,
            u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX),
        )
    }

    pub(crate) fn target(&self) -> &Target {
        &self.0.target
    }

    /// The same of an answer's bytes, line by line.
    pub(crate) fn words_of(&self, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(body);
        let lines = text.lines().map(|line| self.words(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// A server's words as they may be shown: without any credential, everything invisible made visible.
    pub(crate) fn words(&self, text: &str) -> String {
        self.0.credentials.words().visible(text)
    }
}

/// 401, or a handshake that a server ended, which it does for a client certificate past its end.
fn refuses_credentials(error: &RequestError) -> bool {
    matches!(
        error,
        RequestError::Status { code: 401, .. }
            | RequestError::Unreachable(LinkError::HandshakeRefused { .. })
    )
}

fn wall_clock() -> Clock {
    Arc::new(now_ms)
}

/// The wall clock, Unix ms.
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl Answer {
    /// The next piece of the body, decompressed; `None` at its proper end. Cancel-safe: dropping
    /// the future loses nothing. Waits as long as the server does: put a time limit around it.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, RequestError> {
        loop {
            if let Some(gunzip) = &mut self.gunzip
                && let Some(bytes) = gunzip.next()?
            {
                return Ok(Some(bytes));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    let Ok(bytes) = frame.into_data() else {
                        continue;
                    };
                    self.wire_bytes += bytes.len() as u64;
                    self.shared
                        .received
                        .fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    self.shared.pulse.prove();
                    match &mut self.gunzip {
                        Some(gunzip) => gunzip.feed(bytes),
                        None => return Ok(Some(bytes)),
                    }
                }
                // Whatever ended it, the rest of the body is missing.
                Some(Err(_)) => return Err(RequestError::Cut),
                None => match self.gunzip.take() {
                    Some(mut gunzip) => {
                        if let Some(last) = gunzip.finish()? {
                            return Ok(Some(last));
                        }
                    }
                    None => return Ok(None),
                },
            }
        }
    }

    /// [`Self::chunk`] with a time limit; on passing it the connection's pool is renewed too.
    pub async fn chunk_within(
        &mut self,
        patience: Duration,
    ) -> Result<Option<Bytes>, RequestError> {
        let Ok(chunk) = tokio::time::timeout(patience, self.chunk()).await else {
            Connection(Arc::clone(&self.shared)).renew();
            return Err(RequestError::Timeout {
                seconds: patience.as_secs(),
            });
        };
        chunk
    }

    /// Bytes of the body received so far, as they came over the wire.
    pub fn wire_bytes(&self) -> u64 {
        self.wire_bytes
    }

    /// The rest of the body, up to `limit` bytes.
    pub(crate) async fn collect(mut self, limit: u64) -> Result<Bytes, RequestError> {
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.chunk_within(CHUNK_PATIENCE).await? {
            if (whole.len() + chunk.len()) as u64 > limit {
                return Err(RequestError::TooLarge { limit });
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }
}
