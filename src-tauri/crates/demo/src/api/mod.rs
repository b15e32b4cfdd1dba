//! Requests and their answers, whatever carried them here.

use crate::World;
use crate::status::Status;

/// One request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Without `?`.
    pub query: String,
    /// `Accept`.
    pub accept: String,
    /// `Content-Type`.
    pub content_type: String,
    /// `User-Agent`: what a field manager is named after where none is given.
    pub agent: String,
    /// Whole.
    pub body: Vec<u8>,
}

/// What is sent back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub code: u16,
    /// Media type of the body.
    pub content_type: &'static str,
    /// The body, or its beginning.
    pub body: Vec<u8>,
}

/// Answers a request that ends: everything but watches, following logs and upgrades.
pub fn handle(_world: &mut World, request: &Request) -> Answer {
    let status = Status::of(
        404,
        "NotFound",
        "the server could not find the requested resource".to_owned(),
    );
    let _ = request;
    Answer {
        code: status.code,
        content_type: "application/json",
        body: status.to_json().to_string().into_bytes(),
    }
}
