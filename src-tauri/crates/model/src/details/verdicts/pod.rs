//! Pods that do not do their work.

use serde_json::Value;
use table::Tone;

use super::super::containers::{GROUPS, role_of};
use super::super::look::Look;
use super::super::read::{line, lines, link, list};
use super::super::shape::Verdict;
use super::{caused, container, probe, scheduler, sentence, verdict};
use crate::rows::{ContainerRole, EventRow};

pub(super) fn check(look: &Look<'_>, found: &mut Vec<Verdict>) {
    ended(look, found);
    scheduling(look, found);
    let before = found.len();
    let over = matches!(&*line(&look.status()["phase"]), "Succeeded" | "Failed");
    for (role, asked, known) in GROUPS {
        for asked in list(&look.spec()[asked]) {
            let status = list(&look.status()[known]).find(|s| s["name"] == asked["name"]);
            let status = status.unwrap_or(&Value::Null);
            let main = role_of(role, asked) != ContainerRole::Init;
            container::check(look, asked, status, main, found);
            if main && !over && role != ContainerRole::Ephemeral {
                probe::check(look, asked, status, found);
            }
        }
    }
    if found.len() == before {
        starting(look, found);
    }
    gates(look, found);
}

/// What ended the whole pod (reasons of kubelet's eviction manager and of the pod garbage collector).
fn ended(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let status = look.status();
    let reason = line(&status["reason"]);
    let message = sentence(&lines(&status["message"]));
    let node = line(&look.spec()["nodeName"]);
    let on = (!node.is_empty()).then(|| link("v1", "Node", None, &node));
    let headline = match &*reason {
        "Evicted" => "Evicted by its node".to_owned(),
        "NodeLost" => "Its node is away".to_owned(),
        "DeadlineExceeded" => "Ended: it ran longer than its active deadline".to_owned(),
        "NodeAffinity" | "UnexpectedAdmissionError" | "OutOfcpu" | "OutOfmemory" | "OutOfpods" => {
            format!("Its node refused it: {reason}")
        }
        "NodeShutdown" | "Terminated" => "Ended because its node shut down".to_owned(),
        _ => {
            let disrupted = look.condition("DisruptionTarget");
            if let Some(condition) = disrupted.filter(|c| c["status"] == "True") {
                let why = sentence(&lines(&condition["message"]));
                let reason = line(&condition["reason"]);
                found.push(verdict(
                    Tone::Warn,
                    format!("About to be ended: {reason}"),
                    why,
                ));
            }
            return;
        }
    };
    found.push(caused(on, verdict(Tone::Bad, headline, message)));
}

fn scheduling(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let Some(condition) = look.condition("PodScheduled") else {
        return;
    };
    if condition["status"] != "False" {
        return;
    }
    let message = lines(&condition["message"]);
    match &*line(&condition["reason"]) {
        "SchedulingGated" => {
            let gates: Vec<String> = list(&look.spec()["schedulingGates"])
                .map(|gate| line(&gate["name"]))
                .collect();
            found.push(verdict(
                Tone::Warn,
                "Held back by a scheduling gate",
                format!(
                    "It is not scheduled before whoever set {} takes it away.",
                    gates.join(", ")
                ),
            ));
        }
        "Unschedulable" => found.push(scheduler::unschedulable(look, &message)),
        reason => found.push(verdict(
            Tone::Bad,
            format!("Not scheduled: {reason}"),
            sentence(&message),
        )),
    }
}

/// A pod whose containers wait for something outside them: volumes, a sandbox.
fn starting(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let running = look.condition("PodReadyToStartContainers");
    if line(&look.status()["phase"]) != "Pending" || running.is_some_and(|c| c["status"] == "True")
    {
        return;
    }
    let event = look.event(&[
        "FailedMount",
        "FailedAttachVolume",
        "FailedMapVolume",
        "FailedCreatePodSandBox",
        "NetworkNotReady",
        "FailedValidation",
    ]);
    if let Some(event) = event {
        let headline = match &*event.reason {
            "FailedMount" | "FailedMapVolume" => "A volume cannot be mounted",
            "FailedAttachVolume" => "A volume cannot be attached to its node",
            "FailedCreatePodSandBox" | "NetworkNotReady" => "Its network cannot be set up",
            _ => "It cannot start",
        };
        let cause = container::missing(look, &event.message).map(|(_, cause)| cause);
        found.push(caused(cause, verdict(Tone::Bad, headline, counted(event))));
    }
}

/// The event's message, with how often it came.
fn counted(event: &EventRow) -> String {
    let message = sentence(&event.message);
    if event.count > 1 {
        format!("{message} ({} times)", event.count)
    } else {
        message
    }
}

/// Containers are ready and a readiness gate is not met.
fn gates(look: &Look<'_>, found: &mut Vec<Verdict>) {
    let ready = |kind: &str| look.condition(kind).map(|c| c["status"] == "True");
    if ready("ContainersReady") != Some(true) || ready("Ready") != Some(false) {
        return;
    }
    let waits: Vec<String> = list(&look.spec()["readinessGates"])
        .map(|gate| line(&gate["conditionType"]))
        .filter(|kind| ready(kind) != Some(true))
        .collect();
    if !waits.is_empty() {
        found.push(verdict(
            Tone::Warn,
            "Not ready: a readiness gate is not met",
            format!(
                "All containers are ready. Whoever owns {} has not set it to True.",
                waits.join(", ")
            ),
        ));
    }
}
