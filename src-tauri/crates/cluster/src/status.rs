//! Reads the server's refusal: status line, `Retry-After`, one small `Status` object.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use serde::Deserialize;

use crate::connection::Answer;
use crate::credentials::redact::Redactor;
use crate::error::{LinkError, RequestError};
use crate::proto_stream;
use crate::target::Target;

/// Most of a refusal's body that is read.
const LIMIT: u64 = 64 << 10;
/// A refusal's body is waited for this long; without it the status line has to do.
const PATIENCE: Duration = Duration::from_secs(5);

/// The parts of `metav1.Status` that are shown.
#[derive(Default, Deserialize)]
struct Status {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
}

/// Turns an answer that is not a success into the error it means.
pub(crate) async fn refusal(answer: Answer, target: &Target, words: &Redactor) -> RequestError {
    let code = answer.status;
    let retry_after = retry_after(&answer.headers);
    let body = tokio::time::timeout(PATIENCE, answer.collect(LIMIT)).await;
    let body = body.ok().and_then(Result::ok).unwrap_or_default();
    if code.as_u16() == 400 && target.url.scheme_str() == Some("http") && wants_tls(&body) {
        return LinkError::TlsExpected {
            server: target.server.clone(),
        }
        .into();
    }
    let status = proto_stream::status(&body)
        .map(|(reason, message)| Status {
            kind: "Status".to_owned(),
            reason,
            message,
        })
        .or_else(|| serde_json::from_slice::<Status>(&body).ok())
        .filter(|status| status.kind == "Status")
        .unwrap_or_default();
    let reason = if status.reason.is_empty() {
        code.canonical_reason().unwrap_or_default().to_owned()
    } else {
        status.reason
    };
    RequestError::Status {
        code: code.as_u16(),
        reason: words.visible(&reason),
        message: words.visible(&status.message),
        retry_after,
    }
}

/// What the TLS ports of Go's and nginx's servers tell a client that speaks plain HTTP.
fn wants_tls(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    text.contains("http request to an https server")
        || text.contains("http request was sent to https port")
}

/// Seconds, or a date compared with the server's own clock. Negative and unreadable values are none.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| {
        jiff::fmt::rfc2822::parse(text)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    let now = date(headers.get(http::header::DATE)?.to_str().ok()?)?;
    let wait = date(value)?.duration_since(now);
    Duration::try_from(wait).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn retry_after_in_every_form() {
        let now = "Sat, 21 Nov 2026 10:00:00 GMT";
        for (value, expected) in [
            ("1", Some(1)),
            (" 3600 ", Some(3600)),
            ("-1", None),
            ("abc", None),
            ("", None),
            ("Sat, 21 Nov 2026 10:00:30 GMT", Some(30)),
            ("Sat, 21 Nov 2026 09:00:00 GMT", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            headers.insert(http::header::DATE, now.parse().unwrap());
            assert_eq!(
                retry_after(&headers).map(|wait| wait.as_secs()),
                expected,
                "{value:?}"
            );
        }
    }
}
