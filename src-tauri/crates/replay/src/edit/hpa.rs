//! In what two specs of an HPA differ.

use scaling::hpa::spec::{
    LabelSelector, MetricIdentifier, MetricSpec, ObjectRef, SourceKind, Spec, Target,
};

use super::{Change, behavior, number, value};

pub(super) fn changes(before: &Spec, after: &Spec) -> Vec<Change> {
    let object = |of: &ObjectRef| format!("{} {}", of.kind, of.name);
    let mut changes: Vec<Change> = [
        value(
            "target",
            object(&before.scale_target_ref),
            object(&after.scale_target_ref),
        ),
        number(
            "minReplicas",
            Some(before.min_replicas.unwrap_or(1)),
            Some(after.min_replicas.unwrap_or(1)),
        ),
        number(
            "maxReplicas",
            Some(before.max_replicas),
            Some(after.max_replicas),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    changes.extend(metrics(&before.metrics, &after.metrics));
    changes.extend(behavior::changes(
        before.behavior.as_ref(),
        after.behavior.as_ref(),
    ));
    changes
}

/// Metrics are told apart by what they measure, not by their place.
fn metrics(before: &[MetricSpec], after: &[MetricSpec]) -> Vec<Change> {
    let mut left: Vec<Measured> = before.iter().map(Measured::of).collect();
    let mut changes = Vec::new();
    for measured in after.iter().map(Measured::of) {
        match left.iter().position(|one| one.what == measured.what) {
            Some(at) => {
                let old = left.remove(at);
                let field = format!("{} target", measured.what);
                changes.extend(value(&field, old.target, measured.target));
            }
            None => changes.push(Change::Added {
                what: measured.what,
                value: measured.target,
            }),
        }
    }
    let gone = left.into_iter();
    changes.extend(gone.map(|one| Change::Removed { what: one.what }));
    changes
}

/// A metric in words.
struct Measured {
    what: String,
    target: String,
}

impl Measured {
    fn of(metric: &MetricSpec) -> Self {
        let (what, target) = match &metric.kind {
            SourceKind::Resource => {
                let source = metric.resource.as_ref();
                (
                    source.map(|source| source.name.clone()),
                    source.map(|source| &source.target),
                )
            }
            SourceKind::ContainerResource => {
                let source = metric.container_resource.as_ref();
                (
                    source.map(|source| format!("{} of {}", source.name, source.container)),
                    source.map(|source| &source.target),
                )
            }
            SourceKind::Pods => {
                let source = metric.pods.as_ref();
                (
                    source.map(|source| named(&source.metric)),
                    source.map(|source| &source.target),
                )
            }
            SourceKind::Object => {
                let source = metric.object.as_ref();
                let what = source.map(|source| {
                    let of = &source.described_object;
                    format!("{} of {} {}", named(&source.metric), of.kind, of.name)
                });
                (what, source.map(|source| &source.target))
            }
            SourceKind::External => {
                let source = metric.external.as_ref();
                (
                    source.map(|source| named(&source.metric)),
                    source.map(|source| &source.target),
                )
            }
            SourceKind::Other(_) => (None, None),
        };
        Self {
            what: what.unwrap_or_else(|| metric.kind.as_str().to_owned()),
            target: target.map(aim).unwrap_or_default(),
        }
    }
}

/// `requests`, `requests{app=web}`
fn named(metric: &MetricIdentifier) -> String {
    match &metric.selector {
        Some(selector) if *selector != LabelSelector::default() => {
            let labels = selector.match_labels.iter();
            let labels = labels.map(|(name, value)| format!("{name}={value}"));
            let others = selector.match_expressions.iter().map(|one| {
                let values = one.values.join("|");
                format!("{} {} {values}", one.key, one.operator)
                    .trim()
                    .to_owned()
            });
            let all: Vec<String> = labels.chain(others).collect();
            format!("{}{{{}}}", metric.name, all.join(","))
        }
        Some(_) | None => metric.name.clone(),
    }
}

/// `70 %`, `500m a pod`, `2k`
fn aim(target: &Target) -> String {
    let percent = target
        .average_utilization
        .map(|percent| format!("{percent} %"));
    let each = target
        .average_value
        .as_ref()
        .map(|amount| format!("{amount} a pod"));
    let total = target.value.as_ref().map(ToString::to_string);
    percent.or(each).or(total).unwrap_or_default()
}
