//! The controllers of the demo cluster: what makes pods of Deployments and lets time pass.
//!
//! One synchronous, seeded simulation. Every change in the store asks the controllers it concerns to look again, and each says when
//! it must look again by time alone; between these moments nothing happens and nothing is spent.

mod budgets;
#[cfg(test)]
mod budgets_tests;
mod claim;
mod cron_job;
mod daemon_set;
#[cfg(test)]
mod deletion_tests;
mod deployment;
mod endpoints;
mod events;
mod fields;
mod garbage;
mod hash;
mod heartbeats;
mod hpa;
mod index;
mod job;
mod keda;
mod kubelet;
mod namespaces;
mod people;
mod queue;
mod quota;
#[cfg(test)]
mod real_tests;
mod replica_set;
mod revisions;
mod route;
#[cfg(test)]
mod scaling_tests;
mod scheduler;
mod selector;
#[cfg(test)]
mod sets_tests;
mod stateful_set;
#[cfg(test)]
mod tests;
mod volumes;
mod write;

use jiff::{SignedDuration, Timestamp};
use scaling::hpa::situation::Config;
use serde_json::Value;

use crate::World;
use crate::store::Change;
use events::{Recorder, Told};
use hpa::Autoscalers;
use index::Index;
use job::Backoffs;
use keda::ScaledObjects;
use keda::scaled_job::ScaledJobs;
use kubelet::Runs;
pub(crate) use people::Act;
use people::People;
use queue::{Queue, Task, Who};

/// The controllers with all that they keep in mind.
#[derive(Clone, Debug, Default)]
pub struct Controllers {
    /// Changes up to this revision are known.
    seen: u64,
    queue: Queue,
    index: Index,
    recorder: Recorder,
    runs: Runs,
    autoscalers: Autoscalers,
    backoffs: Backoffs,
    scaled_objects: ScaledObjects,
    scaled_jobs: ScaledJobs,
    people: People,
    /// Whether nodes renew their leases.
    heartbeats: bool,
    /// Until then events are not written: they would be gone by the time somebody looks.
    quiet_until: Option<Timestamp>,
    /// What the nodes' agents do not touch.
    untouched: Untouched,
}

/// Pods that no kubelet runs: their status is what somebody else writes.
#[derive(Clone, Debug, Default)]
enum Untouched {
    #[default]
    None,
    /// Those with this annotation.
    Annotated(String, String),
    All,
}

impl Controllers {
    /// Controllers that write no event before `until`: for a past that is caught up with.
    pub fn quiet_until(until: Timestamp) -> Self {
        Self {
            quiet_until: Some(until),
            ..Self::default()
        }
    }

    /// The same, but their HPA controller has these flags: how often it looks, and what else its decisions hang on.
    #[must_use]
    pub fn autoscaling(self, period: SignedDuration, config: Config) -> Self {
        Self {
            autoscalers: Autoscalers::new(period, config),
            ..self
        }
    }

    /// The same, but for pods with this annotation: no kubelet runs them.
    #[must_use]
    pub fn leaving_alone(self, annotation: &str, value: &str) -> Self {
        Self {
            untouched: Untouched::Annotated(annotation.to_owned(), value.to_owned()),
            ..self
        }
    }

    /// The same, but no kubelet runs any pod from now on.
    #[must_use]
    pub fn without_kubelets(self) -> Self {
        Self {
            untouched: Untouched::All,
            ..self
        }
    }

    /// People who act from now on; what they would have done before is done at once.
    pub(crate) fn employ(&mut self, acts: Vec<Act>) {
        self.people = People::of(acts);
        self.queue.add(Task::new(Who::People, ""));
    }

    /// Does all that is due up to `now`, to which the world's clock moves; when the next thing is due.
    pub fn step(&mut self, world: &mut World, now: Timestamp) -> Option<Timestamp> {
        loop {
            self.notice(world);
            while let Some(task) = self.queue.pop() {
                self.run(world, task);
                self.notice(world);
            }
            match self.queue.next().filter(|at| *at <= now) {
                Some(at) => {
                    world.advance(at);
                    self.queue.ring(at);
                }
                None => break,
            }
        }
        world.advance(now);
        self.queue.next()
    }

    /// The world holds what it held when they last looked, at another revision.
    pub(crate) fn know(&mut self, world: &World) {
        self.seen = world.store.revision();
    }

    /// Takes in what changed since the last look; everything there is where that is not known any more.
    fn notice(&mut self, world: &World) {
        let revision = world.store.revision();
        if revision == self.seen {
            return;
        }
        let changes: Option<Vec<Change>> = world
            .store
            .since(self.seen)
            .map(|changes| changes.cloned().collect());
        self.seen = revision;
        let Some(changes) = changes else {
            return self.learn_all(world);
        };
        for change in changes {
            self.index.notice(&change);
            route::changed(&mut self.queue, &self.index, &change);
        }
    }

    fn learn_all(&mut self, world: &World) {
        self.index = Index::default();
        for resource in world.resources() {
            for (key, object) in world.store.list(&resource.key(), "", None) {
                self.index.learn(key, object);
                route::found(&mut self.queue, key, object);
            }
        }
    }

    fn run(&mut self, world: &mut World, task: Task) {
        let path = task.path.to_string();
        let next = match task.who {
            Who::People => people::sync(self, world),
            Who::Garbage => garbage::collect(self, world, &path),
            Who::Namespaces => namespaces::sync(self, world, &path),
            Who::ScaledObjects => keda::sync(self, world, &path),
            Who::ScaledJobs => keda::scaled_job::sync(self, world, &path),
            Who::Autoscalers => hpa::sync(self, world, &path),
            Who::Deployments => deployment::sync(self, world, &path),
            Who::ReplicaSets => replica_set::sync(self, world, &path),
            Who::StatefulSets => stateful_set::sync(self, world, &path),
            Who::CronJobs => cron_job::sync(self, world, &path),
            Who::Jobs => job::sync(self, world, &path),
            Who::Quotas => quota::sync(self, world, &path),
            Who::DaemonSets => daemon_set::sync(self, world, &path),
            Who::Scheduler => scheduler::sync(self, world, &path),
            Who::Kubelet => kubelet::sync(self, world, &path),
            Who::Endpoints => endpoints::sync(self, world, &path),
            Who::Budgets => budgets::sync(self, world, &path),
            Who::Volumes => volumes::sync(self, world, &path),
            Who::Heartbeats => heartbeats::sync(self, world),
            Who::Events => self.recorder.expire(world),
        };
        if let Some(next) = next {
            // Never at once again, so that time goes on.
            let soonest = world.now() + SignedDuration::from_millis(1);
            self.queue.later(task, next.max(soonest));
        }
    }

    /// Whether a kubelet runs this pod.
    fn touches(&self, pod: &Value) -> bool {
        match &self.untouched {
            Untouched::None => true,
            Untouched::Annotated(name, value) => {
                pod["metadata"]["annotations"][name.as_str()] != value.as_str()
            }
            Untouched::All => false,
        }
    }

    /// Tells something about an object in an event.
    fn tell(&mut self, world: &mut World, about: &Value, told: &Told<'_>) {
        let is_quiet = self.quiet_until.is_some_and(|until| world.now() < until);
        self.recorder.tell(world, about, told, is_quiet);
        if !is_quiet {
            let at = world.now() + events::KEPT;
            self.queue.later(Task::new(Who::Events, ""), at);
        }
    }
}
