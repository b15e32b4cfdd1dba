//! The pods of a StatefulSet by their ordinals (`stateful_set_utils.go`).

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Look, claims};
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::replica_set::pod_of;
use crate::controllers::revisions::{self, HASH};

/// An ordinal with its pod, if it is there.
pub(super) type Made = (i64, Option<Arc<Value>>);

/// Ordinals that have pods, from the first to before the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ordinals {
    from: i64,
    to: i64,
}

impl Ordinals {
    pub(super) fn of(set: &Value) -> Self {
        let from = set["spec"]["ordinals"]["start"].number();
        let replicas = set["spec"]["replicas"].as_i64().unwrap_or(1);
        Self {
            from,
            to: from + replicas,
        }
    }

    pub(super) fn have(self, ordinal: i64) -> bool {
        (self.from..self.to).contains(&ordinal)
    }

    /// The pod of each ordinal in order, and the pods that are too many.
    pub(super) fn parted(self, set: &Value, pods: &[Arc<Value>]) -> (Vec<Made>, Vec<Arc<Value>>) {
        let mut made: Vec<Made> = (self.from..self.to)
            .map(|ordinal| (ordinal, None))
            .collect();
        let mut condemned = Vec::new();
        for pod in pods {
            let Some(ordinal) = ordinal(set, pod) else {
                continue;
            };
            match made.iter_mut().find(|(own, _)| *own == ordinal) {
                Some((_, place)) => *place = Some(Arc::clone(pod)),
                None => condemned.push(Arc::clone(pod)),
            }
        }
        (made, condemned)
    }
}

/// The ordinal in the name of a set's pod.
pub(super) fn ordinal(set: &Value, pod: &Value) -> Option<i64> {
    let rest = pod.name().strip_prefix(set.name())?;
    let digits = rest.strip_prefix('-')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// The new pod of an ordinal; below the partition it is of the current revision (`newVersionedStatefulSetPod`).
pub(super) fn new(look: &Look<'_>, ordinal: i64) -> Value {
    let strategy = &look.set["spec"]["updateStrategy"]["rollingUpdate"];
    let is_current =
        strategy.is_object() && ordinal < look.ordinals.from + strategy["partition"].number();
    let revision = if is_current {
        look.current
    } else {
        look.update
    };
    let set = revisions::applied(look.set, revision);
    let mut pod = pod_of(&set);
    let name = format!("{}-{ordinal}", set.name());
    let labels = &mut pod["metadata"]["labels"];
    labels["statefulset.kubernetes.io/pod-name"] = json!(name);
    labels["apps.kubernetes.io/pod-index"] = json!(ordinal.to_string());
    labels[HASH] = json!(revision.name());
    let own = pod["spec"]["volumes"].items().iter();
    let volumes: Vec<Value> = claims::volumes(&set, ordinal, own.cloned());
    pod["metadata"]["name"] = json!(name);
    pod["spec"]["hostname"] = json!(name);
    let service = set["spec"]["serviceName"].text();
    if !service.is_empty() {
        pod["spec"]["subdomain"] = json!(service);
    }
    if !volumes.is_empty() {
        pod["spec"]["volumes"] = json!(volumes);
    }
    pod
}
