//! Rows of pods (`printPod`).

use std::cmp::max;

use jiff::Timestamp;
use model::duration;
use serde_json::{Value, json};

use super::Printer;
use super::words::{age, int, items, name, since, text_or};

pub(crate) const PRINTER: Printer = Printer {
    columns: &[
        ("Name", "string", 0),
        ("Ready", "string", 0),
        ("Status", "string", 0),
        ("Restarts", "string", 0),
        ("Age", "string", 0),
        ("IP", "string", 1),
        ("Node", "string", 1),
        ("Nominated Node", "string", 1),
        ("Readiness Gates", "string", 1),
    ],
    cells,
};

/// What containers make of a pod.
#[derive(Default)]
struct Told {
    ready: usize,
    reason: String,
    restarts: i64,
    /// Milliseconds since the last of them.
    restarted: Option<i64>,
}

fn cells(pod: &Value, now: Timestamp) -> Vec<Value> {
    let spec = &pod["spec"];
    let told = told(pod, now);
    let sidecars = items(&spec["initContainers"]).iter();
    let total = items(&spec["containers"]).len() + sidecars.filter(|own| restarts(own)).count();
    let restarts = match (told.restarts, told.restarted) {
        (count @ 1.., Some(ms)) => format!("{count} ({} ago)", duration::human(ms)),
        (count, _) => count.to_string(),
    };
    vec![
        name(pod),
        json!(format!("{}/{total}", told.ready)),
        json!(told.reason),
        json!(restarts),
        age(pod, now),
        text_or(&pod["status"]["podIPs"][0]["ip"], "<none>"),
        text_or(&spec["nodeName"], "<none>"),
        text_or(&pod["status"]["nominatedNodeName"], "<none>"),
        json!(gates(pod)),
    ]
}

/// Whether an init container is a sidecar.
fn restarts(container: &Value) -> bool {
    container["restartPolicy"] == "Always"
}

fn told(pod: &Value, now: Timestamp) -> Told {
    let status = &pod["status"];
    let conditions = items(&status["conditions"]);
    let phase = status["phase"].as_str().unwrap_or_default();
    let mut told = Told {
        reason: phase.to_owned(),
        ..Told::default()
    };
    if let Some(reason) = status["reason"].as_str().filter(|text| !text.is_empty()) {
        reason.clone_into(&mut told.reason);
    }
    if conditions
        .iter()
        .any(|own| own["type"] == "PodScheduled" && own["reason"] == "SchedulingGated")
    {
        "SchedulingGated".clone_into(&mut told.reason);
    }
    let mut sidecars = Told::default();
    let initializing = initialize(pod, &mut told, &mut sidecars, now);
    let initialized = super::words::holds(pod, "Initialized");
    if !initializing || initialized {
        run(pod, &mut told, sidecars, now);
    }
    if !pod["metadata"]["deletionTimestamp"].is_null() {
        if status["reason"] == "NodeLost" {
            "Unknown".clone_into(&mut told.reason);
        } else if !matches!(phase, "Succeeded" | "Failed") {
            "Terminating".clone_into(&mut told.reason);
        }
    }
    told
}

fn count(told: &mut Told, container: &Value, now: Timestamp) {
    told.restarts += int(&container["restartCount"]);
    let ended = since(&container["lastState"]["terminated"]["finishedAt"], now);
    told.restarted = match (told.restarted, ended) {
        (Some(known), Some(ended)) => Some(known.min(ended)),
        (known, ended) => known.or(ended),
    };
}

/// Init containers; whether one of them is still to end. What sidecars before it count is counted apart, too.
fn initialize(pod: &Value, told: &mut Told, sidecars: &mut Told, now: Timestamp) -> bool {
    let specs = items(&pod["spec"]["initContainers"]);
    let all = specs.len();
    for (at, own) in items(&pod["status"]["initContainerStatuses"])
        .iter()
        .enumerate()
    {
        count(told, own, now);
        // Of containers with the same name the last counts, as in Go's map.
        let mut specs = specs.iter().rev();
        let spec = specs.find(|spec| spec["name"] == own["name"]);
        let sidecar = spec.is_some_and(restarts);
        if sidecar {
            count(sidecars, own, now);
        }
        let (ended, waiting) = (&own["state"]["terminated"], &own["state"]["waiting"]);
        if ended["exitCode"] == 0 {
            continue;
        }
        if sidecar && own["started"] == true {
            if own["ready"] == true {
                told.ready += 1;
            }
            continue;
        }
        let reason = waiting["reason"].as_str().unwrap_or_default();
        told.reason = if ended.is_object() {
            format!("Init:{}", end(ended))
        } else if !reason.is_empty() && reason != "PodInitializing" {
            format!("Init:{reason}")
        } else {
            format!("Init:{at}/{all}")
        };
        return true;
    }
    false
}

/// Containers once all init containers have ended.
fn run(pod: &Value, told: &mut Told, sidecars: Told, now: Timestamp) {
    let (mut fresh, mut running, mut error) = (sidecars, false, String::new());
    for own in items(&pod["status"]["containerStatuses"]).iter().rev() {
        count(&mut fresh, own, now);
        let (ended, waiting) = (&own["state"]["terminated"], &own["state"]["waiting"]);
        let reason = waiting["reason"].as_str().unwrap_or_default();
        if !reason.is_empty() {
            reason.clone_into(&mut told.reason);
        } else if ended.is_object() {
            told.reason = end(ended);
            if ended["exitCode"] != 0 {
                error.clone_from(&told.reason);
            }
        } else if own["ready"] == true && own["state"]["running"].is_object() {
            running = true;
            told.ready += 1;
        }
    }
    told.restarts = fresh.restarts;
    told.restarted = fresh.restarted.map(|ms| max(ms, 0));
    if told.reason == "Completed" {
        if running && super::words::holds(pod, "Ready") {
            "Running".clone_into(&mut told.reason);
        } else if !error.is_empty() {
            told.reason = error;
        } else if running {
            "NotReady".clone_into(&mut told.reason);
        }
    }
}

/// How a container ended.
fn end(ended: &Value) -> String {
    match ended["reason"].as_str() {
        Some(reason) if !reason.is_empty() => reason.to_owned(),
        _ if int(&ended["signal"]) != 0 => format!("Signal:{}", ended["signal"]),
        _ => format!("ExitCode:{}", int(&ended["exitCode"])),
    }
}

fn gates(pod: &Value) -> String {
    let gates = items(&pod["spec"]["readinessGates"]);
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let open = gates.iter().filter(|gate| {
        let kind = gate["conditionType"].as_str().unwrap_or_default();
        super::words::holds(pod, kind)
    });
    format!("{}/{}", open.count(), gates.len())
}
