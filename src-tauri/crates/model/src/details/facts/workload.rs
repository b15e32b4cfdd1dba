//! Workloads that keep a number of pods (`describeDeployment` and its like in kubectl's pkg/describe/describe.go).

use serde_json::Value;

use super::super::look::Look;
use super::super::read::{figure, line, list, scalar, selector};
use super::super::scheduling::labels_or_none;
use super::super::shape::Section;
use super::Known;
use super::build::{Facts, grid};
use super::pod;
use crate::details::read::words;

pub(super) fn workload(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    facts.text("Replicas", replicas(look));
    if spec["paused"] == true {
        facts.text("Paused", "yes");
    }
    facts.text("Strategy", strategy(spec));
    facts.field("Pod Management", &spec["podManagementPolicy"]);
    let service = line(&spec["serviceName"]);
    if !service.is_empty() {
        facts.link("Service", look.near("v1", "Service", &service));
    }
    pod::seconds(facts, "Min Ready", &spec["minReadySeconds"]);
    pod::seconds(facts, "Progress Deadline", &spec["progressDeadlineSeconds"]);
    facts.field("History Limit", &spec["revisionHistoryLimit"]);
    facts.text(
        "Selector",
        if look.kind == "ReplicationController" {
            labels_or_none(&spec["selector"])
        } else {
            selector(&spec["selector"])
        },
    );
    let revision = &look.meta()["annotations"]["deployment.kubernetes.io/revision"];
    facts.field("Revision", revision);
    let (current, update) = (
        line(&status["currentRevision"]),
        line(&status["updateRevision"]),
    );
    if current != update {
        facts.text("Update Revision", update);
    }
    facts.text("Current Revision", current);
    let observed = (
        look.meta()["generation"].as_i64(),
        status["observedGeneration"].as_i64(),
    );
    if let (Some(asked), Some(seen)) = observed
        && seen < asked
    {
        facts.text(
            "Observed",
            format!("generation {seen} of {asked}: the controller has not seen the last change"),
        );
    }
    let retention = &spec["persistentVolumeClaimRetentionPolicy"];
    if retention.is_object() {
        facts.text(
            "Claim Retention",
            format!(
                "when deleted {}, when scaled {}",
                line(&retention["whenDeleted"]),
                line(&retention["whenScaled"])
            ),
        );
    }
    pod::template(look, facts, more);
    grid(
        more,
        "Volume claims",
        &["Name", "Storage class", "Size", "Access modes"],
        list(&spec["volumeClaimTemplates"]).map(|claim| {
            let spec = &claim["spec"];
            vec![
                words(line(&claim["metadata"]["name"])),
                words(line(&spec["storageClassName"])),
                words(scalar(&spec["resources"]["requests"]["storage"])),
                words(super::super::read::joined(&spec["accessModes"], ", ")),
            ]
        }),
    );
    Known::Yes
}

/// `3 wanted · 3 there · 2 updated · 2 ready · 2 available · 1 unavailable`, as describe prints it.
fn replicas(look: &Look<'_>) -> String {
    let (spec, status) = (look.spec(), look.status());
    let parts: Vec<(Option<i32>, &str)> = if look.kind == "DaemonSet" {
        vec![
            (figure(&status["desiredNumberScheduled"]), "wanted"),
            (figure(&status["currentNumberScheduled"]), "scheduled"),
            (figure(&status["updatedNumberScheduled"]), "updated"),
            (figure(&status["numberReady"]), "ready"),
            (figure(&status["numberAvailable"]), "available"),
            (
                figure(&status["numberMisscheduled"]).filter(|&n| n > 0),
                "misscheduled",
            ),
            (figure(&status["numberUnavailable"]), "unavailable"),
        ]
    } else {
        vec![
            // Absent is one: the API server's default.
            (figure(&spec["replicas"]).or(Some(1)), "wanted"),
            (figure(&status["replicas"]).or(Some(0)), "there"),
            (figure(&status["updatedReplicas"]), "updated"),
            (figure(&status["readyReplicas"]).or(Some(0)), "ready"),
            (figure(&status["availableReplicas"]), "available"),
            (figure(&status["unavailableReplicas"]), "unavailable"),
            (
                figure(&status["terminatingReplicas"]).filter(|&n| n > 0),
                "terminating",
            ),
        ]
    };
    let each = parts
        .into_iter()
        .filter_map(|(number, word)| Some(format!("{} {word}", number?)));
    each.collect::<Vec<_>>().join(" · ")
}

/// `RollingUpdate: at most 25% unavailable, 25% surge`.
fn strategy(spec: &Value) -> String {
    let strategy = if spec["strategy"].is_object() {
        &spec["strategy"]
    } else {
        &spec["updateStrategy"]
    };
    let rolling = &strategy["rollingUpdate"];
    let mut limits = Vec::new();
    let unavailable = scalar(&rolling["maxUnavailable"]);
    if !unavailable.is_empty() {
        limits.push(format!("at most {unavailable} unavailable"));
    }
    let surge = scalar(&rolling["maxSurge"]);
    if !surge.is_empty() {
        limits.push(format!("{surge} surge"));
    }
    let partition = scalar(&rolling["partition"]);
    if !matches!(&*partition, "" | "0") {
        limits.push(format!("from pod {partition} on"));
    }
    let kind = line(&strategy["type"]);
    if limits.is_empty() {
        kind
    } else {
        format!("{kind}: {}", limits.join(", "))
    }
}
