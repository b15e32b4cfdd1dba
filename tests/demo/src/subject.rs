//! What is asked: a server that answers requests.

use std::time::Duration;

/// One request.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query, as they are sent.
    pub path: String,
    /// `Accept`.
    pub accept: String,
    /// `Content-Type`; empty if there is no body.
    pub content_type: String,
    /// `User-Agent`.
    pub agent: String,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer, but for its body.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// HTTP status.
    pub code: u16,
    /// `Content-Type`.
    pub media_type: String,
    /// Values of `Warning`.
    pub warnings: Vec<String>,
}

/// A server.
pub trait Subject {
    /// Answers a request that ends.
    fn call(&mut self, call: &Call) -> Result<(Head, Vec<u8>), String>;

    /// Opens a watch; its lines come by the number that is returned.
    fn watch(&mut self, call: &Call) -> Result<(Head, usize), String>;

    /// Lines of an open watch: `wanted` of them, fewer if it ends before; all until it ends if None.
    fn lines(&mut self, watch: usize, wanted: Option<usize>) -> Result<Vec<String>, String>;

    /// Forgets the history up to `revision`.
    fn compact(&mut self, revision: u64) -> Result<(), String>;

    /// How long something may take that is not done when a request is answered.
    fn patience(&self) -> Duration;
}
