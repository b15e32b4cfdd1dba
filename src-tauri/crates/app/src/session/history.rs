//! What is known of an autoscaler from before it was watched: from events, not from watching.

use model::{EventRow, ReplicaSetRow};
use wire::{Flag, FlagTone};

/// A step that an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Unix ms.
    pub(crate) at_ms: i64,
    /// Replicas the HPA asked for from then on.
    pub(crate) desired: i32,
    /// Until when that is known to have held, Unix ms: at most to the next step.
    pub(crate) until_ms: i64,
}

/// What Kubernetes puts before the message of events it counts together though they differ.
const COMBINED: &str = "(combined from similar events): ";

/// The size in an HPA's `SuccessfulRescale` event ("New size: 6; reason: …"). The message is all
/// that the API keeps of a rescale.
/// Kubernetes 1.36 `pkg/controller/podautoscaler/horizontal.go`, `reconcileAutoscaler`.
fn new_size(event: &EventRow) -> Option<i32> {
    if event.reason != "SuccessfulRescale" {
        return None;
    }
    let message = event
        .message
        .strip_prefix(COMBINED)
        .unwrap_or(&event.message);
    message
        .strip_prefix("New size: ")?
        .split(';')
        .next()?
        .trim()
        .parse()
        .ok()
}

/// Rescales before `began_ms` in order of time.
///
/// Kubernetes counts equal events together and keeps only their first and last time, and keeps only
/// the last message of those it combines. Where such an event hides rescales, nothing is known of
/// the time they may lie in.
pub(crate) fn steps<'a>(
    events: impl IntoIterator<Item = &'a EventRow>,
    began_ms: i64,
) -> Vec<Step> {
    let mut known: Vec<(i64, i32)> = Vec::new();
    let mut hidden: Vec<(i64, i64)> = Vec::new();
    for event in events {
        let (Some(size), Some(last)) = (new_size(event), event.last_ms) else {
            continue;
        };
        known.push((last, size));
        let first = event.first_ms.unwrap_or(last);
        let combined = event.message.starts_with(COMBINED);
        if event.count > 1 && !combined {
            known.push((first, size));
        }
        if event.count > 2 || (event.count > 1 && combined) {
            hidden.push((first, last));
        }
    }
    known.retain(|(at, _)| *at < began_ms);
    known.sort_unstable();
    known.dedup();
    let ends = known.iter().skip(1).map(|(at, _)| *at).chain([began_ms]);
    known
        .iter()
        .zip(ends)
        .map(|(&(at_ms, desired), until_ms)| {
            let doubted = hidden
                .iter()
                .any(|(from, to)| *from < until_ms && *to > at_ms);
            let until_ms = if doubted { at_ms } else { until_ms };
            Step {
                at_ms,
                desired,
                until_ms,
            }
        })
        .collect()
}

/// An event as a flag on the time axis.
pub(crate) fn flag(event: &EventRow, clock: impl Fn(i64) -> String) -> Option<Flag> {
    let at_ms = event.last_ms?;
    let (label, tone) = if let Some(size) = new_size(event) {
        (format!("→ {size}"), FlagTone::Scaled)
    } else if event.reason == "KEDAScaleTargetActivated"
        || event.reason == "KEDAScaleTargetDeactivated"
    {
        let to = event
            .message
            .split(" to ")
            .nth(1)
            .and_then(|rest| rest.split([',', ' ']).next());
        (
            to.map_or_else(|| event.reason.to_string(), |to| format!("→ {to}")),
            FlagTone::Scaled,
        )
    } else if event.kind == "Warning" {
        (event.reason.to_string(), FlagTone::Warning)
    } else {
        (event.reason.to_string(), FlagTone::Info)
    };
    let times = if event.count > 1 {
        format!(" (×{})", event.count)
    } else {
        String::new()
    };
    Some(Flag {
        at_ms,
        label,
        text: format!("{}: {}{times}", event.reason, event.message),
        tone,
        at: clock(at_ms),
    })
}

/// A new `ReplicaSet` of the target as a flag: a rollout began, metrics may jump.
pub(crate) fn rollout(set: &ReplicaSetRow, clock: impl Fn(i64) -> String) -> Option<Flag> {
    let at_ms = set.meta.created_ms?;
    let revision = set.revision?;
    Some(Flag {
        at_ms,
        label: format!("revision {revision}"),
        text: format!(
            "Rollout of revision {revision} began: ReplicaSet {} was created.",
            set.meta.name
        ),
        tone: FlagTone::Info,
        at: clock(at_ms),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(reason: &'static str, message: &str, at_ms: i64) -> EventRow {
        EventRow {
            kind: "Normal".into(),
            reason: reason.into(),
            message: message.into(),
            last_ms: Some(at_ms),
            count: 1,
            ..EventRow::default()
        }
    }

    fn plain(steps: &[Step]) -> Vec<(i64, i32, i64)> {
        steps
            .iter()
            .map(|step| (step.at_ms, step.desired, step.until_ms))
            .collect()
    }

    #[test]
    fn rescales_become_steps_in_order() {
        let events = [
            event(
                "SuccessfulRescale",
                "New size: 6; reason: cpu above target",
                2_000,
            ),
            event(
                "SuccessfulRescale",
                "New size: 3; reason: All metrics below target",
                1_000,
            ),
            event("FailedGetScale", "New size: 9", 1_500),
            event("SuccessfulRescale", "New size: many; reason: x", 1_600),
            event(
                "SuccessfulRescale",
                "New size: 8; reason: seen live already",
                6_000,
            ),
        ];
        assert_eq!(
            plain(&steps(&events, 5_000)),
            [(1_000, 3, 2_000), (2_000, 6, 5_000)]
        );
    }

    #[test]
    fn time_that_may_hide_rescales_is_not_known() {
        let counted = |message: &str, first_ms, last_ms, count| EventRow {
            first_ms: Some(first_ms),
            count,
            ..event("SuccessfulRescale", message, last_ms)
        };
        let twice = counted("New size: 6; reason: x", 1_000, 3_000, 2);
        let other = counted("New size: 2; reason: x", 2_000, 2_000, 1);
        assert_eq!(
            plain(&steps([&twice, &other], 5_000)),
            [(1_000, 6, 2_000), (2_000, 2, 3_000), (3_000, 6, 5_000)],
            "two of two times are known"
        );
        let often = counted("New size: 6; reason: x", 1_000, 3_000, 28);
        assert_eq!(
            plain(&steps([&often, &other], 5_000)),
            [(1_000, 6, 1_000), (2_000, 2, 2_000), (3_000, 6, 5_000)]
        );
        let combined = counted(
            "(combined from similar events): New size: 6; reason: x",
            1_000,
            3_000,
            28,
        );
        assert_eq!(
            plain(&steps([&combined, &other], 5_000)),
            [(2_000, 2, 2_000), (3_000, 6, 5_000)]
        );
    }

    #[test]
    fn flags() {
        let clock = |ms: i64| ms.to_string();
        let cases = [
            (
                event("SuccessfulRescale", "New size: 6; reason: x", 1),
                "→ 6",
                FlagTone::Scaled,
            ),
            (
                event(
                    "KEDAScaleTargetActivated",
                    "Scaled apps/v1.Deployment shop/web from 0 to 1, triggered by s0",
                    1,
                ),
                "→ 1",
                FlagTone::Scaled,
            ),
            (
                event("ScalingReplicaSet", "Scaled up", 1),
                "ScalingReplicaSet",
                FlagTone::Info,
            ),
        ];
        for (event, label, tone) in cases {
            let flag = flag(&event, clock);
            assert_eq!(
                flag.map(|f| (f.label, f.tone)),
                Some((label.to_owned(), tone))
            );
        }
        let warning = EventRow {
            kind: "Warning".into(),
            ..event("FailedGetResourceMetric", "no metrics", 5)
        };
        assert_eq!(
            flag(&warning, clock).map(|f| f.tone),
            Some(FlagTone::Warning)
        );
        let timeless = EventRow {
            last_ms: None,
            ..warning
        };
        assert_eq!(flag(&timeless, clock), None);
    }
}
