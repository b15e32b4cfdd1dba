//! What is measured of a cluster: what metrics.k8s.io and external.metrics.k8s.io answer from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::load::{Load, Sharing};
use crate::store::Store;

/// CPU and memory in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Billionths of a core.
    pub cpu_nano: u64,
    /// Bytes.
    pub memory: u64,
}

/// Measurements that stand in place of what [`crate::load`] gives.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// By namespace and name: each container with its name.
    pub pods: BTreeMap<(String, String), Vec<(String, Usage)>>,
    /// By name.
    pub nodes: BTreeMap<String, Usage>,
    /// By namespace and metric: its value in thousandths, with its labels.
    pub external: BTreeMap<(String, String), (i64, BTreeMap<String, String>)>,
    /// When; else when pods are measured.
    pub at: Option<Timestamp>,
}

impl Measured {
    /// Each container of a pod with what it used when it was last measured; the pod's use goes to its first container.
    pub fn pod(
        &self,
        load: &Load,
        sharing: &Sharing,
        pod: &Value,
        now: Timestamp,
    ) -> Option<Vec<(String, Usage)>> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let metadata = &pod["metadata"];
        let place = (text(&metadata["namespace"]), text(&metadata["name"]));
        if let Some(given) = self.pods.get(&place) {
            return Some(given.clone());
        }
        let used = load.usage(sharing, pod, now)?;
        let mut all = Usage {
            cpu_nano: used.cpu,
            memory: used.memory,
        };
        let containers = pod["spec"]["containers"].as_array()?.iter();
        let each = containers.map(|one| (text(&one["name"]), std::mem::take(&mut all)));
        Some(each.collect())
    }

    /// What each node used: what its pods use, with what it needs for itself.
    pub fn nodes(&self, load: &Load, store: &Store, now: Timestamp) -> BTreeMap<String, Usage> {
        let sharing = load.sharing(store, "");
        let own = Usage {
            cpu_nano: 60_000_000,
            memory: 400 << 20,
        };
        let names = store.list("nodes", "", None);
        let mut nodes: BTreeMap<String, Usage> =
            names.map(|(key, _)| (key.path.to_string(), own)).collect();
        for (_, pod) in store.list("pods", "", None) {
            let node = pod["spec"]["nodeName"].as_str().unwrap_or_default();
            let (Some(node), Some(containers)) =
                (nodes.get_mut(node), self.pod(load, &sharing, pod, now))
            else {
                continue;
            };
            for (_, used) in containers {
                node.cpu_nano += used.cpu_nano;
                node.memory += used.memory;
            }
        }
        nodes.extend(self.nodes.iter().map(|(name, used)| (name.clone(), *used)));
        nodes
    }
}
