//! What is told of an autoscaler that its own conditions do not tell.

use table::{Cell, Tone};

use crate::duration;

/// What following it over time tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What holds it, if that is more than its conditions tell.
    pub saying: Option<Saying>,
    /// Its replicas over the last hour, a character each few minutes; empty if none were seen.
    pub hour: Box<str>,
    /// How often they changed in that time.
    pub steps: u32,
}

/// What holds an autoscaler, or makes it sleep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saying {
    /// An earlier, higher recommendation keeps it from shrinking.
    Held {
        /// What load asks for.
        asks: i32,
        /// When it lets go, Unix ms; the latest, where that is a range.
        until_ms: i64,
        /// Whether the moment is known to the pass.
        is_exact: bool,
    },
    /// KEDA waits out its cooldown.
    Cooldown {
        /// When it is over, Unix ms.
        until_ms: i64,
    },
    /// Load asks for more than `maxReplicas`.
    AtMax {
        /// What load asks for.
        asks: i32,
    },
    /// No trigger is active until a cron window begins.
    Asleep {
        /// When it begins, as it is told: `21:00`.
        until: Box<str>,
    },
    /// No metric gives a count.
    MetricsFail,
}

impl Saying {
    pub(super) fn cell(&self, now_ms: i64) -> Cell {
        let (text, until_ms) = match self {
            Self::Held {
                asks,
                until_ms,
                is_exact,
            } => {
                let (left, tick) = left(*until_ms, now_ms);
                let up_to = if *is_exact { "" } else { "up to " };
                (format!("held {up_to}{left}, load asks {asks}"), tick)
            }
            Self::Cooldown { until_ms } => {
                let (left, tick) = left(*until_ms, now_ms);
                (format!("cooling down, {left} left"), tick)
            }
            Self::AtMax { asks } => (format!("at max, load asks {asks}"), None),
            Self::Asleep { until } => (format!("asleep until {until}"), None),
            Self::MetricsFail => ("metrics failing".to_owned(), None),
        };
        Cell {
            until_ms,
            ..Cell::toned(text, self.tone())
        }
    }

    pub(super) fn tone(&self) -> Tone {
        match self {
            Self::MetricsFail => Tone::Bad,
            Self::AtMax { .. } => Tone::Warn,
            Self::Held { .. } | Self::Cooldown { .. } => Tone::Plain,
            Self::Asleep { .. } => Tone::Quiet,
        }
    }
}

/// The time to a moment, and when that text changes.
fn left(until_ms: i64, now_ms: i64) -> (String, Option<i64>) {
    let left = until_ms.saturating_sub(now_ms).max(0);
    // Whole seconds are shown, the one that runs among them.
    let shown = left.div_euclid(1_000) + i64::from(left % 1_000 != 0);
    let next = until_ms.saturating_sub((shown - 1) * 1_000);
    let text = duration::human(shown * 1_000);
    (text, (left > 0).then_some(next.max(now_ms + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sayings_are_told_as_time_passes() {
        let held = |until_ms, is_exact| Saying::Held {
            asks: 4,
            until_ms,
            is_exact,
        };
        for (saying, now_ms, text, until_ms) in [
            (
                held(134_000, true),
                0,
                "held 2m14s, load asks 4",
                Some(1_000),
            ),
            (
                held(134_000, true),
                500,
                "held 2m14s, load asks 4",
                Some(1_000),
            ),
            (
                held(134_000, false),
                1_000,
                "held up to 2m13s, load asks 4",
                Some(2_000),
            ),
            (held(134_000, true), 200_000, "held 0s, load asks 4", None),
            (Saying::AtMax { asks: 14 }, 0, "at max, load asks 14", None),
            (
                Saying::Asleep {
                    until: "21:00".into(),
                },
                0,
                "asleep until 21:00",
                None,
            ),
            (Saying::MetricsFail, 0, "metrics failing", None),
        ] {
            let cell = saying.cell(now_ms);
            assert_eq!((cell.text.as_str(), cell.until_ms), (text, until_ms));
        }
    }
}
