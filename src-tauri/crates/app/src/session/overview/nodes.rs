//! The parts of the page that nodes make: versions, and what is held of what they offer.

use model::Kind;
use model::overview::capacity::{
    self, CapacityRow, ResourceTotal, Totals, percent, share, total_amount, totals,
};
use model::overview::versions::{Kubelets, Skew, counted, kubelets};
use table::{Cell, Tone};
use wire::{Bar, CapacityPart, NodeLine, ResourceBar, VersionCount, VersionsPart};

use super::super::{Session, derived};

/// Nodes that the page names.
const WORST: usize = 8;
/// A share that leaves little room.
const FULL: f64 = 0.9;

impl Session {
    pub(super) fn versions_part(&self) -> VersionsPart {
        let server = self.info.version.as_str();
        let nodes = || super::nodes(&self.collections);
        let kubelets = kubelets(server, nodes().map(|node| &*node.version));
        let count = |words: Vec<(String, u32)>| {
            let each = words.into_iter().map(|(name, nodes)| VersionCount {
                name: or_unknown(name),
                nodes,
                remark: Cell::default(),
            });
            each.collect()
        };
        VersionsPart {
            state: self.state_of(&[Kind::Nodes], &[]),
            server: server.to_owned(),
            skew: skew_words(server, &kubelets),
            kubelets: kubelets
                .into_iter()
                .map(|one| VersionCount {
                    name: or_unknown(one.version),
                    nodes: one.nodes,
                    remark: remark(one.skew),
                })
                .collect(),
            runtimes: count(counted(nodes().map(|node| &*node.runtime))),
            platforms: count(counted(nodes().map(|node| &*node.platform))),
            images: count(counted(nodes().map(|node| &*node.os_image))),
        }
    }

    pub(super) fn capacity_part(&self) -> CapacityPart {
        let rows = derived::capacity(&self.collections);
        let totals = totals(&rows);
        let mut worst: Vec<&CapacityRow> = rows.iter().collect();
        worst.sort_by(|a, b| {
            let rank = |row: &CapacityRow| match row.state().1 {
                Tone::Bad => 0,
                Tone::Warn => 1,
                Tone::Plain | Tone::Good | Tone::Quiet => 2,
            };
            rank(a)
                .cmp(&rank(b))
                .then(b.fullness().total_cmp(&a.fullness()))
                .then_with(|| a.name.cmp(&b.name))
        });
        CapacityPart {
            state: self.state_of(&[Kind::Nodes, Kind::Pods], &[]),
            nodes: totals.nodes,
            counts: counts(&totals),
            usage_note: self.usage_note(&totals),
            waiting: self.waiting(),
            resources: totals.resources.iter().map(resource_bar).collect(),
            worst: worst
                .into_iter()
                .take(WORST)
                .map(|row| self.node_line(row))
                .collect(),
        }
    }

    fn usage_note(&self, totals: &Totals) -> String {
        if let Some(why) = self.usage.withheld(Some(Kind::Nodes)) {
            return why.to_owned();
        }
        match totals.measured {
            0 if totals.nodes == 0 => String::new(),
            0 => self.usage.why_no_node_is().to_owned(),
            measured if measured < totals.nodes => {
                format!(
                    "In use: of {measured} nodes that are measured, of {}.",
                    totals.nodes
                )
            }
            _ => String::new(),
        }
    }

    /// What pods without a node ask for.
    fn waiting(&self) -> String {
        let unbound = super::pods(&self.collections).filter(|pod| pod.node.is_empty());
        let held = capacity::held(unbound);
        let Some(held) = held.get("") else {
            return String::new();
        };
        let (pods, ask) = if held.pods == 1 {
            ("1 pod waits", "it asks")
        } else {
            (&*format!("{} pods wait", held.pods), "they ask")
        };
        let cpu = total_amount("cpu", held.requests.nano("cpu"));
        let memory = total_amount("memory", held.requests.nano("memory"));
        format!("{pods} for a node; {ask} for {cpu} and {memory}.")
    }

    fn node_line(&self, row: &CapacityRow) -> NodeLine {
        let (words, tone) = row.state();
        let of = |resource: &str, nano: i128| Bar {
            amount: capacity::amount(resource, nano),
            ..bar(resource, nano, row.allocatable.nano(resource), Tone::Warn)
        };
        NodeLine {
            node: self.object_ref("v1", "Node", "", &row.name),
            status: Cell::toned(words, tone),
            pods: of("pods", i128::from(row.held.pods) * 1_000_000_000),
            cpu: of("cpu", row.held.requests.nano("cpu")),
            memory: of("memory", row.held.requests.nano("memory")),
        }
    }
}

fn or_unknown(name: String) -> String {
    if name.is_empty() {
        "unknown".to_owned()
    } else {
        name
    }
}

fn counts(totals: &Totals) -> Vec<Cell> {
    let not_ready = totals.nodes - totals.ready;
    let mut counts = vec![Cell::toned(format!("{} ready", totals.ready), Tone::Good)];
    for (count, words, tone) in [
        (not_ready, "not ready", Tone::Bad),
        (totals.pressed, "under pressure", Tone::Warn),
        (totals.unschedulable, "closed to new pods", Tone::Warn),
    ] {
        if count > 0 {
            counts.push(Cell::toned(format!("{count} {words}"), tone));
        }
    }
    counts
}

fn resource_bar(total: &ResourceTotal) -> ResourceBar {
    let of = |nano, over| bar(&total.resource, nano, total.allocatable, over);
    let title = match &*total.resource {
        "cpu" => "CPU",
        "memory" => "Memory",
        "pods" => "Pods",
        "ephemeral-storage" => "Ephemeral storage",
        other => other,
    };
    ResourceBar {
        title: title.to_owned(),
        allocatable: total_amount(&total.resource, total.allocatable),
        requested: of(total.requested, Tone::Warn),
        limits: (&*total.resource != "pods").then(|| of(total.limits, Tone::Plain)),
        used: total.used.map(|used| of(used, Tone::Warn)),
    }
}

/// `full` is the tone of a part that leaves little room.
fn bar(resource: &str, part: i128, whole: i128, full: Tone) -> Bar {
    let share = share(part, whole);
    Bar {
        amount: total_amount(resource, part),
        percent: share.map(percent).unwrap_or_default(),
        tone: match share {
            Some(share) if share >= FULL => full,
            _ => Tone::Plain,
        },
        share: share.unwrap_or_default(),
    }
}

fn remark(skew: Skew) -> Cell {
    match skew {
        Skew::Same => Cell::default(),
        Skew::Older(1) => Cell::toned("1 minor version older", Tone::Quiet),
        Skew::Older(by) => Cell::toned(format!("{by} minor versions older"), Tone::Quiet),
        Skew::TooOld(by) => Cell::toned(format!("{by} minor versions older: too old"), Tone::Bad),
        Skew::Newer => Cell::toned("newer than the API server", Tone::Bad),
        Skew::Unknown => Cell::toned("not comparable", Tone::Quiet),
    }
}

/// The version-skew policy over all kubelets.
fn skew_words(server: &str, kubelets: &[Kubelets]) -> Cell {
    let count = |which: fn(Skew) -> bool| -> u32 {
        let such = kubelets.iter().filter(|one| which(one.skew));
        such.map(|one| one.nodes).sum()
    };
    let all = count(|_| true);
    let bad = count(|skew| matches!(skew, Skew::Newer | Skew::TooOld(_)));
    let older = count(|skew| matches!(skew, Skew::Older(_)));
    match (all, bad, older) {
        (0, ..) => Cell::default(),
        (_, 0, 0) => Cell::toned(
            "Every kubelet runs the API server's minor version.",
            Tone::Good,
        ),
        (all, 0, older) => Cell::toned(
            format!(
                "{older} of {all} kubelets are older than the API server, within the version-skew policy (at most 3 minor versions, never newer)."
            ),
            Tone::Good,
        ),
        (all, bad, _) => Cell::toned(
            format!(
                "{bad} of {all} kubelets are outside the version-skew policy beside API server {server}: a kubelet may be at most 3 minor versions older (2 before 1.25) and never newer."
            ),
            Tone::Bad,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skews_in_words() {
        let words = |versions: &[&str]| {
            let cell = skew_words("v1.36.3", &kubelets("v1.36.3", versions.iter().copied()));
            format!("{:?}: {}", cell.tone, cell.text)
        };
        assert!(words(&["v1.36.1"]).starts_with("Good: Every kubelet"));
        assert!(words(&["v1.36.1", "v1.34.0"]).starts_with("Good: 1 of 2"));
        assert!(words(&["v1.37.0", "v1.34.0", "v1.20.1"]).starts_with("Bad: 2 of 3"));
        assert_eq!(words(&[]), "Plain: ");
    }
}
