//! Changes of `spec.replicas`.

use jiff::{SignedDuration, Timestamp};
use model::fact::{EventState, Part, TargetState};
use scaling::Certainty;
use scaling::findings::workload::Author;

use crate::facts::Facts;

/// A change of `spec.replicas`.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// The size before; `None` if it is not known.
    pub from: Option<i32>,
    /// The size after.
    pub to: i32,
    /// Who changed it, if that can be told.
    pub by: Option<Author>,
    /// Why, in the words of the controller's event; empty if there is none.
    pub reason: String,
    /// How sure the time and the sizes are.
    pub certainty: Certainty,
}

/// What Kubernetes puts before the message of events that it counts together though they differ.
const COMBINED: &str = "(combined from similar events): ";

/// An event and the change of size that it tells of may be noted so far apart: events go by whole seconds.
const APART: SignedDuration = SignedDuration::from_secs(3);

/// A rescale that an event tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    at: Timestamp,
    to: i32,
    by: Author,
    reason: String,
    /// Whether events of rescales before it may be hidden.
    hides: bool,
}

/// Changes of `spec.replicas` in a span: those that were seen, before them those that events tell of.
pub(crate) fn steps(facts: &Facts, from: Timestamp, to: Timestamp) -> Vec<Step> {
    let told = told(facts);
    let seen_from = facts.target.all().first().map(|(at, _)| *at);
    let mut steps: Vec<Step> = before(&told, seen_from.unwrap_or(Timestamp::MAX));
    let mut known: Option<(Timestamp, i32)> = None;
    for (at, target) in facts.target.all() {
        let Some(target) = target else { continue };
        let Some(replicas) = target.replicas else {
            continue;
        };
        let before = known.replace((*at, replicas));
        let Some((since, before)) = before.filter(|(_, before)| *before != replicas) else {
            continue;
        };
        let gap = facts.gap(Part::Target, since, *at).is_some();
        let near = |one: &&Told| one.to == replicas && one.at.duration_since(*at).abs() <= APART;
        let event = told.iter().find(near);
        steps.push(Step {
            at: *at,
            from: Some(before),
            to: replicas,
            by: author(target).or_else(|| event.map(|event| event.by.clone())),
            reason: event.map(|event| event.reason.clone()).unwrap_or_default(),
            certainty: if gap {
                Certainty::Estimated {
                    guess: "the workload was not watched when it changed".to_owned(),
                }
            } else {
                Certainty::Observed
            },
        });
    }
    steps.retain(|step| step.at >= from && step.at <= to);
    steps
}

/// Rescales of the HPA controller in a span, as events alone tell of them.
pub(crate) fn rescales(facts: &Facts, from: Timestamp, to: Timestamp) -> Vec<Step> {
    let mut told = told(facts);
    told.retain(|one| one.by == Author::HpaController && one.at <= to);
    let mut steps = before(&told, to);
    steps.retain(|step| step.at > from);
    steps
}

fn before(told: &[Told], until: Timestamp) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for one in told.iter().filter(|one| one.at < until) {
        let from = steps.last().map(|step| step.to).filter(|_| !one.hides);
        steps.push(Step {
            at: one.at,
            from,
            to: one.to,
            by: Some(one.by.clone()),
            reason: one.reason.clone(),
            certainty: Certainty::Observed,
        });
    }
    steps
}

/// The rescales that events tell of, in order of time.
fn told(facts: &Facts) -> Vec<Told> {
    let events = facts.events.values().filter_map(|line| line.all().last());
    let mut told: Vec<Told> = events.flat_map(|(_, event)| of(event)).collect();
    told.sort_by_key(|one| one.at);
    told.dedup_by(|one, other| one.at == other.at && one.to == other.to);
    told
}

/// `SuccessfulRescale` says "New size: 6; reason: …" (Kubernetes 1.36 `horizontal.go`, `reconcileAutoscaler`), KEDA's "Scaled … from 0 to
/// 1, triggered by …", "Deactivated … from 1 to 0".
fn of(event: &EventState) -> Vec<Told> {
    let is_combined = event.message.starts_with(COMBINED);
    let message = event
        .message
        .strip_prefix(COMBINED)
        .unwrap_or(&event.message);
    let found = match event.reason.as_str() {
        "SuccessfulRescale" => message.strip_prefix("New size: ").and_then(|rest| {
            let (size, reason) = rest.split_once(';').unwrap_or((rest, ""));
            let reason = reason.trim().strip_prefix("reason: ").unwrap_or_default();
            Some((
                size.trim().parse().ok()?,
                Author::HpaController,
                reason.to_owned(),
            ))
        }),
        "KEDAScaleTargetActivated" | "KEDAScaleTargetDeactivated" => {
            let size = message.split(" to ").nth(1);
            let size = size.and_then(|rest| rest.split([',', ' ']).next());
            let size = size.and_then(|size| size.parse().ok());
            size.map(|size| (size, Author::Keda, message.to_owned()))
        }
        _ => None,
    };
    let Some((to, by, reason)) = found else {
        return Vec::new();
    };
    let Some(last) = event.last else {
        return Vec::new();
    };
    let told = |at, hides| Told {
        at,
        to,
        by: by.clone(),
        reason: reason.clone(),
        hides,
    };
    let hides = event.count > 2 || (event.count > 1 && is_combined);
    let mut all = vec![told(last, hides)];
    if let Some(first) = event
        .first
        .filter(|first| event.count > 1 && !is_combined && *first < last)
    {
        all.push(told(first, false));
    }
    all
}

/// Who wrote the size last, as the field managers tell.
fn author(target: &TargetState) -> Option<Author> {
    let by = target.replicas_by.as_ref()?;
    Some(match by.manager.as_str() {
        "kube-controller-manager" => Author::HpaController,
        "keda" | "keda-operator" => Author::Keda,
        manager => Author::Other {
            manager: manager.to_owned(),
        },
    })
}
