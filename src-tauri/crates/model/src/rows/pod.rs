//! Pods.

use std::sync::Arc;

use table::{Cell, SortKey, Tone};

use super::pod_status::{self, ContainerBrief, Summary};
use crate::cells::{
    age, figure_column, figure_key, or_none, ready_key, text_column, text_key, wide,
};
use crate::columns::{
    Def, age_column, columnar, labels_column, name_column, namespace_column, owner_cell, owner_key,
};
use crate::meta::{Meta, Word};
use crate::quantity::{cpu_text, memory_text};
use crate::resources::{self, PodResources};
use crate::share;
use crate::slim;
use crate::text;
use crate::usage::Usage;

/// A pod as its table needs it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodRow {
    /// Identity, version and age.
    pub meta: Meta,
    /// kubectl's STATUS: `Running`, `Init:0/2`, `CrashLoopBackOff`.
    pub status: Word,
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`, or what a newer server says.
    pub phase: Word,
    /// `Guaranteed`, `Burstable` or `BestEffort`.
    pub qos: Word,
    /// Ready containers, sidecars included.
    pub ready: u32,
    /// Containers, sidecars included.
    pub total: u32,
    /// Restarts of its containers, counted as kubectl does.
    pub restarts: i64,
    /// When the last of them was, Unix ms.
    pub last_restart_ms: Option<i64>,
    /// First address; empty if none.
    pub ip: Box<str>,
    /// Node it is bound to; empty if none.
    pub node: Arc<str>,
    /// Node that preemption clears for it; empty if none.
    pub nominated_node: Box<str>,
    /// Readiness gates that are true, of how many.
    pub gates: Option<(u32, u32)>,
    /// Init containers and containers, in the order of the spec.
    pub containers: Box<[ContainerBrief]>,
    /// Who it acts as.
    pub service_account: Arc<str>,
    /// Its priority class; empty if none.
    pub priority_class: Arc<str>,
    /// What it holds of its node, shared with pods that ask alike.
    pub resources: Arc<PodResources>,
    /// CPU and memory in use, if measured.
    pub usage: Option<Usage>,
}

impl From<&slim::Pod> for PodRow {
    fn from(pod: &slim::Pod) -> Self {
        let meta = pod.metadata.as_ref().map(Meta::from).unwrap_or_default();
        let deleted = pod
            .metadata
            .as_ref()
            .is_some_and(|m| m.deletion_timestamp.is_some());
        let (no_spec, no_status) = (slim::PodSpec::default(), slim::PodStatus::default());
        let spec = pod.spec.as_ref().unwrap_or(&no_spec);
        let status = pod.status.as_ref().unwrap_or(&no_status);
        let Summary {
            ready,
            total,
            status: word,
            restarts,
            last_restart_ms,
        } = pod_status::summary(spec, status, deleted);
        // The single address wins over the list, as in the API server's own conversion.
        let ip = match status.pod_ips.first() {
            Some(first) if status.pod_ip.is_empty() => &first.ip,
            _ => &status.pod_ip,
        };
        Self {
            meta,
            status: word,
            phase: text::word(&status.phase),
            qos: text::word(&status.qos_class),
            ready,
            total,
            restarts,
            last_restart_ms,
            ip: text::line(ip),
            node: text::shared(&spec.node_name),
            service_account: text::shared(&spec.service_account_name),
            priority_class: text::shared(&spec.priority_class_name),
            nominated_node: text::line(&status.nominated_node_name),
            gates: gates(spec, status),
            containers: pod_status::briefs(spec, status),
            resources: share::resources(resources::of_pod(spec, status)),
            usage: None,
        }
    }
}

fn gates(spec: &slim::PodSpec, status: &slim::PodStatus) -> Option<(u32, u32)> {
    let open = spec.readiness_gates.iter().filter(|gate| {
        let condition = status
            .conditions
            .iter()
            .find(|c| c.r#type == gate.condition_type);
        condition.is_some_and(|c| c.status == b"True")
    });
    let all = u32::try_from(spec.readiness_gates.len()).unwrap_or(u32::MAX);
    (all > 0).then(|| (u32::try_from(open.count()).unwrap_or(u32::MAX), all))
}

impl PodRow {
    /// The colour of its status.
    pub fn tone(&self) -> Tone {
        pod_status::tone(&self.status, self.ready, self.total)
    }

    /// A brick a container, in the order of the spec; the text names each.
    fn containers_cell(&self) -> Cell {
        let words: Vec<String> = self.containers.iter().map(ContainerBrief::words).collect();
        Cell {
            text: words.join(", "),
            bricks: self.containers.iter().map(ContainerBrief::tone).collect(),
            ..Cell::default()
        }
    }

    fn restarts_cell(&self, now_ms: i64) -> Cell {
        let Some(last) = self.last_restart_ms.filter(|_| self.restarts != 0) else {
            return Cell::plain(self.restarts.to_string());
        };
        let ago = age(Some(last), now_ms);
        let recent = now_ms.saturating_sub(last) < 3_600_000;
        Cell {
            text: format!("{} ({} ago)", self.restarts, ago.text),
            tone: if recent { Tone::Warn } else { Tone::Plain },
            // The colour fades after an hour, when the text changes too (`59m` to `60m`).
            until_ms: ago.until_ms,
            ..Cell::default()
        }
    }
}

/// Those of `kubectl get pods -o wide`, then ours.
const COLUMNS: &[Def<PodRow>] = &[
    namespace_column!(),
    name_column!(300),
    Def::new(
        || figure_column("ready", "Ready", 64),
        |r, _| {
            let whole = r.ready >= r.total || matches!(&*r.phase, "Succeeded" | "Failed");
            let tone = if whole { Tone::Plain } else { Tone::Warn };
            Cell::toned(format!("{}/{}", r.ready, r.total), tone)
        },
        |r| ready_key(r.ready.into(), r.total.into()),
    ),
    Def::new(
        || text_column("status", "Status", 150),
        |r, _| Cell::toned(&*r.status, r.tone()),
        |r| text_key(&r.status),
    ),
    Def::new(
        || figure_column("restarts", "Restarts", 110),
        PodRow::restarts_cell,
        |r| SortKey::Int(r.restarts),
    ),
    age_column!(),
    Def::new(
        || wide(text_column("ip", "IP", 120)),
        |r, _| or_none(&r.ip),
        |r| text_key(&r.ip),
    ),
    Def::new(
        || text_column("node", "Node", 160),
        |r, _| or_none(&r.node),
        |r| text_key(&r.node),
    ),
    Def::new(
        || wide(text_column("nominated-node", "Nominated Node", 140)),
        |r, _| or_none(&r.nominated_node),
        |r| text_key(&r.nominated_node),
    ),
    Def::new(
        || wide(text_column("readiness-gates", "Readiness Gates", 130)),
        |r, _| {
            r.gates.map_or_else(
                || or_none(""),
                |(open, all)| Cell::plain(format!("{open}/{all}")),
            )
        },
        |r| {
            r.gates.map_or(SortKey::Absent, |(open, all)| {
                ready_key(open.into(), all.into())
            })
        },
    ),
    Def::new(
        || text_column("containers", "Containers", 110),
        |r, _| r.containers_cell(),
        // What is not as it should be first.
        |r| {
            SortKey::Int(
                r.containers
                    .iter()
                    .map(|one| -i64::from(gravity(one.tone())))
                    .min()
                    .unwrap_or(0),
            )
        },
    ),
    Def::new(
        || figure_column("cpu", "CPU", 72),
        |r, _| Cell::plain(r.usage.map(|u| cpu_text(u.cpu_nano)).unwrap_or_default()),
        |r| figure_key(r.usage.map(|u| u.cpu_nano)),
    ),
    Def::new(
        || figure_column("memory", "Memory", 84),
        |r, _| {
            Cell::plain(
                r.usage
                    .map(|u| memory_text(u.memory_bytes))
                    .unwrap_or_default(),
            )
        },
        |r| figure_key(r.usage.map(|u| u.memory_bytes)),
    ),
    Def::new(
        || text_column("controlled-by", "Controlled By", 220),
        |r, _| owner_cell(&r.meta),
        |r| owner_key(&r.meta),
    ),
    Def::new(
        || wide(text_column("qos", "QoS", 96)),
        |r, _| Cell::plain(&*r.qos),
        |r| text_key(&r.qos),
    ),
    Def::new(
        || wide(figure_column("cpu-request", "CPU Request", 96)),
        |r, _| cpu_cell(r.resources.requests.get("cpu")),
        |r| nano_key(r.resources.requests.get("cpu")),
    ),
    Def::new(
        || wide(figure_column("cpu-limit", "CPU Limit", 88)),
        |r, _| cpu_cell(r.resources.limits.get("cpu")),
        |r| nano_key(r.resources.limits.get("cpu")),
    ),
    Def::new(
        || wide(figure_column("memory-request", "Memory Request", 120)),
        |r, _| memory_cell(r.resources.requests.get("memory")),
        |r| unit_key(r.resources.requests.get("memory")),
    ),
    Def::new(
        || wide(figure_column("memory-limit", "Memory Limit", 104)),
        |r, _| memory_cell(r.resources.limits.get("memory")),
        |r| unit_key(r.resources.limits.get("memory")),
    ),
    Def::new(
        || wide(text_column("priority-class", "Priority Class", 160)),
        |r, _| or_none(&r.priority_class),
        |r| text_key(&r.priority_class),
    ),
    Def::new(
        || wide(text_column("service-account", "Service Account", 150)),
        |r, _| or_none(&r.service_account),
        |r| text_key(&r.service_account),
    ),
    labels_column!(),
];
columnar!(PodRow);

fn gravity(tone: Tone) -> u8 {
    match tone {
        Tone::Good => 0,
        Tone::Quiet | Tone::Plain => 1,
        Tone::Warn => 2,
        Tone::Bad => 3,
    }
}

/// Billionths of a core; nothing where none are asked for.
fn cpu_cell(nano: Option<i128>) -> Cell {
    let nano = nano.and_then(|nano| i64::try_from(nano).ok());
    Cell::plain(nano.map(cpu_text).unwrap_or_default())
}

/// Billionths of a byte; nothing where none are asked for.
fn memory_cell(nano: Option<i128>) -> Cell {
    Cell::plain(bytes(nano).map(memory_text).unwrap_or_default())
}

fn bytes(nano: Option<i128>) -> Option<i64> {
    nano.and_then(|nano| i64::try_from(nano / 1_000_000_000).ok())
}

fn nano_key(nano: Option<i128>) -> SortKey<'static> {
    figure_key(nano.and_then(|nano| i64::try_from(nano).ok()))
}

fn unit_key(nano: Option<i128>) -> SortKey<'static> {
    figure_key(bytes(nano))
}
