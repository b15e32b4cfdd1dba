//! Pods.

use std::sync::Arc;

use table::{Cell, Column, Row, SortKey, Tone};

use super::pod_status::{self, ContainerBrief, Summary};
use crate::cells::{
    age, age_key, figure_column, figure_key, fitting, or_none, ready_key, text_column, text_key,
    wide,
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
    /// Those of `kubectl get pods -o wide`, then ours.
    pub fn columns() -> Vec<Column> {
        vec![
            text_column("namespace", "Namespace", 140),
            text_column("name", "Name", 300),
            figure_column("ready", "Ready", 64),
            text_column("status", "Status", 150),
            figure_column("restarts", "Restarts", 110),
            figure_column("age", "Age", 72),
            wide(text_column("ip", "IP", 120)),
            text_column("node", "Node", 160),
            wide(text_column("nominated-node", "Nominated Node", 140)),
            wide(text_column("readiness-gates", "Readiness Gates", 130)),
            text_column("containers", "Containers", 110),
            figure_column("cpu", "CPU", 72),
            figure_column("memory", "Memory", 84),
            text_column("controlled-by", "Controlled By", 220),
            wide(text_column("qos", "QoS", 96)),
            wide(figure_column("cpu-request", "CPU Request", 96)),
            wide(figure_column("cpu-limit", "CPU Limit", 88)),
            wide(figure_column("memory-request", "Memory Request", 120)),
            wide(figure_column("memory-limit", "Memory Limit", 104)),
            wide(text_column("priority-class", "Priority Class", 160)),
            wide(text_column("service-account", "Service Account", 150)),
            wide(text_column("labels", "Labels", 240)),
        ]
    }

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

impl Row for PodRow {
    fn identity(&self) -> (&str, &str) {
        self.meta.identity()
    }

    fn cell(&self, column: usize, now_ms: i64) -> Cell {
        match column {
            0 => Cell::plain(&*self.meta.namespace),
            1 => Cell::plain(&*self.meta.name),
            2 => {
                let whole =
                    self.ready >= self.total || matches!(&*self.phase, "Succeeded" | "Failed");
                let tone = if whole { Tone::Plain } else { Tone::Warn };
                Cell::toned(format!("{}/{}", self.ready, self.total), tone)
            }
            3 => Cell::toned(&*self.status, self.tone()),
            4 => self.restarts_cell(now_ms),
            5 => age(self.meta.created_ms, now_ms),
            6 => or_none(&self.ip),
            7 => or_none(&self.node),
            8 => or_none(&self.nominated_node),
            9 => self.gates.map_or_else(
                || or_none(""),
                |(open, all)| Cell::plain(format!("{open}/{all}")),
            ),
            10 => self.containers_cell(),
            11 => Cell::plain(self.usage.map(|u| cpu_text(u.cpu_nano)).unwrap_or_default()),
            12 => Cell::plain(
                self.usage
                    .map(|u| memory_text(u.memory_bytes))
                    .unwrap_or_default(),
            ),
            13 => match &self.meta.owner {
                Some(owner) => Cell::plain(format!("{}/{}", owner.kind, owner.name)),
                None => or_none(""),
            },
            14 => Cell::plain(&*self.qos),
            15 => cpu_cell(self.resources.requests.get("cpu")),
            16 => cpu_cell(self.resources.limits.get("cpu")),
            17 => memory_cell(self.resources.requests.get("memory")),
            18 => memory_cell(self.resources.limits.get("memory")),
            19 => or_none(&self.priority_class),
            20 => or_none(&self.service_account),
            21 => or_none(&fitting(&self.meta.labels.text())),
            _ => Cell::default(),
        }
    }

    fn lists_tags(&self, column: usize) -> bool {
        column == 21
    }

    fn sort_key(&self, column: usize) -> SortKey<'_> {
        match column {
            0 => text_key(&self.meta.namespace),
            1 => text_key(&self.meta.name),
            2 => ready_key(self.ready.into(), self.total.into()),
            3 => text_key(&self.status),
            4 => SortKey::Int(self.restarts),
            5 => age_key(self.meta.created_ms),
            6 => text_key(&self.ip),
            7 => text_key(&self.node),
            8 => text_key(&self.nominated_node),
            9 => self.gates.map_or(SortKey::Absent, |(open, all)| {
                ready_key(open.into(), all.into())
            }),
            // What is not as it should be first.
            10 => SortKey::Int(
                self.containers
                    .iter()
                    .map(|one| -i64::from(gravity(one.tone())))
                    .min()
                    .unwrap_or(0),
            ),
            11 => figure_key(self.usage.map(|u| u.cpu_nano)),
            12 => figure_key(self.usage.map(|u| u.memory_bytes)),
            13 => match &self.meta.owner {
                Some(owner) => SortKey::Text(format!("{}/{}", owner.kind, owner.name).into()),
                None => SortKey::Absent,
            },
            14 => text_key(&self.qos),
            15 => nano_key(self.resources.requests.get("cpu")),
            16 => nano_key(self.resources.limits.get("cpu")),
            17 => unit_key(self.resources.requests.get("memory")),
            18 => unit_key(self.resources.limits.get("memory")),
            19 => text_key(&self.priority_class),
            20 => text_key(&self.service_account),
            21 => match self.meta.labels.text() {
                none if none.is_empty() => SortKey::Absent,
                labels => SortKey::Text(labels.into()),
            },
            _ => SortKey::Absent,
        }
    }
}

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
