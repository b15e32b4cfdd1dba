//! What nodes offer, what pods hold of it, and what is used: as `kubectl describe node` and `kube-capacity` count.

use std::collections::HashMap;
use std::sync::Arc;

use table::{Cell, SortKey, Tone};

use crate::cells::{figure_column, figure_key, text_column, text_key, wide};
use crate::columns::{Def, columnar};
use crate::meta::Word;
use crate::quantity::{cpu_text, memory_text};
use crate::resources::Amounts;
use crate::rows::{NodeRow, PodRow};
use crate::usage::Usage;

/// What the pods of one node hold of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Pods that have not ended.
    pub pods: u32,
    /// Sum of their requests.
    pub requests: Amounts,
    /// Sum of their limits.
    pub limits: Amounts,
}

impl Held {
    fn add(&mut self, other: &Held) {
        self.pods += other.pods;
        self.requests.add(&other.requests);
        self.limits.add(&other.limits);
    }
}

/// By node, with what waits for one under an empty name. Pods that have ended hold nothing: kubectl/pkg/describe/describe.go,
/// `NodeDescriber.Describe`, which lists pods of other phases than `Succeeded` and `Failed`.
pub fn held<'a>(pods: impl IntoIterator<Item = &'a PodRow>) -> HashMap<Arc<str>, Held> {
    let mut nodes: HashMap<Arc<str>, Held> = HashMap::new();
    for pod in pods {
        if matches!(&*pod.phase, "Succeeded" | "Failed") {
            continue;
        }
        let node = nodes.entry(Arc::clone(&pod.node)).or_default();
        node.pods += 1;
        node.requests.add(&pod.resources.requests);
        node.limits.add(&pod.resources.limits);
    }
    nodes
}

/// One node: what it offers, what is held of it, what is used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CapacityRow {
    /// Name of the node.
    pub name: Box<str>,
    /// kubectl's STATUS.
    pub status: Word,
    /// Conditions such as `MemoryPressure` that are true.
    pub pressures: Box<[Word]>,
    /// What pods may ask for in all.
    pub allocatable: Amounts,
    /// What pods hold.
    pub held: Held,
    /// CPU and memory in use, if measured.
    pub usage: Option<Usage>,
}

impl CapacityRow {
    /// Of a node and what its pods hold.
    pub fn new(node: &NodeRow, held: Held) -> Self {
        Self {
            name: node.meta.name.clone(),
            status: node.status.clone(),
            pressures: node.pressures.clone(),
            allocatable: node.allocatable.clone(),
            held,
            usage: node.usage,
        }
    }

    /// `Ready`, `Ready,MemoryPressure`, and how bad that is.
    pub fn state(&self) -> (String, Tone) {
        let words = std::iter::once(&self.status).chain(&self.pressures);
        let words = words.map(|word| &**word).collect::<Vec<_>>().join(",");
        let tone = match &*self.status {
            "Ready" if self.pressures.is_empty() => Tone::Good,
            "Ready" | "Ready,SchedulingDisabled" => Tone::Warn,
            _ => Tone::Bad,
        };
        (words, tone)
    }

    /// The largest share of CPU, memory or pods that is held: how full the node is to the scheduler.
    pub fn fullness(&self) -> f64 {
        let pods = share(self.pods_nano(), self.allocatable.nano("pods"));
        let of = |resource| {
            share(
                self.held.requests.nano(resource),
                self.allocatable.nano(resource),
            )
        };
        [pods, of("cpu"), of("memory")]
            .into_iter()
            .flatten()
            .fold(0.0, f64::max)
    }

    fn pods_nano(&self) -> i128 {
        i128::from(self.held.pods) * NANO
    }

    fn used(&self, resource: &str) -> Option<i128> {
        let usage = self.usage?;
        match resource {
            "cpu" => Some(usage.cpu_nano.into()),
            "memory" => Some(i128::from(usage.memory_bytes) * NANO),
            _ => None,
        }
    }

    /// Extended resources and huge pages that the node has: `nvidia.com/gpu 2/8`.
    fn others(&self) -> String {
        let each = self.allocatable.iter().filter(|(name, nano)| {
            *nano != 0 && !matches!(&***name, "cpu" | "memory" | "pods" | "ephemeral-storage")
        });
        let words = each.map(|(name, nano)| {
            let held = amount(name, self.held.requests.nano(name));
            format!("{name} {held}/{}", amount(name, nano))
        });
        words.collect::<Vec<_>>().join(", ")
    }

    fn of_allocatable(&self, resource: &str, nano: Option<i128>, over: Tone) -> Cell {
        let Some(nano) = nano else {
            return Cell::default();
        };
        let text = amount(resource, nano);
        match share(nano, self.allocatable.nano(resource)) {
            Some(share) => {
                let tone = if share >= 1.0 { over } else { Tone::Plain };
                Cell::toned(format!("{text} {}", percent(share)), tone)
            }
            None => Cell::plain(text),
        }
    }
}

const NANO: i128 = 1_000_000_000;

/// Part of a whole; `None` of nothing.
pub fn share(part: i128, whole: i128) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Whole percents, cut off as kubectl does.
pub fn percent(share: f64) -> String {
    format!("{:.0}%", (share * 100.0).trunc())
}

/// An amount in billionths as `kubectl top` would print it.
pub fn amount(resource: &str, nano: i128) -> String {
    let whole = || i64::try_from(nano / NANO).unwrap_or(i64::MAX);
    match resource {
        "cpu" => cpu_text(i64::try_from(nano).unwrap_or(i64::MAX)),
        "memory" | "ephemeral-storage" => memory_text(whole()),
        other if other.starts_with("hugepages-") => memory_text(whole()),
        _ => whole().to_string(),
    }
}

/// An amount for a total: `12.5 cores`, `1.5 TiB`.
pub fn total_amount(resource: &str, nano: i128) -> String {
    let units = nano as f64 / 1e9;
    let is_bytes =
        matches!(resource, "memory" | "ephemeral-storage") || resource.starts_with("hugepages-");
    if resource == "cpu" {
        return format!("{} cores", short(units));
    }
    if !is_bytes {
        return short(units);
    }
    let (mut size, mut unit) = (units, "B");
    for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
        if size < 1024.0 {
            break;
        }
        (size, unit) = (size / 1024.0, next);
    }
    format!("{} {unit}", short(size))
}

/// At most three figures behind which nothing of weight stands: `312`, `12.5`, `0.25`.
fn short(number: f64) -> String {
    let places = match number {
        n if n >= 100.0 => 0,
        n if n >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{number:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

impl CapacityRow {
    fn allocatable_cell(&self, resource: &str) -> Cell {
        let nano = self.allocatable.get(resource);
        Cell::plain(nano.map(|nano| amount(resource, nano)).unwrap_or_default())
    }

    fn allocatable_key(&self, resource: &str) -> SortKey<'_> {
        let nano = self.allocatable.get(resource);
        figure_key(nano.and_then(|n| i64::try_from(n / 1000).ok()))
    }

    fn requests_cell(&self, resource: &str) -> Cell {
        let requests = self.held.requests.nano(resource);
        self.of_allocatable(resource, Some(requests), Tone::Warn)
    }

    /// Limits over what there is are ordinary: most pods do not use them at once.
    fn limits_cell(&self, resource: &str) -> Cell {
        self.of_allocatable(resource, Some(self.held.limits.nano(resource)), Tone::Plain)
    }

    fn used_cell(&self, resource: &str) -> Cell {
        self.of_allocatable(resource, self.used(resource), Tone::Warn)
    }

    fn share_key(&self, nano: Option<i128>, resource: &str) -> SortKey<'_> {
        let share = nano.and_then(|nano| share(nano, self.allocatable.nano(resource)));
        share.map_or(SortKey::Absent, SortKey::Float)
    }

    fn pods_cell(&self) -> Cell {
        let most = self.allocatable.nano("pods");
        let full = most > 0 && self.pods_nano() >= most;
        let tone = if full { Tone::Warn } else { Tone::Plain };
        Cell::toned(format!("{}/{}", self.held.pods, most / NANO), tone)
    }
}

/// Those of `kube-capacity --pod-count --util`.
const COLUMNS: &[Def<CapacityRow>] = &[
    Def::new(
        || text_column("name", "Name", 240),
        |r, _| Cell::plain(&*r.name),
        |r| text_key(&r.name),
    ),
    Def::new(
        || text_column("status", "Status", 150),
        |r, _| {
            let (words, tone) = r.state();
            Cell::toned(words, tone)
        },
        |r| SortKey::Text(r.state().0.into()),
    ),
    Def::new(
        || figure_column("pods", "Pods", 84),
        |r, _| r.pods_cell(),
        |r| r.share_key(Some(r.pods_nano()), "pods"),
    ),
    Def::new(
        || wide(figure_column("cpu-allocatable", "CPU allocatable", 110)),
        |r, _| r.allocatable_cell("cpu"),
        |r| r.allocatable_key("cpu"),
    ),
    Def::new(
        || figure_column("cpu-requests", "CPU requests", 120),
        |r, _| r.requests_cell("cpu"),
        |r| r.share_key(Some(r.held.requests.nano("cpu")), "cpu"),
    ),
    Def::new(
        || figure_column("cpu-limits", "CPU limits", 120),
        |r, _| r.limits_cell("cpu"),
        |r| r.share_key(Some(r.held.limits.nano("cpu")), "cpu"),
    ),
    Def::new(
        || figure_column("cpu-used", "CPU used", 120),
        |r, _| r.used_cell("cpu"),
        |r| r.share_key(r.used("cpu"), "cpu"),
    ),
    Def::new(
        || {
            wide(figure_column(
                "memory-allocatable",
                "Memory allocatable",
                130,
            ))
        },
        |r, _| r.allocatable_cell("memory"),
        |r| r.allocatable_key("memory"),
    ),
    Def::new(
        || figure_column("memory-requests", "Memory requests", 130),
        |r, _| r.requests_cell("memory"),
        |r| r.share_key(Some(r.held.requests.nano("memory")), "memory"),
    ),
    Def::new(
        || figure_column("memory-limits", "Memory limits", 130),
        |r, _| r.limits_cell("memory"),
        |r| r.share_key(Some(r.held.limits.nano("memory")), "memory"),
    ),
    Def::new(
        || figure_column("memory-used", "Memory used", 130),
        |r, _| r.used_cell("memory"),
        |r| r.share_key(r.used("memory"), "memory"),
    ),
    Def::new(
        || text_column("others", "Other resources", 220),
        |r, _| Cell::plain(r.others()),
        |r| SortKey::Text(r.others().into()),
    ),
];

columnar!(CapacityRow, |row| ("", &row.name));

/// One resource over all nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceTotal {
    /// `cpu`, `memory`, `pods`, `nvidia.com/gpu`.
    pub resource: Box<str>,
    /// Of all nodes, in billionths.
    pub allocatable: i128,
    /// Requested by pods that have a node; for `pods` their number.
    pub requested: i128,
    /// Their limits.
    pub limits: i128,
    /// In use, where nodes are measured.
    pub used: Option<i128>,
}

/// All nodes together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// CPU, memory and pods first, then what else nodes offer, by name.
    pub resources: Vec<ResourceTotal>,
    /// Nodes.
    pub nodes: u32,
    /// Of them ready.
    pub ready: u32,
    /// Of them closed to new pods.
    pub unschedulable: u32,
    /// Of them with a pressure or another condition that should not be.
    pub pressed: u32,
    /// Of them with CPU and memory measured.
    pub measured: u32,
}

/// Told of every cluster, in this order.
const FIRST: [&str; 3] = ["cpu", "memory", "pods"];

/// The sums over all nodes.
pub fn totals<'a>(nodes: impl IntoIterator<Item = &'a CapacityRow>) -> Totals {
    let (mut totals, mut offered, mut held) =
        (Totals::default(), Amounts::default(), Held::default());
    let (mut cpu, mut memory) = (0_i128, 0_i128);
    for node in nodes {
        totals.nodes += 1;
        totals.ready += u32::from(node.status.split(',').next() == Some("Ready"));
        totals.unschedulable += u32::from(node.status.ends_with("SchedulingDisabled"));
        totals.pressed += u32::from(!node.pressures.is_empty());
        totals.measured += u32::from(node.usage.is_some());
        cpu += node.used("cpu").unwrap_or_default();
        memory += node.used("memory").unwrap_or_default();
        offered.add(&node.allocatable);
        held.add(&node.held);
    }
    let used = |resource: &str| match resource {
        "cpu" if totals.measured > 0 => Some(cpu),
        "memory" if totals.measured > 0 => Some(memory),
        _ => None,
    };
    let total = |resource: &str| ResourceTotal {
        resource: resource.into(),
        allocatable: offered.nano(resource),
        requested: match resource {
            "pods" => i128::from(held.pods) * NANO,
            _ => held.requests.nano(resource),
        },
        limits: held.limits.nano(resource),
        used: used(resource),
    };
    let others = offered
        .iter()
        .filter(|(name, nano)| *nano > 0 && !FIRST.contains(&&***name));
    totals.resources = FIRST
        .into_iter()
        .chain(others.map(|(name, _)| &**name))
        .map(total)
        .collect();
    totals
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Kind, ObjectRow, decode_json};
    use table::Row;

    fn pod(name: &str, node: &str, phase: &str, cpu: &str) -> PodRow {
        let json = format!(
            r#"{{"metadata":{{"name":"{name}"}},"spec":{{"nodeName":"{node}","containers":[{{"name":"a","resources":{{"requests":{{"cpu":"{cpu}","nvidia.com/gpu":"1"}},"limits":{{"memory":"1Gi"}}}}}}]}},"status":{{"phase":"{phase}"}}}}"#
        );
        let ObjectRow::Pod(pod) = decode_json(Kind::Pods, json.as_bytes()).unwrap() else {
            unreachable!("a pod was decoded");
        };
        *pod
    }

    fn node(json: &str) -> NodeRow {
        let ObjectRow::Node(node) = decode_json(Kind::Nodes, json.as_bytes()).unwrap() else {
            unreachable!("a node was decoded");
        };
        *node
    }

    #[test]
    fn ended_pods_hold_nothing_and_waiting_ones_no_node() {
        let pods = [
            pod("a", "n1", "Running", "250m"),
            pod("b", "n1", "Succeeded", "4"),
            pod("c", "n1", "Failed", "4"),
            pod("d", "n1", "Pending", "1"),
            pod("e", "", "Pending", "2"),
        ];
        let held = held(&pods);
        let cpu = |node: &str| held[node].requests.nano("cpu") / 1_000_000;
        assert_eq!((held["n1"].pods, cpu("n1")), (2, 1250));
        assert_eq!((held[""].pods, cpu("")), (1, 2000));
    }

    #[test]
    fn a_row_tells_shares_of_what_is_allocatable() {
        let node = node(
            r#"{"metadata":{"name":"n1"},"spec":{"unschedulable":true},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110","nvidia.com/gpu":"8"},
            "conditions":[{"type":"Ready","status":"True"},{"type":"DiskPressure","status":"True"},{"type":"PIDPressure","status":"False"}]}}"#,
        );
        let held = held(&[
            pod("a", "n1", "Running", "250m"),
            pod("b", "n1", "Running", "1"),
        ]);
        let mut row = CapacityRow::new(&node, held["n1"].clone());
        row.usage = Some(Usage {
            cpu_nano: 4_100_000_000,
            memory_bytes: 1 << 30,
            at_ms: 0,
            window_ms: 0,
        });
        let cells: Vec<String> = (0..CapacityRow::columns().len())
            .map(|column| row.cell(column, 0).text)
            .collect();
        assert_eq!(
            cells,
            [
                "n1",
                "Ready,SchedulingDisabled,DiskPressure",
                "2/110",
                "4000m",
                "1250m 31%",
                "0m 0%",
                "4100m 102%",
                "8192Mi",
                "0Mi 0%",
                "2048Mi 25%",
                "1024Mi 12%",
                "nvidia.com/gpu 2/8"
            ]
        );
        assert_eq!(row.cell(6, 0).tone, Tone::Warn);
        let totals = totals([&row]);
        assert_eq!(
            (
                totals.nodes,
                totals.ready,
                totals.unschedulable,
                totals.pressed
            ),
            (1, 1, 1, 1)
        );
        let names: Vec<&str> = totals.resources.iter().map(|r| &*r.resource).collect();
        assert_eq!(names, ["cpu", "memory", "pods", "nvidia.com/gpu"]);
        assert_eq!(totals.resources[2].requested, 2 * NANO);
        assert_eq!(
            totals.resources[1].used,
            Some(i128::from(1_u64 << 30) * NANO)
        );
    }

    #[test]
    fn a_node_that_offers_nothing_has_no_shares() {
        let row = CapacityRow::new(&node(r#"{"metadata":{"name":"n"}}"#), Held::default());
        assert_eq!(row.cell(4, 0).text, "0m");
        assert_eq!(
            (row.cell(2, 0).text, row.fullness()),
            ("0/0".to_owned(), 0.0)
        );
        assert_eq!(row.state(), ("Unknown".to_owned(), Tone::Bad));
    }

    #[test]
    fn amounts_of_totals() {
        for (resource, nano, wanted) in [
            ("cpu", 312_500_000_000, "312 cores"),
            ("cpu", 12_500_000_000, "12.5 cores"),
            ("cpu", 0, "0 cores"),
            ("memory", 1536 * (1 << 20) * NANO, "1.5 GiB"),
            ("memory", 100 * (1 << 30) * NANO, "100 GiB"),
            ("hugepages-2Mi", (1 << 30) * NANO, "1 GiB"),
            ("pods", 110 * NANO, "110"),
        ] {
            assert_eq!(total_amount(resource, nano), wanted);
        }
    }
}
