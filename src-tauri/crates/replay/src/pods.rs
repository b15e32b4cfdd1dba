//! Pods over time.

use jiff::{SignedDuration, Timestamp};
use model::fact::{Part, PodState};
use scaling::hpa::situation::Phase;
use scaling::hpa::status::ConditionStatus;

use crate::facts::{Facts, Held};

/// By then a pod that was made was seen, if pods were watched.
const SOON: SignedDuration = SignedDuration::from_secs(10);

/// A pod over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodBar {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// Its states, one after the other.
    pub spans: Vec<PodSpan>,
}

/// A pod's state for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodSpan {
    /// Which.
    pub phase: PodPhase,
    /// From.
    pub from: Timestamp,
    /// Until.
    pub until: Timestamp,
    /// Why, if that is told.
    pub why: String,
}

/// The states of a pod that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodPhase {
    /// No node yet.
    Pending,
    /// On a node, not ready yet.
    Starting,
    /// Ready.
    Ready,
    /// Was ready, and is not.
    Unready,
    /// Being deleted.
    Terminating,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
}

/// The pods that are there in a span, the oldest first.
pub(crate) fn bars(facts: &Facts, from: Timestamp, to: Timestamp) -> Vec<PodBar> {
    let end = facts.last.map_or(to, |last| last.min(to));
    let mut bars: Vec<(Timestamp, PodBar)> = Vec::new();
    for ((name, uid), line) in &facts.pods {
        let spans = spans(facts, line, from, end);
        let Some(first) = spans.first() else { continue };
        let created = line.all().iter().find_map(|(_, pod)| pod.as_ref()?.created);
        let bar = PodBar {
            name: name.clone(),
            uid: uid.clone(),
            spans: spans.clone(),
        };
        bars.push((created.unwrap_or(first.from), bar));
    }
    bars.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.name.cmp(&b.name)));
    bars.into_iter().map(|(_, bar)| bar).collect()
}

fn spans(facts: &Facts, line: &Held<PodState>, from: Timestamp, to: Timestamp) -> Vec<PodSpan> {
    let mut spans: Vec<PodSpan> = Vec::new();
    let mut was_ready = false;
    let points = line.all();
    for (index, (at, pod)) in points.iter().enumerate() {
        let Some(pod) = pod else { continue };
        let end = points.get(index + 1).map_or(to, |(next, _)| *next).min(to);
        // What was seen first had begun before.
        let begin = if index == 0 {
            begun(facts, pod, *at)
        } else {
            *at
        };
        for (phase, since, until) in phases(pod, begin, end, &mut was_ready) {
            let (since, until) = (since.max(from), until.min(to));
            if since >= until {
                continue;
            }
            let why = pod_words(pod, phase);
            match spans.last_mut() {
                Some(last) if last.phase == phase && last.why == why && last.until >= since => {
                    last.until = until;
                }
                _ => spans.push(PodSpan {
                    phase,
                    from: since,
                    until,
                    why,
                }),
            }
        }
    }
    spans
}

/// Since when a pod was as it is first seen, as far as it tells.
fn begun(facts: &Facts, pod: &PodState, at: Timestamp) -> Timestamp {
    let told = pod.pod.deletion_timestamp.map_or(pod.created, |_| None);
    let told = told.filter(|told| !is_missing(facts, *told, at));
    told.map_or(at, |told| told.min(at))
}

/// Whether a pod of that age was not there while pods were watched, before a gap: that of the demo cluster whose telling of the day had
/// others.
fn is_missing(facts: &Facts, created: Timestamp, seen: Timestamp) -> bool {
    let soon = created.saturating_add(SOON).unwrap_or(created);
    soon < seen
        && facts.is_told(Part::Pods, created)
        && facts.is_told(Part::Pods, soon)
        && facts.gap(Part::Pods, soon, seen).is_some()
}

/// The states of a pod between two moments at which it was seen: its own times tell when it came to be as it is.
fn phases(
    pod: &PodState,
    from: Timestamp,
    to: Timestamp,
    was_ready: &mut bool,
) -> Vec<(PodPhase, Timestamp, Timestamp)> {
    let last = phase(pod, was_ready);
    let ready = pod.pod.ready.as_ref();
    let since = ready.and_then(|ready| ready.last_transition_time);
    let mut turns = vec![(PodPhase::Pending, from)];
    if let Some(scheduled) = pod.scheduled {
        turns.push((PodPhase::Starting, scheduled));
    }
    match last {
        PodPhase::Pending | PodPhase::Unready => return vec![(last, from, to)],
        PodPhase::Starting => {}
        PodPhase::Ready => turns.push((PodPhase::Ready, since.unwrap_or(from))),
        PodPhase::Terminating | PodPhase::Succeeded | PodPhase::Failed => {
            return vec![(last, from, to)];
        }
    }
    let mut phases = Vec::new();
    for (index, (phase, since)) in turns.iter().enumerate() {
        let begin = if index == 0 {
            from
        } else {
            (*since).clamp(from, to.max(from))
        };
        let end = turns
            .get(index + 1)
            .map_or(to, |(_, next)| (*next).clamp(from, to.max(from)));
        phases.push((*phase, begin, end));
    }
    phases
}

fn phase(pod: &PodState, was_ready: &mut bool) -> PodPhase {
    let ready = pod.pod.ready.as_ref();
    let is_ready = ready.is_some_and(|ready| ready.status == ConditionStatus::True);
    match pod.pod.phase {
        Phase::Succeeded => return PodPhase::Succeeded,
        Phase::Failed => return PodPhase::Failed,
        Phase::Pending | Phase::Running | Phase::Unknown | Phase::Other(_) => {}
    }
    if pod.pod.deletion_timestamp.is_some() {
        return PodPhase::Terminating;
    }
    if is_ready {
        *was_ready = true;
        return PodPhase::Ready;
    }
    // Ready is false since it was made, or since it was ready.
    let since = ready.and_then(|ready| ready.last_transition_time);
    let fell = since
        .zip(pod.started)
        .is_some_and(|(since, started)| since > started);
    if *was_ready || (fell && pod.pod.phase == Phase::Running) {
        return PodPhase::Unready;
    }
    if pod.node.is_empty() && pod.scheduled.is_none() {
        PodPhase::Pending
    } else {
        PodPhase::Starting
    }
}

fn pod_words(pod: &PodState, phase: PodPhase) -> String {
    match phase {
        PodPhase::Pending => pod.unschedulable.clone(),
        PodPhase::Starting | PodPhase::Unready | PodPhase::Failed => pod.state.clone(),
        PodPhase::Ready | PodPhase::Terminating | PodPhase::Succeeded => String::new(),
    }
}
