//! Horizontal pod autoscalers.

use table::{Cell, SortKey, Tone};

use super::hpa_metrics::{self, Metric};
use crate::cells::{figure_column, figure_key, text_column, text_key};
use crate::columns::{
    Def, age_column, columnar, labels_column, name_column, namespace_column, owner_column,
};
use crate::meta::{Meta, Word};
use crate::slim::{self, Time};
use crate::text;

/// An object in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// `apps/v1`; may be empty.
    pub api_version: Word,
    /// `Deployment`.
    pub kind: Word,
    /// Name.
    pub name: Box<str>,
}

impl From<&slim::CrossVersionObjectReference> for Reference {
    fn from(r: &slim::CrossVersionObjectReference) -> Self {
        Self {
            api_version: text::word(&r.api_version),
            kind: text::word(&r.kind),
            name: text::line(&r.name),
        }
    }
}

/// One condition of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// `ScalingActive`.
    pub kind: Word,
    /// `True`, `False` or `Unknown`.
    pub status: Word,
    /// One word; may be empty.
    pub reason: Box<str>,
    /// For people; may be empty.
    pub message: Box<str>,
    /// Since when the status is so, Unix ms.
    pub since_ms: Option<i64>,
}

impl From<&slim::Condition> for Condition {
    fn from(c: &slim::Condition) -> Self {
        Self {
            kind: text::word(&c.r#type),
            status: text::word(&c.status),
            reason: text::line(&c.reason),
            message: text::lines(&c.message),
            since_ms: c.last_transition_time.as_ref().and_then(Time::ms),
        }
    }
}

/// An HPA as its table and the scaling page need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HpaRow {
    /// Identity, version and age.
    pub meta: Meta,
    /// What it scales.
    pub target: Reference,
    /// Least replicas; the server fills in 1.
    pub min: Option<i32>,
    /// Most replicas.
    pub max: i32,
    /// Replicas it last saw.
    pub current: i32,
    /// Replicas it last asked for.
    pub desired: i32,
    /// When it last changed the replicas, Unix ms.
    pub last_scale_ms: Option<i64>,
    /// `AbleToScale`, `ScalingActive`, `ScalingLimited`.
    pub conditions: Box<[Condition]>,
    /// Metrics with their targets, in the order of the spec.
    pub metrics: Box<[Metric]>,
    /// kubectl's TARGETS.
    pub targets: Box<str>,
    /// The `ScaledObject` that owns it, by name.
    pub scaled_object: Option<Box<str>>,
}

impl From<&slim::HorizontalPodAutoscaler> for HpaRow {
    fn from(hpa: &slim::HorizontalPodAutoscaler) -> Self {
        let spec = hpa.spec.clone().unwrap_or_default();
        let status = hpa.status.clone().unwrap_or_default();
        let owners = hpa
            .metadata
            .as_ref()
            .map_or(&[][..], |m| &m.owner_references);
        let scaled_object = owners
            .iter()
            .find(|o| o.kind == b"ScaledObject" && o.api_version.starts_with(b"keda.sh/"));
        Self {
            meta: hpa.metadata.as_ref().map(Meta::from).unwrap_or_default(),
            target: spec
                .scale_target_ref
                .as_ref()
                .map(Reference::from)
                .unwrap_or_default(),
            min: spec.min_replicas,
            max: spec.max_replicas,
            current: status.current_replicas,
            desired: status.desired_replicas,
            last_scale_ms: status.last_scale_time.as_ref().and_then(Time::ms),
            conditions: status.conditions.iter().map(Condition::from).collect(),
            metrics: hpa_metrics::metrics(&spec.metrics, &status.current_metrics),
            targets: hpa_metrics::targets(&spec.metrics, &status.current_metrics),
            scaled_object: scaled_object.map(|o| text::line(&o.name)),
        }
    }
}

impl HpaRow {
    /// Replicas it last asked for; `None` if its status has never held any: then it reads 0, which
    /// only an HPA that may scale to zero asks for.
    pub fn asked_for(&self) -> Option<i32> {
        (self.desired > 0 || self.current == 0 || self.min == Some(0)).then_some(self.desired)
    }

    /// The condition of this type.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.kind == kind)
    }
}

/// Those of `kubectl get horizontalpodautoscalers`.
const COLUMNS: &[Def<HpaRow>] = &[
    namespace_column!(),
    name_column!(240),
    Def::new(
        || text_column("reference", "Reference", 240),
        |r, _| Cell::plain(format!("{}/{}", r.target.kind, r.target.name)),
        |r| SortKey::Text(format!("{}/{}", r.target.kind, r.target.name).into()),
    ),
    Def::new(
        || text_column("targets", "Targets", 240),
        |r, _| {
            let blind = r
                .condition("ScalingActive")
                .is_some_and(|c| c.status == "False");
            Cell::toned(&*r.targets, if blind { Tone::Warn } else { Tone::Plain })
        },
        |r| text_key(&r.targets),
    ),
    Def::new(
        || figure_column("minpods", "MinPods", 72),
        |r, _| {
            Cell::plain(
                r.min
                    .map_or_else(|| "<unset>".to_owned(), |min| min.to_string()),
            )
        },
        |r| figure_key(r.min.map(i64::from)),
    ),
    Def::new(
        || figure_column("maxpods", "MaxPods", 72),
        |r, _| Cell::plain(r.max.to_string()),
        |r| SortKey::Int(r.max.into()),
    ),
    Def::new(
        || figure_column("replicas", "Replicas", 72),
        |r, _| Cell::plain(r.current.to_string()),
        |r| SortKey::Int(r.current.into()),
    ),
    age_column!(),
    owner_column!(),
    labels_column!(),
];
columnar!(HpaRow);
