//! A pod's status as its node's agent writes it (`pkg/kubelet/kubelet_pods.go:generateAPIPodStatus`, `pkg/kubelet/status/generate.go`).

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::container::{Container, Ended, Role, State, in_words};
use super::run::Run;
use crate::controllers::fields::{Condition, Fields, Scalar, set_condition};
use crate::controllers::hash::fnv;
use crate::programs::Exit;
use crate::writes::seconds;

/// The pod with the status that its run has at `now`.
pub(super) fn render(pod: &Value, run: &Run, host: &str, now: Timestamp) -> Value {
    let mut changed = pod.clone();
    let policy = pod["spec"]["restartPolicy"].text();
    let outcome = run.outcome(policy);
    let phase = match outcome {
        Some(true) => "Succeeded",
        Some(false) => "Failed",
        None if is_begun(run) => "Running",
        None => "Pending",
    };
    let status = &mut changed["status"];
    if !status.is_object() {
        *status = json!({});
    }
    status["phase"] = json!(phase);
    status["hostIP"] = json!(host);
    status["hostIPs"] = json!([{"ip": host}]);
    status["startTime"] = json!(seconds(run.since));
    if run.sandbox <= now {
        let address = match run.address.as_str() {
            "" => host,
            address => address,
        };
        status["podIP"] = json!(address);
        status["podIPs"] = json!([{"ip": address}]);
    }
    if status["qosClass"].is_null() {
        status["qosClass"] = json!(quality(pod));
    }
    let entries = |wanted: &dyn Fn(Role) -> bool| {
        let those = run.containers.iter().filter(|one| wanted(one.role));
        those
            .map(|one| entry(pod, run, one, now))
            .collect::<Vec<_>>()
    };
    status["containerStatuses"] = json!(entries(&|role| role == Role::Main));
    let inits = entries(&|role| role != Role::Main);
    if !inits.is_empty() {
        status["initContainerStatuses"] = json!(inits);
    }
    conditions(&mut changed, run, outcome, now);
    changed
}

/// Whether any of the pod's own containers has begun.
fn is_begun(run: &Run) -> bool {
    let mut mains = run.containers.iter().filter(|one| one.role == Role::Main);
    mains.any(|one| match &one.state {
        State::Running(_) | State::Ended(_) | State::BackOff { .. } => true,
        State::Waiting | State::Pulling(_) | State::NoImage(_) => false,
    })
}

fn entry(pod: &Value, run: &Run, container: &Container, now: Timestamp) -> Value {
    let image = container.spec["image"].text();
    let is_running = matches!(container.state, State::Running(_));
    let mut entry = json!({
        "name": container.name(), "image": image, "imageID": "", "restartCount": container.restarts,
        "ready": container.is_ready(now), "started": is_running,
        "state": state(pod, run, container), "lastState": {},
    });
    if let Some(last) = &container.last {
        entry["lastState"] = json!({"terminated": terminated(last)});
    }
    let id = match &container.state {
        State::Running(running) => Some(&running.id),
        State::Ended(ended) => Some(&ended.id),
        State::BackOff { .. } => container.last.as_ref().map(|last| &last.id),
        State::Waiting | State::Pulling(_) | State::NoImage(_) => None,
    };
    if let Some(id) = id {
        entry["containerID"] = json!(format!("containerd://{id}"));
        entry["imageID"] = json!(image_id(image));
    }
    entry
}

fn state(pod: &Value, run: &Run, container: &Container) -> Value {
    let waiting = |reason: &str, message: Option<String>| {
        let mut waiting = json!({"reason": reason});
        if let Some(message) = message {
            waiting["message"] = json!(message);
        }
        json!({"waiting": waiting})
    };
    match &container.state {
        State::Waiting | State::Pulling(_) => {
            let mut before = run.containers.iter().filter(|one| one.role != Role::Main);
            let waits = !before.all(Container::lets_others_start);
            let reason = if waits && container.role == Role::Main {
                "PodInitializing"
            } else {
                "ContainerCreating"
            };
            waiting(reason, None)
        }
        State::NoImage(missing) => {
            let image = container.spec["image"].text();
            if missing.is_backing_off {
                let message = format!(
                    "Back-off pulling image \"{image}\": ErrImagePull: {}",
                    missing.error
                );
                waiting("ImagePullBackOff", Some(message))
            } else {
                waiting("ErrImagePull", Some(missing.error.clone()))
            }
        }
        State::Running(running) => json!({"running": {"startedAt": seconds(running.started)}}),
        State::Ended(ended) => json!({"terminated": terminated(ended)}),
        State::BackOff { wait, .. } => {
            let message = format!(
                "back-off {} restarting failed container={} pod={}",
                in_go(*wait),
                container.name(),
                in_words(pod)
            );
            waiting("CrashLoopBackOff", Some(message))
        }
    }
}

fn terminated(ended: &Ended) -> Value {
    let (code, reason) = match ended.exit {
        Exit::Code(0) => (0, "Completed"),
        Exit::Code(code) => (code, "Error"),
        Exit::OutOfMemory => (137, "OOMKilled"),
    };
    json!({
        "containerID": format!("containerd://{}", ended.id), "exitCode": code, "reason": reason,
        "startedAt": seconds(ended.started), "finishedAt": seconds(ended.finished),
    })
}

fn conditions(changed: &mut Value, run: &Run, outcome: Option<bool>, now: Timestamp) {
    let scheduled = changed.condition("PodScheduled").cloned();
    let known = changed["status"]["conditions"].items().to_vec();
    let is_over = outcome.is_some();
    let initialized = run
        .containers
        .iter()
        .filter(|one| one.role != Role::Main)
        .all(Container::lets_others_start);
    let mains = || run.containers.iter().filter(|one| one.role == Role::Main);
    let names = |of: &mut dyn Iterator<Item = &Container>| {
        let names: Vec<&str> = of.map(Container::name).collect();
        names.join(" ")
    };
    let unready = names(&mut mains().filter(|one| !one.is_ready(now)));
    let incomplete = names(
        &mut run
            .containers
            .iter()
            .filter(|one| one.role != Role::Main && !one.lets_others_start()),
    );
    let (ready, reason, message) = match outcome {
        Some(true) => (false, "PodCompleted", String::new()),
        Some(false) => (false, "PodFailed", String::new()),
        None if unready.is_empty() => (true, "", String::new()),
        None => {
            let message = format!("containers with unready status: [{unready}]");
            (false, "ContainersNotReady", message)
        }
    };
    let (init_reason, init_message) = match (outcome, initialized) {
        (Some(true), _) => ("PodCompleted", String::new()),
        (_, true) => ("", String::new()),
        (_, false) => {
            let message = format!("containers with incomplete status: [{incomplete}]");
            ("ContainersNotInitialized", message)
        }
    };
    let all = [
        (
            "PodReadyToStartContainers",
            run.sandbox <= now && !is_over,
            "",
            String::new(),
        ),
        (
            "Initialized",
            initialized || outcome == Some(true),
            init_reason,
            init_message,
        ),
        ("Ready", ready, reason, message.clone()),
        ("ContainersReady", ready, reason, message),
    ];
    // They stand in this order, with the scheduler's at the end.
    changed["status"]["conditions"] = json!([]);
    let mut ordered = Vec::new();
    for (kind, holds, reason, message) in all {
        let before = known.iter().find(|one| one["type"] == kind);
        changed["status"]["conditions"] = json!(before.into_iter().collect::<Vec<_>>());
        let condition = Condition {
            kind,
            holds,
            reason,
            message,
        };
        let entry = set_condition(changed, &condition, now);
        entry["lastProbeTime"] = Value::Null;
        ordered.push(entry.clone());
    }
    ordered.extend(scheduled);
    let kinds = [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
    ];
    let others = known
        .into_iter()
        .filter(|one| !kinds.contains(&one["type"].text()));
    ordered.extend(others);
    changed["status"]["conditions"] = json!(ordered);
}

/// A duration of whole seconds as Go prints it.
fn in_go(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}

/// Stands for an image's digest.
fn image_id(image: &str) -> String {
    let mut digest = String::new();
    let mut seed = 0x811c_9dc5;
    for _ in 0..8 {
        seed = fnv(image.as_bytes(), seed);
        let _ = write!(digest, "{seed:08x}");
    }
    let name = image.rsplit_once(':').map_or(image, |(name, _)| name);
    format!("{name}@sha256:{digest}")
}

/// `GetPodQOS`, by the limits and requests of cpu and memory.
fn quality(pod: &Value) -> &'static str {
    let containers = pod["spec"]["containers"].items();
    let has = |one: &Value, list: &str, resource: &str| !one["resources"][list][resource].is_null();
    let each = |list: &str| {
        containers
            .iter()
            .all(|one| has(one, list, "cpu") && has(one, list, "memory"))
    };
    let none = containers.iter().all(|one| {
        ["requests", "limits"]
            .iter()
            .all(|list| !has(one, list, "cpu") && !has(one, list, "memory"))
    });
    let equal = containers.iter().all(|one| {
        let resources = &one["resources"];
        resources["requests"].is_null()
            || ["cpu", "memory"]
                .iter()
                .all(|r| resources["requests"][r] == resources["limits"][r])
    });
    match (none, each("limits") && equal) {
        (true, _) => "BestEffort",
        (false, true) => "Guaranteed",
        (false, false) => "Burstable",
    }
}
