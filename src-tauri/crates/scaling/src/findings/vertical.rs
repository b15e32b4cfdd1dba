//! A vertical autoscaler on the resource that an HPA scales by.

use super::workload::UpdateMode;
use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::hpa::defaults;
use crate::hpa::spec::{MetricSpec, SourceKind, Target};

/// A `VerticalPodAutoscaler` that changes requests of a resource whose utilization, which is measured against them, an HPA scales by.
#[derive(Debug)]
pub(super) struct SameResource;

impl Check for SameResource {
    fn id(&self) -> &'static str {
        "vpa-same-resource"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn summary(&self) -> &'static str {
        "A VerticalPodAutoscaler changes the requests that an HPA's utilization is measured against."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let mut scaled_by: Vec<String> = workload
            .hpas
            .iter()
            .flat_map(|hpa| {
                let spec = defaults::stored(&hpa.situation.spec);
                let names: Vec<String> = spec.metrics.iter().filter_map(utilized).collect();
                names
            })
            .collect();
        scaled_by.sort_unstable();
        scaled_by.dedup();
        if scaled_by.is_empty() {
            return Outcome::default();
        }
        let Some(vertical) = &workload.vertical else {
            return Outcome::unknown("the vertical autoscalers of the target");
        };
        let changing = vertical.iter().filter(|one| match &one.update_mode {
            UpdateMode::Off => false,
            UpdateMode::Initial
            | UpdateMode::Recreate
            | UpdateMode::InPlaceOrRecreate
            | UpdateMode::Auto => true,
            // None given is one that changes requests; what a mode unknown here does is not known.
            UpdateMode::Other(text) => text.is_empty(),
        });
        changing
            .flat_map(|one| {
                let both = scaled_by.iter().filter(|name| one.resources.contains(name));
                both.map(move |resource| {
                    Seen::new(
                        format!("{} changes requests of {resource}, by whose utilization the count is scaled.", one.name),
                        vec![
                            Evidence::new(
                                format!("VerticalPodAutoscaler {} spec.updatePolicy.updateMode", one.name),
                                one.update_mode.as_str(),
                            ),
                            Evidence::new("spec.metrics[].resource.name", resource),
                        ],
                        "Scale by another metric, or take the resource from the vertical autoscaler.",
                    )
                })
            })
            .collect()
    }
}

/// The resource whose utilization a metric has as its target.
fn utilized(metric: &MetricSpec) -> Option<String> {
    let (name, target): (&String, &Target) = match &metric.kind {
        SourceKind::Resource => {
            let source = metric.resource.as_ref()?;
            (&source.name, &source.target)
        }
        SourceKind::ContainerResource => {
            let source = metric.container_resource.as_ref()?;
            (&source.name, &source.target)
        }
        SourceKind::Object | SourceKind::Pods | SourceKind::External | SourceKind::Other(_) => {
            return None;
        }
    };
    let is_share = target.average_value.is_none() && target.average_utilization.is_some();
    is_share.then(|| name.clone())
}
