//! KEDA's `ScaledJobs`.

use table::Cell;

use super::hpa::Condition;
use super::scaled_object::{Trigger, condition_cell, is_false};
use crate::cells::{figure_column, figure_key, text_column, text_key};
use crate::columns::{
    Def, age_column, columnar, labels_column, name_column, namespace_column, owner_column,
};
use crate::meta::Meta;
use crate::slim::{self, Time};
use crate::text;

/// A `ScaledJob` as its table and the scaling page need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScaledJobRow {
    /// Identity, version and age.
    pub meta: Meta,
    /// Jobs that run at least; KEDA takes 0 for none.
    pub min: Option<i32>,
    /// Jobs that run at most; KEDA takes 100 for none.
    pub max: Option<i32>,
    /// Sources of load.
    pub triggers: Box<[Trigger]>,
    /// Their types, as KEDA lists them.
    pub trigger_types: Option<Box<str>>,
    /// Their authentications, as KEDA lists them.
    pub authentication_types: Option<Box<str>>,
    /// When a trigger was last active, Unix ms.
    pub last_active_ms: Option<i64>,
    /// `Ready`, `Active`, `Paused`.
    pub conditions: Box<[Condition]>,
    /// Whether an annotation pauses it.
    pub is_paused: bool,
}

impl From<&slim::ScaledJob> for ScaledJobRow {
    fn from(object: &slim::ScaledJob) -> Self {
        let spec = object.spec.clone().unwrap_or_default();
        let status = object.status.clone().unwrap_or_default();
        let metadata = object.metadata.as_ref();
        let paused = metadata.and_then(|m| m.annotations.get("autoscaling.keda.sh/paused"));
        let optional = |text: &Option<Vec<u8>>| text.as_deref().map(text::line);
        Self {
            meta: metadata.map(Meta::from).unwrap_or_default(),
            min: spec.min_replica_count,
            max: spec.max_replica_count,
            triggers: spec.triggers.iter().map(Trigger::from).collect(),
            trigger_types: optional(&status.triggers_types),
            authentication_types: optional(&status.authentications_types),
            last_active_ms: status.last_active_time.as_ref().and_then(Time::ms),
            conditions: status.conditions.iter().map(Condition::from).collect(),
            is_paused: paused.is_some_and(|value| !is_false(value)),
        }
    }
}

impl ScaledJobRow {
    /// The condition of this type.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.kind == kind)
    }

    fn status_of(&self, kind: &str) -> &str {
        self.condition(kind).map_or("", |c| &c.status)
    }
}

/// Those of `kubectl get scaledjobs`: KEDA's own printer columns.
const COLUMNS: &[Def<ScaledJobRow>] = &[
    namespace_column!(),
    name_column!(240),
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
        |r, _| condition_cell(r.status_of("Ready"), "True", "False"),
        |r| text_key(r.status_of("Ready")),
    ),
    Def::new(
        || text_column("active", "Active", 72),
        |r, _| condition_cell(r.status_of("Active"), "True", ""),
        |r| text_key(r.status_of("Active")),
    ),
    Def::new(
        || text_column("paused", "Paused", 72),
        |r, _| condition_cell(r.status_of("Paused"), "", "True"),
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
columnar!(ScaledJobRow);
