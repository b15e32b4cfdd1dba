//! What a Job's policies make of the ends of its pods.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/job/pod_failure_policy.go:matchPodFailurePolicy` and
//! `success_policy.go:matchSuccessPolicy`.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::{has_failed, indexes};
use crate::controllers::fields::{Fields, Scalar};

/// What the first rule that fits a failed pod says.
struct Match<'a> {
    action: &'a str,
    /// Why the Job fails, if it does by that.
    message: String,
}

fn matching<'a>(job: &'a Value, pod: &Value) -> Option<Match<'a>> {
    let rules = job["spec"]["podFailurePolicy"]["rules"].items();
    rules.iter().enumerate().find_map(|(index, rule)| {
        let action = rule["action"].text();
        let place = format!("{}/{}", pod.namespace(), pod.name());
        let why = if rule["onExitCodes"].is_object() {
            let (name, code) = exit(&rule["onExitCodes"], pod)?;
            format!("Container {name} for pod {place} failed with exit code {code}")
        } else {
            let kind = condition(rule["onPodConditions"].items(), pod)?;
            format!("Pod {place} has condition {kind}")
        };
        let message = format!("{why} matching {action} rule at index {index}");
        Some(Match { action, message })
    })
}

/// The first container that ended with a code that fits.
fn exit<'p>(wanted: &Value, pod: &'p Value) -> Option<(&'p str, i64)> {
    let lists = ["containerStatuses", "initContainerStatuses"].map(|list| &pod["status"][list]);
    let mut all = lists.into_iter().flat_map(Scalar::items);
    all.find_map(|status| {
        let code = status["state"]["terminated"]["exitCode"].as_i64()?;
        let name = status["name"].text();
        let asked = wanted["containerName"].as_str();
        let listed = wanted["values"].items().iter().any(|value| *value == code);
        let fits = match wanted["operator"].text() {
            "In" => listed,
            "NotIn" => !listed,
            _ => false,
        };
        (code != 0 && fits && asked.is_none_or(|asked| asked == name)).then_some((name, code))
    })
}

fn condition<'p>(patterns: &[Value], pod: &'p Value) -> Option<&'p str> {
    let mut all = pod["status"]["conditions"].items().iter();
    let fits = |one: &Value, pattern: &Value| {
        one["type"] == pattern["type"] && one["status"] == pattern["status"]
    };
    let found = all.find(|one| patterns.iter().any(|pattern| fits(one, pattern)))?;
    Some(found["type"].text())
}

/// Whether a failed pod counts towards the limits.
pub(super) fn counts(job: &Value, pod: &Value) -> bool {
    matching(job, pod).is_none_or(|found| found.action != "Ignore")
}

/// Whether a failed pod ends its index.
pub(super) fn fails_index(job: &Value, pod: &Value) -> bool {
    matching(job, pod).is_some_and(|found| found.action == "FailIndex")
}

/// Why the Job fails by its policy (`getFailJobMessage`).
pub(super) fn failure(job: &Value, pods: &[Arc<Value>]) -> Option<String> {
    if job["spec"]["podFailurePolicy"].is_null() {
        return None;
    }
    let failed = pods.iter().filter(|pod| has_failed(job, pod));
    let mut found = failed.filter_map(|pod| matching(job, pod));
    let fails = found.find(|found| found.action == "FailJob");
    fails.map(|found| found.message)
}

/// Why an indexed Job has had enough successes.
pub(super) fn success(job: &Value, succeeded: &BTreeSet<u32>) -> Option<String> {
    let rules = job["spec"]["successPolicy"]["rules"].items();
    if succeeded.is_empty() {
        return None;
    }
    let fits = |rule: &Value| {
        let count = rule["succeededCount"].as_u64();
        match rule["succeededIndexes"].as_str() {
            Some(text) => {
                let wanted = indexes::parse(text);
                let among = wanted.intersection(succeeded).count();
                !wanted.is_empty()
                    && (among == wanted.len() || count.is_some_and(|count| among as u64 >= count))
            }
            None => count.is_some_and(|count| succeeded.len() as u64 >= count),
        }
    };
    let index = rules.iter().position(fits)?;
    Some(format!("Matched rules at index {index}"))
}
