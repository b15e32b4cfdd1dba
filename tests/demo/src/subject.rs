//! What is asked: a server that answers requests.

use std::sync::mpsc::Receiver;
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

    /// Opens a watch; its lines come as they are sent, until it ends or the receiver is dropped.
    fn watch(&mut self, call: &Call) -> Result<(Head, Receiver<String>), String>;

    /// Forgets the history up to `revision`.
    fn compact(&mut self, revision: u64) -> Result<(), String>;

    /// How long something may take that is not done when a request is answered.
    fn patience(&self) -> Duration;
}
