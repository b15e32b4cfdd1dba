//! What is known of a graph's subject from before the graph was opened: what the flight recorder has of it, or the day of the demo cluster.
//!
//! Lines come as soon as facts are read. The passes are run again beside the session, and their past takes the place of the graph's.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::fact::{Fact, JobState, Part, What};
use replay::Past;
use scaling::keda::scaled_job::ScaledJob;

use super::super::Session;
use super::super::demo_day::{DemoDay, Told};
use super::jobs::job_values;
use super::state::{Graph, hpa_values};
use super::told::stamp;

/// How far back is drawn.
const REACH: SignedDuration = SignedDuration::from_hours(24);

/// What facts tell of lanes.
#[derive(Default)]
struct Lines {
    /// With the times in Unix ms.
    lanes: BTreeMap<String, Vec<(i64, f64)>>,
    /// Spans in which the autoscaler was watched, Unix ms.
    seen: Vec<(i64, i64)>,
}

/// Facts with their lines.
type Drawn = (Lines, Vec<Fact>);

impl Session {
    /// Asks for what is known of a graph's subject from before, if anything is.
    pub(super) fn recall_recorded(&mut self, id: u32) {
        let now = stamp(self.now_ms());
        let is_kept = self.recording.is_kept();
        // All of its day, also where its time was moved back into it.
        let demo = self.time.demo().map(demo::Running::time);
        let Some(graph) = self.graphs.get_mut(&id) else {
            return;
        };
        graph.recalls += 1;
        let (subject, recalls) = (graph.past.subject().clone(), graph.recalls);
        if is_kept {
            graph.fresh = Some(Vec::new());
        }
        if let Some(time) = demo {
            let day = self
                .demo_day
                .get_or_insert_with(|| DemoDay::begin(time.present));
            let day = day.clone();
            return self.recall_told(id, day, time.begun, Told::Hour);
        }
        let Some((recorder, cluster)) = self.recording.recorder().filter(|_| is_kept) else {
            return self.recalled_all(id);
        };
        let from = now.saturating_sub(REACH).unwrap_or(now);
        let reading = recorder.read(&cluster, &subject, from, now);
        self.later(
            async move {
                let reading = reading.await.ok()?.ok()?;
                // A day of a busy workload is thousands of facts.
                drawn(reading.held.into_iter().chain(reading.facts).collect()).await
            },
            move |session, drawn| session.recall((id, recalls), drawn, Self::recalled_all),
        );
    }

    /// Asks for a part of what the day of the demo cluster tells, then for the next.
    fn recall_told(&mut self, id: u32, day: DemoDay, begun: Timestamp, part: Told) {
        let Some(graph) = self.graphs.get(&id) else {
            return;
        };
        let (subject, recalls) = (graph.past.subject().clone(), graph.recalls);
        let now = stamp(self.now_ms());
        let join = graph.first_job(begun, now);
        self.later(
            async move {
                let facts = day.facts(&subject, part, [join, now]).await;
                let drawn = match facts {
                    Some(facts) => drawn(facts).await,
                    None => None,
                };
                (drawn, day)
            },
            move |session, (drawn, day)| {
                session.recall((id, recalls), drawn, move |session, id| match part.next() {
                    Some(next) => session.recall_told(id, day, begun, next),
                    None => session.recalled_all(id),
                });
            },
        );
    }

    /// Draws lines that were recalled, and has the passes run again; `then` comes when that is done, or where nothing was recalled.
    fn recall(
        &mut self,
        (id, recalls): (u32, u32),
        drawn: Option<Drawn>,
        then: impl FnOnce(&mut Self, u32) + Send + 'static,
    ) {
        let graph = self.graphs.get_mut(&id);
        let Some(graph) = graph.filter(|graph| graph.recalls == recalls) else {
            return;
        };
        let Some((lines, facts)) = drawn else {
            return then(self, id);
        };
        graph.take_lines(lines);
        let past = graph.past.anew();
        self.later(
            async move {
                let rebuilt = tokio::task::spawn_blocking(move || rebuilt(past, facts));
                rebuilt.await.ok()
            },
            move |session, past| {
                let graph = session.graphs.get_mut(&id);
                let Some(graph) = graph.filter(|graph| graph.recalls == recalls) else {
                    return;
                };
                if let Some(past) = past {
                    graph.take_past(past);
                }
                then(session, id);
            },
        );
    }

    /// Nothing more is to come of a graph's past.
    fn recalled_all(&mut self, id: u32) {
        if let Some(graph) = self.graphs.get_mut(&id) {
            graph.awaited = None;
            graph.touch();
        }
    }

    /// What open graphs saw since, on its way to the recorder.
    pub(in super::super) fn record_graphs(&mut self) {
        for graph in self.graphs.values_mut() {
            let fresh = graph.fresh.iter_mut().flat_map(std::mem::take);
            for fact in fresh {
                self.recording.keep(graph.past.subject(), fact);
            }
        }
    }

    /// What only an open graph sees is not seen from here on.
    pub(super) fn end_graph(&mut self, graph: &mut Graph) {
        let now_ms = self.now_ms();
        for part in [Part::Pods, Part::Jobs, Part::Events, Part::Metrics] {
            graph.tell(now_ms, What::Unwatched(part));
        }
        for fact in graph.fresh.take().into_iter().flatten() {
            self.recording.keep(graph.past.subject(), fact);
        }
    }
}

/// Lines of facts, drawn beside the session.
async fn drawn(facts: Vec<Fact>) -> Option<Drawn> {
    let drawn = tokio::task::spawn_blocking(move || (Lines::of(&facts), facts));
    drawn.await.ok()
}

/// A past of these facts, with its passes run again.
fn rebuilt(mut past: Past, facts: Vec<Fact>) -> Past {
    for fact in facts {
        past.add(fact);
    }
    past.rebuild();
    past
}

impl Lines {
    fn of(facts: &[Fact]) -> Self {
        let mut lines = Self::default();
        let mut since = None;
        let mut jobs = SeenJobs::default();
        for fact in facts {
            let at = fact.received.as_millisecond();
            if jobs.see(&fact.what) {
                for (lane, value) in jobs.values() {
                    lines.put(lane, at, value);
                }
            }
            match &fact.what {
                What::Watched(Part::Autoscaler) => {
                    since.get_or_insert(at);
                }
                What::Unwatched(Part::Autoscaler) => {
                    lines.seen.extend(since.take().map(|since| (since, at)));
                }
                What::Hpa(Some(hpa)) => {
                    let least = hpa.spec.min_replicas.unwrap_or(1);
                    lines.put("min", at, least.into());
                    let sizes = [
                        Some(hpa.status.current_replicas),
                        hpa.asked_for(),
                        Some(hpa.spec.max_replicas),
                    ];
                    hpa_values(sizes, hpa.measured(), |lane, value| {
                        lines.put(lane, at, value);
                    });
                }
                What::Target(Some(target)) => lines.put("ready", at, target.ready.into()),
                _ => {}
            }
        }
        let last = facts.last().map(|fact| fact.received.as_millisecond());
        lines.seen.extend(since.zip(last));
        lines
    }

    fn put(&mut self, lane: &str, at_ms: i64, value: f64) {
        match self.lanes.get_mut(lane) {
            Some(points) => points.push((at_ms, value)),
            None => {
                self.lanes.insert(lane.to_owned(), vec![(at_ms, value)]);
            }
        }
    }
}

/// The Jobs of a `ScaledJob` as facts tell of them.
#[derive(Default)]
struct SeenJobs {
    of: Option<ScaledJob>,
    all: BTreeMap<String, JobState>,
    is_watched: bool,
}

impl SeenJobs {
    /// Takes a fact; whether lanes may have other values by it.
    fn see(&mut self, what: &What) -> bool {
        match what {
            What::ScaledJob(of) => self.of = of.as_deref().cloned(),
            What::Watched(Part::Jobs) => {
                // What is there follows at once.
                self.all.clear();
                self.is_watched = true;
            }
            What::Unwatched(Part::Jobs) => self.is_watched = false,
            What::Job(job) => {
                self.all.insert(job.job.name.clone(), (**job).clone());
            }
            What::JobGone(name) => {
                self.all.remove(name);
            }
            What::Watched(_)
            | What::Unwatched(_)
            | What::Hpa(_)
            | What::ScaledObject(_)
            | What::Target(_)
            | What::Pod(_)
            | What::PodGone(_)
            | What::Usage(_)
            | What::PodsMetric(_)
            | What::ObjectMetric(_)
            | What::ExternalMetric(_)
            | What::Event(_) => return false,
        }
        self.of.is_some()
    }

    /// Values of the lanes; of Jobs there are none while nobody watched them.
    fn values(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let jobs = || self.all.values();
        let values = self.of.iter().flat_map(move |of| job_values(jobs(), of));
        let is_watched = self.is_watched;
        values.map(move |(lane, value)| match lane {
            "running" | "pending" if !is_watched => (lane, f64::NAN),
            _ => (lane, value),
        })
    }
}

impl Graph {
    fn take_lines(&mut self, lines: Lines) {
        for (lane, points) in lines.lanes {
            for (at, value) in points {
                self.series.push(&lane, at, value);
            }
        }
        for (from, to) in lines.seen {
            self.series.mark_seen(from, to);
        }
        self.touch();
    }

    /// What was recalled, and what was seen since that was asked for.
    fn take_past(&mut self, mut past: Past) {
        for fact in self.awaited.iter().flatten() {
            past.add(fact.clone());
        }
        self.past = past;
        self.asks.forget();
        self.touch();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::Timestamp;
    use scaling::keda::scaled_job::jobs::{Job, JobCondition};
    use serde_json::json;

    use super::*;

    #[test]
    fn jobs_are_counted_as_they_come_and_go_while_they_are_watched() {
        let of: ScaledJob = serde_json::from_value(json!({
            "metadata": {"name": "work", "namespace": "shop"},
            "spec": {"jobTargetRef": {}, "minReplicaCount": 1, "maxReplicaCount": 4, "triggers": []},
        }))
        .unwrap();
        let job = |name: &str, is_over: bool| {
            let complete = JobCondition {
                kind: "Complete".to_owned(),
                status: "True".to_owned(),
            };
            What::Job(Box::new(JobState {
                job: Job {
                    name: name.to_owned(),
                    conditions: is_over.then_some(complete).into_iter().collect(),
                    ..Job::default()
                },
                created: None,
                started: None,
                ended: None,
                ready: None,
            }))
        };
        let told = [
            (0, What::Watched(Part::Jobs)),
            (0, job("a", false)),
            (0, What::ScaledJob(Some(Box::new(of)))),
            (10, job("b", false)),
            (20, job("a", true)),
            (30, What::JobGone("b".to_owned())),
            (40, What::Unwatched(Part::Jobs)),
            (50, What::Watched(Part::Jobs)),
            (50, job("c", false)),
        ];
        let facts = told.map(|(second, what)| Fact {
            received: Timestamp::from_second(second).unwrap(),
            source: None,
            what,
        });
        let lines = Lines::of(&facts);
        let running: Vec<(i64, Option<f64>)> = lines.lanes["running"]
            .iter()
            .map(|(at, value)| (at / 1_000, (!value.is_nan()).then_some(*value)))
            .collect();
        assert_eq!(
            running,
            [
                (0, Some(1.0)),
                (10, Some(2.0)),
                (20, Some(1.0)),
                (30, Some(0.0)),
                (40, None),
                (50, Some(0.0)),
                (50, Some(1.0)),
            ]
        );
        assert!((lines.lanes["max"].last().unwrap().1 - 4.0).abs() < 1e-9);
    }
}
