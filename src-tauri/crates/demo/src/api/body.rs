//! What a request carries.

use serde_json::Value;

use super::{JSON, Request};
use crate::status::{Status, no_json};

/// The media type must be one that objects come in (415 else); none at all stands for JSON.
pub(crate) fn check_media(request: &Request) -> Result<(), Status> {
    let media = request.content_type.split(';').next().unwrap_or_default();
    if matches!(media.trim(), "" | JSON | "application/yaml") {
        return Ok(());
    }
    Err(Status::of(
        415,
        "UnsupportedMediaType",
        format!(
            "the body of the request was in an unknown format - accepted media types include: {JSON}, application/yaml"
        ),
    ))
}

/// A body that is JSON.
pub(crate) fn json(request: &Request) -> Result<Value, Status> {
    check_media(request)?;
    serde_json::from_slice(&request.body).map_err(|error| {
        Status::bad_request(format!(
            "couldn't get version/kind; json parse error: {}",
            no_json(&error)
        ))
    })
}
