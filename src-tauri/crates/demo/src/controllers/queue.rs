//! What is to be done, at once or later.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

/// Who does it. At one moment the earlier of these comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    People,
    Garbage,
    Namespaces,
    ScaledObjects,
    ScaledJobs,
    Autoscalers,
    Deployments,
    ReplicaSets,
    StatefulSets,
    CronJobs,
    DaemonSets,
    Jobs,
    Quotas,
    Scheduler,
    Kubelet,
    Endpoints,
    Budgets,
    Volumes,
    Heartbeats,
    Events,
}

/// One look at one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Task {
    pub(crate) who: Who,
    /// `namespace/name`, or what else the controller tells its objects apart by.
    pub(crate) path: Arc<str>,
}

impl Task {
    pub(crate) fn new(who: Who, path: impl Into<Arc<str>>) -> Self {
        Self {
            who,
            path: path.into(),
        }
    }
}

/// Tasks without duplicates, in an order that depends on nothing but them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    ready: BTreeSet<Task>,
    timers: BTreeSet<(Timestamp, Task)>,
    due: BTreeMap<Task, Timestamp>,
}

impl Queue {
    /// To be done now.
    pub(crate) fn add(&mut self, task: Task) {
        self.ready.insert(task);
    }

    /// To be done at `at`, or before where that is planned already.
    pub(crate) fn later(&mut self, task: Task, at: Timestamp) {
        if let Some(planned) = self.due.get(&task) {
            if *planned <= at {
                return;
            }
            self.timers.remove(&(*planned, task.clone()));
        }
        self.due.insert(task.clone(), at);
        self.timers.insert((at, task));
    }

    /// Takes the next task that is to be done now; what was planned for it later is forgotten.
    pub(crate) fn pop(&mut self) -> Option<Task> {
        let task = self.ready.pop_first()?;
        if let Some(planned) = self.due.remove(&task) {
            self.timers.remove(&(planned, task.clone()));
        }
        Some(task)
    }

    /// When the next planned task is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Tasks planned for `at` or before are to be done now.
    pub(crate) fn ring(&mut self, at: Timestamp) {
        while let Some((due, task)) = self.timers.first().cloned()
            && due <= at
        {
            self.timers.pop_first();
            self.due.remove(&task);
            self.ready.insert(task);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_task_waits_once_and_for_its_earliest_time() {
        let mut queue = Queue::default();
        let task = Task::new(Who::Kubelet, "a/x");
        queue.later(task.clone(), at(20));
        queue.later(task.clone(), at(10));
        queue.later(task.clone(), at(30));
        assert_eq!(queue.next(), Some(at(10)));
        queue.ring(at(10));
        assert_eq!(queue.pop(), Some(task.clone()));
        assert_eq!((queue.pop(), queue.next()), (None, None));

        queue.later(task.clone(), at(20));
        queue.add(task.clone());
        assert_eq!(queue.pop(), Some(task));
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn what_is_due_together_is_done_in_order() {
        let mut queue = Queue::default();
        let tasks = [
            Task::new(Who::Deployments, "a/x"),
            Task::new(Who::Kubelet, "a/w"),
            Task::new(Who::Kubelet, "a/x"),
        ];
        for task in tasks.iter().rev() {
            queue.later(task.clone(), at(9));
        }
        assert_eq!(queue.next(), Some(at(9)));
        queue.ring(at(9));
        let order: Vec<Task> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, tasks);
    }
}
