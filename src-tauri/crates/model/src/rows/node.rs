//! Nodes.

use std::collections::BTreeSet;

use table::{Cell, SortKey, Tone};

use crate::cells::{figure_column, figure_key, or_none, text_column, text_key, wide};
use crate::columns::{Def, age_column, columnar, labels_column, name_column};
use crate::meta::{Meta, Word};
use crate::quantity::{cpu_text, memory_text};
use crate::resources::Amounts;
use crate::slim;
use crate::text;
use crate::usage::Usage;

/// A node as its table needs it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeRow {
    /// Identity, version and age.
    pub meta: Meta,
    /// kubectl's STATUS: `Ready`, `NotReady,SchedulingDisabled`.
    pub status: Word,
    /// `control-plane,worker`; empty if none.
    pub roles: Box<str>,
    /// Of kubelet.
    pub version: Box<str>,
    /// Empty if none.
    pub internal_ip: Box<str>,
    /// Empty if none.
    pub external_ip: Box<str>,
    /// Operating system.
    pub os_image: Box<str>,
    /// Kernel with architecture.
    pub kernel: Box<str>,
    /// Container runtime.
    pub runtime: Box<str>,
    /// `linux/arm64`; empty where kubelet has not said it yet.
    pub platform: Box<str>,
    /// Conditions beside readiness that are true, `MemoryPressure` and the like.
    pub pressures: Box<[Word]>,
    /// What pods may ask for in all; the whole capacity where the node does not say, as kubectl takes it.
    pub allocatable: Amounts,
    /// Nanocores pods may ask for in all.
    pub cpu_allocatable_nano: Option<i64>,
    /// Bytes pods may ask for in all.
    pub memory_allocatable: Option<i64>,
    /// CPU and memory in use, if measured.
    pub usage: Option<Usage>,
}

impl From<&slim::Node> for NodeRow {
    fn from(node: &slim::Node) -> Self {
        let status = node.status.clone().unwrap_or_default();
        let info = status.node_info.unwrap_or_default();
        let known = |bytes: &[u8]| {
            if bytes.is_empty() {
                "<unknown>".into()
            } else {
                text::line(bytes)
            }
        };
        let kernel = match (known(&info.kernel_version), text::line(&info.architecture)) {
            (kernel, architecture) if architecture.is_empty() => kernel,
            (kernel, architecture) => format!("{kernel} ({architecture})").into(),
        };
        let address = |kind: &[u8]| {
            let found = status.addresses.iter().find(|a| a.r#type == kind);
            found.map(|a| text::line(&a.address)).unwrap_or_default()
        };
        // Of several conditions of one type the last counts, as in Go's map.
        let ready = status
            .conditions
            .iter()
            .rev()
            .find(|c| c.r#type == b"Ready")
            .map(|c| c.status == b"True");
        let cordoned = node.spec.as_ref().is_some_and(|s| s.unschedulable);
        let own = Amounts::from(&status.allocatable);
        let nano = |resource| own.get(resource);
        let (cpu_allocatable_nano, memory_allocatable) = (
            nano("cpu").and_then(|n| i64::try_from(n).ok()),
            nano("memory").and_then(|n| i64::try_from(n / 1_000_000_000).ok()),
        );
        let pressures = status
            .conditions
            .iter()
            .filter(|c| c.status == b"True" && c.r#type != b"Ready")
            .map(|c| text::word(&c.r#type));
        Self {
            meta: node.metadata.as_ref().map(Meta::from).unwrap_or_default(),
            status: Word::Borrowed(match (ready, cordoned) {
                (Some(true), false) => "Ready",
                (Some(false), false) => "NotReady",
                (None, false) => "Unknown",
                (Some(true), true) => "Ready,SchedulingDisabled",
                (Some(false), true) => "NotReady,SchedulingDisabled",
                (None, true) => "Unknown,SchedulingDisabled",
            }),
            roles: node.metadata.as_ref().map(roles).unwrap_or_default(),
            version: text::line(&info.kubelet_version),
            internal_ip: address(b"InternalIP"),
            external_ip: address(b"ExternalIP"),
            os_image: known(&info.os_image),
            kernel,
            runtime: known(&info.container_runtime_version),
            platform: match (
                text::line(&info.operating_system),
                text::line(&info.architecture),
            ) {
                (os, architecture) if os.is_empty() => architecture,
                (os, architecture) => format!("{os}/{architecture}").into(),
            },
            pressures: pressures.collect(),
            allocatable: if own.is_empty() {
                Amounts::from(&status.capacity)
            } else {
                own
            },
            cpu_allocatable_nano,
            memory_allocatable,
            usage: None,
        }
    }
}

fn roles(meta: &slim::AnnotatedMeta) -> Box<str> {
    let mut roles = BTreeSet::new();
    for (key, value) in &meta.labels {
        if let Some(role) = key.strip_prefix("node-role.kubernetes.io/") {
            roles.insert(text::line(role.as_bytes()));
        } else if key == "kubernetes.io/role" {
            roles.insert(text::line(value));
        }
    }
    roles.remove("");
    roles.into_iter().collect::<Vec<_>>().join(",").into()
}

impl NodeRow {
    /// CPU in use of what is allocatable; `None` if either is unknown.
    pub fn cpu_percent(&self) -> Option<f64> {
        let milli = |nano: i64| (nano / 1_000_000 + i64::from(nano % 1_000_000 > 0)) as f64;
        let of = milli(self.cpu_allocatable_nano?);
        Some(percent(milli(self.usage?.cpu_nano), of))
    }

    /// Memory in use of what is allocatable; `None` if either is unknown.
    pub fn memory_percent(&self) -> Option<f64> {
        let of = self.memory_allocatable? as f64;
        Some(percent(self.usage?.memory_bytes as f64, of))
    }
}

/// Of nothing allocatable, nothing is in use: `kubectl top` says so too.
fn percent(used: f64, of: f64) -> f64 {
    if of == 0.0 { 0.0 } else { used / of * 100.0 }
}

fn percent_key(percent: Option<f64>) -> SortKey<'static> {
    percent.map_or(SortKey::Absent, SortKey::Float)
}

fn percent_cell(percent: Option<f64>) -> Cell {
    let Some(percent) = percent else {
        return Cell::default();
    };
    let tone = if percent >= 90.0 {
        Tone::Warn
    } else {
        Tone::Plain
    };
    Cell::toned(format!("{:.0}%", percent.trunc()), tone)
}

/// Those of `kubectl get nodes -o wide`, then those of `kubectl top nodes`.
const COLUMNS: &[Def<NodeRow>] = &[
    name_column!(240),
    Def::new(
        || text_column("status", "Status", 130),
        |r, _| {
            let tone = match &*r.status {
                "Ready" => Tone::Good,
                "Ready,SchedulingDisabled" => Tone::Warn,
                _ => Tone::Bad,
            };
            Cell::toned(&*r.status, tone)
        },
        |r| text_key(&r.status),
    ),
    Def::new(
        || text_column("roles", "Roles", 120),
        |r, _| or_none(&r.roles),
        |r| text_key(&r.roles),
    ),
    age_column!(),
    Def::new(
        || text_column("version", "Version", 100),
        |r, _| Cell::plain(&*r.version),
        |r| text_key(&r.version),
    ),
    Def::new(
        || text_column("internal-ip", "Internal-IP", 120),
        |r, _| or_none(&r.internal_ip),
        |r| text_key(&r.internal_ip),
    ),
    Def::new(
        || wide(text_column("external-ip", "External-IP", 120)),
        |r, _| or_none(&r.external_ip),
        |r| text_key(&r.external_ip),
    ),
    Def::new(
        || wide(text_column("os-image", "OS-Image", 200)),
        |r, _| Cell::plain(&*r.os_image),
        |r| text_key(&r.os_image),
    ),
    Def::new(
        || wide(text_column("kernel-version", "Kernel-Version", 180)),
        |r, _| Cell::plain(&*r.kernel),
        |r| text_key(&r.kernel),
    ),
    Def::new(
        || wide(text_column("container-runtime", "Container-Runtime", 160)),
        |r, _| Cell::plain(&*r.runtime),
        |r| text_key(&r.runtime),
    ),
    Def::new(
        || figure_column("cpu", "CPU", 80),
        |r, _| Cell::plain(r.usage.map(|u| cpu_text(u.cpu_nano)).unwrap_or_default()),
        |r| figure_key(r.usage.map(|u| u.cpu_nano)),
    ),
    Def::new(
        || figure_column("cpu-percent", "CPU %", 72),
        |r, _| percent_cell(r.cpu_percent()),
        |r| percent_key(r.cpu_percent()),
    ),
    Def::new(
        || figure_column("memory", "Memory", 88),
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
        || figure_column("memory-percent", "Memory %", 84),
        |r, _| percent_cell(r.memory_percent()),
        |r| percent_key(r.memory_percent()),
    ),
    labels_column!(),
];
columnar!(NodeRow);
