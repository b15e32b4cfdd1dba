//! A request that a utilization target needs and a pod does not have.

use super::workload::DecidedHpa;
use super::{Check, EVIDENCE, Outcome, Seen, Workload, is_sure};
use crate::finding::{Evidence, Severity};
use crate::hpa::defaults;
use crate::hpa::requests::requests;
use crate::hpa::selector::Selector;
use crate::hpa::situation::{Answered, Pod};
use crate::hpa::spec::{SourceKind, Target};

/// One pod under the selector without the request fails the metric, whatever state the pod is in.
#[derive(Debug)]
pub(super) struct MissingRequest;

impl Check for MissingRequest {
    fn id(&self) -> &'static str {
        "missing-request"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "A pod has no request of the resource whose utilization is the target."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        workload.hpas.iter().flat_map(of_hpa).collect()
    }
}

fn of_hpa(hpa: &DecidedHpa) -> Vec<Seen> {
    let situation = &hpa.situation;
    let pods = selected(hpa).unwrap_or_default();
    let spec = defaults::stored(&situation.spec);
    let mut seen = Vec::new();
    for metric in &spec.metrics {
        let (resource, container, target) = match &metric.kind {
            SourceKind::Resource => match &metric.resource {
                Some(source) => (&source.name, "", &source.target),
                None => continue,
            },
            SourceKind::ContainerResource => match &metric.container_resource {
                Some(source) => (&source.name, source.container.as_str(), &source.target),
                None => continue,
            },
            SourceKind::Object | SourceKind::Pods | SourceKind::External | SourceKind::Other(_) => {
                continue;
            }
        };
        if !needs_requests(target) {
            continue;
        }
        let missing = pods.iter().filter_map(|pod| {
            let error = requests(&[*pod], container, resource, &situation.config).err()?;
            Some(Evidence::new(format!("Pod {}", pod.name), error))
        });
        // A named container that a pod does not have is another fault.
        let evidence: Vec<Evidence> = missing
            .filter(|one| one.value.starts_with("missing"))
            .take(EVIDENCE)
            .collect();
        if !evidence.is_empty() {
            seen.push(Seen::new(
                format!(
                    "A pod has no request of {resource}, so its utilization cannot be computed."
                ),
                evidence,
                format!("Give each container a request of {resource}."),
            ));
        }
    }
    seen
}

/// An average value goes before a utilization.
fn needs_requests(target: &Target) -> bool {
    target.average_value.is_none() && target.average_utilization.is_some()
}

/// The pods under the selector; `None` if they are not known for sure.
fn selected(hpa: &DecidedHpa) -> Option<Vec<&Pod>> {
    let situation = &hpa.situation;
    let Answered::Value(scale) = &situation.scale.result else {
        return None;
    };
    let selector = Selector::parse(&scale.selector).ok()?;
    if selector.is_empty() || !is_sure(&situation.pods_certainty) {
        return None;
    }
    let pods = situation.pods.iter();
    Some(pods.filter(|pod| selector.matches(&pod.labels)).collect())
}
