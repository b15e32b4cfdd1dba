//! Containers that do not run, or not for long.

use serde_json::Value;
use table::Tone;

use super::super::look::Look;
use super::super::read::{figure, line, lines, scalar};
use super::super::shape::{ObjectLink, Verdict};
use super::{caused, image, sentence, verdict};
use crate::quantity::memory_text;

/// How long an end by lack of memory is worth a word although the container runs again, ms.
const RECENT_MS: i64 = 3_600_000;

pub(super) fn check(
    look: &Look<'_>,
    container: &Value,
    status: &Value,
    main: bool,
    found: &mut Vec<Verdict>,
) {
    let name = line(&container["name"]);
    let waiting = &status["state"]["waiting"];
    let ended = &status["state"]["terminated"];
    let last = &status["lastState"]["terminated"];
    if waiting.is_object() {
        let reason = line(&waiting["reason"]);
        let message = lines(&waiting["message"]);
        let image_name = line(&container["image"]);
        if let Some(about) = image::check(look, &name, &image_name, &reason, &message) {
            found.push(about);
        } else if reason == "CrashLoopBackOff" {
            found.push(crash_loop(look, &name, container, status, last));
        } else if !matches!(&*reason, "" | "ContainerCreating" | "PodInitializing") {
            found.push(not_created(look, &name, &reason, &message));
        }
        return;
    }
    if ended.is_object() && figure(&ended["exitCode"]).unwrap_or(0) != 0 {
        let headline = if line(&ended["reason"]) == "OOMKilled" {
            format!("{name} ran out of memory (OOMKilled)")
        } else if main {
            format!("{name} failed")
        } else {
            format!("{name} failed, so the pod cannot start")
        };
        let mut told = format!("It {}.", how_it_ended(look, ended));
        if line(&ended["reason"]) == "OOMKilled" {
            told = format!("{told} {}", memory(look, &name, container));
        }
        let message = sentence(&lines(&ended["message"]));
        found.push(verdict(
            Tone::Bad,
            headline,
            format!("{told} {message}").trim().to_owned(),
        ));
        return;
    }
    let recent = look
        .moment(&last["finishedAt"])
        .is_some_and(|at| look.now_ms.saturating_sub(at.at_ms) < RECENT_MS);
    if line(&last["reason"]) == "OOMKilled" && recent {
        found.push(verdict(
            Tone::Warn,
            format!(
                "{name} ran out of memory {} ago (OOMKilled)",
                look.ago(&last["finishedAt"])
            ),
            format!("It runs again. {}", memory(look, &name, container)),
        ));
    }
}

fn crash_loop(
    look: &Look<'_>,
    name: &str,
    container: &Value,
    status: &Value,
    last: &Value,
) -> Verdict {
    let oom = line(&last["reason"]) == "OOMKilled";
    let headline = if oom {
        format!("{name} keeps running out of memory (OOMKilled)")
    } else {
        format!("{name} keeps crashing")
    };
    let mut told = Vec::new();
    if last.is_object() {
        told.push(format!("Its last run {}.", how_it_ended(look, last)));
    }
    if oom {
        told.push(memory(look, name, container));
    }
    let restarts = figure(&status["restartCount"]).unwrap_or(0);
    let wait = back_off(&lines(&status["state"]["waiting"]["message"]));
    let wait = if wait.is_empty() {
        String::new()
    } else {
        format!("; kubelet now waits {wait} between attempts")
    };
    if restarts > 0 {
        told.push(format!(
            "It was restarted {restarts} time{}{wait}.",
            if restarts == 1 { "" } else { "s" }
        ));
    }
    told.push(sentence(&lines(&last["message"])));
    told.retain(|part| !part.is_empty());
    verdict(Tone::Bad, headline, told.join(" "))
}

/// `ended 40s ago with exit code 1 (Error) after 3s`.
fn how_it_ended(look: &Look<'_>, ended: &Value) -> String {
    let mut told = "ended".to_owned();
    let at = look.moment(&ended["finishedAt"]);
    if let Some(at) = &at {
        told = format!("{told} {} ago", at.text);
    }
    let code = figure(&ended["exitCode"]).unwrap_or(0);
    told = format!("{told} with exit code {code}");
    let meaning = match (line(&ended["reason"]), code) {
        (reason, 137) if reason == "Error" => "killed, SIGKILL".to_owned(),
        (reason, 139) if reason == "Error" => "segmentation fault, SIGSEGV".to_owned(),
        (reason, 143) if reason == "Error" => "asked to end, SIGTERM".to_owned(),
        (reason, 126) if reason == "Error" => "its command cannot be executed".to_owned(),
        (reason, 127) if reason == "Error" => "its command was not found".to_owned(),
        (reason, _) => reason,
    };
    if !meaning.is_empty() {
        told = format!("{told} ({meaning})");
    }
    if let (Some(from), Some(to)) = (look.moment(&ended["startedAt"]), at) {
        let ran = crate::duration::human(to.at_ms.saturating_sub(from.at_ms));
        told = format!("{told} after {ran}");
    }
    told
}

/// The limit, beside what was measured.
fn memory(look: &Look<'_>, name: &str, container: &Value) -> String {
    let limit = scalar(&container["resources"]["limits"]["memory"]);
    let limit = if limit.is_empty() {
        "It has no memory limit of its own: the node or the pod's limit ran out.".to_owned()
    } else {
        format!("Its memory limit is {limit}.")
    };
    let peak = look.around.peaks.iter().find(|(of, _)| of == name);
    match peak {
        #[allow(clippy::cast_possible_truncation)] // Bytes of memory fit.
        Some((_, bytes)) => format!(
            "{limit} The most measured while this was open was {}.",
            memory_text(*bytes as i64)
        ),
        None => limit,
    }
}

/// `5m0s` of kubelet's `back-off 5m0s restarting failed container=…`.
fn back_off(message: &str) -> String {
    let rest = message.strip_prefix("back-off ").unwrap_or_default();
    let wait = rest.split(' ').next().unwrap_or_default();
    if wait.starts_with(|c: char| c.is_ascii_digit()) {
        wait.to_owned()
    } else {
        String::new()
    }
}

/// Reasons of kubelet's `pkg/kubelet/container/sync_result.go`, and what a runtime says.
fn not_created(look: &Look<'_>, name: &str, reason: &str, message: &str) -> Verdict {
    let (headline, cause) = match missing(look, message) {
        Some((what, cause)) if reason == "CreateContainerConfigError" => {
            (format!("{name} cannot start: {what}"), Some(cause))
        }
        _ => (format!("{name} cannot start: {reason}"), None),
    };
    caused(cause, verdict(Tone::Bad, headline, sentence(message)))
}

/// What kubelet did not find: `configmap "web" not found`, `couldn't find key x in Secret shop/web`.
pub(super) fn missing(look: &Look<'_>, message: &str) -> Option<(String, ObjectLink)> {
    for (word, kind) in [("configmap", "ConfigMap"), ("secret", "Secret")] {
        if let Some(rest) = message.split(&format!("{word} \"")).nth(1)
            && let Some((name, after)) = rest.split_once('"')
            && after.trim_start().starts_with("not found")
        {
            let link = look.near("v1", kind, name);
            return Some((format!("{kind} {name} does not exist"), link));
        }
    }
    let rest = message.split("couldn't find key ").nth(1)?;
    let (key, place) = rest.split_once(" in ")?;
    let (kind, name) = place.split_once(' ')?;
    let name = name.rsplit('/').next()?.trim_end_matches('.');
    let link = look.near("v1", kind, name);
    Some((format!("{kind} {name} has no key {key}"), link))
}
