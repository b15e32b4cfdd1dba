//! A workload with its HPA, played by `scaling`: what its controller does, and what a client sees of it.
#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod dice;

use std::collections::BTreeMap;

use dice::Dice;
use jiff::{SignedDuration, Timestamp};
use model::fact::{EventState, Fact, HpaState, Part, PodState, TargetState, What};
use scaling::hpa;
use scaling::hpa::situation::{
    Answer, Answered, Memory, Metrics, PassPhase, Pod, PodUsage, Situation,
};
use scaling::hpa::spec::Spec;
use scaling::hpa::status::Status;
use serde_json::json;

/// What a run is like.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) spec: Spec,
    /// Whether the client reads the metrics API.
    pub(crate) reads_metrics: bool,
    /// Seconds from one pass to the next: 15 and up to so much more.
    pub(crate) jitter_ms: u64,
    /// How long it goes.
    pub(crate) seconds: i64,
    /// From one pass to the next at least, in ms.
    pub(crate) period_ms: i64,
    /// Whether the controller is started anew now and then, which loses its memory.
    pub(crate) restarts: bool,
    /// Whether people edit and scale.
    pub(crate) has_edits: bool,
    /// Seconds from the start with the load from then on, in thousandths of a core; empty: by chance.
    pub(crate) loads: Vec<(i64, i64)>,
    /// Seconds from the start between which the metrics API fails.
    pub(crate) fails: Option<(i64, i64)>,
}

/// A pass as it really was.
#[derive(Clone, Debug)]
pub(crate) struct Real {
    pub(crate) at: Timestamp,
    /// What the controller had, with its memory.
    pub(crate) situation: Situation,
    pub(crate) decision: hpa::Decision,
}

#[derive(Clone, Debug)]
struct Life {
    state: PodState,
    scheduled_at: Timestamp,
    started_at: Timestamp,
    ready_at: Timestamp,
    gone_at: Option<Timestamp>,
    is_seen_gone: bool,
}

/// The workload.
pub(crate) struct World {
    pub(crate) now: Timestamp,
    plan: Plan,
    dice: Dice,
    version: u64,
    spec: Spec,
    status: Status,
    memory: Memory,
    replicas: i32,
    pods: Vec<Life>,
    load: i64,
    load_until: Timestamp,
    memory_load: i64,
    usage: Vec<PodUsage>,
    next_scrape: Timestamp,
    next_read: Timestamp,
    next_pass: Timestamp,
    next_edit: Timestamp,
    told_existing: (i32, i32),
    events: u64,
    /// What a client sees, in order of time.
    pub(crate) facts: Vec<Fact>,
    /// What really was.
    pub(crate) passes: Vec<Real>,
}

pub(crate) fn start() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap()
}

impl World {
    pub(crate) fn new(plan: Plan) -> Self {
        let mut dice = Dice::new(plan.seed);
        let now = start();
        let mut world = Self {
            now,
            version: 1,
            spec: plan.spec.clone(),
            status: Status::default(),
            memory: Memory::default(),
            replicas: 0,
            pods: Vec::new(),
            load: 300,
            load_until: now,
            memory_load: 300,
            usage: Vec::new(),
            next_scrape: now + SignedDuration::from_millis(dice.below(15_000)),
            next_read: now + SignedDuration::from_millis(dice.below(15_000)),
            next_pass: now + SignedDuration::from_millis(plan.period_ms + dice.below(500)),
            next_edit: now + SignedDuration::from_secs(600),
            told_existing: (0, 0),
            events: 0,
            facts: Vec::new(),
            passes: Vec::new(),
            dice,
            plan,
        };
        world.watch();
        world.resize(3);
        world
    }

    /// From one pass to the next in the mean, in ms.
    pub(crate) fn period_ms(&self) -> i64 {
        self.plan.period_ms + i64::try_from(self.plan.jitter_ms).unwrap() / 2
    }

    fn see(&mut self, late_ms: i64, what: What) {
        let received = self.now + SignedDuration::from_millis(late_ms);
        self.facts.push(Fact {
            received,
            source: None,
            what,
        });
    }

    fn watch(&mut self) {
        for part in [Part::Autoscaler, Part::Target, Part::Pods, Part::Events] {
            self.see(0, What::Watched(part));
        }
        self.tell_hpa(0);
        self.tell_target(0);
    }

    fn tell_hpa(&mut self, late_ms: i64) {
        self.version += 1;
        let state = HpaState {
            name: "web".into(),
            uid: "hpa".into(),
            created: Some(start()),
            resource_version: self.version.to_string(),
            spec: self.spec.clone(),
            status: self.status.clone(),
            spec_by: None,
        };
        self.see(late_ms, What::Hpa(Some(Box::new(state))));
    }

    fn existing(&self) -> i32 {
        let there = self
            .pods
            .iter()
            .filter(|pod| pod.gone_at.is_none_or(|gone| gone > self.now));
        let there = there.filter(|pod| pod.state.pod.deletion_timestamp.is_none());
        i32::try_from(there.count()).unwrap()
    }

    fn ready(&self) -> Vec<usize> {
        let pods = self.pods.iter().enumerate();
        pods.filter(|(_, pod)| pod.gone_at.is_none() && pod.ready_at <= self.now)
            .map(|(index, _)| index)
            .collect()
    }

    fn tell_target(&mut self, late_ms: i64) {
        self.told_existing = (self.existing(), i32::try_from(self.ready().len()).unwrap());
        let state = TargetState {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            name: "web".into(),
            uid: "target".into(),
            replicas: Some(self.replicas),
            existing: self.told_existing.0,
            ready: self.told_existing.1,
            selector: "app=web".into(),
            replicas_by: None,
        };
        self.see(late_ms, What::Target(Some(Box::new(state))));
    }

    fn resize(&mut self, replicas: i32) {
        self.replicas = replicas;
        let there = self.existing();
        for _ in there..replicas {
            let scheduled_at = self.now + SignedDuration::from_millis(self.dice.below(900) + 100);
            let started_at =
                scheduled_at + SignedDuration::from_millis(self.dice.below(9_000) + 1000);
            let ready_at = started_at + SignedDuration::from_millis(self.dice.below(25_000));
            let name = format!("web-{}", self.dice.below(1_000_000_000));
            let pod: Pod = serde_json::from_value(
                json!({"name": name, "labels": {"app": "web"}, "phase": "Pending",
                "containers": [{"name": "app", "requests": {"cpu": "100m", "memory": "100Mi"}}]}),
            )
            .unwrap();
            self.pods.push(Life {
                state: PodState {
                    uid: name,
                    pod,
                    node: String::new(),
                    created: Some(second(self.now)),
                    scheduled: None,
                    started: None,
                    state: "Pending".into(),
                    unschedulable: String::new(),
                },
                scheduled_at,
                started_at,
                ready_at,
                gone_at: None,
                is_seen_gone: false,
            });
            let state = self.pods.last().unwrap().state.clone();
            self.see(150, What::Pod(Box::new(state)));
        }
        for _ in replicas..there {
            let grace = SignedDuration::from_millis(self.dice.below(10_000) + 1000);
            let now = self.now;
            let alive = self.pods.iter_mut().rev();
            let mut alive = alive.filter(|pod| pod.gone_at.is_none());
            let pod = alive.next().unwrap();
            pod.gone_at = Some(now + grace);
            pod.state.pod.deletion_timestamp = Some(second(now));
            let state = pod.state.clone();
            self.see(150, What::Pod(Box::new(state)));
        }
    }

    fn live(&mut self) {
        let now = self.now;
        let mut told = Vec::new();
        for pod in &mut self.pods {
            let before = pod.state.clone();
            let state = &mut pod.state;
            if state.scheduled.is_none() && pod.scheduled_at <= now {
                state.scheduled = Some(second(now));
                state.node = "node".into();
                state.pod.start_time = Some(second(now));
                state.pod.ready = Some(ready("False", now));
            }
            if state.started.is_none() && pod.started_at <= now {
                state.started = Some(second(now));
                state.pod.phase = hpa::situation::Phase::Running;
            }
            let is_ready = state
                .pod
                .ready
                .as_ref()
                .is_some_and(|ready| ready.status == hpa::status::ConditionStatus::True);
            if !is_ready && pod.ready_at <= now && state.started.is_some() {
                state.pod.ready = Some(ready("True", now));
            }
            if pod.gone_at.is_some_and(|gone| gone <= now) && !pod.is_seen_gone {
                pod.is_seen_gone = true;
                told.push(What::PodGone(state.pod.name.to_string()));
            } else if *state != before {
                told.push(What::Pod(Box::new(state.clone())));
            }
        }
        for what in told {
            self.see(20, what);
        }
        self.pods.retain(|pod| !pod.is_seen_gone);
        let counts = (self.existing(), i32::try_from(self.ready().len()).unwrap());
        if counts != self.told_existing {
            self.tell_target(30);
        }
    }

    fn scrape(&mut self) {
        let ready = self.ready();
        let share = self.load / i64::try_from(ready.len().max(1)).unwrap();
        let memory = self.memory_load * 1024 * 1024 / i64::try_from(ready.len().max(1)).unwrap();
        let now = self.now;
        let mut usage = Vec::new();
        for (index, pod) in self.pods.iter().enumerate() {
            if pod.started_at > now - SignedDuration::from_secs(15) {
                continue;
            }
            let noise = if self.plan.loads.is_empty() {
                self.dice.below(5)
            } else {
                0
            };
            let cpu = if ready.contains(&index) {
                share + noise
            } else {
                5
            };
            usage.push(serde_json::from_value(json!({"name": pod.state.pod.name, "timestamp": second(now), "window": 15,
                "containers": [{"name": "app", "usage": {"cpu": format!("{cpu}m"), "memory": memory.to_string()}}]})).unwrap());
        }
        self.usage = usage;
    }

    fn answer(&self) -> Answer<Vec<PodUsage>> {
        let second = self.now.duration_since(start()).as_secs();
        if self
            .plan
            .fails
            .is_some_and(|(from, to)| (from..to).contains(&second))
        {
            return Answer::failed("the server is currently unable to handle the request");
        }
        let there =
            |usage: &&PodUsage| self.pods.iter().any(|pod| pod.state.pod.name == usage.name);
        let usage: Vec<PodUsage> = self.usage.iter().filter(there).cloned().collect();
        if usage.is_empty() {
            return Answer::failed("no metrics returned from resource metrics API");
        }
        Answer::observed(usage)
    }

    fn pass(&mut self) {
        let situation = Situation {
            now: self.now,
            namespace: "shop".into(),
            name: "web".into(),
            spec: self.spec.clone(),
            status: self.status.clone(),
            scale: Answer::observed(hpa::situation::Scale {
                spec_replicas: self.replicas,
                status_replicas: self.existing(),
                selector: "app=web".into(),
            }),
            pods: self.pods.iter().map(|pod| pod.state.pod.clone()).collect(),
            pods_certainty: scaling::Certainty::Observed,
            metrics: Metrics {
                resource: Some(self.answer()),
                ..Metrics::default()
            },
            other_autoscalers: Vec::new(),
            memory: self.memory.clone(),
            config: hpa::situation::Config::default(),
            passes: hpa::situation::Passes {
                phase: PassPhase::Now,
                ..hpa::situation::Passes::default()
            },
            writes: hpa::situation::Writes::default(),
        };
        let decision = hpa::pass(&situation);
        self.memory = decision.memory.clone();
        if let Some(replicas) = decision.replicas.filter(|_| decision.rescale) {
            self.resize(replicas);
            self.tell_target(10);
        }
        if decision.status_written {
            self.status = decision.status.clone();
            self.tell_hpa(25);
        }
        for event in &decision.events {
            self.events += 1;
            let state = EventState {
                name: format!("web.{}", self.events),
                about_kind: "HorizontalPodAutoscaler".into(),
                about: "web".into(),
                reason: event.reason.clone(),
                message: event.message.clone(),
                is_warning: false,
                count: 1,
                first: Some(second(self.now)),
                last: Some(second(self.now)),
            };
            self.see(40, What::Event(Box::new(state)));
        }
        self.passes.push(Real {
            at: self.now,
            situation,
            decision,
        });
    }

    fn edit(&mut self) {
        match self.dice.below(3) {
            0 => {
                self.spec.max_replicas = i32::try_from(self.dice.below(12) + 4).unwrap();
                self.tell_hpa(5);
            }
            1 => {
                self.spec.min_replicas = Some(i32::try_from(self.dice.below(3) + 1).unwrap());
                self.tell_hpa(5);
            }
            _ => {
                let replicas = i32::try_from(self.dice.below(8) + 1).unwrap();
                self.resize(replicas);
                self.tell_target(5);
            }
        }
    }

    /// Goes on until a moment.
    pub(crate) fn run_until(&mut self, until: Timestamp) {
        while self.now < until {
            self.now += SignedDuration::from_millis(500);
            let tick = self.now;
            let second = tick.duration_since(start()).as_secs();
            if let Some((_, load)) = self
                .plan
                .loads
                .iter()
                .rev()
                .find(|(from, _)| *from <= second)
            {
                self.load = *load;
                self.load_until = Timestamp::MAX;
            } else if tick >= self.load_until {
                self.load = self.dice.below(900) + 20;
                self.memory_load = self.dice.below(600) + 50;
                self.load_until = tick + SignedDuration::from_secs(self.dice.below(500) + 20);
            }
            self.live();
            if tick >= self.next_scrape {
                self.scrape();
                self.next_scrape += SignedDuration::from_secs(15);
            }
            if tick >= self.next_read {
                if self.plan.reads_metrics {
                    let answer = self.answer();
                    self.see(5, What::Usage(answer));
                }
                self.next_read += SignedDuration::from_secs(10);
            }
            if tick >= self.next_pass {
                self.now = self.next_pass;
                self.pass();
                self.now = tick;
                let late = self
                    .dice
                    .below(i64::try_from(self.plan.jitter_ms).unwrap().max(1));
                self.next_pass += SignedDuration::from_millis(self.plan.period_ms + late);
            }
            if self.plan.restarts && self.dice.below(3000) == 0 {
                self.memory = Memory::default();
                self.next_pass = tick + SignedDuration::from_millis(self.dice.below(20_000) + 2000);
            }
            if self.plan.has_edits && tick >= self.next_edit {
                self.edit();
                self.next_edit = tick + SignedDuration::from_secs(self.dice.below(1500) + 200);
            }
        }
        self.facts.sort_by_key(|fact| fact.received);
    }
}

fn ready(status: &str, at: Timestamp) -> hpa::situation::Ready {
    hpa::situation::Ready {
        status: hpa::status::ConditionStatus::from(status.to_owned()),
        last_transition_time: Some(second(at)),
    }
}

/// What a client sees that begins at a moment: the state then, and every change after it.
pub(crate) fn seen_from(facts: &[Fact], begin: Timestamp) -> Vec<Fact> {
    let mut hpa = None;
    let mut target = None;
    let mut pods: BTreeMap<String, What> = BTreeMap::new();
    let mut events: Vec<What> = Vec::new();
    let before = facts.iter().take_while(|fact| fact.received <= begin);
    for fact in before.clone() {
        match &fact.what {
            What::Hpa(_) => hpa = Some(fact.what.clone()),
            What::Target(_) => target = Some(fact.what.clone()),
            What::Pod(pod) => {
                pods.insert(pod.pod.name.to_string(), fact.what.clone());
            }
            What::PodGone(name) => {
                pods.remove(name);
            }
            What::Event(_) => events.push(fact.what.clone()),
            _ => {}
        }
    }
    let parts = [Part::Autoscaler, Part::Target, Part::Pods, Part::Events];
    let first = parts
        .map(What::Watched)
        .into_iter()
        .chain(hpa)
        .chain(target);
    let first = first.chain(pods.into_values()).chain(events);
    let first = first.map(|what| Fact {
        received: begin,
        source: None,
        what,
    });
    let rest = facts[before.count()..].iter().cloned();
    first.chain(rest).collect()
}

/// The count that a situation stands at.
pub(crate) fn size(situation: &Situation) -> i32 {
    match &situation.scale.result {
        Answered::Value(scale) => scale.spec_replicas,
        Answered::Error(_) => -1,
    }
}
