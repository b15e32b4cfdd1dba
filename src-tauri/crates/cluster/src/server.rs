//! What the API server says of itself: its health, and which deprecated APIs it was asked for.

use std::time::Duration;

use model::overview::checks::{Check, checks};
use model::overview::deprecated::{DeprecatedApi, Scan};

use crate::connection::{Ask, Connection};
use crate::error::RequestError;

/// Largest answer of a health check.
const CHECKS_LIMIT: u64 = 256 << 10;
/// Metrics of a large API server have a tenth of this.
const METRICS_LIMIT: u64 = 128 << 20;
/// How long the next piece of metrics may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The checks of `livez` or `readyz`, failed ones first. A server that is not well answers too.
pub async fn health(connection: &Connection, name: &str) -> Result<Vec<Check>, RequestError> {
    let path = format!("/{name}?verbose");
    let ask = Ask {
        path: &path,
        accept: "*/*",
        gzip: false,
    };
    let body = connection.words_of_health(ask, CHECKS_LIMIT).await?;
    let checks = checks(&connection.words_of(&body));
    if checks.is_empty() {
        return Err(RequestError::Malformed {
            what: format!("{name} names no check"),
        });
    }
    Ok(checks)
}

/// Deprecated APIs that the server was asked for since it started, and how many lines about them could not be read. Its
/// metrics are read as they come; of what is not asked for nothing is kept.
pub async fn deprecated(
    connection: &Connection,
) -> Result<(Vec<DeprecatedApi>, u32), RequestError> {
    let ask = Ask {
        path: "/metrics",
        accept: "text/plain",
        gzip: true,
    };
    let mut answer = connection.request(ask).await?;
    let (mut scan, mut bytes) = (Scan::default(), 0);
    while let Some(chunk) = answer.chunk_within(PATIENCE).await? {
        bytes += chunk.len() as u64;
        if bytes > METRICS_LIMIT {
            return Err(RequestError::TooLarge {
                limit: METRICS_LIMIT,
            });
        }
        scan.feed(&chunk);
    }
    Ok(scan.finish())
}
