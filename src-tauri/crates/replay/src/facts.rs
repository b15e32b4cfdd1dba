//! The facts of one subject, each thing in order of time.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use model::fact::{EventState, Fact, HpaState, JobState, Part, PodState, TargetState, What};
use scaling::hpa::situation::{Answer, ExternalAnswer, ObjectAnswer, PodUsage, PodsAnswer};
use scaling::hpa::spec::{MetricIdentifier, ObjectRef};
use scaling::keda::ScaledObject;
use scaling::keda::scaled_job::ScaledJob;

use crate::line::Line;

/// Something that is there, or not.
pub(crate) type Held<T> = Line<Option<Arc<T>>>;

/// A metric of an object.
type OfObject = (MetricIdentifier, ObjectRef);

/// The facts of one subject.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) hpa: Held<HpaState>,
    pub(crate) scaled_object: Held<ScaledObject>,
    pub(crate) scaled_job: Held<ScaledJob>,
    pub(crate) target: Held<TargetState>,
    /// By name and uid, of which the name alone may come again.
    pub(crate) pods: BTreeMap<(String, String), Held<PodState>>,
    /// When any pod changed.
    pub(crate) pod_changes: Line<()>,
    pub(crate) jobs: BTreeMap<String, Held<JobState>>,
    pub(crate) usage: Line<Arc<Answer<Vec<PodUsage>>>>,
    pub(crate) pods_metrics: Vec<(MetricIdentifier, Line<Arc<PodsAnswer>>)>,
    pub(crate) object_metrics: Vec<(OfObject, Line<Arc<ObjectAnswer>>)>,
    pub(crate) external_metrics: Vec<(MetricIdentifier, Line<Arc<ExternalAnswer>>)>,
    /// By name.
    pub(crate) events: BTreeMap<String, Line<Arc<EventState>>>,
    /// Whether each part is watched, in the order of [`place`].
    pub(crate) watched: [Line<bool>; 6],
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
}

/// Where a part stands in [`Facts::watched`].
fn place(part: Part) -> usize {
    match part {
        Part::Autoscaler => 0,
        Part::Target => 1,
        Part::Pods => 2,
        Part::Jobs => 3,
        Part::Events => 4,
        Part::Metrics => 5,
    }
}

impl Facts {
    /// Adds a fact; `false` if it was there already.
    pub(crate) fn add(&mut self, fact: Fact) -> bool {
        let at = fact.received;
        let is_new = self.put(at, fact.what);
        if is_new {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = self.last.max(Some(at));
        }
        is_new
    }

    fn put(&mut self, at: Timestamp, what: What) -> bool {
        match what {
            What::Watched(part) => {
                let is_new = self.watched[place(part)].add(at, true);
                if is_new {
                    self.begin(at, part);
                }
                is_new
            }
            What::Unwatched(part) => self.watched[place(part)].add(at, false),
            What::Hpa(hpa) => self.hpa.add(at, hpa.map(Arc::from)),
            What::ScaledObject(object) => self.scaled_object.add(at, object.map(Arc::from)),
            What::ScaledJob(job) => self.scaled_job.add(at, job.map(Arc::from)),
            What::Target(target) => self.target.add(at, target.map(Arc::from)),
            What::Pod(pod) => {
                let key = (pod.pod.name.to_string(), pod.uid.clone());
                self.pod_changes.add(at, ());
                let line = self.pods.entry(key).or_default();
                line.add(at, Some(Arc::from(pod)))
            }
            What::PodGone(name) => {
                let mut is_new = false;
                for ((_, _), line) in self
                    .pods
                    .range_mut((name.clone(), String::new())..)
                    .take_while(|((other, _), _)| *other == name)
                {
                    if line.at(at).is_some_and(|(_, pod)| pod.is_some()) {
                        is_new |= line.add(at, None);
                    }
                }
                if is_new {
                    self.pod_changes.add(at, ());
                }
                is_new
            }
            What::Job(job) => {
                let line = self.jobs.entry(job.job.name.clone()).or_default();
                line.add(at, Some(Arc::from(job)))
            }
            What::JobGone(name) => self
                .jobs
                .get_mut(&name)
                .is_some_and(|line| line.add(at, None)),
            What::Usage(answer) => self.usage.add(at, Arc::new(answer)),
            What::PodsMetric(answer) => {
                line(&mut self.pods_metrics, answer.metric.clone()).add(at, Arc::new(answer))
            }
            What::ObjectMetric(answer) => {
                let key = (answer.metric.clone(), answer.object.clone());
                line(&mut self.object_metrics, key).add(at, Arc::new(answer))
            }
            What::ExternalMetric(answer) => {
                line(&mut self.external_metrics, answer.metric.clone()).add(at, Arc::new(answer))
            }
            What::Event(event) => {
                let line = self.events.entry(event.name.clone()).or_default();
                line.add(at, Arc::from(event))
            }
        }
    }

    /// What is there follows at once: what does not follow is gone.
    fn begin(&mut self, at: Timestamp, part: Part) {
        match part {
            Part::Pods => {
                for line in self.pods.values_mut() {
                    if line.before(at).is_some_and(|(_, pod)| pod.is_some()) {
                        line.add(at, None);
                    }
                }
                self.pod_changes.add(at, ());
            }
            Part::Jobs => {
                for line in self.jobs.values_mut() {
                    if line.before(at).is_some_and(|(_, job)| job.is_some()) {
                        line.add(at, None);
                    }
                }
            }
            Part::Autoscaler | Part::Target | Part::Events | Part::Metrics => {}
        }
    }

    /// Forgets what no longer held at a moment.
    pub(crate) fn forget_before(&mut self, at: Timestamp) {
        self.hpa.forget_before(at);
        self.scaled_object.forget_before(at);
        self.scaled_job.forget_before(at);
        self.target.forget_before(at);
        self.pod_changes.forget_before(at);
        self.usage.forget_before(at);
        for line in &mut self.watched {
            line.forget_before(at);
        }
        for (_, line) in &mut self.pods_metrics {
            line.forget_before(at);
        }
        for (_, line) in &mut self.object_metrics {
            line.forget_before(at);
        }
        for (_, line) in &mut self.external_metrics {
            line.forget_before(at);
        }
        let is_there = |last: Option<(Timestamp, bool)>| {
            last.is_some_and(|(last, is_there)| is_there || last >= at)
        };
        self.pods.retain(|_, line| {
            line.forget_before(at);
            is_there(line.all().last().map(|(at, pod)| (*at, pod.is_some())))
        });
        self.jobs.retain(|_, line| {
            line.forget_before(at);
            is_there(line.all().last().map(|(at, job)| (*at, job.is_some())))
        });
        self.events
            .retain(|_, line| is_there(line.all().last().map(|(at, _)| (*at, false))));
        self.first = self.first.map(|first| first.max(at));
    }

    /// Whether a part is watched at a moment; a part of which nothing is told counts as watched.
    pub(crate) fn is_watched(&self, part: Part, at: Timestamp) -> bool {
        self.watched[place(part)].at(at).is_none_or(|(_, is)| *is)
    }

    /// Whether a part was told as watched, and is so at a moment.
    pub(crate) fn is_told(&self, part: Part, at: Timestamp) -> bool {
        self.watched[place(part)].at(at).is_some_and(|(_, is)| *is)
    }

    /// When, after the first moment and up to the second, a part was last not watched.
    pub(crate) fn gap(&self, part: Part, after: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let line = &self.watched[place(part)];
        if line.at(to).is_some_and(|(_, is)| !is) {
            return Some(to);
        }
        let changes = line.within(after, to);
        let ended = changes.iter().rev().find(|(_, is)| *is);
        let (at, _) = ended?;
        line.before(*at).is_some_and(|(_, is)| !is).then_some(*at)
    }

    /// The pods that are there at a moment, in order of their names.
    pub(crate) fn pods_at(&self, at: Timestamp) -> impl Iterator<Item = &Arc<PodState>> {
        self.pods
            .values()
            .filter_map(move |line| line.at(at)?.1.as_ref())
    }
}

fn line<K: PartialEq, T>(lines: &mut Vec<(K, Line<T>)>, key: K) -> &mut Line<T> {
    let index = lines.iter().position(|(known, _)| *known == key);
    let index = index.unwrap_or_else(|| {
        lines.push((key, Line::default()));
        lines.len() - 1
    });
    &mut lines[index].1
}
