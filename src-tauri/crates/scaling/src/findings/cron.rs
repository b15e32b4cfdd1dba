//! Cron windows that are equal, overlap, or never close.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::keda::scaled_object::ScaledObject;
use crate::keda::triggers::{CronTrigger, Place, Trigger};

/// Two cron triggers of one object have one window.
#[derive(Debug)]
pub(super) struct WindowsEqual;

impl Check for WindowsEqual {
    fn id(&self) -> &'static str {
        "cron-windows-equal"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "Two cron windows are the same, so the smaller count never matters."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let objects = workload.scaled_objects.iter();
        objects
            .flat_map(|one| pairs(&one.situation.scaled_object))
            .filter(|(one, other)| same(one, other))
            .map(|(one, other)| {
                Seen::new(
                    "Two triggers have one window; the larger count alone matters.",
                    vec![one.evidence(), other.evidence()],
                    "Remove the trigger with the smaller count.",
                )
            })
            .collect()
    }
}

/// Two cron triggers of one object are active at one moment of the coming week: the larger count alone matters then.
#[derive(Debug)]
pub(super) struct WindowsOverlap;

impl Check for WindowsOverlap {
    fn id(&self) -> &'static str {
        "cron-windows-overlap"
    }

    fn severity(&self) -> Severity {
        Severity::Note
    }

    fn summary(&self) -> &'static str {
        "Two cron windows overlap, where counts are not added: the larger one matters."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let now = workload.now;
        let objects = workload.scaled_objects.iter();
        objects
            .flat_map(|one| pairs(&one.situation.scaled_object))
            .filter(|(one, other)| !same(one, other))
            .filter_map(|(one, other)| {
                let at = first_common(&one.trigger, &other.trigger, now)?;
                Some(Seen::new(
                    "Two cron windows overlap; their counts are not added, the larger one matters.",
                    vec![
                        one.evidence(),
                        other.evidence(),
                        Evidence::new("both active at", at.to_string()),
                    ],
                    "Move the windows apart, or raise the larger count if the sum is meant.",
                ))
            })
            .collect()
    }
}

/// A cron trigger is active and never turns, as when begin and end name the same moments in other words.
#[derive(Debug)]
pub(super) struct NeverCloses;

impl Check for NeverCloses {
    fn id(&self) -> &'static str {
        "cron-never-closes"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "A cron window is open at all times."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let objects = workload.scaled_objects.iter();
        objects
            .flat_map(|one| placed(&one.situation.scaled_object))
            .filter(|one| {
                let cron = &one.trigger;
                is_active(cron, workload.now) && cron.turns_after(workload.now).is_none()
            })
            .map(|one| {
                Seen::new(
                    "The window never closes: begin and end come at once, or the begin never comes.",
                    vec![one.evidence()],
                    "Give begin and end moments of their own, or set minReplicaCount.",
                )
            })
            .collect()
    }
}

/// So many days ahead are looked at: most windows are a matter of days of the week.
const DAYS: i64 = 7;
/// So many turns of one trigger are followed.
const TURNS: usize = 256;

/// A cron trigger with its place.
struct Placed {
    index: usize,
    text: String,
    trigger: CronTrigger,
}

impl Placed {
    fn evidence(&self) -> Evidence {
        Evidence::new(
            format!("spec.triggers[{}].metadata", self.index),
            &self.text,
        )
    }
}

/// The cron triggers of an object whose zone is known here.
fn placed(object: &ScaledObject) -> Vec<Placed> {
    let triggers = object.spec.triggers.iter().enumerate();
    triggers
        .filter_map(|(index, spec)| {
            let place = Place {
                index,
                namespace: &object.metadata.namespace,
                as_metric_source: object.modifiers().is_some(),
            };
            let Ok(Trigger::Cron(trigger)) = Trigger::build(spec, place) else {
                return None;
            };
            trigger.zone.as_ref().ok().filter(|zone| !zone.is_local())?;
            let field = |name: &str| spec.metadata.get(name).cloned().unwrap_or_default();
            let text = format!(
                "{} to {} in {}: {}",
                field("start"),
                field("end"),
                field("timezone"),
                field("desiredReplicas")
            );
            Some(Placed {
                index,
                text,
                trigger,
            })
        })
        .collect()
}

/// Each two cron triggers of an object; none where a formula may add them.
fn pairs(object: &ScaledObject) -> Vec<(Rc<Placed>, Rc<Placed>)> {
    if object.modifiers().is_some() {
        return Vec::new();
    }
    let placed: Vec<Rc<Placed>> = placed(object).into_iter().map(Rc::new).collect();
    let mut pairs = Vec::new();
    for (index, second) in placed.iter().enumerate() {
        let earlier = placed.iter().take(index);
        pairs.extend(earlier.map(|first| (Rc::clone(first), Rc::clone(second))));
    }
    pairs
}

fn same(one: &Placed, other: &Placed) -> bool {
    let (one, other) = (&one.trigger, &other.trigger);
    one.start == other.start && one.end == other.end && one.zone == other.zone
}

fn is_active(cron: &CronTrigger, at: Timestamp) -> bool {
    cron.window(at).is_some_and(|window| window.is_active)
}

/// The first moment of the coming days at which both are active: it is now, or one of them begins then.
fn first_common(one: &CronTrigger, other: &CronTrigger, now: Timestamp) -> Option<Timestamp> {
    let end = now
        .checked_add(SignedDuration::from_hours(24 * DAYS))
        .ok()?;
    let turns = |cron: &CronTrigger| {
        let turns = std::iter::successors(Some(now), |&at| cron.turns_after(at));
        turns
            .take(TURNS)
            .take_while(|&at| at <= end)
            .collect::<Vec<_>>()
    };
    let mut moments = turns(one);
    moments.extend(turns(other));
    moments.sort_unstable();
    moments
        .into_iter()
        .find(|&at| is_active(one, at) && is_active(other, at))
}
