//! KEDA's loops as a client sees them: case by case, and played by `scaling` with its HPA.
#![allow(clippy::unwrap_used)]

#[path = "world/dice.rs"]
mod dice;

use dice::Dice;
use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, HpaState, Part, Subject, SubjectKind, TargetState, What};
use replay::{Band, BandKind, Past, Settings};
use scaling::hold::HoldRule;
use scaling::hpa::situation::{Answer, Config, ExternalAnswer, PassPhase, Scale, Span};
use scaling::keda::{ScaledObject, serving};
use scaling::{hpa, keda};
use serde_json::{Value, json};

fn start() -> Timestamp {
    "2026-03-02T06:00:00Z".parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    start() + SignedDuration::from_secs(second)
}

fn past() -> Past {
    let subject = Subject {
        kind: SubjectKind::ScaledObject,
        namespace: "shop".into(),
        name: "orders".into(),
    };
    Past::new(
        subject,
        Settings::known(Config::default(), Span::seconds(15)),
    )
}

fn object(spec: &Value, status: &Value, annotations: &Value) -> ScaledObject {
    serde_json::from_value(
        json!({"metadata": {"name": "orders", "namespace": "shop", "generation": 1,
        "creationTimestamp": "2026-03-01T00:00:00Z", "annotations": annotations},
        "spec": spec, "status": status}),
    )
    .unwrap()
}

fn target(replicas: i32) -> What {
    What::Target(Some(Box::new(TargetState {
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        name: "web".into(),
        uid: "target".into(),
        replicas: Some(replicas),
        existing: replicas,
        ready: replicas,
        selector: "app=web".into(),
        replicas_by: None,
    })))
}

fn see(past: &mut Past, received: Timestamp, what: What) {
    past.add(Fact {
        received,
        source: None,
        what,
    });
}

fn prometheus() -> Value {
    json!({"scaleTargetRef": {"name": "web"}, "cooldownPeriod": 120, "pollingInterval": 30, "maxReplicaCount": 10,
        "triggers": [{"type": "prometheus", "metadata": {"serverAddress": "http://prometheus", "query": "queue", "threshold": "10"}}]})
}

fn active(is_active: bool, reason: &str, last: Timestamp) -> Value {
    json!({"lastActiveTime": last, "externalMetricNames": ["s0-prometheus"], "hpaName": "keda-hpa-orders",
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "Active", "status": if is_active { "True" } else { "False" }, "reason": reason},
            {"type": "Fallback", "status": "False"}, {"type": "Paused", "status": "False"}]})
}

fn kinds(bands: &[Band]) -> Vec<&BandKind> {
    bands.iter().map(|band| &band.kind).collect()
}

#[test]
fn a_cooldown_ends_at_the_first_poll_after_it() {
    let mut past = past();
    see(&mut past, at(0), target(1));
    let mut told = |second, status: Value| {
        let state = object(&prometheus(), &status, &json!({}));
        see(
            &mut past,
            at(second),
            What::ScaledObject(Some(Box::new(state))),
        );
    };
    told(0, active(true, "ScalerActive", at(-5)));
    told(25, active(true, "ScalerActive", at(25)));
    told(55, active(false, "ScalerCooldown", at(25)));
    let bands = past.bands(at(0), at(600));
    assert_eq!(kinds(&bands), [&BandKind::Cooldown]);
    // From the last active moment; 120 s are over at 145, the polls are at 55, 85, 115, 145, 175.
    assert_eq!(bands[0].from, at(25));
    let until = bands[0].until.unwrap();
    assert!(
        bands[0].holds && until.earliest <= at(175) && at(175) <= until.latest,
        "{until:?}"
    );
    assert!(
        until.latest.duration_since(until.earliest) <= SignedDuration::from_secs(1),
        "{until:?}"
    );
    let situation = past.situation(at(60)).keda.unwrap();
    assert_eq!(situation.last_poll, Some(at(55)));
}

#[test]
fn pauses_and_fallbacks_are_bands() {
    let still = active(true, "ScalerActive", at(0));
    let mut failing = still.clone();
    failing["conditions"][2]["status"] = "True".into();
    let paused = json!({"autoscaling.keda.sh/paused": "true"});
    let one_way = json!({"autoscaling.keda.sh/paused-scale-in": "true"});
    let mut past = past();
    see(&mut past, at(0), target(1));
    for (second, status, annotations) in [
        (0, &still, &json!({})),
        (30, &failing, &json!({})),
        (90, &still, &json!({})),
        (120, &still, &paused),
        (300, &still, &json!({})),
        (400, &still, &one_way),
    ] {
        let state = object(&prometheus(), status, annotations);
        see(
            &mut past,
            at(second),
            What::ScaledObject(Some(Box::new(state))),
        );
    }
    let bands = past.bands(at(0), at(600));
    let told: Vec<_> = bands
        .iter()
        .map(|band| {
            (
                &band.kind,
                band.from,
                band.until.map(|until| until.earliest),
                band.holds,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (&BandKind::Fallback, at(30), Some(at(90)), false),
            (&BandKind::Paused, at(120), Some(at(300)), false),
            (
                &BandKind::PausedOneWay { is_out: false },
                at(400),
                None,
                true
            ),
        ]
    );
    // A span in between finds what reaches into it.
    assert_eq!(kinds(&past.bands(at(200), at(250))), [&BandKind::Paused]);
}

#[test]
fn cron_windows_lie_behind_and_ahead() {
    let cron = |end: &str| {
        json!({"scaleTargetRef": {"name": "web"}, "triggers": [{"type": "prometheus", "metadata": {"serverAddress": "x", "query": "y", "threshold": "1"}},
            {"type": "cron", "metadata": {"timezone": "Europe/Oslo", "start": "0 8 * * *", "end": end, "desiredReplicas": "5"}}]})
    };
    let mut past = past();
    for (second, end) in [(0, "0 18 * * *"), (4 * 3600, "0 12 * * *")] {
        let state = object(&cron(end), &active(true, "ScalerActive", at(0)), &json!({}));
        see(
            &mut past,
            at(second),
            What::ScaledObject(Some(Box::new(state))),
        );
    }
    // 06:00 UTC is 07:00 in Oslo: the window begins an hour later; at 11:00 there its end is set from 18:00 to 12:00.
    let told: Vec<_> = past
        .windows(at(0), at(30 * 3600))
        .iter()
        .map(|window| {
            assert_eq!(
                (window.trigger, window.replicas, window.zone.as_str()),
                (1, 5, "Europe/Oslo")
            );
            let hours = |at: Timestamp| at.duration_since(start()).as_hours();
            (
                hours(window.from),
                hours(window.until),
                window.begins,
                window.ends,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, 4, true, false),
            (4, 5, false, true),
            (25, 29, true, true)
        ]
    );
}

/// A workload that KEDA scales on a queue, with its HPA, and what is seen of it.
struct Queue {
    dice: Dice,
    now: Timestamp,
    keda: keda::Situation,
    hpa: hpa::Situation,
    size: i32,
    load: i64,
}

fn queue(seed: u64) -> Queue {
    let state = object(
        &prometheus(),
        &active(true, "ScalerActive", start()),
        &json!({}),
    );
    let keda: keda::Situation = serde_json::from_value(
        json!({"now": start(), "scaledObject": state, "triggers": [],
        "target": {"replicas": {"value": 1, "certainty": {"kind": "observed"}}}}),
    )
    .unwrap();
    let hpa: hpa::Situation = serde_json::from_value(json!({"now": start(), "namespace": "shop", "name": "keda-hpa-orders",
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web", "apiVersion": "apps/v1"}, "minReplicas": 1, "maxReplicas": 10,
            "metrics": [{"type": "External", "external": {"metric": {"name": "s0-prometheus",
                "selector": {"matchLabels": {"scaledobject.keda.sh/name": "orders"}}}, "target": {"type": "AverageValue", "averageValue": "10"}}}]},
        "scale": {"result": {"value": {"specReplicas": 1, "statusReplicas": 1, "selector": "app=web"}}},
        "passes": {"shortest": 15, "longest": 15, "phase": "now"}}))
    .unwrap();
    Queue {
        dice: Dice::new(seed),
        now: start(),
        keda,
        hpa,
        size: 1,
        load: 15,
    }
}

impl Queue {
    fn measure(&mut self) {
        self.keda.now = self.now;
        self.keda.target = keda::situation::TargetState::at(self.size);
        let text = self.load.to_string();
        let source =
            json!({"source": {"kind": "prometheus", "answer": {"kind": "value", "text": text}}});
        self.keda.triggers = vec![serde_json::from_value(source).unwrap()];
        self.keda.hpa_conditions = Some(self.hpa.status.conditions.clone());
        self.hpa.now = self.now;
        self.hpa.passes.phase = PassPhase::Now;
        self.hpa.scale = Answer::observed(Scale {
            spec_replicas: self.size,
            status_replicas: self.size,
            selector: "app=web".into(),
        });
    }

    fn seen_hpa(&self) -> What {
        What::Hpa(Some(Box::new(HpaState {
            name: "keda-hpa-orders".into(),
            uid: "hpa".into(),
            created: Some(start()),
            resource_version: "1".into(),
            spec: self.hpa.spec.clone(),
            status: self.hpa.status.clone(),
            spec_by: None,
        })))
    }

    fn seen_object(&self) -> What {
        What::ScaledObject(Some(Box::new(self.keda.scaled_object.clone())))
    }

    fn seen_answer(&self) -> What {
        What::ExternalMetric(ExternalAnswer {
            metric: self.hpa.spec.metrics[0]
                .external
                .as_ref()
                .unwrap()
                .metric
                .clone(),
            answer: Answer::observed(vec![hpa::amount::Amount::parse(&self.load.to_string())]),
        })
    }
}

/// How well it was foretold.
#[derive(Default)]
struct Score {
    polls: i32,
    right: i32,
    baseline: i32,
    passes: i32,
    passes_right: i32,
    sure: i32,
    sure_wrong: i32,
    /// The end of the cooldown that runs, as it was told first.
    awaited: Option<(Timestamp, Timestamp)>,
    /// Seconds by which each end was missed.
    late: Vec<f64>,
}

impl Score {
    fn poll(&mut self, queue: &mut Queue, past: &mut Past) {
        let due = queue.now;
        let decision = keda::decide(&queue.keda).0;
        if due > at(400) {
            let (together, _) = past.decide(due - SignedDuration::from_millis(1));
            let asks = together.keda_asks.unwrap();
            self.polls += 1;
            self.right += i32::from(asks.value == decision.replicas.value);
            self.baseline += i32::from(queue.size == decision.replicas.value);
        }
        if decision.replicas.value == 0
            && queue.size > 0
            && let Some((earliest, latest)) = self.awaited.take()
        {
            let early = earliest.duration_since(due).as_secs_f64();
            let late = due.duration_since(latest).as_secs_f64();
            self.late.push(early.max(late).max(0.0));
        }
        let before = queue.keda.scaled_object.clone();
        queue.size = decision.replicas.value;
        queue.keda.scaled_object = queue.keda.clone().after(&decision).scaled_object;
        let seen = due + SignedDuration::from_millis(30);
        if decision.replicas.value != decision.current.unwrap() {
            see(past, seen, target(queue.size));
        }
        if queue.keda.scaled_object != before {
            see(past, seen, queue.seen_object());
        }
        // In the cooldown its end is told at once, and stays.
        let told = past.decide(seen + SignedDuration::from_millis(1)).0;
        let mut holds = told.holds.iter();
        let cools = holds.find(|held| held.hold.rule == HoldRule::Cooldown);
        if let Some(until) = cools.and_then(|held| held.hold.until)
            && self.awaited.is_none()
        {
            self.awaited = Some((until.earliest, until.latest));
        }
    }

    fn pass(&mut self, queue: &mut Queue, past: &mut Past) {
        let due = queue.now;
        let ask = due - SignedDuration::from_millis(1);
        serving::serve(&queue.keda, &mut queue.hpa);
        let decision = hpa::pass(&queue.hpa);
        if due > at(400) {
            let memory = past.situation(ask).hpa.unwrap().memory;
            let told = past.decide(ask).0.hpa.and_then(|own| own.replicas);
            self.passes += 1;
            self.passes_right += i32::from(told == decision.replicas);
            let is_sure = memory.certainty.rank() < 2;
            let given = hpa::Situation {
                memory,
                ..queue.hpa.clone()
            };
            self.sure += i32::from(is_sure);
            self.sure_wrong +=
                i32::from(is_sure && hpa::pass(&given).replicas != decision.replicas);
        }
        let before = queue.size;
        queue.size = decision.replicas.unwrap();
        hpa::follow(&mut queue.hpa, &decision, due);
        let seen = due + SignedDuration::from_millis(25);
        if queue.size != before {
            see(past, seen, target(queue.size));
        }
        if decision.status_written {
            see(past, seen, queue.seen_hpa());
        }
    }
}

#[test]
fn the_loop_and_its_hpa_are_foretold() {
    let mut score = Score::default();
    for seed in 0..8 {
        let mut queue = queue(seed);
        let mut past = past();
        for part in [Part::Autoscaler, Part::Target, Part::Pods, Part::Metrics] {
            see(&mut past, start(), What::Watched(part));
        }
        for what in [target(1), queue.seen_object(), queue.seen_hpa()] {
            see(&mut past, start(), what);
        }
        let (mut next_poll, mut next_pass) = (at(3), at(15));
        let (mut next_read, mut next_load) = (at(1), at(100));
        score.awaited = None;
        while queue.now < at(7200) {
            let due = next_poll.min(next_pass).min(next_read).min(next_load);
            queue.now = due;
            queue.measure();
            if due == next_load {
                let is_idle = queue.dice.below(3) == 0;
                queue.load = if is_idle { 0 } else { queue.dice.below(90) };
                next_load = due + SignedDuration::from_secs(queue.dice.below(500) + 30);
                score.awaited = None;
            } else if due == next_read {
                see(&mut past, due, queue.seen_answer());
                next_read = due + SignedDuration::from_secs(10);
            } else if due == next_poll {
                score.poll(&mut queue, &mut past);
                next_poll = due + SignedDuration::from_millis(30_000 + queue.dice.below(60));
            } else {
                score.pass(&mut queue, &mut past);
                next_pass = due + SignedDuration::from_millis(15_000 + queue.dice.below(80));
            }
        }
    }
    score.late.sort_by(f64::total_cmp);
    let cooldowns = score.late.len();
    let worst = score.late[cooldowns * 9 / 10];
    println!(
        "polls {} right {} baseline {}; passes {} right {}; memory sure {} wrong {}; {cooldowns} cooldowns, late 90 % {worst:.2} s",
        score.polls,
        score.right,
        score.baseline,
        score.passes,
        score.passes_right,
        score.sure,
        score.sure_wrong
    );
    assert!(
        score.right * 100 >= score.polls * 95,
        "{} of {}",
        score.right,
        score.polls
    );
    assert!(
        score.passes_right * 100 >= score.passes * 95,
        "{} of {}",
        score.passes_right,
        score.passes
    );
    assert_eq!(score.sure_wrong, 0, "what is called derived is right");
    assert!(
        score.sure * 2 > score.passes,
        "{} of {} are sure",
        score.sure,
        score.passes
    );
    assert!(cooldowns > 10 && worst <= 15.0, "{worst}");
}
