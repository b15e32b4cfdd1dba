//! Jobs and what makes them on a schedule.

use super::super::look::Look;
use super::super::read::{figure, line, list, scalar, selector};
use super::super::shape::Section;
use super::Known;
use super::build::{Facts, kinded};
use super::pod;
use crate::duration;

pub(super) fn job(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    let count = |member: &str| figure(&status[member]).unwrap_or(0);
    facts.text(
        "Pods",
        format!(
            "{} active ({} ready) · {} succeeded · {} failed",
            count("active"),
            count("ready"),
            count("succeeded"),
            count("failed")
        ),
    );
    facts.field("Parallelism", &spec["parallelism"]);
    facts.field("Completions", &spec["completions"]);
    facts.field("Completion Mode", &spec["completionMode"]);
    facts.field("Completed Indexes", &status["completedIndexes"]);
    facts.field("Failed Indexes", &status["failedIndexes"]);
    facts.field("Backoff Limit", &spec["backoffLimit"]);
    facts.field("Backoff Limit per Index", &spec["backoffLimitPerIndex"]);
    pod::seconds(facts, "Active Deadline", &spec["activeDeadlineSeconds"]);
    pod::seconds(
        facts,
        "Kept After Its End",
        &spec["ttlSecondsAfterFinished"],
    );
    if spec["suspend"] == true {
        facts.text("Suspended", "yes");
    }
    times(look, facts);
    facts.text("Selector", selector(&spec["selector"]));
    pod::template(look, facts, more);
    Known::Yes
}

fn times(look: &Look<'_>, facts: &mut Facts) {
    let status = look.status();
    let (started, ended) = (
        look.moment(&status["startTime"]),
        look.moment(&status["completionTime"]),
    );
    if let Some(started) = &started {
        facts.text("Started", format!("{} ago", started.text));
    }
    if let Some(ended) = &ended {
        facts.text("Completed", format!("{} ago", ended.text));
    }
    if let (Some(started), Some(ended)) = (started, ended) {
        let took = duration::human(ended.at_ms.saturating_sub(started.at_ms));
        facts.text("Took", took);
    }
}

pub(super) fn cron_job(look: &Look<'_>, facts: &mut Facts, more: &mut Vec<Section>) -> Known {
    let (spec, status) = (look.spec(), look.status());
    facts.field("Schedule", &spec["schedule"]);
    let zone = line(&spec["timeZone"]);
    facts.text(
        "Time Zone",
        if zone.is_empty() {
            "the controller manager's".to_owned()
        } else {
            zone
        },
    );
    facts.text(
        "Suspended",
        if spec["suspend"] == true { "yes" } else { "no" },
    );
    facts.field("Concurrency", &spec["concurrencyPolicy"]);
    pod::seconds(facts, "Starting Deadline", &spec["startingDeadlineSeconds"]);
    let kept = |member: &str, default: i32| figure(&spec[member]).unwrap_or(default);
    facts.text(
        "Jobs Kept",
        format!(
            "{} successful, {} failed",
            kept("successfulJobsHistoryLimit", 3),
            kept("failedJobsHistoryLimit", 1)
        ),
    );
    for (label, member) in [
        ("Last Scheduled", "lastScheduleTime"),
        ("Last Success", "lastSuccessfulTime"),
    ] {
        if let Some(at) = look.moment(&status[member]) {
            facts.text(label, format!("{} ago", at.text));
        }
    }
    facts.values(
        "Active Jobs",
        list(&status["active"])
            .map(|job| kinded(look.near("batch/v1", "Job", &line(&job["name"])))),
    );
    let job = &spec["jobTemplate"]["spec"];
    facts.text("Parallelism", scalar(&job["parallelism"]));
    facts.text("Completions", scalar(&job["completions"]));
    facts.text("Backoff Limit", scalar(&job["backoffLimit"]));
    pod::template(look, facts, more);
    Known::Yes
}
