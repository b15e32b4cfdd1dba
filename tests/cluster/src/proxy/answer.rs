//! What is asked through the proxy, and what it may answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

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
    /// The server's answer, so much later.
    Late(Duration),
    /// The server's answer, a byte in each of these.
    Slow(Duration),
    /// Byte by byte as it is told.
    Script(Vec<Piece>),
    /// Byte by byte, made for the request.
    Made(Maker),
    /// Nothing, for ever.
    Silence,
}

type Make = dyn Fn(&Request) -> Vec<Piece> + Send + Sync;

/// Makes an answer for a request.
#[derive(Clone)]
pub struct Maker(Arc<Make>);

impl Maker {
    /// By this.
    pub fn new(make: impl Fn(&Request) -> Vec<Piece> + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }

    pub(super) fn make(&self, request: &Request) -> Vec<Piece> {
        (self.0)(request)
    }
}

impl std::fmt::Debug for Maker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Maker")
    }
}

/// A step of an answer, or of what is put into one.
#[derive(Clone, Debug)]
pub enum Piece {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes as a chunk of a body of unknown length.
    Chunk(Vec<u8>),
    /// The same bytes again and again until the client goes.
    Endless(Vec<u8>, Duration),
    /// Nothing for so long.
    Pause(Duration),
    /// Nothing more, the link left open.
    Hang,
    /// The link closed with FIN.
    Fin,
    /// The link closed with RST.
    Reset,
}

impl Piece {
    /// The head of an answer whose length is not known.
    pub fn head() -> Self {
        Self::head_of("application/json", "")
    }

    /// The same with another type and further headers, each ended by `\r\n`.
    pub fn head_of(kind: &str, headers: &str) -> Self {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{headers}Transfer-Encoding: chunked\r\n\r\n"
        );
        Self::Bytes(head.into_bytes())
    }

    /// A line of a watch.
    pub fn line(text: &str) -> Self {
        Self::Chunk(format!("{text}\n").into_bytes())
    }

    /// The proper end of a body of unknown length.
    pub fn end() -> Self {
        Self::Bytes(b"0\r\n\r\n".to_vec())
    }
}

impl Answer {
    /// A Kubernetes Status.
    pub fn status(code: u16, reason: &str, message: &str) -> Self {
        let status = match code {
            400 => "400 Bad Request",
            401 => "401 Unauthorized",
            403 => "403 Forbidden",
            404 => "404 Not Found",
            406 => "406 Not Acceptable",
            410 => "410 Gone",
            422 => "422 Unprocessable Entity",
            429 => "429 Too Many Requests",
            500 => "500 Internal Server Error",
            503 => "503 Service Unavailable",
            504 => "504 Gateway Timeout",
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
