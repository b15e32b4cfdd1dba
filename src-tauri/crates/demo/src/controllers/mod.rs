//! The controllers of the demo cluster: what makes pods of Deployments and lets time pass.
//!
//! One synchronous, seeded simulation. Every change in the store asks the controllers it concerns to look again, and each says when
//! it must look again by time alone; between these moments nothing happens and nothing is spent.

mod deployment;
mod events;
mod fields;
mod garbage;
mod hash;
mod hpa;
mod index;
mod keda;
mod kubelet;
mod queue;
mod replica_set;
mod route;
#[cfg(test)]
mod scaling_tests;
mod scheduler;
mod selector;
#[cfg(test)]
mod tests;
mod write;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::World;
use crate::store::Change;
use events::{Recorder, Told};
use hpa::Autoscalers;
use index::Index;
use keda::ScaledObjects;
use kubelet::Runs;
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
    scaled_objects: ScaledObjects,
    /// Until then events are not written: they would be gone by the time somebody looks.
    quiet_until: Option<Timestamp>,
}

impl Controllers {
    /// Controllers that write no event before `until`: for a past that is caught up with.
    pub fn quiet_until(until: Timestamp) -> Self {
        Self {
            quiet_until: Some(until),
            ..Self::default()
        }
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
                route::seen(&mut self.queue, key, object);
            }
        }
    }

    fn run(&mut self, world: &mut World, task: Task) {
        let path = task.path.to_string();
        let next = match task.who {
            Who::Garbage => garbage::collect(self, world, &path),
            Who::ScaledObjects => keda::sync(self, world, &path),
            Who::Autoscalers => hpa::sync(self, world, &path),
            Who::Deployments => deployment::sync(self, world, &path),
            Who::ReplicaSets => replica_set::sync(self, world, &path),
            Who::Scheduler => scheduler::sync(self, world, &path),
            Who::Kubelet => kubelet::sync(self, world, &path),
            Who::Events => self.recorder.expire(world),
        };
        if let Some(next) = next {
            // Never at once again, so that time goes on.
            let soonest = world.now() + SignedDuration::from_millis(1);
            self.queue.later(task, next.max(soonest));
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
