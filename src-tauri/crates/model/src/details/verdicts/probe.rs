//! Probes that fail, by what kubelet reports of them (event `Unhealthy`, pkg/kubelet/prober/prober.go).

use serde_json::Value;
use table::Tone;

use super::super::look::Look;
use super::super::probes;
use super::super::read::line;
use super::super::shape::Verdict;
use super::{sentence, verdict};
use crate::rows::EventRow;

/// A failure older than this says nothing about a container that is ready, ms.
const RECENT_MS: i64 = 600_000;

pub(super) fn check(look: &Look<'_>, container: &Value, status: &Value, found: &mut Vec<Verdict>) {
    let name = line(&container["name"]);
    if !status["state"]["running"].is_object() {
        return;
    }
    let failed = |kind: &str| failure(look, &name, kind);
    if status["started"] == false && container["startupProbe"].is_object() {
        let told = failed("Startup").map_or_else(
            || {
                format!(
                    "Its startup probe has not succeeded yet: {}.",
                    probes::probe(&container["startupProbe"])
                )
            },
            |event| said("Startup", event),
        );
        found.push(verdict(Tone::Warn, format!("{name} has not started"), told));
        return;
    }
    if status["ready"] == false {
        let told = match failed("Readiness") {
            Some(event) => said("Readiness", event),
            None if container["readinessProbe"].is_object() => {
                format!(
                    "Its readiness probe does not succeed: {}.",
                    probes::probe(&container["readinessProbe"])
                )
            }
            None => "It has no readiness probe; kubelet has not found it ready yet.".to_owned(),
        };
        found.push(verdict(Tone::Warn, format!("{name} is not ready"), told));
    }
    if let Some(event) = failed("Liveness")
        && event
            .last_ms
            .is_some_and(|at| look.now_ms.saturating_sub(at) < RECENT_MS)
    {
        found.push(verdict(
            Tone::Warn,
            format!("{name} fails its liveness probe"),
            format!(
                "{} When it fails too often in a row, kubelet restarts the container.",
                said("Liveness", event)
            ),
        ));
    }
}

/// The latest report of this container's probe.
fn failure<'a>(look: &Look<'a>, container: &str, kind: &str) -> Option<&'a EventRow> {
    let place = format!("{{{container}}}");
    look.own.iter().copied().find(|event| {
        &*event.reason == "Unhealthy"
            && event.message.starts_with(&format!("{kind} probe "))
            && (event.field_path.is_empty() || event.field_path.ends_with(&*place))
    })
}

/// `Readiness probe failed 12 times: HTTP probe failed with statuscode: 503.`
fn said(kind: &str, event: &EventRow) -> String {
    let times = match event.count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    match event.message.split_once(": ") {
        Some((_, why)) => format!("{kind} probe failed {times}: {}", sentence(why)),
        None => sentence(&event.message),
    }
}
