//! What the metrics APIs answered to us, and what that tells of what they answered to a pass.

use jiff::{SignedDuration, Timestamp};
use scaling::hpa::situation::Metrics;
use scaling::hpa::spec::{SourceKind, Spec};

use crate::facts::Facts;

/// So long after it was received an answer stands for what a pass would be told.
pub(crate) const FRESH: SignedDuration = SignedDuration::from_secs(40);

/// What the metrics APIs answered to us, no longer ago than it stays fresh; `None` if some metric of the spec is not among it.
pub(crate) fn answered(facts: &Facts, spec: &Spec, at: Timestamp) -> Option<Metrics> {
    let oldest = at.saturating_sub(FRESH).unwrap_or(Timestamp::MIN);
    let mut metrics = Metrics::default();
    for metric in &spec.metrics {
        match metric.kind {
            SourceKind::Resource | SourceKind::ContainerResource => {
                if metrics.resource.is_none() {
                    let (_, answer) = facts.usage.at(at).filter(|(at, _)| *at >= oldest)?;
                    metrics.resource = Some(answer.as_ref().clone());
                }
            }
            SourceKind::Pods => {
                let metric = &metric.pods.as_ref()?.metric;
                let mut lines = facts.pods_metrics.iter();
                let (_, line) = lines.find(|(known, _)| known == metric)?;
                let (_, answer) = line.at(at).filter(|(at, _)| *at >= oldest)?;
                metrics.pods.push(answer.as_ref().clone());
            }
            SourceKind::Object => {
                let source = metric.object.as_ref()?;
                let mut lines = facts.object_metrics.iter();
                let (_, line) = lines.find(|((known, object), _)| {
                    *known == source.metric && *object == source.described_object
                })?;
                let (_, answer) = line.at(at).filter(|(at, _)| *at >= oldest)?;
                metrics.object.push(answer.as_ref().clone());
            }
            SourceKind::External => {
                let metric = &metric.external.as_ref()?.metric;
                let mut lines = facts.external_metrics.iter();
                let (_, line) = lines.find(|(known, _)| known == metric)?;
                let (_, answer) = line.at(at).filter(|(at, _)| *at >= oldest)?;
                metrics.external.push(answer.as_ref().clone());
            }
            SourceKind::Other(_) => return None,
        }
    }
    Some(metrics)
}

/// What was read last before a pass and first after it, if that lies so close together that the pass must have read one of the two.
pub(crate) fn around(facts: &Facts, spec: &Spec, at: Timestamp) -> Vec<Metrics> {
    let Some(before) = answered(facts, spec, at) else {
        return Vec::new();
    };
    let Some((earliest, latest)) = read_around(facts, spec, at) else {
        return Vec::new();
    };
    // Of a pod that went in between, the later reading tells no more.
    let is_gone = facts.pods.values().any(|line| {
        let was_there = line.at(at).is_some_and(|(_, pod)| pod.is_some());
        was_there && line.at(latest).is_some_and(|(_, pod)| pod.is_none())
    });
    if is_gone || latest.duration_since(earliest) > SOON {
        return Vec::new();
    }
    let Some(after) = answered(facts, spec, latest) else {
        return Vec::new();
    };
    if before == after {
        vec![before]
    } else {
        vec![before, after]
    }
}

/// Metrics of pods are made anew every 15 s: between readings this far apart there was one new one at most.
pub(crate) const SOON: SignedDuration = SignedDuration::from_secs(16);

/// When metrics of pods were last read before a moment, and when all of them were read after it.
fn read_around(facts: &Facts, spec: &Spec, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let soon = at.saturating_add(SOON).unwrap_or(at);
    let mut range: Option<(Timestamp, Timestamp)> = None;
    let mut add = |before: Option<Timestamp>, after: Option<Timestamp>| {
        let (before, after) = (before?, after?);
        let (earliest, latest) = range.unwrap_or((before, after));
        range = Some((earliest.min(before), latest.max(after)));
        Some(())
    };
    for metric in &spec.metrics {
        match metric.kind {
            SourceKind::Resource | SourceKind::ContainerResource => {
                let after = facts.usage.within(at, soon).first().map(|(at, _)| *at);
                add(facts.usage.at(at).map(|(at, _)| *at), after)?;
            }
            SourceKind::Pods => {
                let source = metric.pods.as_ref()?;
                let mut lines = facts.pods_metrics.iter();
                let (_, line) = lines.find(|(known, _)| *known == source.metric)?;
                let after = line.within(at, soon).first().map(|(at, _)| *at);
                add(line.at(at).map(|(at, _)| *at), after)?;
            }
            SourceKind::Object | SourceKind::External | SourceKind::Other(_) => {}
        }
    }
    range
}
