//! KEDA's `ScaledObjects`.

use table::{Cell, Tone};

use super::hpa::{Condition, Reference};
use crate::cells::{figure_column, figure_key, text_column, text_key};
use crate::columns::{
    Def, age_column, columnar, labels_column, name_column, namespace_column, owner_column,
};
use crate::meta::{Meta, Word};
use crate::slim::{self, Time};
use crate::text;

/// A source of load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    /// `prometheus`, `cron`.
    pub kind: Word,
    /// Its name; may be empty.
    pub name: Box<str>,
    /// `AverageValue`, `Value` or `Utilization`; may be empty.
    pub metric_type: Word,
    /// The few settings that say what it aims at: `threshold=10`. Never anything that could be
    /// a credential.
    pub summary: Box<str>,
}

/// How far a `ScaledObject` is told to leave its target alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pause {
    /// Not at all.
    #[default]
    No,
    /// It keeps the replicas there are.
    Held,
    /// It sets this many replicas and keeps them; `None` if the number does not read.
    At(Option<i32>),
}

/// A `ScaledObject` as its table and the scaling page need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScaledObjectRow {
    /// Identity, version and age.
    pub meta: Meta,
    /// What it scales; kind and version may be empty, which means a Deployment.
    pub target: Reference,
    /// `apps/v1.Deployment`, as KEDA resolved it; `None` until it did.
    pub target_kind: Option<Box<str>>,
    /// Least replicas while active; KEDA takes 0 for none.
    pub min: Option<i32>,
    /// Most replicas; KEDA takes 100 for none.
    pub max: Option<i32>,
    /// Replicas while inactive, if not `min`.
    pub idle: Option<i32>,
    /// Seconds between looks at inactive triggers.
    pub polling_interval: Option<i32>,
    /// Seconds without activity before the last replica goes.
    pub cooldown_period: Option<i32>,
    /// Sources of load.
    pub triggers: Box<[Trigger]>,
    /// Their types, as KEDA lists them.
    pub trigger_types: Option<Box<str>>,
    /// Their authentications, as KEDA lists them.
    pub authentication_types: Option<Box<str>>,
    /// The HPA KEDA made; empty until it did.
    pub hpa_name: Box<str>,
    /// When a trigger was last active, Unix ms.
    pub last_active_ms: Option<i64>,
    /// `Ready`, `Active`, `Fallback`, `Paused`, `HPAActive`.
    pub conditions: Box<[Condition]>,
    /// Whether an annotation pauses it.
    pub pause: Pause,
    /// Whether an annotation keeps it from scaling in.
    pub pause_in: bool,
    /// Whether an annotation keeps it from scaling out.
    pub pause_out: bool,
}

impl From<&slim::ScaledObject> for ScaledObjectRow {
    fn from(object: &slim::ScaledObject) -> Self {
        let spec = object.spec.clone().unwrap_or_default();
        let status = object.status.clone().unwrap_or_default();
        let annotation = |name: &str| {
            object
                .metadata
                .as_ref()
                .and_then(|m| m.annotations.get(name))
        };
        let set = |name: &str| annotation(name).is_some_and(|value| !is_false(value));
        let pause = match annotation("autoscaling.keda.sh/paused-replicas") {
            Some(count) => Pause::At(std::str::from_utf8(count).ok().and_then(|c| c.parse().ok())),
            None if set("autoscaling.keda.sh/paused") => Pause::Held,
            None => Pause::No,
        };
        let optional = |text: &Option<Vec<u8>>| text.as_deref().map(text::line);
        Self {
            meta: object.metadata.as_ref().map(Meta::from).unwrap_or_default(),
            target: spec
                .scale_target_ref
                .as_ref()
                .map(Reference::from)
                .unwrap_or_default(),
            target_kind: Some(text::line(&status.scale_target_kind))
                .filter(|kind| !kind.is_empty()),
            min: spec.min_replica_count,
            max: spec.max_replica_count,
            idle: spec.idle_replica_count,
            polling_interval: spec.polling_interval,
            cooldown_period: spec.cooldown_period,
            triggers: spec.triggers.iter().map(Trigger::from).collect(),
            trigger_types: optional(&status.triggers_types),
            authentication_types: optional(&status.authentications_types),
            hpa_name: text::line(&status.hpa_name),
            last_active_ms: status.last_active_time.as_ref().and_then(Time::ms),
            conditions: status.conditions.iter().map(Condition::from).collect(),
            pause,
            pause_in: set("autoscaling.keda.sh/paused-scale-in"),
            pause_out: set("autoscaling.keda.sh/paused-scale-out"),
        }
    }
}

/// Whether Go reads an annotation as false; KEDA takes everything else for true.
pub(super) fn is_false(value: &[u8]) -> bool {
    matches!(value, b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False")
}

impl From<&slim::Trigger> for Trigger {
    fn from(trigger: &slim::Trigger) -> Self {
        /// Settings that are safe to show and say what a trigger does.
        const TELLING: [&str; 22] = [
            "value",
            "threshold",
            "targetValue",
            "targetQueryValue",
            "lagThreshold",
            "queueLength",
            "listLength",
            "messageCount",
            "desiredReplicas",
            "start",
            "end",
            "timezone",
            "queueName",
            "topic",
            "consumerGroup",
            "topicName",
            "subscriptionName",
            "metricName",
            "namespace",
            "containerName",
            "activationThreshold",
            "activationValue",
        ];
        let setting =
            |key: &&str| Some(format!("{key}={}", text::line(trigger.metadata.get(*key)?)));
        Self {
            kind: text::word(&trigger.r#type),
            name: text::line(&trigger.name),
            metric_type: text::word(&trigger.metric_type),
            summary: TELLING
                .iter()
                .filter_map(setting)
                .collect::<Vec<_>>()
                .join(", ")
                .into(),
        }
    }
}

impl ScaledObjectRow {
    /// The condition of this type.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.kind == kind)
    }

    fn status_of(&self, kind: &str) -> &str {
        self.condition(kind).map_or("", |c| &c.status)
    }

    fn condition_cell(&self, kind: &str, good: &str, bad: &str) -> Cell {
        condition_cell(self.status_of(kind), good, bad)
    }
}

/// The status of a condition, with the one that is good and the one that is not.
pub(super) fn condition_cell(status: &str, good: &str, bad: &str) -> Cell {
    let tone = match status {
        _ if status == good => Tone::Good,
        _ if status == bad => Tone::Warn,
        "Unknown" | "" => Tone::Quiet,
        _ => Tone::Plain,
    };
    Cell::toned(status, tone)
}

/// Those of `kubectl get scaledobjects`: KEDA's own printer columns.
const COLUMNS: &[Def<ScaledObjectRow>] = &[
    namespace_column!(),
    name_column!(240),
    Def::new(
        || text_column("scale-target-kind", "ScaleTargetKind", 160),
        |r, _| Cell::plain(r.target_kind.as_deref().unwrap_or_default()),
        |r| text_key(r.target_kind.as_deref().unwrap_or_default()),
    ),
    Def::new(
        || text_column("scale-target-name", "ScaleTargetName", 200),
        |r, _| Cell::plain(&*r.target.name),
        |r| text_key(&r.target.name),
    ),
    Def::new(
        || figure_column("min", "Min", 56),
        |r, _| Cell::plain(r.min.map(|n| n.to_string()).unwrap_or_default()),
        |r| figure_key(r.min.map(i64::from)),
    ),
    Def::new(
        || figure_column("max", "Max", 56),
        |r, _| Cell::plain(r.max.map(|n| n.to_string()).unwrap_or_default()),
        |r| figure_key(r.max.map(i64::from)),
    ),
    Def::new(
        || text_column("ready", "Ready", 72),
        |r, _| r.condition_cell("Ready", "True", "False"),
        |r| text_key(r.status_of("Ready")),
    ),
    Def::new(
        || text_column("active", "Active", 72),
        |r, _| r.condition_cell("Active", "True", ""),
        |r| text_key(r.status_of("Active")),
    ),
    Def::new(
        || text_column("fallback", "Fallback", 80),
        |r, _| r.condition_cell("Fallback", "", "True"),
        |r| text_key(r.status_of("Fallback")),
    ),
    Def::new(
        || text_column("paused", "Paused", 72),
        |r, _| r.condition_cell("Paused", "", "True"),
        |r| text_key(r.status_of("Paused")),
    ),
    Def::new(
        || text_column("triggers", "Triggers", 140),
        |r, _| Cell::plain(r.trigger_types.as_deref().unwrap_or_default()),
        |r| text_key(r.trigger_types.as_deref().unwrap_or_default()),
    ),
    Def::new(
        || text_column("authentications", "Authentications", 160),
        |r, _| Cell::plain(r.authentication_types.as_deref().unwrap_or_default()),
        |r| text_key(r.authentication_types.as_deref().unwrap_or_default()),
    ),
    age_column!(),
    owner_column!(),
    labels_column!(),
];
columnar!(ScaledObjectRow);
