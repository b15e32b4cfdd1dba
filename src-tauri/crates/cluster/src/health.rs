//! What is told of how fresh a followed resource is.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::RequestError;
use crate::watch_step::Why;

/// How fresh what was received is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// The first list is on its way.
    Listing,
    /// The watch is open. Its as-of time advances without further messages:
    /// [`crate::Connection::as_of_ms`].
    Live {
        /// When the server last proved alive, Unix ms.
        as_of_ms: i64,
    },
    /// The server cannot be followed at the moment; it is tried again.
    Stale {
        /// Everything on screen is as of then, Unix ms. 0: nothing was received yet.
        as_of_ms: i64,
        /// In words, for people.
        why: String,
        /// When it is tried again, Unix ms, where that is known.
        retry_at_ms: Option<i64>,
    },
    /// The server refuses, or what it sends cannot be used.
    Failed {
        /// Why.
        error: RequestError,
        /// Whether it is tried again, slowly.
        retry: bool,
    },
}

impl Health {
    /// Whether this is news to somebody who was told `told`. The as-of time of a live resource
    /// advances by itself.
    pub(crate) fn is_news_after(&self, told: &Self) -> bool {
        match (self, told) {
            (Self::Live { .. }, Self::Live { .. }) => false,
            _ => self != told,
        }
    }
}

/// Words for a pause after `error`, or `None` if it is too short to speak of: a link cut once is
/// mostly back before anybody could read it.
pub(crate) fn of_pause(
    error: Option<&RequestError>,
    why: Why,
    pause: Duration,
    as_of_ms: i64,
    now_ms: i64,
) -> Option<Health> {
    let retry_at_ms = now_ms.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
    let stale = |why: String| {
        Some(Health::Stale {
            as_of_ms,
            why,
            retry_at_ms: Some(retry_at_ms),
        })
    };
    match (why, error) {
        // Before the first list there is nothing else to look at than the reason.
        (Why::Hiccup, Some(error)) if as_of_ms == 0 => stale(error.to_string()),
        (Why::Hiccup | Why::Spread, _) => None,
        (Why::Trouble, Some(error)) => stale(error.to_string()),
        (Why::Trouble, None) => stale("The server ends the watch again and again.".to_owned()),
        (Why::Throttled, _) => stale(format!(
            "throttled by the server until {}",
            time_of_day(retry_at_ms)
        )),
        (Why::Refused, Some(error)) => Some(Health::Failed {
            error: error.clone(),
            retry: true,
        }),
        (Why::Refused | Why::Unwatchable, _) => stale(format!(
            "The server offers no watch of this kind. It is listed again every {} s.",
            pause.as_secs()
        )),
    }
}

/// Words for a server that stopped answering.
pub(crate) fn of_silence(as_of_ms: i64) -> Health {
    let why = format!(
        "The server has not answered since {}. Reconnecting.",
        time_of_day(as_of_ms)
    );
    Health::Stale {
        as_of_ms,
        why,
        retry_at_ms: None,
    }
}

/// Words for rows that nothing has confirmed for a while though the server answers others.
pub(crate) fn of_doubt(as_of_ms: i64) -> Health {
    let why = format!(
        "The server has not confirmed this since {}. Asking again.",
        time_of_day(as_of_ms)
    );
    Health::Stale {
        as_of_ms,
        why,
        retry_at_ms: None,
    }
}

/// `14:03:12` on this computer's clock.
fn time_of_day(ms: i64) -> String {
    Timestamp::from_millisecond(ms)
        .map(|time| {
            time.to_zoned(TimeZone::system())
                .strftime("%H:%M:%S")
                .to_string()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(error: Option<&RequestError>, why: Why, as_of_ms: i64) -> String {
        match of_pause(error, why, Duration::from_secs(30), as_of_ms, 1_000) {
            None => "nothing".to_owned(),
            Some(Health::Stale {
                why, retry_at_ms, ..
            }) => {
                assert_eq!(retry_at_ms, Some(31_000));
                format!("stale: {why}")
            }
            Some(Health::Failed { error, retry }) => format!("failed {retry}: {error}"),
            Some(Health::Listing | Health::Live { .. }) => "fresh".to_owned(),
        }
    }

    #[test]
    fn short_pauses_are_not_spoken_of() {
        let error = RequestError::Cut;
        let cut = || Some(&error);
        assert_eq!(words(cut(), Why::Hiccup, 500), "nothing");
        assert_eq!(words(cut(), Why::Spread, 500), "nothing");
        for (why, as_of_ms) in [(Why::Hiccup, 0), (Why::Trouble, 500)] {
            assert!(words(cut(), why, as_of_ms).starts_with("stale: The connection broke"));
        }
        assert!(
            words(cut(), Why::Throttled, 500).starts_with("stale: throttled by the server until ")
        );
        assert!(words(cut(), Why::Refused, 500).starts_with("failed true: "));
        assert!(words(None, Why::Unwatchable, 500).contains("every 30 s"));
    }
}
