//! One container: from its image to its end, and from there again.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Said;
use super::run::later;
use crate::World;
use crate::controllers::events::Tone;
use crate::controllers::fields::{Fields, Scalar};
use crate::programs::{Exit, Program, Pull};

/// The first wait before a container is started again; it doubles each time.
const BACK_OFF: i64 = 10;
/// The longest wait.
const LONGEST: i64 = 300;
/// Who ran as long as this begins anew.
const FORGIVEN: SignedDuration = SignedDuration::from_mins(10);

/// What a container is in its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Runs to its end before the others.
    Init,
    /// Begins before the others and stays.
    Sidecar,
    /// The pod's own.
    Main,
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) id: String,
    pub(super) started: Timestamp,
    pub(super) finished: Timestamp,
    pub(super) exit: Exit,
}

/// A container that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Running {
    pub(super) id: String,
    pub(super) started: Timestamp,
    /// When its probes succeed; None if they never do.
    pub(super) ready_at: Option<Timestamp>,
    pub(super) ends: Option<(Timestamp, Exit)>,
    /// When the next failing probe is told.
    probe: Option<Timestamp>,
}

/// An image that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pulling {
    since: Timestamp,
    until: Timestamp,
}

/// An image that does not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoImage {
    pub(super) error: String,
    /// Whether the last try has just failed, or the next is waited for.
    pub(super) is_backing_off: bool,
    until: Timestamp,
    wait: i64,
}

/// Where a container stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It has not begun.
    Waiting,
    /// Its image comes.
    Pulling(Pulling),
    /// Its image does not come.
    NoImage(NoImage),
    /// It runs.
    Running(Running),
    /// It ended.
    Ended(Ended),
    /// It ended and will be started again.
    BackOff {
        /// When.
        until: Timestamp,
        /// Seconds of waiting in all.
        wait: i64,
    },
}

/// One container of a pod.
#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) spec: Value,
    pub(super) role: Role,
    pub(super) state: State,
    pub(super) last: Option<Ended>,
    pub(super) restarts: u32,
    has_image: bool,
    /// The next wait before a restart; 0 before the first.
    wait: i64,
}

impl Container {
    pub(super) fn new(spec: &Value, role: Role, has_image: bool) -> Self {
        let always = spec["imagePullPolicy"] == "Always";
        Self {
            spec: spec.clone(),
            role,
            state: State::Waiting,
            last: None,
            restarts: 0,
            has_image: has_image && !always,
            wait: 0,
        }
    }

    pub(super) fn name(&self) -> &str {
        self.spec["name"].text()
    }

    /// Its path in the pod, as events name it.
    pub(super) fn field(&self) -> String {
        let list = match self.role {
            Role::Main => "containers",
            Role::Init | Role::Sidecar => "initContainers",
        };
        format!("spec.{list}{{{}}}", self.name())
    }

    /// Whether what comes after it may begin.
    pub(super) fn lets_others_start(&self) -> bool {
        match (self.role, &self.state) {
            (Role::Main, _) | (Role::Sidecar, State::Running(_)) => true,
            (Role::Init, State::Ended(ended)) => ended.exit == Exit::Code(0),
            (Role::Init | Role::Sidecar, _) => false,
        }
    }

    /// Whether it is ready at a moment.
    pub(super) fn is_ready(&self, now: Timestamp) -> bool {
        match &self.state {
            State::Running(running) => running.ready_at.is_some_and(|at| at <= now),
            State::Ended(ended) => self.role == Role::Init && ended.exit == Exit::Code(0),
            State::Waiting | State::Pulling(_) | State::NoImage(_) | State::BackOff { .. } => false,
        }
    }

    /// Whether it is started again after such an end.
    pub(super) fn restarts_after(&self, policy: &str, exit: Exit) -> bool {
        match (self.role, policy) {
            (Role::Sidecar, _) | (Role::Main, "Always" | "") => true,
            (Role::Main | Role::Init, "Never") => false,
            (Role::Main | Role::Init, _) => exit != Exit::Code(0),
        }
    }

    /// Lets all happen that is due; when the next thing is.
    pub(super) fn advance(
        &mut self,
        world: &mut World,
        pod: &Value,
        policy: &str,
        said: &mut Vec<Said>,
    ) -> Option<Timestamp> {
        let now = world.now();
        let program = world.programs.of(&self.spec);
        loop {
            match self.state.clone() {
                State::Waiting => self.begin(world, &program, said),
                State::Pulling(pulling) => {
                    if pulling.until > now {
                        return Some(pulling.until);
                    }
                    self.pulled(world, &program, &pulling, said);
                }
                State::NoImage(missing) => {
                    if missing.until > now {
                        return Some(missing.until);
                    }
                    self.try_again(missing, now, said);
                }
                State::Running(running) => match running.ends {
                    Some((at, exit)) if at <= now => {
                        self.state = State::Ended(Ended {
                            id: running.id,
                            started: running.started,
                            finished: at,
                            exit,
                        });
                    }
                    ends => return self.probed(running, ends, &program, now, said),
                },
                State::Ended(ended) => {
                    if !self.restarts_after(policy, ended.exit) {
                        return None;
                    }
                    // The end is seen for a moment before anything follows.
                    let seen = later(ended.finished, 1);
                    if seen > now {
                        return Some(seen);
                    }
                    self.back_off(pod, &ended, now, said);
                }
                State::BackOff { until, .. } => {
                    if until > now {
                        return Some(until);
                    }
                    self.restarts += 1;
                    self.start(world, &program, said);
                }
            }
        }
    }

    fn say(&self, said: &mut Vec<Said>, tone: Tone, reason: &'static str, message: String) {
        said.push(Said {
            tone,
            reason,
            message,
            field: self.field(),
        });
    }

    fn begin(&mut self, world: &mut World, program: &Program, said: &mut Vec<Said>) {
        let now = world.now();
        let image = self.spec["image"].text().to_owned();
        if self.has_image && matches!(program.pull, Pull::Takes { .. }) {
            let message = format!(
                "Container image \"{image}\" already present on machine and can be accessed by the pod"
            );
            self.say(said, Tone::Normal, "Pulled", message);
            self.start(world, program, said);
            return;
        }
        let message = format!("Pulling image \"{image}\"");
        self.say(said, Tone::Normal, "Pulling", message);
        let seconds = match program.pull {
            Pull::Takes { millis, .. } => i64::from(millis.div_ceil(1000)),
            Pull::Fails(_) => 1,
        };
        self.state = State::Pulling(Pulling {
            since: now,
            until: later(now, seconds),
        });
    }

    fn pulled(
        &mut self,
        world: &mut World,
        program: &Program,
        pulling: &Pulling,
        said: &mut Vec<Said>,
    ) {
        let now = world.now();
        let image = self.spec["image"].text().to_owned();
        match &program.pull {
            Pull::Takes { bytes, .. } => {
                let whole = pulling.until.duration_since(pulling.since).as_millis();
                let millis = whole - i128::from(world.random() % 900);
                let took = format!("{}.{:03}s", millis / 1000, millis % 1000);
                let message = format!(
                    "Successfully pulled image \"{image}\" in {took} ({took} including waiting). Image size: {bytes} bytes."
                );
                self.say(said, Tone::Normal, "Pulled", message);
                self.has_image = true;
                self.start(world, program, said);
            }
            Pull::Fails(error) => {
                let message = format!("Failed to pull image \"{image}\": {error}");
                self.say(said, Tone::Warning, "Failed", message);
                self.say(
                    said,
                    Tone::Warning,
                    "Failed",
                    "Error: ErrImagePull".to_owned(),
                );
                let wait = match self.wait {
                    0 => BACK_OFF,
                    wait => (wait * 2).min(LONGEST),
                };
                self.wait = wait;
                self.state = State::NoImage(NoImage {
                    error: error.clone(),
                    is_backing_off: false,
                    until: later(now, 2),
                    wait,
                });
            }
        }
    }

    fn try_again(&mut self, missing: NoImage, now: Timestamp, said: &mut Vec<Said>) {
        let image = self.spec["image"].text().to_owned();
        if missing.is_backing_off {
            let message = format!("Pulling image \"{image}\"");
            self.say(said, Tone::Normal, "Pulling", message);
            self.state = State::Pulling(Pulling {
                since: now,
                until: later(now, 1),
            });
            return;
        }
        let message = format!("Back-off pulling image \"{image}\"");
        self.say(said, Tone::Normal, "BackOff", message);
        self.say(
            said,
            Tone::Warning,
            "Failed",
            "Error: ImagePullBackOff".to_owned(),
        );
        self.state = State::NoImage(NoImage {
            is_backing_off: true,
            until: later(now, missing.wait),
            ..missing
        });
    }

    fn start(&mut self, world: &mut World, program: &Program, said: &mut Vec<Said>) {
        let now = world.now();
        self.say(
            said,
            Tone::Normal,
            "Created",
            "Container created".to_owned(),
        );
        self.say(
            said,
            Tone::Normal,
            "Started",
            "Container started".to_owned(),
        );
        let ends = program.ends.map(|(least, most, exit)| {
            let spread = u64::from(most.saturating_sub(least)) + 1;
            let extra = i64::try_from(world.random() % spread).unwrap_or(0);
            (later(now, i64::from(least) + extra), exit)
        });
        let probe = &self.spec["readinessProbe"];
        let delay = probe["initialDelaySeconds"].number();
        let has_probe = probe.is_object();
        let ready_at = if has_probe {
            let after = program.ready_after.map(i64::from);
            after.map(|after| later(now, after.max(delay).max(1)))
        } else {
            Some(now)
        };
        let first_probe = later(now, delay.max(1));
        let is_late = ready_at.is_none_or(|at| at > first_probe);
        let mut half = || format!("{:016x}{:016x}", world.random(), world.random());
        let id = half() + &half();
        self.state = State::Running(Running {
            id,
            started: now,
            ready_at,
            ends,
            probe: (has_probe && is_late).then_some(first_probe),
        });
    }

    /// Tells probes that fail; when the next thing happens to a container that runs.
    fn probed(
        &mut self,
        mut running: Running,
        ends: Option<(Timestamp, Exit)>,
        program: &Program,
        now: Timestamp,
        said: &mut Vec<Said>,
    ) -> Option<Timestamp> {
        if let Some(at) = running.probe
            && at <= now
        {
            let is_ready = running.ready_at.is_some_and(|ready| ready <= now);
            if is_ready {
                running.probe = None;
            } else {
                let message = format!("Readiness probe failed: {}", program.unready);
                self.say(said, Tone::Warning, "Unhealthy", message);
                let period = match self.spec["readinessProbe"]["periodSeconds"].number() {
                    0 => 10,
                    period => period,
                };
                let next = later(now, period);
                running.probe = running
                    .ready_at
                    .is_none_or(|ready| next < ready)
                    .then_some(next);
            }
        }
        let ready = running.ready_at.filter(|at| *at > now);
        let times = [ready, ends.map(|(at, _)| at), running.probe];
        self.state = State::Running(running);
        times.into_iter().flatten().min()
    }

    /// What follows an end: a start at once the first time, then longer and longer waits (`doBackOff`).
    fn back_off(&mut self, pod: &Value, ended: &Ended, now: Timestamp, said: &mut Vec<Said>) {
        self.last = Some(ended.clone());
        if ended.finished.duration_since(ended.started) >= FORGIVEN {
            self.wait = 0;
        }
        let wait = self.wait;
        self.wait = match wait {
            0 => BACK_OFF,
            wait => (wait * 2).min(LONGEST),
        };
        if wait > 0 {
            let message = format!(
                "Back-off restarting failed container {} in pod {}",
                self.name(),
                in_words(pod)
            );
            self.say(said, Tone::Warning, "BackOff", message);
        }
        self.state = State::BackOff {
            until: later(now, wait),
            wait,
        };
    }
}

/// A pod as the agent names it (`format.Pod`).
pub(super) fn in_words(pod: &Value) -> String {
    format!("{}_{}({})", pod.name(), pod.namespace(), pod.uid())
}
