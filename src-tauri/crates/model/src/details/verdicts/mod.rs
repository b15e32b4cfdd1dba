//! What is wrong with an object, in sentences with their causes.

mod api;
mod autoscaler;
mod conditions;
mod container;
mod deletion;
mod image;
mod network;
mod node;
mod pod;
mod probe;
mod quota;
mod scheduler;
mod storage;
mod workload;

use table::Tone;

use super::look::Look;
use super::shape::{ObjectLink, Verdict};

/// Everything that is wrong, the gravest first.
pub(super) fn all(look: &Look<'_>) -> Vec<Verdict> {
    let mut found = Vec::new();
    deletion::check(look, &mut found);
    match look.kind {
        "Pod" => pod::check(look, &mut found),
        "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" => {
            workload::check(look, &mut found);
        }
        "Job" | "CronJob" => workload::check_batch(look, &mut found),
        "PersistentVolumeClaim" | "PersistentVolume" => storage::check(look, &mut found),
        "Node" => node::check(look, &mut found),
        "Service" | "Ingress" => network::check(look, &mut found),
        "CustomResourceDefinition" | "APIService" => api::check(look, &mut found),
        "HorizontalPodAutoscaler" => autoscaler::check(look, &mut found),
        "ResourceQuota" | "PodDisruptionBudget" => quota::check(look, &mut found),
        // Told by the rules of deletion: its conditions are only about that.
        "Namespace" => {}
        _ => conditions::check(look, &mut found),
    }
    found.sort_by_key(|verdict| match verdict.tone {
        Tone::Bad => 0,
        Tone::Warn => 1,
        Tone::Plain | Tone::Good | Tone::Quiet => 2,
    });
    found
}

fn verdict(tone: Tone, headline: impl Into<String>, explanation: impl Into<String>) -> Verdict {
    Verdict {
        tone,
        headline: headline.into(),
        explanation: explanation.into(),
        cause: None,
    }
}

fn caused(by: Option<ObjectLink>, verdict: Verdict) -> Verdict {
    Verdict {
        cause: by,
        ..verdict
    }
}

/// A sentence that ends as one; empty stays empty.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests;
