//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

/// Tries every 25 ms until it is `Ok`; how long that took.
///
/// # Panics
/// After `limit`, with the last reason.
pub async fn until(
    what: &str,
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Result<(), String>,
) -> Duration {
    within(what, limit, async || attempt().await).await.1
}

/// Like [`until`], with what the last attempt gave.
///
/// # Panics
/// After `limit`, with the last reason.
pub async fn within<T>(
    what: &str,
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Result<T, String>,
) -> (T, Duration) {
    let start = Instant::now();
    loop {
        match attempt().await {
            Ok(done) => return (done, start.elapsed()),
            Err(why) => assert!(
                start.elapsed() < limit,
                "{what}: not within {limit:?}: {why}"
            ),
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
