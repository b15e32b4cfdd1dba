//! The containers of a pod on its node, as the agent keeps them in mind.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::container::{Container, Ended, Role, State};
use super::{Said, stop_time};
use crate::World;
use crate::controllers::events::Tone;
use crate::controllers::fields::{Fields, Scalar};
use crate::programs::{Exit, Programs};

/// By SIGTERM, by SIGKILL.
const TERMINATED: Exit = Exit::Code(143);
const KILLED: Exit = Exit::Code(137);

/// All pods that run, by path; images that nodes have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    by_path: BTreeMap<String, Run>,
    addresses: BTreeMap<String, u16>,
    images: BTreeMap<String, Vec<String>>,
}

impl Runs {
    /// Takes out the run of a pod; one of an older pod of that name is forgotten.
    pub(super) fn take(&mut self, path: &str, uid: &str) -> Option<Run> {
        self.by_path.remove(path).filter(|run| run.uid == uid)
    }

    pub(super) fn put(&mut self, path: &str, run: Run) {
        self.by_path.insert(path.to_owned(), run);
    }

    pub(super) fn forget(&mut self, path: &str) {
        self.by_path.remove(path);
    }

    /// The next address of a node's pods: each node has a /24, and addresses come back after all were given.
    fn address(&mut self, node: &str) -> String {
        let nodes = u16::try_from(self.addresses.len()).unwrap_or(0);
        let known = self.addresses.entry(node.to_owned()).or_insert(nodes << 8);
        let last = *known & 0xff;
        *known = (*known & 0xff00) | if last >= 254 { 2 } else { last.max(1) + 1 };
        format!("10.244.{}.{}", *known >> 8, *known & 0xff)
    }

    /// Whether a node has an image; from now on it does.
    fn has_image(&mut self, node: &str, image: &str) -> bool {
        let images = self.images.entry(node.to_owned()).or_default();
        let has = images.iter().any(|known| known == image);
        if !has {
            images.push(image.to_owned());
        }
        has
    }
}

/// One pod on its node.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    uid: String,
    pub(super) since: Timestamp,
    pub(super) address: String,
    /// When the pod's sandbox stands, after which containers begin.
    pub(super) sandbox: Timestamp,
    /// Those that come before the others, then the others.
    pub(super) containers: Vec<Container>,
    /// When all have stopped, once that was asked for.
    pub(super) stops_at: Option<Timestamp>,
    /// Nothing of it is started any more.
    is_over: bool,
}

impl Run {
    pub(super) fn new(world: &mut World, runs: &mut Runs, pod: &Value, node: &str) -> Self {
        let now = world.now();
        let host_network = pod["spec"]["hostNetwork"] == true;
        let address = if host_network {
            String::new()
        } else {
            runs.address(node)
        };
        let mut containers = Vec::new();
        for (field, is_init) in [("initContainers", true), ("containers", false)] {
            for spec in pod["spec"][field].items() {
                let role = match (is_init, spec["restartPolicy"] == "Always") {
                    (false, _) => Role::Main,
                    (true, true) => Role::Sidecar,
                    (true, false) => Role::Init,
                };
                let has_image = runs.has_image(node, spec["image"].text());
                containers.push(Container::new(spec, role, has_image));
            }
        }
        Self {
            uid: pod.uid().to_owned(),
            since: now,
            address,
            sandbox: later(now, 1),
            containers,
            stops_at: None,
            is_over: false,
        }
    }

    /// Asks all that run to stop.
    pub(super) fn stop(
        &mut self,
        pod: &Value,
        now: Timestamp,
        programs: &Programs,
        said: &mut Vec<Said>,
    ) {
        let mut running = Vec::new();
        for container in &self.containers {
            if matches!(container.state, State::Running(_)) {
                running.push(programs.of(&container.spec));
                said.push(Said {
                    tone: Tone::Normal,
                    reason: "Killing",
                    message: format!("Stopping container {}", container.name()),
                    field: container.field(),
                });
            }
        }
        let at = now.checked_add(stop_time(pod, &running)).unwrap_or(now);
        self.stops_at = Some(at);
    }

    /// All have stopped as they were asked to; those that never began count as killed.
    pub(super) fn end(&mut self, now: Timestamp) {
        self.is_over = true;
        for container in &mut self.containers {
            let (id, started, exit) = match &container.state {
                State::Ended(_) => continue,
                State::Running(running) => (running.id.clone(), running.started, TERMINATED),
                State::Waiting | State::Pulling(_) | State::NoImage(_) | State::BackOff { .. } => {
                    (String::new(), now, KILLED)
                }
            };
            container.state = State::Ended(Ended {
                id,
                started,
                finished: now,
                exit,
            });
        }
    }

    /// Lets all happen that is due; when the next thing is.
    pub(super) fn advance(
        &mut self,
        world: &mut World,
        pod: &Value,
        said: &mut Vec<Said>,
    ) -> Option<Timestamp> {
        let now = world.now();
        if let Some(at) = self.stops_at {
            return Some(at);
        }
        if self.sandbox > now {
            return Some(self.sandbox);
        }
        let policy = pod["spec"]["restartPolicy"].text().to_owned();
        let mut next: Option<Timestamp> = None;
        for index in 0..self.containers.len() {
            let before = &self.containers[..index];
            let may_start = before.iter().all(Container::lets_others_start);
            let container = &mut self.containers[index];
            if matches!(container.state, State::Waiting) && !may_start {
                continue;
            }
            let wake = container.advance(world, pod, &policy, said);
            next = match (next, wake) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        // A container may wait for one that came after it in this round.
        let waits = |container: &Container| matches!(container.state, State::Waiting);
        let all_let = self
            .containers
            .iter()
            .filter(|container| container.role != Role::Main)
            .all(Container::lets_others_start);
        if all_let && self.containers.iter().any(waits) {
            return Some(later(now, 1));
        }
        next
    }

    /// Whether every container has ended for good, and whether all did well.
    pub(super) fn outcome(&self, policy: &str) -> Option<bool> {
        let mains = || self.containers.iter().filter(|one| one.role == Role::Main);
        let over = |one: &Container| match &one.state {
            State::Ended(ended) => self.is_over || !one.restarts_after(policy, ended.exit),
            State::Waiting
            | State::Pulling(_)
            | State::NoImage(_)
            | State::Running(_)
            | State::BackOff { .. } => false,
        };
        let has_failed = |one: &Container| matches!(&one.state, State::Ended(ended) if ended.exit != Exit::Code(0));
        let mut inits = self.containers.iter().filter(|one| one.role == Role::Init);
        if inits.any(|one| over(one) && has_failed(one)) {
            return Some(false);
        }
        if !mains().all(over) {
            return None;
        }
        Some(!mains().any(has_failed))
    }
}

/// So many seconds on.
pub(super) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(at)
}
