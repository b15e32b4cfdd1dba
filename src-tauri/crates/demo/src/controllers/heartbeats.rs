//! The nodes' heartbeats: a Lease of each in `kube-node-lease`.
//!
//! Follows Kubernetes 1.36.3 `pkg/kubelet/kubelet.go` (`nodeLeaseController`) and component-helpers `apimachinery/lease`. They are off
//! until somebody looks on in real time: what renews them all day long would be a demo's whole work.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fields::Fields;
use super::queue::{Task, Who};
use super::{Controllers, write};
use crate::World;

const RESOURCE: &str = "leases.coordination.k8s.io";
const NAMESPACE: &str = "kube-node-lease";
/// A quarter of what a lease holds for (`nodeLeaseRenewIntervalFraction`).
const EVERY: SignedDuration = SignedDuration::from_secs(10);
const HOLDS: i64 = 40;

impl Controllers {
    /// Lets nodes renew their leases every ten seconds of the demo's time, or not. They do not until they are told to.
    pub fn set_heartbeats(&mut self, beat: bool) {
        if beat && !self.heartbeats {
            self.queue.add(Task::new(Who::Heartbeats, ""));
        }
        self.heartbeats = beat;
    }
}

/// Renews the leases of all nodes; when to do so again.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World) -> Option<Timestamp> {
    if !hub.heartbeats {
        return None;
    }
    if write::get(world, "namespaces", NAMESPACE).is_none() {
        let namespace = json!({"metadata": {"name": NAMESPACE}});
        let _ = write::create(world, "namespaces", namespace, "kube-apiserver");
    }
    let now = world.now();
    let time = now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
    for node in write::list(world, "nodes", "") {
        let path = format!("{NAMESPACE}/{}", node.name());
        if let Some(lease) = write::get(world, RESOURCE, &path) {
            let mut changed = Value::clone(&lease);
            changed["spec"]["renewTime"] = json!(time);
            let _ = write::update(world, RESOURCE, changed, write::KUBELET);
        } else {
            let owner =
                json!({"apiVersion": "v1", "kind": "Node", "name": node.name(), "uid": node.uid()});
            let lease = json!({
                "metadata": {"name": node.name(), "namespace": NAMESPACE, "ownerReferences": [owner]},
                "spec": {"holderIdentity": node.name(), "leaseDurationSeconds": HOLDS, "renewTime": time},
            });
            let _ = write::create(world, RESOURCE, lease, write::KUBELET);
        }
    }
    now.checked_add(EVERY).ok()
}
