//! Which pods count, and how.
//!
//! Follows `replica_calculator.go` (`groupPods`, `getReadyPodsCount`).

use jiff::{SignedDuration, Timestamp};
use smallvec::SmallVec;

use super::decision::PodGroups;
use super::samples::{FEW, Samples};
use super::situation::{Config, Phase, Pod};
use super::status::ConditionStatus;
use super::time;

/// A pod's value of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    /// End of the window.
    pub(crate) timestamp: Timestamp,
    /// Length of the window.
    pub(crate) window: SignedDuration,
    /// In thousandths.
    pub(crate) value: i64,
}

/// How a pod counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Ready,
    Unready,
    Missing,
    Ignored,
}

/// How each of the pods counts, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Grouped<'a> {
    pods: &'a [&'a Pod],
    groups: SmallVec<[Group; FEW]>,
}

impl Grouped<'_> {
    /// Indexes of the pods of a group.
    pub(crate) fn of(&self, group: Group) -> impl Iterator<Item = usize> {
        let groups = self.groups.iter().enumerate();
        groups.filter_map(move |(index, own)| (*own == group).then_some(index))
    }

    /// How many pods are in a group.
    pub(crate) fn count(&self, group: Group) -> usize {
        self.groups.iter().filter(|own| **own == group).count()
    }

    /// The names, for the decision.
    pub(crate) fn names(&self) -> PodGroups {
        let of = |group| {
            let pods = self.pods.iter().zip(&self.groups);
            pods.filter(|(_, own)| **own == group)
                .map(|(pod, _)| pod.name.clone())
                .collect()
        };
        PodGroups {
            ready: of(Group::Ready),
            unready: of(Group::Unready),
            missing: of(Group::Missing),
            ignored: of(Group::Ignored),
        }
    }
}

/// Sorts the pods and drops the samples of those that are unready or ignored.
pub(crate) fn group<'a>(
    pods: &'a [&'a Pod],
    samples: &mut Samples<'a>,
    is_cpu: bool,
    now: Timestamp,
    config: &Config,
) -> Grouped<'a> {
    let groups = pods.iter().enumerate().map(|(index, pod)| {
        let group = group_of(pod, samples.get(index), is_cpu, now, config);
        match group {
            Group::Ignored | Group::Unready => samples.remove(index),
            Group::Ready | Group::Missing => {}
        }
        group
    });
    Grouped {
        groups: groups.collect(),
        pods,
    }
}

/// How one pod counts.
fn group_of(
    pod: &Pod,
    sample: Option<&Sample>,
    is_cpu: bool,
    now: Timestamp,
    config: &Config,
) -> Group {
    if pod.deletion_timestamp.is_some() || pod.phase == Phase::Failed {
        return Group::Ignored;
    }
    if pod.phase == Phase::Pending {
        return Group::Unready;
    }
    let Some(sample) = sample else {
        return Group::Missing;
    };
    if is_cpu && is_unready(pod, sample, now, config) {
        return Group::Unready;
    }
    Group::Ready
}

/// Whether a pod's cpu sample tells nothing yet.
fn is_unready(pod: &Pod, sample: &Sample, now: Timestamp, config: &Config) -> bool {
    let (Some(ready), Some(start)) = (&pod.ready, pod.start_time) else {
        return true;
    };
    let since = ready.last_transition_time.unwrap_or_else(time::zero);
    let is_false = ready.status == ConditionStatus::False;
    if initialised_at(start, config) > now {
        is_false || sample.timestamp < time::after(since, sample.window)
    } else {
        is_false && time::after(start, config.initial_readiness_delay.duration()) > since
    }
}

/// When a pod's initialisation period is over.
pub(crate) fn initialised_at(start: Timestamp, config: &Config) -> Timestamp {
    time::after(start, config.cpu_initialization_period.duration())
}

/// Pods that are running and ready, those being deleted included.
pub(crate) fn ready_count(pods: &[&Pod]) -> i64 {
    let is_ready = |pod: &&&Pod| {
        let ready = pod.ready.as_ref();
        pod.phase == Phase::Running
            && ready.is_some_and(|ready| ready.status == ConditionStatus::True)
    };
    i64::try_from(pods.iter().filter(is_ready).count()).unwrap_or(i64::MAX)
}
