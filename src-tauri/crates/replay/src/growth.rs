//! How long a growth took, split.

use jiff::{SignedDuration, Timestamp};
use model::fact::{HpaState, PodState};
use scaling::hpa;
use scaling::hpa::status::ConditionStatus;

use crate::again::recorded;
use crate::situation::Base;
use crate::{Pass, Step, readings};

/// A growth of the size with what had to happen for it. What is not known is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// The size before.
    pub from: i32,
    /// The size after.
    pub to: i32,
    /// When load crossed the target: the first sample that asked for more.
    pub crossed: Option<Timestamp>,
    /// When a pass first saw it.
    pub seen: Option<Timestamp>,
    /// When the new size was written.
    pub written: Timestamp,
    /// When the last new pod had a node.
    pub scheduled: Option<Timestamp>,
    /// When the last of their containers had started.
    pub started: Option<Timestamp>,
    /// When the last of them was ready.
    pub ready: Option<Timestamp>,
}

/// Times from when load crossed the target, or from `seen`, or from `written`, whichever is the first that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Until a pass saw it.
    pub seen: Option<SignedDuration>,
    /// Until the scale was written.
    pub written: Option<SignedDuration>,
    /// Until the last new pod had a node.
    pub scheduled: Option<SignedDuration>,
    /// Until its containers had started.
    pub started: Option<SignedDuration>,
    /// Until it was ready.
    pub ready: Option<SignedDuration>,
}

impl Growth {
    /// The first moment that is known of it.
    pub fn begin(&self) -> Timestamp {
        self.crossed.or(self.seen).unwrap_or(self.written)
    }

    /// Its times from its begin.
    pub fn split(&self) -> Split {
        let begin = self.begin();
        let since = |at: Option<Timestamp>| at.map(|at| at.duration_since(begin));
        Split {
            seen: since(self.seen),
            written: since(Some(self.written)),
            scheduled: since(self.scheduled),
            started: since(self.started),
            ready: since(self.ready),
        }
    }
}

impl Split {
    /// The median of each part over those growths that know it.
    pub fn median(growths: &[Growth]) -> Self {
        let splits: Vec<Self> = growths.iter().map(Growth::split).collect();
        let of = |part: fn(&Self) -> Option<SignedDuration>| {
            let mut times: Vec<SignedDuration> = splits.iter().filter_map(part).collect();
            times.sort_unstable();
            times.get(times.len() / 2).copied()
        };
        Self {
            seen: of(|split| split.seen),
            written: of(|split| split.written),
            scheduled: of(|split| split.scheduled),
            started: of(|split| split.started),
            ready: of(|split| split.ready),
        }
    }
}

/// A pass and what it wrote are seen so far apart at most.
const APART: SignedDuration = SignedDuration::from_secs(3);

/// The growths among changes of size.
pub(crate) fn growths(base: &Base<'_>, steps: &[Step], passes: &[Pass]) -> Vec<Growth> {
    let mut growths = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let Some(from) = step.from.filter(|from| *from < step.to) else {
            continue;
        };
        let next = steps.get(index + 1).map_or(Timestamp::MAX, |next| next.at);
        let (crossed, seen) = seen(base, step, from, passes);
        let pods = new_pods(base, step, from, next);
        let all = |time_of: fn(&PodState) -> Option<Timestamp>| {
            let times: Option<Vec<Timestamp>> = pods.as_ref()?.iter().map(time_of).collect();
            times?.into_iter().max().map(|last| last.max(step.at))
        };
        growths.push(Growth {
            from,
            to: step.to,
            crossed,
            seen,
            written: step.at,
            scheduled: all(|pod| pod.scheduled),
            started: all(|pod| pod.started),
            ready: all(ready),
        });
    }
    growths
}

fn ready(pod: &PodState) -> Option<Timestamp> {
    let ready = pod.pod.ready.as_ref()?;
    (ready.status == ConditionStatus::True).then_some(ready.last_transition_time)?
}

/// When load crossed the target, and when a pass first saw it.
fn seen(
    base: &Base<'_>,
    step: &Step,
    from: i32,
    passes: &[Pass],
) -> (Option<Timestamp>, Option<Timestamp>) {
    let wrote = passes.iter().rposition(|pass| {
        pass.after == step.to
            && pass.before == from
            && pass.at.earliest.duration_since(step.at).abs() <= APART
    });
    let Some(wrote) = wrote else {
        return (None, None);
    };
    let asks_more = |pass: &Pass| {
        pass.before == from
            && pass
                .wanted
                .as_ref()
                .is_some_and(|wanted| wanted.value > from)
    };
    let run = passes[..=wrote]
        .iter()
        .rev()
        .take_while(|pass| asks_more(pass))
        .count();
    let first = (wrote + 1).saturating_sub(run.max(1));
    let seen = passes[first].at.earliest;
    let quiet_until = first.checked_sub(1).map(|before| passes[before].at.latest);
    let crossed = quiet_until.and_then(|quiet| crossed(base, quiet, seen, from));
    (
        crossed.map(|crossed| crossed.min(seen)),
        Some(seen.min(step.at)),
    )
}

/// The first sample between two passes that asks for more.
fn crossed(base: &Base<'_>, quiet: Timestamp, seen: Timestamp, from: i32) -> Option<Timestamp> {
    let (_, state) = base.facts.hpa.before(seen)?;
    let state: &HpaState = state.as_ref()?;
    let mut times: Vec<Timestamp> = Vec::new();
    times.extend(
        base.facts
            .usage
            .within(quiet, seen)
            .iter()
            .map(|(at, _)| *at),
    );
    for (_, line) in &base.facts.external_metrics {
        times.extend(line.within(quiet, seen).iter().map(|(at, _)| *at));
    }
    for (_, line) in &base.facts.pods_metrics {
        times.extend(line.within(quiet, seen).iter().map(|(at, _)| *at));
    }
    for (_, line) in &base.facts.object_metrics {
        times.extend(line.within(quiet, seen).iter().map(|(at, _)| *at));
    }
    times.sort_unstable();
    times.into_iter().find(|at| {
        let base = Base { at: *at, ..*base };
        let mut situation = base.hpa(state);
        let Some(metrics) = readings::answered(base.facts, &situation.spec, *at) else {
            return false;
        };
        situation.metrics = metrics;
        recorded(&hpa::pass(&situation), *at).is_some_and(|asked| asked > from)
    })
}

/// The pods that a growth brought, as they were last seen; `None` if not all of them were.
fn new_pods(base: &Base<'_>, step: &Step, from: i32, next: Timestamp) -> Option<Vec<PodState>> {
    let wanted = usize::try_from(step.to - from).ok()?;
    let since = step.at.saturating_sub(SignedDuration::from_secs(1)).ok()?;
    let mut pods: Vec<(Timestamp, PodState)> = Vec::new();
    for line in base.facts.pods.values() {
        let Some(created) = line.all().iter().find_map(|(_, pod)| pod.as_ref()?.created) else {
            continue;
        };
        if created < since || created >= next {
            continue;
        }
        // As it was when it first was ready, else as it was seen last before it went.
        let states = || line.all().iter().filter_map(|(_, pod)| pod.as_ref());
        let state = states()
            .find(|pod| ready(pod).is_some())
            .or_else(|| states().next_back());
        if let Some(state) = state {
            pods.push((created, state.as_ref().clone()));
        }
    }
    pods.sort_by_key(|(created, _)| *created);
    pods.truncate(wanted);
    (pods.len() == wanted).then(|| pods.into_iter().map(|(_, pod)| pod).collect())
}
