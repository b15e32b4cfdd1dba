//! Workloads whose pods are not as wanted.

use table::Tone;

use super::super::look::Look;
use super::super::read::{figure, line, lines};
use super::super::shape::Verdict;
use super::{caused, quota, sentence, verdict};

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let refused = refused(look);
    let is_refused = refused.is_some();
    found.extend(refused);
    let is = |kind: &str, status: &str| look.condition(kind).filter(|c| c["status"] == status);
    if let Some(stuck) = is("Progressing", "False") {
        let headline = if line(&stuck["reason"]) == "ProgressDeadlineExceeded" {
            let limit = look.spec()["progressDeadlineSeconds"]
                .as_i64()
                .unwrap_or(600);
            format!("The rollout made no progress for {limit}s")
        } else {
            "The rollout does not progress".to_owned()
        };
        found.push(verdict(
            Tone::Bad,
            headline,
            sentence(&lines(&stuck["message"])),
        ));
    }
    if let Some(lacking) = is("Available", "False")
        && !is_refused
    {
        found.push(verdict(
            Tone::Warn,
            lacks(look),
            sentence(&lines(&lacking["message"])),
        ));
    } else if look.kind == "StatefulSet" {
        found.extend(stateful(look));
    } else if look.kind == "DaemonSet" {
        found.extend(daemons(look));
    }
    if look.spec()["paused"] == true {
        found.push(verdict(
            Tone::Plain,
            "The rollout is paused",
            "Changes of the template wait until it is resumed.",
        ));
    }
}

fn lacks(look: &Look<'_>) -> String {
    let wanted = figure(&look.spec()["replicas"]).unwrap_or(1);
    let there = figure(&look.status()["availableReplicas"]).unwrap_or(0);
    format!("{there} of {wanted} pods are available")
}

/// Pods that the API server refused to let be made (condition and event of the controllers' `FailedCreate`).
fn refused(look: &Look<'_>) -> Option<Verdict> {
    let condition = look
        .condition("ReplicaFailure")
        .filter(|c| c["status"] == "True")
        .map(|c| lines(&c["message"]));
    let behind = figure(&look.status()["replicas"]).unwrap_or(0)
        < figure(&look.spec()["replicas"]).unwrap_or(1);
    let job = look.kind == "Job" && figure(&look.status()["active"]).unwrap_or(0) == 0;
    let daemon = look.kind == "DaemonSet"
        && figure(&look.status()["currentNumberScheduled"])
            < figure(&look.status()["desiredNumberScheduled"]);
    let event = || {
        look.event(&["FailedCreate"])
            .filter(|_| behind || job || daemon)
            .map(|event| event.message.to_string())
    };
    let message = condition.or_else(event)?;
    Some(match quota::refused(look, &message) {
        Some((cause, told)) => caused(
            Some(cause),
            verdict(Tone::Bad, "A quota keeps its pods from being made", told),
        ),
        None => verdict(Tone::Bad, "Its pods cannot be made", sentence(&message)),
    })
}

/// Pods of a `StatefulSet` come one after the other (`processReplica` in pkg/controller/statefulset).
fn stateful(look: &Look<'_>) -> Option<Verdict> {
    let (spec, status) = (look.spec(), look.status());
    let wanted = figure(&spec["replicas"]).unwrap_or(1);
    let there = figure(&status["replicas"]).unwrap_or(0);
    let ready = figure(&status["readyReplicas"]).unwrap_or(0);
    if ready >= wanted {
        return None;
    }
    let ordered = line(&spec["podManagementPolicy"]) != "Parallel";
    let told = if ordered && there < wanted && there > 0 {
        let first = figure(&spec["ordinals"]["start"]).unwrap_or(0);
        let last = first + there - 1;
        format!(
            "Pods come one after the other: the next is made when {}-{last} and those before it are ready.",
            look.name
        )
    } else {
        String::new()
    };
    Some(verdict(
        Tone::Warn,
        format!("{ready} of {wanted} pods are ready"),
        told,
    ))
}

fn daemons(look: &Look<'_>) -> Option<Verdict> {
    let count = |member: &str| figure(&look.status()[member]).unwrap_or(0);
    let (wanted, ready) = (count("desiredNumberScheduled"), count("numberReady"));
    (ready < wanted).then(|| {
        verdict(
            Tone::Warn,
            format!("{ready} of {wanted} nodes have a ready pod of it"),
            "",
        )
    })
}

pub(super) fn check_batch(look: &Look<'_>, found: &mut Vec<Verdict>) {
    if look.kind == "CronJob" {
        return cron(look, found);
    }
    let failed = look.condition("Failed").filter(|c| c["status"] == "True");
    if let Some(failed) = failed {
        found.push(verdict(
            Tone::Bad,
            job_headline(look, &line(&failed["reason"])),
            sentence(&lines(&failed["message"])),
        ));
        return;
    }
    let done = look
        .condition("Complete")
        .is_some_and(|c| c["status"] == "True");
    if look.spec()["suspend"] == true {
        found.push(verdict(
            Tone::Plain,
            "Suspended",
            "No pods are made until it is resumed.",
        ));
    } else if !done {
        found.extend(refused(look));
        let fails = figure(&look.status()["failed"]).unwrap_or(0);
        if fails > 0 {
            let limit = figure(&look.spec()["backoffLimit"]).unwrap_or(6);
            found.push(verdict(
                Tone::Warn,
                format!("{fails} of its pods failed"),
                format!("It fails for good after {limit} retries."),
            ));
        }
    }
}

/// Reasons of batch/v1 (`JobReason…` in the API's types).
fn job_headline(look: &Look<'_>, reason: &str) -> String {
    let spec = look.spec();
    match reason {
        "BackoffLimitExceeded" => format!(
            "Failed: its pods failed more often than its backoff limit of {}",
            figure(&spec["backoffLimit"]).unwrap_or(6)
        ),
        "DeadlineExceeded" => format!(
            "Failed: it ran longer than its deadline of {}s",
            spec["activeDeadlineSeconds"].as_i64().unwrap_or(0)
        ),
        "FailedIndexes" => "Failed: some of its indexes failed".to_owned(),
        "MaxFailedIndexesExceeded" => "Failed: too many of its indexes failed".to_owned(),
        "PodFailurePolicy" => "Failed by its pod failure policy".to_owned(),
        "" => "Failed".to_owned(),
        other => format!("Failed: {other}"),
    }
}

fn cron(look: &Look<'_>, found: &mut Vec<Verdict>) {
    if look.spec()["suspend"] == true {
        found.push(verdict(
            Tone::Plain,
            "Suspended",
            "It starts no Jobs until it is resumed.",
        ));
    }
    let reasons = [
        "TooManyMissedTimes",
        "MissSchedule",
        "UnparseableSchedule",
        "FailedCreate",
    ];
    if let Some(event) = look.event(&reasons) {
        let headline = match &*event.reason {
            "UnparseableSchedule" => "Its schedule cannot be read",
            "FailedCreate" => "Its Job cannot be made",
            _ => "It missed start times",
        };
        found.push(verdict(Tone::Warn, headline, sentence(&event.message)));
    }
}
