//! The first words with a server: its version, then proof that it accepts the credentials.
//!
//! `/version` is readable without any credentials on most clusters, so it proves nothing about
//! them: who we are is asked apart.

use bytes::Bytes;
use http::Method;
use serde::Deserialize;

use crate::connection::{Ask, Connection, Greeting};
use crate::error::{ConnectError, RequestError};

const WHO_AM_I: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
/// Largest answer to any of these.
const LIMIT: u64 = 1 << 20;

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "gitVersion")]
    git_version: String,
}

pub(crate) async fn greet(connection: &Connection) -> Result<Greeting, ConnectError> {
    let version = version(connection).await?;
    let (accepted, latency_ms) = Connection::timed(authenticate(connection)).await;
    accepted?;
    Ok(Greeting {
        version,
        latency_ms,
    })
}

/// Empty when the account may not read it.
async fn version(connection: &Connection) -> Result<String, ConnectError> {
    let body = match connection.bytes_within(Ask::json("/version"), LIMIT).await {
        Ok(body) => body,
        Err(RequestError::Status { code: 403, .. }) => return Ok(String::new()),
        Err(error) => return Err(meaning(connection, error)),
    };
    let version: Version = serde_json::from_slice(&body).map_err(|_| {
        not_kubernetes(connection, "its /version is not Kubernetes' own".to_owned())
    })?;
    Ok(connection.words(&version.git_version))
}

async fn authenticate(connection: &Connection) -> Result<(), ConnectError> {
    let review = Bytes::from_static(
        br#"{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"#,
    );
    match connection
        .send(Method::POST, Ask::json(WHO_AM_I), Some(review))
        .await
    {
        Ok(answer) => answer.collect(LIMIT).await.map(drop),
        // Servers before 1.28 have no such resource; some hardened ones forbid it.
        Err(RequestError::Status {
            code: 403..=405, ..
        }) => connection
            .bytes_within(Ask::json("/api"), LIMIT)
            .await
            .map(drop),
        Err(error) => Err(error),
    }
    .map_err(|error| meaning(connection, error))
}

/// What a failed greeting says about the whole connection.
fn meaning(connection: &Connection, error: RequestError) -> ConnectError {
    let server = connection.server().to_owned();
    match error {
        RequestError::Unreachable(link) => ConnectError::Link(link),
        RequestError::Credentials { why, .. } => ConnectError::Credentials(why),
        RequestError::Status {
            code: 401 | 403, ..
        } if connection.target().is_anonymous() => ConnectError::NoCredentials { server },
        RequestError::Status { code: 401, .. } => ConnectError::Unauthorized { server },
        RequestError::Status {
            code: 403,
            message,
            reason,
            ..
        } => ConnectError::Forbidden {
            server,
            message: if message.is_empty() { reason } else { message },
        },
        RequestError::Status {
            code: code @ (300..=399 | 400 | 404..=407),
            reason,
            ..
        } => not_kubernetes(connection, format!("HTTP {code} {reason}")),
        RequestError::Malformed { what } => not_kubernetes(connection, what),
        error @ (RequestError::Status { .. }
        | RequestError::Timeout { .. }
        | RequestError::Cut
        | RequestError::TooLarge { .. }
        | RequestError::Internal { .. }) => ConnectError::Request(error),
    }
}

fn not_kubernetes(connection: &Connection, what: String) -> ConnectError {
    ConnectError::NotKubernetes {
        server: connection.server().to_owned(),
        what,
    }
}
