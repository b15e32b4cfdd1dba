//! What is looked at: the object, the moment, and what is known around it.

use serde_json::Value;

use super::read::{figure, line, lines, link, list};
use super::shape::{ConditionDetail, ContainerStateDetail, EventDetail, Moment, ObjectLink};
use crate::cells;
use crate::resources::PodResources;
use crate::rows::{ContainerPhase, EventRow};
use table::Tone;

/// What is known around an object from elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// Its events, and those of what it owns.
    pub events: &'a [&'a EventRow],
    /// Uids of what it owns.
    pub owned: &'a [String],
    /// Most memory measured of each container, in bytes.
    pub peaks: &'a [(String, f64)],
    /// How many pods hold how much, if it is a node and they are known.
    pub held: Option<(usize, &'a PodResources)>,
    /// Endpoints that are ready, of how many, if it is a Service and they were counted.
    pub endpoints: Option<(usize, usize)>,
}

/// One object at one moment.
pub(super) struct Look<'a> {
    pub(super) object: &'a Value,
    pub(super) kind: &'a str,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: &'a str,
    pub(super) now_ms: i64,
    /// Its own events, the latest first.
    pub(super) own: Vec<&'a EventRow>,
    pub(super) around: Around<'a>,
}

impl<'a> Look<'a> {
    pub(super) fn spec(&self) -> &'a Value {
        &self.object["spec"]
    }

    pub(super) fn status(&self) -> &'a Value {
        &self.object["status"]
    }

    pub(super) fn meta(&self) -> &'a Value {
        &self.object["metadata"]
    }

    /// The pod's spec, or that of a pod template; null if it has neither.
    pub(super) fn pod_spec(&self) -> &'a Value {
        match self.kind {
            "Pod" => self.spec(),
            "CronJob" => &self.spec()["jobTemplate"]["spec"]["template"]["spec"],
            "PodTemplate" => &self.object["template"]["spec"],
            _ => &self.spec()["template"]["spec"],
        }
    }

    /// A link to an object of the same namespace.
    pub(super) fn near(&self, api_version: &str, kind: &str, name: &str) -> ObjectLink {
        link(api_version, kind, self.namespace, name)
    }

    pub(super) fn since(&self, at_ms: i64) -> Moment {
        let cell = cells::age(Some(at_ms), self.now_ms);
        Moment {
            at_ms,
            text: cell.text,
            until_ms: cell.until_ms,
        }
    }

    pub(super) fn moment(&self, time: &Value) -> Option<Moment> {
        let stamp: jiff::Timestamp = time.as_str()?.parse().ok()?;
        Some(self.since(stamp.as_millisecond()))
    }

    /// How long ago in words: `5m`; empty if there is no such time.
    pub(super) fn ago(&self, time: &Value) -> String {
        self.moment(time)
            .map(|moment| moment.text)
            .unwrap_or_default()
    }

    /// The condition of this type.
    pub(super) fn condition(&self, kind: &str) -> Option<&'a Value> {
        list(&self.status()["conditions"]).find(|c| c["type"] == kind)
    }

    /// The latest own event with one of these reasons.
    pub(super) fn event(&self, reasons: &[&str]) -> Option<&'a EventRow> {
        let mut own = self.own.iter().copied();
        own.find(|event| reasons.contains(&&*event.reason))
    }

    pub(super) fn conditions(&self) -> Vec<ConditionDetail> {
        let all = list(&self.status()["conditions"]);
        all.map(|condition| self.told(condition)).collect()
    }

    pub(super) fn told(&self, condition: &Value) -> ConditionDetail {
        let kind = line(&condition["type"]);
        let status = line(&condition["status"]);
        let reason = line(&condition["reason"]);
        let since = ["lastTransitionTime", "lastUpdateTime", "lastProbeTime"];
        ConditionDetail {
            tone: condition_tone(&kind, &status, &reason),
            message: lines(&condition["message"]),
            since: since
                .iter()
                .find_map(|member| self.moment(&condition[*member])),
            kind,
            status,
            reason,
        }
    }

    pub(super) fn state(&self, state: &Value) -> Option<ContainerStateDetail> {
        let phases = [
            (ContainerPhase::Running, "running"),
            (ContainerPhase::Terminated, "terminated"),
            (ContainerPhase::Waiting, "waiting"),
        ];
        let (phase, inner) = phases
            .iter()
            .map(|(phase, key)| (*phase, &state[*key]))
            .find(|(_, inner)| inner.is_object())?;
        let exit_code = figure(&inner["exitCode"]);
        let reason = line(&inner["reason"]);
        let starting = matches!(&*reason, "" | "ContainerCreating" | "PodInitializing");
        let tone = match phase {
            ContainerPhase::Running => Tone::Good,
            ContainerPhase::Terminated if exit_code == Some(0) => Tone::Quiet,
            ContainerPhase::Waiting if starting => Tone::Warn,
            ContainerPhase::Terminated | ContainerPhase::Waiting => Tone::Bad,
        };
        Some(ContainerStateDetail {
            phase,
            reason,
            message: lines(&inner["message"]),
            exit_code,
            signal: figure(&inner["signal"]).filter(|s| *s != 0),
            started: self.moment(&inner["startedAt"]),
            finished: self.moment(&inner["finishedAt"]),
            tone,
        })
    }

    pub(super) fn events(&self, uid: &str) -> Vec<EventDetail> {
        let mut all: Vec<&EventRow> = self
            .around
            .events
            .iter()
            .copied()
            .filter(|event| {
                is_about(event, self.kind, self.namespace, self.name, uid)
                    || self
                        .around
                        .owned
                        .iter()
                        .any(|owned| **owned == *event.object_uid)
            })
            .collect();
        all.sort_by_key(|event| std::cmp::Reverse(event.last_ms));
        let detail = |event: &EventRow| EventDetail {
            kind: event.kind.to_string(),
            reason: event.reason.to_string(),
            message: event.message.to_string(),
            count: event.count,
            source: event.source.to_string(),
            last: event.last_ms.map(|at| self.since(at)),
            tone: event.tone(),
            about: (!is_about(event, self.kind, self.namespace, self.name, uid)).then(|| {
                let namespace =
                    Some(&*event.object_namespace).filter(|namespace| !namespace.is_empty());
                link(
                    api_version_of(&event.object_kind),
                    &event.object_kind,
                    namespace,
                    &event.object_name,
                )
            }),
        };
        all.into_iter().map(detail).collect()
    }
}

/// Where the kinds that workloads own are served.
fn api_version_of(kind: &str) -> &'static str {
    match kind {
        "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Deployment" => "apps/v1",
        "Job" | "CronJob" => "batch/v1",
        _ => "v1",
    }
}

/// Whether an event is about this very object. Kubelet puts a node's name for its uid.
pub(super) fn is_about(
    event: &EventRow,
    kind: &str,
    namespace: Option<&str>,
    name: &str,
    uid: &str,
) -> bool {
    &*event.object_kind == kind
        && &*event.object_name == name
        && namespace.is_none_or(|n| &*event.object_namespace == n)
        && (event.object_uid.is_empty() || &*event.object_uid == uid || &*event.object_uid == name)
}

/// Most conditions should hold; those that name trouble should not.
fn condition_tone(kind: &str, status: &str, reason: &str) -> Tone {
    let trouble = kind.ends_with("Pressure")
        || kind.ends_with("Unavailable")
        || kind.contains("Fail")
        || matches!(
            kind,
            "ScalingLimited"
                | "Fallback"
                | "Paused"
                | "DisruptionTarget"
                | "Suspended"
                | "Degraded"
                | "Stalled"
                | "NonStructuralSchema"
                | "Terminating"
        );
    let over = matches!(
        reason,
        "PodCompleted" | "ScalerNotActive" | "ScalingDisabled"
    );
    match (status, trouble) {
        ("True", false) => Tone::Good,
        ("False", true) => Tone::Plain,
        ("False", false) if over => Tone::Quiet,
        ("True", true) | ("False", false) => Tone::Warn,
        _ => Tone::Quiet,
    }
}
