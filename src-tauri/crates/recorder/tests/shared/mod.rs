//! What the tests of the recorder share: facts as a cluster makes them, and a recorder in a folder.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::Path;

use futures_executor::block_on;
use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, HpaState, Part, PodState, Subject, SubjectKind, TargetState, What};
use recorder::{Limits, Opened, Reading, Recorder, Setup};
use scaling::hpa::situation::{Answer, ContainerUsage, Pod, PodUsage};
use serde_json::{Value, json};

pub(crate) const CLUSTER: &str = "0f4e7c1a-5f43-4d0c-9e0e-4a2b7a6f1c11";

/// Where the streams begin.
pub(crate) fn start() -> Timestamp {
    "2026-11-28T08:00:00Z".parse().expect("it is a time")
}

/// So many seconds after [`start`].
pub(crate) fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

pub(crate) fn subject(name: &str) -> Subject {
    Subject {
        kind: SubjectKind::Hpa,
        namespace: "shop".to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn fact(received: Timestamp, what: What) -> Fact {
    Fact {
        received,
        source: None,
        what,
    }
}

/// A workload of so many replicas.
pub(crate) fn target(replicas: i32) -> What {
    What::Target(Some(Box::new(TargetState {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        name: "checkout".to_owned(),
        uid: "a5a1c7ba-3a8d-4b36-8c15-ff2d6f1b9a11".to_owned(),
        replicas: Some(replicas),
        existing: replicas,
        ready: replicas,
        selector: "app=checkout".to_owned(),
        replicas_by: None,
    })))
}

fn decoded<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("it has this shape")
}

/// A pod in a state of its life: 0 waits for a node, 1 starts, 2 is ready.
pub(crate) fn pod(name: &str, created: Timestamp, life: u8) -> What {
    let later = |seconds| created + SignedDuration::from_secs(seconds);
    let pod: Pod = decoded(json!({
        "name": name,
        "labels": {"app": "checkout", "pod-template-hash": "7d9c6bd8f5", "team": "payments"},
        "phase": if life == 2 { "Running" } else { "Pending" },
        "startTime": (life > 0).then(|| later(1)),
        "ready": {"status": if life == 2 { "True" } else { "False" }, "lastTransitionTime": later(i64::from(life) * 6)},
        "containers": [
            {"name": "app", "requests": {"cpu": "500m", "memory": "512Mi"}},
            {"name": "proxy", "requests": {"cpu": "50m", "memory": "64Mi"}}
        ],
    }));
    What::Pod(Box::new(PodState {
        uid: format!("uid-of-{name}"),
        pod,
        node: if life > 0 {
            "node-17".to_owned()
        } else {
            String::new()
        },
        created: Some(created),
        scheduled: (life > 0).then(|| later(1)),
        started: (life == 2).then(|| later(9)),
        state: ["Pending", "ContainerCreating", "Running"][usize::from(life)].to_owned(),
        unschedulable: String::new(),
    }))
}

/// What metrics.k8s.io answers for these pods.
pub(crate) fn usage(names: &[String], at: Timestamp, noise: &mut Noise) -> What {
    let pods = names.iter().map(|name| {
        let app = 300 + noise.below(400);
        let containers = [("app", app, 300_000), ("proxy", app / 20, 40_000)];
        let containers = containers.map(|(name, cpu, memory)| {
            let cpu = u64::from(cpu) * 1_000_000 + u64::from(noise.below(1_000_000));
            let memory = memory + noise.below(20_000);
            decoded::<ContainerUsage>(
                json!({"name": name, "usage": {"cpu": format!("{cpu}n"), "memory": format!("{memory}Ki")}}),
            )
        });
        let at = at - SignedDuration::from_secs(i64::from(noise.below(14)));
        decoded::<PodUsage>(
            json!({"name": name, "timestamp": at, "window": 15.4, "containers": containers}),
        )
    });
    What::Usage(Answer::observed(pods.collect()))
}

/// The HPA at a utilization.
pub(crate) fn hpa(version: u32, replicas: i32, utilization: u32, scaled: Timestamp) -> What {
    let status = json!({
        "observedGeneration": null, "lastScaleTime": scaled, "currentReplicas": replicas, "desiredReplicas": replicas,
        "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu",
            "current": {"averageUtilization": utilization, "averageValue": format!("{}m", utilization * 5)}}}],
        "conditions": [
            {"type": "AbleToScale", "status": "True", "lastTransitionTime": start(), "reason": "ReadyForNewScale",
             "message": "recommended size matches current size"},
            {"type": "ScalingActive", "status": "True", "lastTransitionTime": start(), "reason": "ValidMetricFound",
             "message": "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)"},
            {"type": "ScalingLimited", "status": "False", "lastTransitionTime": start(), "reason": "DesiredWithinRange",
             "message": "the desired count is within the acceptable range"}
        ]
    });
    let spec = json!({
        "scaleTargetRef": {"kind": "Deployment", "name": "checkout", "apiVersion": "apps/v1"},
        "minReplicas": 3, "maxReplicas": 40,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}],
    });
    What::Hpa(Some(Box::new(HpaState {
        name: "checkout".to_owned(),
        uid: "9e4f3d0b-2f0c-4f5e-bf3a-1d2c3b4a5f6e".to_owned(),
        created: Some(start()),
        resource_version: version.to_string(),
        spec: decoded(spec),
        status: decoded(status),
        spec_by: None,
    })))
}

/// Numbers that are the same in each run: xorshift.
pub(crate) struct Noise(pub(crate) u32);

impl Noise {
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % end
    }
}

/// A busy workload: 20 pods, a pass with usage and a new status every 15 s, a pod that is replaced every minute.
pub(crate) struct Busy {
    noise: Noise,
    seconds: i64,
    pods: Vec<String>,
    version: u32,
}

impl Busy {
    pub(crate) fn new(seed: u32) -> Self {
        Self {
            noise: Noise(seed.max(1)),
            seconds: 0,
            pods: Vec::new(),
            version: 1,
        }
    }

    /// The facts of the next pass; at the first, all that is there.
    pub(crate) fn pass(&mut self) -> Vec<Fact> {
        let now = at(self.seconds);
        let mut facts = Vec::new();
        if self.seconds == 0 {
            for part in [Part::Autoscaler, Part::Target, Part::Pods, Part::Metrics] {
                facts.push(fact(now, What::Watched(part)));
            }
            facts.push(fact(now, target(20)));
            for _ in 0..20 {
                let name = self.new_name();
                facts.push(fact(now, pod(&name, now, 2)));
                self.pods.push(name);
            }
        } else if self.seconds % 60 == 0 {
            let gone = self.pods.remove(self.noise.below(20) as usize);
            facts.push(fact(now, What::PodGone(gone)));
            let name = self.new_name();
            for life in 0..=2 {
                let received = now + SignedDuration::from_millis(i64::from(life) * 4_300);
                facts.push(fact(received, pod(&name, now, life)));
            }
            self.pods.push(name);
        }
        facts.push(fact(now, usage(&self.pods, now, &mut self.noise)));
        let utilization = 55 + self.noise.below(30);
        self.version += 1 + self.noise.below(400);
        facts.push(fact(now, hpa(self.version, 20, utilization, start())));
        self.seconds += 15;
        facts
    }

    fn new_name(&mut self) -> String {
        let letters = b"bcdfghjklmnpqrstvwxz2456789";
        let tail = (0..5).map(|_| char::from(letters[self.noise.below(27) as usize]));
        format!("checkout-7d9c6bd8f5-{}", tail.collect::<String>())
    }
}

/// A recorder in this folder, at [`start`].
pub(crate) fn open(folder: &Path) -> (Recorder, Opened) {
    open_with(folder, Limits::default(), start())
}

pub(crate) fn open_with(folder: &Path, limits: Limits, now: Timestamp) -> (Recorder, Opened) {
    Recorder::open(Setup {
        folder: folder.to_owned(),
        limits,
        now: Box::new(move || now),
        told: Box::new(|_| {}),
    })
}

/// All that is recorded of a subject.
pub(crate) fn all(recorder: &Recorder, subject: &Subject) -> Reading {
    read(recorder, subject, Timestamp::MIN, Timestamp::MAX)
}

pub(crate) fn read(
    recorder: &Recorder,
    subject: &Subject,
    from: Timestamp,
    to: Timestamp,
) -> Reading {
    block_on(recorder.read(CLUSTER, subject, from, to))
        .expect("the recorder is on")
        .expect("it can be read")
}

pub(crate) fn flush(recorder: &Recorder) {
    block_on(recorder.flush())
        .expect("the recorder is on")
        .expect("it can be committed");
}

pub(crate) fn stop(recorder: Recorder) {
    block_on(recorder.stop())
        .expect("the recorder is on")
        .expect("it can be closed");
    drop(recorder);
}
