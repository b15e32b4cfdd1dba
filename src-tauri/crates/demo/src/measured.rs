//! What is measured of a cluster: what metrics.k8s.io and external.metrics.k8s.io answer from.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// CPU and memory in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Billionths of a core.
    pub cpu_nano: u64,
    /// Bytes.
    pub memory: u64,
}

/// Everything that was measured last; controllers fill it.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// By namespace and name: each container with its name.
    pub pods: BTreeMap<(String, String), Vec<(String, Usage)>>,
    /// By name.
    pub nodes: BTreeMap<String, Usage>,
    /// By namespace and metric: its value in thousandths, with its labels.
    pub external: BTreeMap<(String, String), (i64, BTreeMap<String, String>)>,
    /// When; nothing is answered before the first time.
    pub at: Option<Timestamp>,
}
