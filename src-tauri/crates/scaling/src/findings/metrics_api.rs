//! A metrics API that is not there, or fails.

use std::collections::BTreeSet;

use super::{Check, Outcome, Seen, Workload};
use crate::finding::{Evidence, Severity};
use crate::hpa::situation::{Answer, Answered, Metrics};
use crate::hpa::spec::SourceKind;
use crate::hpa::{Situation, defaults};

const RESOURCE: &str = "metrics.k8s.io";
const CUSTOM: &str = "custom.metrics.k8s.io";
const EXTERNAL: &str = "external.metrics.k8s.io";

/// An API that a metric of an HPA needs is not registered.
#[derive(Debug)]
pub(super) struct Absent;

impl Check for Absent {
    fn id(&self) -> &'static str {
        "metrics-api-absent"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "A metrics API that an autoscaler needs is not registered."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let needed = needed(workload);
        if needed.is_empty() {
            return Outcome::default();
        }
        match &workload.metrics_apis {
            None => Outcome::unknown("which metrics APIs are registered"),
            Some(apis) => needed
                .into_iter()
                .filter(|needed| !apis.iter().any(|api| api.group == *needed))
                .map(|group| {
                    Seen::new(
                        format!("No server is registered for {group}, so its metrics fail."),
                        vec![Evidence::new(group, "not registered")],
                        server(group),
                    )
                })
                .collect(),
        }
    }
}

/// An API that a metric of an HPA needs is registered but not available, or answered with an error.
#[derive(Debug)]
pub(super) struct Failing;

impl Check for Failing {
    fn id(&self) -> &'static str {
        "metrics-api-failing"
    }

    fn severity(&self) -> Severity {
        Severity::Error
    }

    fn summary(&self) -> &'static str {
        "A metrics API that an autoscaler needs does not answer."
    }

    fn check(&self, workload: &Workload) -> Outcome {
        let apis = workload.metrics_apis.as_deref();
        needed(workload)
            .into_iter()
            .filter_map(|group| {
                let api = apis.map(|apis| apis.iter().find(|api| api.group == group));
                // One that is not registered is the other finding.
                let down = match api {
                    Some(None) => return None,
                    Some(Some(api)) => (!api.is_available).then(|| api.message.clone()),
                    None => None,
                };
                let error = down.map(|message| ("Available", message)).or_else(|| {
                    let hpas = workload.hpas.iter();
                    hpas.flat_map(|hpa| errors(&hpa.situation.metrics, group))
                        .next()
                        .map(|error| ("answer", error.to_owned()))
                });
                let (what, message) = error?;
                Some(Seen::new(
                    format!("{group} fails, so an autoscaler has no usable value of its metrics."),
                    vec![Evidence::new(format!("{group} {what}"), message)],
                    "See why the server behind the API does not answer.",
                ))
            })
            .collect()
    }
}

fn server(group: &str) -> &'static str {
    match group {
        RESOURCE => "Install metrics-server.",
        EXTERNAL => "Install an adapter for external metrics, such as KEDA.",
        _ => "Install an adapter for custom metrics.",
    }
}

/// The APIs that the HPAs' metrics come from.
fn needed(workload: &Workload) -> BTreeSet<&'static str> {
    let situations = workload.hpas.iter().map(|hpa| &hpa.situation);
    situations.flat_map(groups).collect()
}

fn groups(situation: &Situation) -> Vec<&'static str> {
    let spec = defaults::stored(&situation.spec);
    let metrics = spec.metrics.iter();
    metrics
        .filter_map(|metric| match &metric.kind {
            SourceKind::Resource | SourceKind::ContainerResource => Some(RESOURCE),
            SourceKind::Pods | SourceKind::Object => Some(CUSTOM),
            SourceKind::External => Some(EXTERNAL),
            SourceKind::Other(_) => None,
        })
        .collect()
}

/// The errors that an API answered with.
fn errors<'a>(metrics: &'a Metrics, group: &str) -> Vec<&'a str> {
    match group {
        RESOURCE => metrics.resource.iter().filter_map(error).collect(),
        EXTERNAL => {
            let answers = metrics.external.iter();
            answers.filter_map(|one| error(&one.answer)).collect()
        }
        _ => {
            let pods = metrics.pods.iter().filter_map(|one| error(&one.answer));
            let objects = metrics.object.iter().filter_map(|one| error(&one.answer));
            pods.chain(objects).collect()
        }
    }
}

fn error<T>(answer: &Answer<T>) -> Option<&str> {
    match &answer.result {
        Answered::Error(error) if super::is_sure(&answer.certainty) => Some(error),
        Answered::Error(_) | Answered::Value(_) => None,
    }
}
