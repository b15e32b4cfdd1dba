//! The one word kubectl says of a pod: its rules over phase, conditions and containers.

use std::borrow::Cow;
use std::sync::Arc;

use table::Tone;

use crate::meta::Word;
use crate::slim::{self, ContainerState, ContainerStatus, PodSpec, PodStatus, Time};
use crate::text;

/// What READY, STATUS and RESTARTS say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) ready: u32,
    pub(super) total: u32,
    pub(super) status: Word,
    pub(super) restarts: i64,
    pub(super) last_restart_ms: Option<i64>,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize, serde::Deserialize, ts_rs::TS)
)]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub enum ContainerRole {
    /// Runs before the others, to its end.
    Init,
    /// An init container that keeps running beside the others.
    Sidecar,
    /// An ordinary one.
    Container,
    /// Added to a running pod for debugging.
    Ephemeral,
}

/// Where a container is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "wire",
    derive(serde::Serialize, serde::Deserialize, ts_rs::TS)
)]
#[cfg_attr(feature = "wire", serde(rename_all = "camelCase"))]
pub enum ContainerPhase {
    /// Not started, or waiting to start again.
    Waiting,
    /// Started.
    Running,
    /// Ended.
    Terminated,
}

/// One container of a pod, in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerBrief {
    /// Name.
    pub name: Arc<str>,
    /// Restarts so far.
    pub restarts: i32,
    /// What it is for.
    pub role: ContainerRole,
    /// Where it is in its life.
    pub phase: ContainerPhase,
    /// Whether it passes its readiness probe.
    pub ready: bool,
    /// Whether it ended with an error, or waits because of one.
    pub failed: bool,
}

impl ContainerBrief {
    /// The colour of its brick. An init container that ended has done its work.
    pub fn tone(&self) -> Tone {
        match (self.phase, self.role) {
            (ContainerPhase::Running, ContainerRole::Init) => Tone::Warn,
            (ContainerPhase::Running, _) if self.ready => Tone::Good,
            (ContainerPhase::Waiting, _) if self.restarts > 0 || self.failed => Tone::Bad,
            (ContainerPhase::Running | ContainerPhase::Waiting, _) => Tone::Warn,
            (ContainerPhase::Terminated, _) if self.failed => Tone::Bad,
            (ContainerPhase::Terminated, _) => Tone::Quiet,
        }
    }

    /// Its brick in words: `web running`, `log waiting, restarted`.
    pub fn words(&self) -> String {
        let state = match self.phase {
            ContainerPhase::Running if self.ready || self.role == ContainerRole::Init => "running",
            ContainerPhase::Running => "not ready",
            ContainerPhase::Waiting if self.restarts > 0 => "waiting after a restart",
            ContainerPhase::Waiting if self.failed => "cannot start",
            ContainerPhase::Waiting => "waiting",
            ContainerPhase::Terminated if self.failed => "failed",
            ContainerPhase::Terminated => "ended",
        };
        format!("{} {state}", self.name)
    }
}

/// Whether it ended with an error, or waits for something else than its start.
fn failed(state: &ContainerState) -> bool {
    let starting =
        |reason: &[u8]| matches!(reason, b"" | b"ContainerCreating" | b"PodInitializing");
    let waits = state
        .waiting
        .as_ref()
        .is_some_and(|waiting| !starting(&waiting.reason));
    waits
        || state
            .terminated
            .as_ref()
            .is_some_and(|ended| ended.exit_code != 0)
}

pub(super) fn phase(state: Option<&ContainerState>) -> ContainerPhase {
    match state {
        Some(ContainerState {
            running: Some(_), ..
        }) => ContainerPhase::Running,
        Some(ContainerState {
            terminated: Some(_),
            ..
        }) => ContainerPhase::Terminated,
        _ => ContainerPhase::Waiting,
    }
}

/// Every container of the pod, init containers first, in the order of the spec.
pub(super) fn briefs(spec: &PodSpec, status: &PodStatus) -> Box<[ContainerBrief]> {
    let brief = |container: &slim::Container, role, statuses: &[ContainerStatus]| {
        let status = statuses.iter().find(|s| s.name == container.name);
        ContainerBrief {
            name: text::shared(&container.name),
            restarts: status.map_or(0, |s| s.restart_count),
            role,
            phase: phase(status.and_then(|s| s.state.as_ref())),
            ready: status.is_some_and(|s| s.ready),
            failed: status.and_then(|s| s.state.as_ref()).is_some_and(failed),
        }
    };
    let init = spec.init_containers.iter().map(|c| {
        let role = if is_sidecar(c) {
            ContainerRole::Sidecar
        } else {
            ContainerRole::Init
        };
        brief(c, role, &status.init_container_statuses)
    });
    let main = spec
        .containers
        .iter()
        .map(|c| brief(c, ContainerRole::Container, &status.container_statuses));
    init.chain(main).collect()
}

fn is_sidecar(init: &slim::Container) -> bool {
    init.restart_policy == b"Always"
}

/// Restarts counted, and the last of them.
#[derive(Clone, Copy, Default)]
struct Restarts {
    count: i64,
    last_ms: Option<i64>,
}

impl Restarts {
    fn add(&mut self, container: &ContainerStatus) {
        self.count = self.count.saturating_add(container.restart_count.into());
        let ended = container
            .last_state
            .as_ref()
            .and_then(|s| s.terminated.as_ref());
        self.last_ms = self.last_ms.max(
            ended
                .and_then(|t| t.finished_at.as_ref())
                .and_then(Time::ms),
        );
    }
}

/// The rules of kubectl's pod printer, in its order.
pub(super) fn summary(spec: &PodSpec, status: &PodStatus, deleted: bool) -> Summary {
    let mut reason = text::word(if status.reason.is_empty() {
        &status.phase
    } else {
        &status.reason
    });
    if status
        .conditions
        .iter()
        .any(|c| c.r#type == b"PodScheduled" && c.reason == b"SchedulingGated")
    {
        reason = Cow::Borrowed("SchedulingGated");
    }
    let sidecars = spec.init_containers.iter().filter(|c| is_sidecar(c));
    let total = spec.containers.len() + sidecars.count();

    let init = init_containers(spec, status);
    let mut ready = init.ready;
    let mut restarts = init.restarts;
    let initializing = init.reason.is_some();
    if let Some(stuck) = init.reason {
        reason = stuck;
    }
    if !initializing || is_true(status, b"Initialized") {
        restarts = init.sidecar_restarts;
        let mut running = false;
        let mut error = None;
        // Last to first: of several reasons the first container's stands.
        for container in status.container_statuses.iter().rev() {
            restarts.add(container);
            let state = container.state.as_ref();
            let waiting = state
                .and_then(|s| s.waiting.as_ref())
                .filter(|w| !w.reason.is_empty());
            if let Some(waiting) = waiting {
                reason = text::word(&waiting.reason);
            } else if let Some(ended) = state.and_then(|s| s.terminated.as_ref()) {
                reason = end_reason(ended);
                if ended.exit_code != 0 {
                    error = Some(reason.clone());
                }
            } else if container.ready && state.is_some_and(|s| s.running.is_some()) {
                running = true;
                ready += 1;
            }
        }
        if reason == "Completed" {
            if running && is_true(status, b"Ready") {
                reason = Cow::Borrowed("Running");
            } else if let Some(error) = error {
                reason = error;
            } else if running {
                reason = Cow::Borrowed("NotReady");
            }
        }
    }
    if deleted && status.reason == b"NodeLost" {
        reason = Cow::Borrowed("Unknown");
    } else if deleted && !matches!(status.phase.as_slice(), b"Succeeded" | b"Failed") {
        reason = Cow::Borrowed("Terminating");
    }
    Summary {
        ready,
        total: u32::try_from(total).unwrap_or(u32::MAX),
        status: reason,
        restarts: restarts.count,
        last_restart_ms: restarts.last_ms,
    }
}

struct Init {
    /// Why initialization is not over; `None` if it is.
    reason: Option<Word>,
    ready: u32,
    restarts: Restarts,
    sidecar_restarts: Restarts,
}

fn init_containers(spec: &PodSpec, status: &PodStatus) -> Init {
    let mut init = Init {
        reason: None,
        ready: 0,
        restarts: Restarts::default(),
        sidecar_restarts: Restarts::default(),
    };
    for (index, container) in status.init_container_statuses.iter().enumerate() {
        // Of containers with the same name the last counts, as in Go's map.
        let asked = spec
            .init_containers
            .iter()
            .rev()
            .find(|c| c.name == container.name);
        let sidecar = asked.is_some_and(is_sidecar);
        init.restarts.add(container);
        if sidecar {
            init.sidecar_restarts.add(container);
        }
        let state = container.state.as_ref();
        let ended = state.and_then(|s| s.terminated.as_ref());
        if ended.is_some_and(|t| t.exit_code == 0) {
            continue;
        }
        if sidecar && container.started == Some(true) {
            init.ready += u32::from(container.ready);
            continue;
        }
        let waiting = state
            .and_then(|s| s.waiting.as_ref())
            .map(|w| w.reason.as_slice());
        init.reason = Some(match (ended, waiting) {
            (Some(ended), _) => Cow::Owned(format!("Init:{}", end_reason(ended))),
            (None, Some(waiting)) if !waiting.is_empty() && waiting != b"PodInitializing" => {
                Cow::Owned(format!("Init:{}", text::line(waiting)))
            }
            (None, _) => Cow::Owned(format!("Init:{index}/{}", spec.init_containers.len())),
        });
        break;
    }
    init
}

pub(super) fn end_reason(ended: &slim::ContainerStateTerminated) -> Word {
    if !ended.reason.is_empty() {
        text::word(&ended.reason)
    } else if ended.signal != 0 {
        Cow::Owned(format!("Signal:{}", ended.signal))
    } else {
        Cow::Owned(format!("ExitCode:{}", ended.exit_code))
    }
}

/// Whether the first condition of this type is true.
fn is_true(status: &PodStatus, kind: &[u8]) -> bool {
    status
        .conditions
        .iter()
        .find(|c| c.r#type == kind)
        .is_some_and(|c| c.status == b"True")
}

/// Green for what runs whole, grey for what is over, amber for what is on its way, red for the rest.
pub(super) fn tone(status: &str, ready: u32, total: u32) -> Tone {
    match status {
        "Running" if ready >= total => Tone::Good,
        "Completed" | "Succeeded" | "Terminating" => Tone::Quiet,
        "" | "Running" | "Pending" | "ContainerCreating" | "PodInitializing"
        | "SchedulingGated" | "NotReady" => Tone::Warn,
        _ if status
            .strip_prefix("Init:")
            .is_some_and(|s| s.starts_with(|c: char| c.is_ascii_digit())) =>
        {
            Tone::Warn
        }
        _ => Tone::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brick_tells_what_its_words_tell() {
        use ContainerPhase::{Running, Terminated, Waiting};
        use ContainerRole::{Container, Init};
        for (role, phase, ready, restarts, failed, tone, words) in [
            (Container, Running, true, 0, false, Tone::Good, "c running"),
            (
                Container,
                Running,
                false,
                3,
                false,
                Tone::Warn,
                "c not ready",
            ),
            (Init, Running, false, 0, false, Tone::Warn, "c running"),
            (Container, Waiting, false, 0, false, Tone::Warn, "c waiting"),
            (
                Container,
                Waiting,
                false,
                2,
                false,
                Tone::Bad,
                "c waiting after a restart",
            ),
            (
                Container,
                Waiting,
                false,
                0,
                true,
                Tone::Bad,
                "c cannot start",
            ),
            (Init, Terminated, true, 0, false, Tone::Quiet, "c ended"),
            (Container, Terminated, false, 0, true, Tone::Bad, "c failed"),
        ] {
            let brief = ContainerBrief {
                name: "c".into(),
                restarts,
                role,
                phase,
                ready,
                failed,
            };
            assert_eq!((brief.tone(), &*brief.words()), (tone, words));
        }
    }
}
