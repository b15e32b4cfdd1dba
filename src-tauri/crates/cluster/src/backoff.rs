//! How long to wait before the next try.

use std::time::Duration;

/// Longest wait before a retry: a person looks at the screen.
pub(crate) const CAP: Duration = Duration::from_secs(30);

const FIRST: Duration = Duration::from_millis(500);

/// Wait after the `failures`th failure in a row (counted from 1): half a second, doubling up to
/// [`CAP`], spread over 50-100 % of that by `random` (0 to 1), so that many watches cut at once do
/// not come back at once.
pub(crate) fn delay(failures: u32, random: f64) -> Duration {
    let doubling = 1_u32 << failures.saturating_sub(1).min(6);
    (FIRST * doubling)
        .min(CAP)
        .mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0))
}

/// Wait a throttling server asked for, cut at [`CAP`] and never below one second. A server that
/// names no usable time gets the usual back-off. Up to a tenth is added, never taken away: coming
/// early only earns the next refusal.
pub(crate) fn throttled(retry_after: Option<Duration>, failures: u32, random: f64) -> Duration {
    match retry_after {
        Some(asked) if !asked.is_zero() => asked
            .clamp(Duration::from_secs(1), CAP)
            .mul_f64(1.0 + 0.1 * random.clamp(0.0, 1.0))
            .min(CAP),
        Some(_) | None => delay(failures, random).max(Duration::from_secs(1)),
    }
}

/// A number from 0 to 1 for spreading waits. Not for secrets.
pub(crate) fn random() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    // Every RandomState is seeded anew: enough to spread waits without a crate for it.
    let bits = std::hash::RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_cap() {
        let full: Vec<u128> = (1..=9).map(|n| delay(n, 1.0).as_millis()).collect();
        assert_eq!(
            full,
            [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]
        );
        assert_eq!(delay(1, 0.0).as_millis(), 250);
        assert_eq!(delay(u32::MAX, 0.0).as_millis(), 15_000);
        assert_eq!(delay(0, 1.0).as_millis(), 500);
    }

    #[test]
    fn a_server_cannot_silence_us() {
        let cases = [
            (Some(1), 1000),
            (Some(7), 7000),
            (Some(3600), 30_000),
            (Some(u64::MAX), 30_000),
            (Some(0), 1000),
            (None, 1000),
        ];
        for (seconds, want) in cases {
            let wait = throttled(seconds.map(Duration::from_secs), 1, 0.0);
            assert_eq!(wait.as_millis(), want, "Retry-After {seconds:?}");
        }
        assert_eq!(
            throttled(Some(Duration::from_secs(10)), 1, 1.0).as_millis(),
            11_000
        );
        assert_eq!(throttled(None, 9, 1.0), CAP);
    }

    #[test]
    fn random_spreads() {
        let drawn: Vec<f64> = (0..64).map(|_| random()).collect();
        assert!(drawn.iter().all(|r| (0.0..1.0).contains(r)));
        assert!(drawn.iter().any(|r| *r < 0.5) && drawn.iter().any(|r| *r >= 0.5));
    }
}
