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
}

/// The size in an HPA's `SuccessfulRescale` event ("New size: 6; reason: …"). The message is all
/// that the API keeps of a rescale.
/// Kubernetes 1.36 `pkg/controller/podautoscaler/horizontal.go`, `reconcileAutoscaler`.
fn new_size(event: &EventRow) -> Option<i32> {
    if event.reason != "SuccessfulRescale" {
        return None;
    }
    event
        .message
        .strip_prefix("New size: ")?
        .split(';')
        .next()?
        .trim()
        .parse()
        .ok()
}

/// Rescales in order of time. A repeated event keeps only its last time.
pub(crate) fn steps<'a>(events: impl IntoIterator<Item = &'a EventRow>) -> Vec<Step> {
    let mut steps: Vec<Step> = events
        .into_iter()
        .filter_map(|event| {
            Some(Step {
                at_ms: event.last_ms?,
                desired: new_size(event)?,
            })
        })
        .collect();
    steps.sort_unstable_by_key(|step| (step.at_ms, step.desired));
    steps
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

    #[test]
    fn rescales_become_steps_in_order() {
        let events = [
            event(
                "SuccessfulRescale",
                "New size: 6; reason: cpu resource utilization (percentage of request) above target",
                2_000,
            ),
            event(
                "SuccessfulRescale",
                "New size: 3; reason: All metrics below target",
                1_000,
            ),
            event("FailedGetScale", "New size: 9", 1_500),
            event("SuccessfulRescale", "New size: many; reason: x", 1_600),
        ];
        assert_eq!(
            steps(&events),
            [
                Step {
                    at_ms: 1_000,
                    desired: 3
                },
                Step {
                    at_ms: 2_000,
                    desired: 6
                }
            ]
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
