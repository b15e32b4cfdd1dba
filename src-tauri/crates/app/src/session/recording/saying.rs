//! What holds a workload now, in the few words of a table.

use jiff::Timestamp;
use model::scaling::Saying;
use replay::{Band, BandKind};

/// How grave each is: what is said first.
fn rank(saying: &Saying) -> u8 {
    match saying {
        Saying::MetricsFail => 0,
        Saying::AtMax { .. } => 1,
        Saying::Held { .. } => 2,
        Saying::Cooldown { .. } => 3,
        Saying::Asleep { .. } => 4,
    }
}

/// What most deserves saying beyond the conditions, if anything does: what holds of `bands`, else that it sleeps until `wakes`.
pub(super) fn saying(
    bands: &[Band],
    wakes: Option<Timestamp>,
    clock: impl Fn(Timestamp) -> String,
) -> Option<Saying> {
    let holding = bands.iter().filter(|band| band.holds).filter_map(of_band);
    let sleeps = wakes.map(|at| Saying::Asleep {
        until: clock(at).into(),
    });
    holding.chain(sleeps).min_by_key(rank)
}

fn of_band(band: &Band) -> Option<Saying> {
    match band.kind {
        BandKind::NoMetrics { .. } => Some(Saying::MetricsFail),
        BandKind::Cap => Some(Saying::AtMax { asks: band.asked? }),
        BandKind::ScaleDownStabilization { .. } => {
            let until = band.until?;
            Some(Saying::Held {
                asks: band.asked?,
                until_ms: until.latest.as_millisecond(),
                is_exact: band.certainty.rank() <= 1,
            })
        }
        BandKind::Cooldown => Some(Saying::Cooldown {
            until_ms: band.until?.latest.as_millisecond(),
        }),
        // Their conditions say it.
        BandKind::ScaleUpStabilization { .. }
        | BandKind::Rate { .. }
        | BandKind::Paused
        | BandKind::PausedOneWay { .. }
        | BandKind::Fallback => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use scaling::{Certainty, When};

    use super::*;

    fn band(kind: BandKind, asked: Option<i32>, holds: bool) -> Band {
        let from = Timestamp::UNIX_EPOCH;
        Band {
            kind,
            from,
            until: Some(When::exactly(from + SignedDuration::from_secs(300))),
            holds,
            held: Some(6),
            asked,
            certainty: Certainty::Derived,
        }
    }

    #[test]
    fn what_needs_attention_is_said_first() {
        let stabilized = BandKind::ScaleDownStabilization {
            since: Timestamp::UNIX_EPOCH,
            window: 300,
        };
        let held = Saying::Held {
            asks: 4,
            until_ms: 300_000,
            is_exact: true,
        };
        let failing = BandKind::NoMetrics {
            reason: "FailedGetResourceMetric".to_owned(),
        };
        let wakes = Some(Timestamp::UNIX_EPOCH);
        for (bands, wakes, said) in [
            (vec![], None, None),
            (
                vec![band(stabilized.clone(), Some(4), true)],
                None,
                Some(held.clone()),
            ),
            (vec![band(stabilized.clone(), Some(4), false)], None, None),
            (
                vec![
                    band(stabilized.clone(), Some(4), true),
                    band(BandKind::Cap, Some(14), true),
                ],
                None,
                Some(Saying::AtMax { asks: 14 }),
            ),
            (
                vec![
                    band(BandKind::Cap, Some(14), true),
                    band(failing, None, true),
                ],
                None,
                Some(Saying::MetricsFail),
            ),
            (vec![band(stabilized, Some(4), true)], wakes, Some(held)),
            (
                vec![],
                wakes,
                Some(Saying::Asleep {
                    until: "00:00".into(),
                }),
            ),
        ] {
            let clock = |at: Timestamp| at.strftime("%H:%M").to_string();
            assert_eq!(saying(&bands, wakes, clock), said);
        }
    }
}
