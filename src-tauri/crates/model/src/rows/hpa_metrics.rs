//! The metrics of an HPA: as data for graphs, and as kubectl's TARGETS.

use crate::quantity::Quantity;
use crate::slim::{MetricSpec, MetricStatus, MetricTarget, MetricValueStatus};
use crate::text;

/// Where a metric comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricSource {
    /// CPU or memory of whole pods.
    Resource,
    /// CPU or memory of one container.
    ContainerResource,
    /// A custom metric of each pod.
    Pods,
    /// A custom metric of one object.
    Object,
    /// A metric from outside the cluster, KEDA's among them.
    External,
    /// One this version does not know.
    Unknown,
}

/// A figure of one of the three kinds the HPA controller reckons with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Percent of what the pods request.
    Utilization(i32),
    /// Per pod.
    AverageValue(Quantity),
    /// As a whole.
    Value(Quantity),
}

impl Amount {
    /// As a number: percent, or units.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Utilization(percent) => percent.into(),
            Self::AverageValue(q) | Self::Value(q) => q.as_f64(),
        }
    }

    /// As text: `80%`, `250m`.
    pub fn text(self) -> String {
        match self {
            Self::Utilization(percent) => format!("{percent}%"),
            Self::AverageValue(q) | Self::Value(q) => q.to_string(),
        }
    }
}

/// One metric of an HPA with its target and its last value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// `cpu`, or the name of a custom or external metric.
    pub name: Box<str>,
    /// Where it comes from.
    pub source: MetricSource,
    /// The container, for [`MetricSource::ContainerResource`]; else empty.
    pub container: Box<str>,
    /// What the controller last saw, of the target's kind; `None` if it saw nothing.
    pub current: Option<Amount>,
    /// What it aims at; `None` if the spec holds none that reads.
    pub target: Option<Amount>,
}

/// The members of a spec and its status that the source puts in different places.
struct Parts<'a> {
    source: MetricSource,
    name: &'a [u8],
    container: &'a [u8],
    target: MetricTarget,
    current: Option<MetricValueStatus>,
}

fn parts<'a>(spec: &'a MetricSpec, status: Option<&MetricStatus>) -> Parts<'a> {
    macro_rules! named {
        ($source:ident, $member:ident) => {{
            let asked = spec.$member.as_ref();
            Parts {
                source: MetricSource::$source,
                name: asked
                    .and_then(|s| s.metric.as_ref())
                    .map_or(&[][..], |m| &m.name),
                container: &[],
                target: asked.and_then(|s| s.target.clone()).unwrap_or_default(),
                current: status
                    .and_then(|s| s.$member.as_ref())
                    .map(|s| s.current.clone().unwrap_or_default()),
            }
        }};
    }
    macro_rules! resource {
        ($source:ident, $member:ident) => {{
            let asked = spec.$member.as_ref();
            Parts {
                source: MetricSource::$source,
                name: asked.map_or(&[][..], |s| &s.name),
                container: asked.map_or(&[][..], |s| &s.container),
                target: asked.and_then(|s| s.target.clone()).unwrap_or_default(),
                current: status
                    .and_then(|s| s.$member.as_ref())
                    .map(|s| s.current.clone().unwrap_or_default()),
            }
        }};
    }
    match spec.r#type.as_slice() {
        b"External" => named!(External, external),
        b"Pods" => named!(Pods, pods),
        b"Object" => named!(Object, object),
        b"Resource" => resource!(Resource, resource),
        b"ContainerResource" => resource!(ContainerResource, container_resource),
        _ => Parts {
            source: MetricSource::Unknown,
            name: &spec.r#type,
            container: &[],
            target: MetricTarget::default(),
            current: None,
        },
    }
}

/// Each metric of the spec with the status at its place.
pub(super) fn metrics(specs: &[MetricSpec], statuses: &[MetricStatus]) -> Box<[Metric]> {
    let metric = |(index, spec): (usize, &MetricSpec)| {
        let parts = parts(spec, statuses.get(index));
        let quantity = |q: Option<&crate::slim::Quantity>| {
            Quantity::parse(std::str::from_utf8(&q?.string).ok()?)
        };
        let (target, current) = (&parts.target, parts.current.unwrap_or_default());
        let average = quantity(target.average_value.as_ref()).map(Amount::AverageValue);
        let utilization = target.average_utilization.map(Amount::Utilization);
        let value = quantity(target.value.as_ref()).map(Amount::Value);
        let target = average.or(utilization).or(value);
        Metric {
            name: text::line(parts.name),
            source: parts.source,
            container: text::line(parts.container),
            current: match target {
                Some(Amount::Utilization(_)) => {
                    current.average_utilization.map(Amount::Utilization)
                }
                Some(Amount::AverageValue(_)) => {
                    quantity(current.average_value.as_ref()).map(Amount::AverageValue)
                }
                Some(Amount::Value(_)) => quantity(current.value.as_ref()).map(Amount::Value),
                None => None,
            },
            target,
        }
    };
    specs.iter().enumerate().map(metric).collect()
}

/// kubectl's TARGETS: `cpu: 50%/80%, 3/10 (avg) + 1 more...`.
pub(super) fn targets(specs: &[MetricSpec], statuses: &[MetricStatus]) -> Box<str> {
    /// How many are spelled out.
    const SHOWN: usize = 2;
    if specs.is_empty() {
        return "<none>".into();
    }
    let shown = specs
        .iter()
        .enumerate()
        .take(SHOWN)
        .map(|(index, spec)| target(spec, statuses.get(index)));
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if specs.len() > SHOWN {
        text = format!("{text} + {} more...", specs.len() - SHOWN);
    }
    text.into()
}

fn target(spec: &MetricSpec, status: Option<&MetricStatus>) -> String {
    // The server's own text of a quantity; Go's word for a null pointer where one is missing.
    let quantity = |q: Option<&crate::slim::Quantity>| {
        q.map_or_else(|| "<nil>".into(), |q| text::line(&q.string))
    };
    let percent =
        |p: Option<i32>, absent: &str| p.map_or_else(|| absent.to_owned(), |p| format!("{p}%"));
    let unknown = || "<unknown>".into();
    let parts = parts(spec, status);
    let (target, current) = (&parts.target, parts.current.as_ref());
    match parts.source {
        MetricSource::External | MetricSource::Object if target.average_value.is_some() => {
            let current = current.and_then(|c| c.average_value.as_ref());
            let current = current.map_or_else(unknown, |q| quantity(Some(q)));
            format!(
                "{current}/{} (avg)",
                quantity(target.average_value.as_ref())
            )
        }
        MetricSource::External | MetricSource::Object => {
            let current = current.map_or_else(unknown, |c| quantity(c.value.as_ref()));
            format!("{current}/{}", quantity(target.value.as_ref()))
        }
        MetricSource::Pods => {
            let current = current.map_or_else(unknown, |c| quantity(c.average_value.as_ref()));
            format!("{current}/{}", quantity(target.average_value.as_ref()))
        }
        MetricSource::Resource | MetricSource::ContainerResource => {
            let name = text::line(parts.name);
            if target.average_value.is_some() {
                let current = current.map_or_else(unknown, |c| quantity(c.average_value.as_ref()));
                format!(
                    "{name}: {current}/{}",
                    quantity(target.average_value.as_ref())
                )
            } else {
                let current = percent(current.and_then(|c| c.average_utilization), "<unknown>");
                format!(
                    "{name}: {current}/{}",
                    percent(target.average_utilization, "<auto>")
                )
            }
        }
        MetricSource::Unknown => "<unknown type>".to_owned(),
    }
}
