//! What scales what: each `ScaledObject` with its HPA, each other HPA alone, each `ScaledJob` with its Jobs.

mod finding;
mod jobs;
mod told;

use std::collections::BTreeSet;
use std::fmt;

use table::{Cell, SortKey, Tone};

use crate::cells::{age, age_key, figure_column, figure_key, text_column, text_key};
use crate::columns::{Def, columnar};
use crate::labels::Labels;
use crate::meta::Word;
use crate::rows::{Amount, HpaRow, Pause, Reference, ScaledObjectRow, Trigger};

pub use finding::{FindingRow, severity_cell};
pub use jobs::JobCounts;
pub use told::{Saying, Told};

/// What decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize, serde::Deserialize, ts_rs::TS)
)]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub enum ScalingKind {
    /// An HPA alone.
    Hpa,
    /// A `ScaledObject`, with its HPA where there is one.
    ScaledObject,
    /// A `ScaledJob`.
    ScaledJob,
}

impl fmt::Display for ScalingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hpa => "HPA",
            Self::ScaledObject => "ScaledObject",
            Self::ScaledJob => "ScaledJob",
        })
    }
}

/// Which autoscaler.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScalingKey {
    /// Namespace.
    pub namespace: Box<str>,
    /// What decides.
    pub kind: ScalingKind,
    /// Name of the HPA, `ScaledObject` or `ScaledJob`.
    pub name: Box<str>,
}

/// One autoscaler as the scaling page lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingRow {
    /// Which.
    pub key: ScalingKey,
    /// `HPA/web`: kind and name, unique in the namespace.
    id: Box<str>,
    /// What it scales; of a `ScaledJob` its Jobs, without a name.
    pub target: Reference,
    /// The HPA that does the work; `None` while a `ScaledObject` has none.
    pub hpa_name: Option<Box<str>>,
    /// Metrics with current value and target, or the triggers while there is no HPA.
    pub metrics: Box<str>,
    /// The metric furthest above its target, as a share of it, for sorting.
    pub load: Option<f64>,
    /// Replicas last seen; of a `ScaledJob` the Jobs that run.
    pub current: Option<i32>,
    /// Replicas last asked for.
    pub desired: Option<i32>,
    /// Least replicas in effect.
    pub min: i32,
    /// Most replicas in effect.
    pub max: i32,
    /// When the replicas last changed, Unix ms.
    pub last_change_ms: Option<i64>,
    /// What holds or drives it now, in words.
    pub status: Word,
    /// The colour of the status.
    pub tone: Tone,
    /// When its older half was created, Unix ms.
    pub created_ms: Option<i64>,
    /// Its labels.
    pub labels: Labels,
    /// What its conditions do not tell.
    pub told: Told,
}

/// Whether this HPA belongs to this `ScaledObject`: by owner, or by the name KEDA noted.
pub fn belongs(hpa: &HpaRow, object: &ScaledObjectRow) -> bool {
    hpa.meta.namespace == object.meta.namespace
        && match &hpa.scaled_object {
            Some(owner) => *owner == object.meta.name,
            None => object.hpa_name == hpa.meta.name,
        }
}

/// One row for each `ScaledObject` and for each HPA that belongs to none, in no order.
/// An HPA whose `ScaledObject` is not among these stands alone.
pub fn join<'a>(
    hpas: impl IntoIterator<Item = &'a HpaRow>,
    objects: impl IntoIterator<Item = &'a ScaledObjectRow>,
) -> Vec<ScalingRow> {
    let hpas: Vec<&HpaRow> = hpas.into_iter().collect();
    let by_owner = hpas
        .iter()
        .filter_map(|h| Some(((&*h.meta.namespace, h.scaled_object.as_deref()?), *h)));
    let by_owner: std::collections::BTreeMap<_, _> = by_owner.collect();
    let by_name: std::collections::BTreeMap<_, _> = hpas
        .iter()
        .filter(|h| h.scaled_object.is_none())
        .map(|h| (h.meta.identity(), *h))
        .collect();
    let mut folded = BTreeSet::new();
    let mut rows = Vec::new();
    for object in objects {
        let namespace = &*object.meta.namespace;
        let hpa = by_owner
            .get(&(namespace, &*object.meta.name))
            .or_else(|| by_name.get(&(namespace, &*object.hpa_name)))
            .copied();
        folded.extend(hpa.map(|h| h.meta.identity()));
        rows.extend(ScalingRow::join(hpa, Some(object)));
    }
    let alone = hpas
        .into_iter()
        .filter(|h| !folded.contains(&h.meta.identity()));
    rows.extend(alone.filter_map(|h| ScalingRow::join(Some(h), None)));
    rows
}

impl ScalingRow {
    /// The row of an HPA, of a `ScaledObject`, or of both; `None` of neither.
    pub fn join(hpa: Option<&HpaRow>, object: Option<&ScaledObjectRow>) -> Option<Self> {
        let (meta, kind) = match (hpa, object) {
            (_, Some(object)) => (&object.meta, ScalingKind::ScaledObject),
            (Some(hpa), None) => (&hpa.meta, ScalingKind::Hpa),
            (None, None) => return None,
        };
        let mut target = match (hpa, object) {
            (Some(hpa), _) => hpa.target.clone(),
            (None, Some(object)) => object.target.clone(),
            (None, None) => Reference::default(),
        };
        if target.kind.is_empty() {
            target.kind = Word::Borrowed("Deployment");
        }
        let (status, tone) = status(hpa, object);
        Some(Self {
            key: ScalingKey {
                namespace: meta.namespace.clone(),
                kind,
                name: meta.name.clone(),
            },
            id: format!("{kind}/{}", meta.name).into(),
            target,
            hpa_name: hpa.map(|h| h.meta.name.clone()),
            metrics: metrics(hpa, object),
            load: hpa.and_then(load),
            current: hpa.map(|h| h.current),
            desired: hpa.and_then(HpaRow::asked_for),
            // A ScaledObject may go below its HPA's least, which is never under 1.
            min: match (object, hpa) {
                (Some(object), _) => object.idle.or(object.min).unwrap_or(0),
                (None, hpa) => hpa.and_then(|h| h.min).unwrap_or(1),
            },
            max: match (hpa, object) {
                (Some(hpa), _) => hpa.max,
                (None, object) => object.and_then(|o| o.max).unwrap_or(100),
            },
            last_change_ms: hpa.and_then(|h| h.last_scale_ms),
            status,
            tone,
            created_ms: meta.created_ms,
            labels: meta.labels.clone(),
            told: Told::default(),
        })
    }
}

fn metrics(hpa: Option<&HpaRow>, object: Option<&ScaledObjectRow>) -> Box<str> {
    match (hpa, object) {
        (Some(hpa), _) => hpa.targets.clone(),
        (None, Some(object)) => trigger_words(&object.triggers),
        (None, None) => "".into(),
    }
}

/// Triggers with the settings that say what they aim at.
fn trigger_words(triggers: &[Trigger]) -> Box<str> {
    let trigger = |t: &Trigger| match &*t.summary {
        "" => t.kind.to_string(),
        summary => format!("{}: {summary}", t.kind),
    };
    let all: Vec<String> = triggers.iter().map(trigger).collect();
    all.join("; ").into()
}

fn load(hpa: &HpaRow) -> Option<f64> {
    let shares = hpa.metrics.iter().filter_map(|m| {
        let target = m.target.map(Amount::as_f64).filter(|t| *t > 0.0)?;
        Some(m.current?.as_f64() / target)
    });
    shares.max_by(f64::total_cmp)
}

/// What most deserves saying, most pressing first.
fn status(hpa: Option<&HpaRow>, object: Option<&ScaledObjectRow>) -> (Word, Tone) {
    let say = |text: String, tone| (Word::Owned(text), tone);
    if let Some(object) = object {
        let is = |kind: &str, status: &str| object.condition(kind).filter(|c| c.status == status);
        match object.pause {
            Pause::At(Some(count)) => return say(format!("paused at {count}"), Tone::Warn),
            Pause::At(None) | Pause::Held => return say("paused".to_owned(), Tone::Warn),
            Pause::No => {}
        }
        if let Some(ready) = is("Ready", "False") {
            return say(format!("not ready: {}", ready.reason), Tone::Bad);
        }
        if is("Fallback", "True").is_some() {
            return say("fallback: a trigger fails".to_owned(), Tone::Bad);
        }
        if is("Active", "False").is_some()
            && hpa.is_none_or(|h| h.current == object.idle.or(object.min).unwrap_or(0))
        {
            return say("idle: no trigger is active".to_owned(), Tone::Quiet);
        }
    }
    let Some(hpa) = hpa else {
        return say("waiting for KEDA to make its HPA".to_owned(), Tone::Warn);
    };
    let mut said = hpa_status(hpa);
    match object {
        Some(o) if o.pause_in && o.pause_out => {
            said = say("paused in and out".to_owned(), Tone::Warn);
        }
        Some(o) if o.pause_in => said.0 = format!("{}; scaling in is paused", said.0).into(),
        Some(o) if o.pause_out => said.0 = format!("{}; scaling out is paused", said.0).into(),
        Some(_) | None => {}
    }
    said
}

fn hpa_status(hpa: &HpaRow) -> (Word, Tone) {
    let is = |kind: &str, status: &str| hpa.condition(kind).filter(|c| c.status == status);
    if let Some(able) = is("AbleToScale", "False") {
        return (format!("unable: {}", able.reason).into(), Tone::Bad);
    }
    if let Some(active) = is("ScalingActive", "False") {
        return match &*active.reason {
            "ScalingDisabled" => ("disabled: its target has no replicas".into(), Tone::Quiet),
            reason => (format!("unable: {reason}").into(), Tone::Bad),
        };
    }
    if hpa.conditions.is_empty() {
        return ("not yet looked at by its controller".into(), Tone::Quiet);
    }
    let moving = match hpa.asked_for().unwrap_or(hpa.current).cmp(&hpa.current) {
        std::cmp::Ordering::Greater => Some("scaling up"),
        std::cmp::Ordering::Less => Some("scaling down"),
        std::cmp::Ordering::Equal => None,
    };
    let limit = is("ScalingLimited", "True").map(|c| match &*c.reason {
        "TooManyReplicas" => "at max".to_owned(),
        "TooFewReplicas" => "at min".to_owned(),
        reason => format!("limited: {reason}"),
    });
    let able = |reason: &str| is("AbleToScale", "True").is_some_and(|c| *c.reason == *reason);
    match (moving, limit) {
        (Some(moving), Some(limit)) => (format!("{moving}, {limit}").into(), Tone::Warn),
        (Some(moving), None) => (moving.into(), Tone::Warn),
        // At its least by want of load is how things should be.
        (None, Some(limit)) if limit == "at min" => (limit.into(), Tone::Quiet),
        (None, Some(limit)) => (limit.into(), Tone::Warn),
        (None, None) if hpa.current == hpa.max => ("at max".into(), Tone::Warn),
        (None, None) if able("ScaleDownStabilized") => {
            ("scale-down waits: stabilization window".into(), Tone::Plain)
        }
        // The controller's last pass asked for nothing else, which says nothing of the next.
        (None, None) => ("at the desired size".into(), Tone::Plain),
    }
}

fn figure(n: Option<i32>) -> Cell {
    Cell::plain(n.map(|n| n.to_string()).unwrap_or_default())
}

impl ScalingRow {
    /// The column that tells what holds or drives it. It sorts by need of attention.
    pub const STATUS: &'static str = "status";

    /// What holds or drives it, in words that may change as time passes.
    fn status_cell(&self, now_ms: i64) -> Cell {
        match &self.told.saying {
            Some(saying) => saying.cell(now_ms),
            None => Cell::toned(&*self.status, self.tone),
        }
    }

    /// How much it needs to be looked at: what does not work first.
    fn attention(&self) -> i64 {
        let tone = self.told.saying.as_ref().map_or(self.tone, Saying::tone);
        match (tone, &self.told.saying) {
            (Tone::Bad, _) => 0,
            (Tone::Warn, _) => 1,
            (_, Some(_)) => 2,
            (Tone::Plain | Tone::Good, None) => 3,
            (Tone::Quiet, None) => 4,
        }
    }

    fn target_text(&self) -> String {
        match &*self.target.name {
            "" => format!("{}s", self.target.kind),
            name => format!("{}/{name}", self.target.kind),
        }
    }
}

/// Columns of the scaling page's table.
const COLUMNS: &[Def<ScalingRow>] = &[
    Def::new(
        || text_column("namespace", "Namespace", 140),
        |r, _| Cell::plain(&*r.key.namespace),
        |r| text_key(&r.key.namespace),
    ),
    Def::new(
        || text_column("name", "Name", 220),
        |r, _| Cell::plain(&*r.key.name),
        |r| text_key(&r.key.name),
    ),
    Def::new(
        || text_column("kind", "Kind", 110),
        |r, _| Cell::plain(r.key.kind.to_string()),
        |r| SortKey::Text(r.key.kind.to_string().into()),
    ),
    Def::new(
        || text_column("target", "Target", 220),
        |r, _| Cell::plain(r.target_text()),
        |r| SortKey::Text(r.target_text().into()),
    ),
    Def::new(
        || text_column("metrics", "Metrics", 260),
        |r, _| Cell::plain(&*r.metrics),
        |r| r.load.map_or(SortKey::Absent, SortKey::Float),
    ),
    Def::new(
        || figure_column("current", "Current", 72),
        |r, _| figure(r.current),
        |r| figure_key(r.current.map(i64::from)),
    ),
    Def::new(
        || figure_column("desired", "Desired", 72),
        |r, _| figure(r.desired),
        |r| figure_key(r.desired.map(i64::from)),
    ),
    Def::new(
        || figure_column("min", "Min", 56),
        |r, _| Cell::plain(r.min.to_string()),
        |r| SortKey::Int(r.min.into()),
    ),
    Def::new(
        || figure_column("max", "Max", 56),
        |r, _| Cell::plain(r.max.to_string()),
        |r| SortKey::Int(r.max.into()),
    ),
    Def::new(
        || figure_column("last-change", "Last Change", 96),
        |r, now_ms| match r.last_change_ms {
            Some(at) => age(Some(at), now_ms),
            None => Cell::default(),
        },
        |r| age_key(r.last_change_ms),
    ),
    Def::new(
        || text_column("hour", "Last Hour", 132),
        |r, _| Cell::plain(&*r.told.hour),
        |r| SortKey::Int(r.told.steps.into()),
    ),
    Def::new(
        || text_column(ScalingRow::STATUS, "Status", 280),
        ScalingRow::status_cell,
        |r| SortKey::Int(r.attention()),
    ),
];

columnar!(ScalingRow, |row| (&row.key.namespace, &row.id), tags: labels);
