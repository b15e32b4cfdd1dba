//! The queue of a `ScaledJob`, bounded by the Jobs that KEDA made of it.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use model::fact::{EventState, Fact, JobState, Part, Subject, SubjectKind, What};
use replay::{Past, Queue, Settings};
use scaling::hpa::situation::Version;
use scaling::keda::scaled_job::jobs::{Job, JobCondition, JobPod};
use scaling::keda::scaled_job::{ScaledJob, Situation, poll};
use serde_json::{Value, json};

fn at(seconds: i64) -> Timestamp {
    let begin: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
    begin + SignedDuration::from_secs(seconds)
}

fn past() -> Past {
    let subject = Subject {
        kind: SubjectKind::ScaledJob,
        namespace: "shop".into(),
        name: "work".into(),
    };
    let mut past = Past::new(subject, Settings::of(Version::V1_36));
    for part in [Part::Autoscaler, Part::Jobs, Part::Events] {
        see(&mut past, at(0), What::Watched(part));
    }
    past
}

fn see(past: &mut Past, at: Timestamp, what: What) {
    past.add(Fact {
        received: at + SignedDuration::from_millis(40),
        source: None,
        what,
    });
}

/// One with a queue of five messages a Job.
fn scaled_job(strategy: &Value, [min, max]: [i32; 2]) -> ScaledJob {
    serde_json::from_value(json!({
        "metadata": {"name": "work", "namespace": "shop", "generation": 1},
        "spec": {"jobTargetRef": {}, "pollingInterval": 30, "minReplicaCount": min, "maxReplicaCount": max,
                 "scalingStrategy": strategy,
                 "triggers": [{"type": "rabbitmq", "metadata": {"queueName": "work", "mode": "QueueLength", "value": "5"}}]},
        "status": {"conditions": [{"type": "Active", "status": "False"}]},
    }))
    .unwrap()
}

fn messages(count: u32) -> Value {
    let number = f64::from(count);
    json!([{"source": {"kind": "metrics", "metrics": [{
        "metric": "s0-rabbitmq-work", "target": {"type": "AverageValue", "amount": {"float": 5.0}},
        "outcome": {"kind": "value", "amount": {"float": number}, "number": number, "activationThreshold": null,
            "isActive": count > 0},
    }]}}])
}

fn is_asked(queue: &Queue, asked: i64) -> bool {
    queue.least <= asked && queue.most.is_none_or(|most| asked <= most)
}

/// KEDA's own loop with Jobs that begin and end; what each poll told is held against the queue that it read.
struct Loop {
    past: Past,
    situation: Situation,
    states: Vec<JobState>,
    dice: u64,
    /// Polls whose queue came out to the Job; those that a limit cut.
    exact: usize,
    cut: usize,
    polls: usize,
}

impl Loop {
    fn new(job: &ScaledJob, seed: u64) -> Self {
        let mut past = past();
        see(
            &mut past,
            at(0),
            What::ScaledJob(Some(Box::new(job.clone()))),
        );
        let situation = json!({"now": at(0), "scaledJob": job});
        Self {
            past,
            situation: serde_json::from_value(situation).unwrap(),
            states: Vec::new(),
            dice: seed + 1,
            exact: 0,
            cut: 0,
            polls: 0,
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % end
    }

    /// Jobs that waited begin, others end.
    fn work(&mut self, now: Timestamp) {
        for index in 0..self.states.len() {
            let roll = self.below(4);
            let state = &mut self.states[index];
            if state.job.end().is_some() || roll > 1 {
                continue;
            }
            if state.started.is_none() {
                state.started = Some(now);
                state.job.pods = vec![JobPod {
                    phase: "Running".into(),
                    conditions: Vec::new(),
                }];
            } else {
                state.ended = Some(now);
                state.job.completion_time = Some(now);
                state.job.conditions = vec![JobCondition {
                    kind: "Complete".into(),
                    status: "True".into(),
                }];
            }
            see(&mut self.past, now, What::Job(Box::new(state.clone())));
        }
    }

    fn poll(&mut self, now: Timestamp, count: u32, with_events: bool) {
        self.situation.now = now;
        self.situation.triggers = serde_json::from_value(messages(count)).unwrap();
        self.situation.jobs = self.states.iter().map(|state| state.job.clone()).collect();
        let decision = poll(&self.situation);
        for number in 0..decision.created {
            let state = JobState {
                job: Job {
                    name: format!("work-{}-{number}", now.as_second()),
                    pods: vec![JobPod {
                        phase: "Pending".into(),
                        conditions: Vec::new(),
                    }],
                    ..Job::default()
                },
                created: Some(now),
                started: None,
                ended: None,
                ready: None,
            };
            see(&mut self.past, now, What::Job(Box::new(state.clone())));
            self.states.push(state);
        }
        self.situation.scaled_job.status = decision.status.clone();
        self.situation.last_poll = Some(now);
        let job = Box::new(self.situation.scaled_job.clone());
        see(&mut self.past, now, What::ScaledJob(Some(job)));
        if with_events && decision.created > 0 {
            see(&mut self.past, now, created(now, decision.created));
        }
        let asked = self.situation.scaled_job.min_jobs() + decision.queues.max_scale;
        self.polls += 1;
        let later = now + SignedDuration::from_secs(5);
        if let Some(queue) = self
            .past
            .queue(later)
            .filter(|queue| queue.at + SignedDuration::from_secs(1) > now)
        {
            assert!(
                is_asked(&queue, asked),
                "{asked} of {queue:?}, {:?}",
                decision.arithmetic
            );
            assert_eq!(queue.certainty.rank(), 2);
            assert_eq!(queue.running, decision.arithmetic.running);
            self.exact += usize::from(queue.most == Some(queue.least));
            self.cut += usize::from(queue.most.is_none());
        }
    }
}

fn created(at: Timestamp, count: i64) -> What {
    What::Event(Box::new(EventState {
        name: format!("work.{}", at.as_second()),
        about_kind: "ScaledJob".into(),
        about: "work".into(),
        reason: "KEDAJobsCreated".into(),
        message: format!("Created {count} jobs"),
        is_warning: false,
        count: 1,
        first: Some(at),
        last: Some(at),
    }))
}

/// For each strategy what is told holds the queue that KEDA read, and mostly to the Job.
#[test]
fn what_is_told_is_what_was_read() {
    let strategies = [
        json!({}),
        json!({"strategy": "custom", "customScalingQueueLengthDeduction": 1, "customScalingRunningJobPercentage": "0.5"}),
        json!({"strategy": "accurate"}),
        json!({"strategy": "eager"}),
    ];
    for strategy in strategies {
        let (mut exact, mut cut, mut polls) = (0, 0, 0);
        for (seed, limits) in [[0, 20], [2, 12], [0, 4]]
            .into_iter()
            .cycle()
            .take(12)
            .enumerate()
        {
            let mut own = Loop::new(&scaled_job(&strategy, limits), seed as u64);
            for number in 1..60 {
                let now = at(number * 30);
                own.work(now - SignedDuration::from_secs(12));
                let count = match own.below(4) {
                    0 => 0,
                    _ => u32::try_from(own.below(90)).unwrap(),
                };
                own.poll(now, count, seed % 2 == 0);
            }
            exact += own.exact;
            cut += own.cut;
            polls += own.polls;
        }
        println!("{strategy}: {polls} polls, {exact} to the Job, {cut} cut by the limit");
        assert!(exact * 4 > polls, "{strategy}: {exact} of {polls}");
        assert!(cut > 0, "{strategy}");
    }
}

fn job(name: &str, created: i64, ended: Option<i64>) -> What {
    What::Job(Box::new(JobState {
        job: Job {
            name: name.into(),
            ..Job::default()
        },
        created: Some(at(created)),
        started: Some(at(created + 2)),
        ended: ended.map(at),
        ready: None,
    }))
}

fn active(job: &ScaledJob, last: i64) -> What {
    let mut job = job.clone();
    job.status.last_active_time = Some(at(last));
    job.status.conditions =
        serde_json::from_value(json!([{"type": "Active", "status": "True"}])).unwrap();
    What::ScaledJob(Some(Box::new(job)))
}

#[test]
fn three_jobs_beside_two_that_run_are_a_queue_of_five() {
    let mut past = past();
    see(
        &mut past,
        at(0),
        What::ScaledJob(Some(Box::new(scaled_job(&json!({}), [0, 10])))),
    );
    for (name, created, ended) in [
        ("a", 30, None),
        ("b", 31, None),
        ("over", 30, Some(50)),
        ("c", 60, None),
        ("d", 60, None),
        ("e", 62, None),
    ] {
        see(&mut past, at(62), job(name, created, ended));
    }
    let queue = past.queue(at(70)).unwrap();
    assert_eq!((queue.at, queue.created, queue.running), (at(60), 3, 2));
    assert_eq!((queue.least, queue.most), (5, Some(5)));
    assert_eq!(queue.asks(), Some(5));
    assert_eq!(past.queue(at(40)).unwrap().created, 3);
}

#[test]
fn at_the_limit_it_asks_for_so_many_at_least() {
    let mut past = past();
    let own = scaled_job(&json!({}), [0, 3]);
    see(
        &mut past,
        at(0),
        What::ScaledJob(Some(Box::new(own.clone()))),
    );
    for name in ["a", "b", "c"] {
        see(&mut past, at(30), job(name, 30, None));
    }
    let queue = past.queue(at(40)).unwrap();
    assert_eq!((queue.least, queue.most, queue.asks()), (3, None, Some(3)));
    // All that may run do: another poll tells nothing.
    see(&mut past, at(30), active(&own, 30));
    see(&mut past, at(60), active(&own, 60));
    let queue = past.queue(at(70)).unwrap();
    assert_eq!((queue.at, queue.created, queue.asks()), (at(60), 0, None));
}

#[test]
fn a_poll_that_makes_none_bounds_it_by_those_that_run() {
    let mut past = past();
    let own = scaled_job(&json!({}), [0, 9]);
    see(
        &mut past,
        at(0),
        What::ScaledJob(Some(Box::new(own.clone()))),
    );
    see(&mut past, at(30), job("a", 30, None));
    see(&mut past, at(30), job("b", 30, None));
    see(&mut past, at(30), active(&own, 30));
    see(&mut past, at(60), active(&own, 60));
    let queue = past.queue(at(70)).unwrap();
    assert_eq!((queue.least, queue.most), (1, Some(2)));
    // No trigger is active any more: nothing is asked for.
    see(&mut past, at(90), What::ScaledJob(Some(Box::new(own))));
    let queue = past.queue(at(95)).unwrap();
    assert_eq!((queue.least, queue.most), (0, Some(0)));
    let told: Vec<i64> = past
        .queues(at(0), at(95))
        .iter()
        .filter_map(Queue::asks)
        .collect();
    assert_eq!(told, [0, 2, 2, 0]);
}

#[test]
fn jobs_that_were_over_before_they_were_seen_are_told_by_the_event() {
    let mut past = past();
    see(
        &mut past,
        at(0),
        What::ScaledJob(Some(Box::new(scaled_job(&json!({}), [0, 9])))),
    );
    see(&mut past, at(30), created(at(30), 4));
    let queue = past.queue(at(40)).unwrap();
    assert_eq!((queue.created, queue.least, queue.most), (4, 4, Some(4)));
}

#[test]
fn pending_jobs_that_nobody_watched_leave_it_open() {
    let subject = Subject {
        kind: SubjectKind::ScaledJob,
        namespace: "shop".into(),
        name: "work".into(),
    };
    for (strategy, is_told) in [(json!({}), true), (json!({"strategy": "accurate"}), false)] {
        let mut past = Past::new(subject.clone(), Settings::of(Version::V1_36));
        see(&mut past, at(100), What::Unwatched(Part::Jobs));
        see(&mut past, at(100), What::Watched(Part::Jobs));
        see(
            &mut past,
            at(100),
            What::ScaledJob(Some(Box::new(scaled_job(&strategy, [0, 9])))),
        );
        see(&mut past, at(100), job("a", 30, None));
        assert_eq!(past.queue(at(99)).is_some(), is_told, "{strategy}");
    }
}

#[test]
fn jobs_of_a_span_are_there_also_when_they_are_gone() {
    let mut past = past();
    see(&mut past, at(0), job("early", 0, Some(60)));
    see(&mut past, at(100), job("ended", 100, None));
    see(&mut past, at(160), job("ended", 100, Some(160)));
    see(&mut past, at(200), job("runs", 200, None));
    see(&mut past, at(210), job("cut", 210, None));
    see(&mut past, at(300), What::JobGone("ended".into()));
    see(&mut past, at(310), What::JobGone("cut".into()));
    let there = |from: i64, to: i64| {
        let jobs = past.jobs(at(from), at(to)).into_iter();
        jobs.map(|(job, gone)| (job.job.name.clone(), gone.is_some()))
            .collect::<Vec<_>>()
    };
    let all = |names: &[(&str, bool)]| {
        let own = names.iter();
        own.map(|(name, gone)| ((*name).to_owned(), *gone))
            .collect::<Vec<_>>()
    };
    let late = [("ended", true), ("runs", false), ("cut", true)];
    assert_eq!(there(120, 400), all(&late));
    assert_eq!(there(170, 205), all(&late[1..2]));
    // What was gone without an end was there until then.
    assert_eq!(there(305, 400), all(&late[1..]));
    assert_eq!(there(320, 400), all(&late[1..2]));
    assert_eq!(there(0, 50), all(&[("early", false)]));
}
