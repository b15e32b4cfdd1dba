//! Which controllers a change concerns.

use std::sync::Arc;

use serde_json::Value;

use super::fields::{Fields, Scalar};
use super::index::{Index, is_over, owners};
use super::queue::{Queue, Task, Who};
use super::{budgets, claim, namespaces, volumes};
use crate::store::{Change, Key, What};

/// An object changed.
pub(super) fn changed(queue: &mut Queue, index: &Index, change: &Change) {
    seen(queue, &change.key, &change.object);
    let is_gone = matches!(change.what, What::Deleted);
    garbage(queue, index, change);
    volumes::route(queue, change);
    if claim::is_news(change) {
        let all = index.claiming.get(change.object.namespace());
        for task in all.into_iter().flatten() {
            queue.add(task.clone());
        }
    }
    if is_gone && namespaces::is_given(&change.key.resource, &change.object) {
        queue.add(Task::new(Who::Namespaces, change.object.namespace()));
    }
    match &*change.key.resource {
        "pods" => selecting(queue, index, change),
        "nodes" if is_gone || has_moved(change) => {
            for path in &index.daemon_sets {
                queue.add(Task::new(Who::DaemonSets, Arc::clone(path)));
            }
        }
        _ => {}
    }
    let namespace = change.object.namespace();
    let counts = match &*change.key.resource {
        "events" => false,
        "pods" | "resourcequotas" => true,
        _ => !matches!(change.what, What::Modified),
    };
    if counts && index.has_quotas(namespace) {
        queue.add(Task::new(Who::Quotas, namespace));
    }
    let frees = match &*change.key.resource {
        "nodes" => true,
        "pods" => is_gone || is_over(&change.object),
        _ => false,
    };
    if frees {
        for path in &index.waiting {
            queue.add(Task::new(Who::Scheduler, Arc::clone(path)));
        }
    }
}

/// What the garbage collector looks at: what an object that is gone owned, objects that wait for what they own, new ones that are
/// owned.
fn garbage(queue: &mut Queue, index: &Index, change: &Change) {
    let owned = !change.object["metadata"]["ownerReferences"].is_null();
    match change.what {
        What::Deleted => queue.add(Task::new(Who::Garbage, change.object.uid())),
        What::Added if owned => queue.add(garbage_of(&change.key)),
        What::Modified if change.object.is_deleted() => queue.add(garbage_of(&change.key)),
        What::Added | What::Modified => {}
    }
    if !index.waiting_for_owned.is_empty() {
        let objects = change.before.iter().chain([&change.object]);
        for owner in objects.flat_map(|object| owners(object)) {
            if let Some(key) = index.waiting_for_owned.get(owner) {
                queue.add(garbage_of(key));
            }
        }
    }
}

/// Whether a node takes other pods than before.
fn has_moved(change: &Change) -> bool {
    let after = &change.object;
    change.before.as_ref().is_none_or(|before| {
        before["spec"] != after["spec"]
            || before["metadata"]["labels"] != after["metadata"]["labels"]
    })
}

/// What selects a pod looks at it where the change means anything to it.
fn selecting(queue: &mut Queue, index: &Index, change: &Change) {
    let after = &change.object;
    let Some(all) = index.selecting.get(after.namespace()) else {
        return;
    };
    let differs = |before: &Arc<Value>| {
        let same = |of: &dyn Fn(&Value) -> Value| of(before) == of(after);
        !same(&|pod| pod["metadata"]["labels"].clone())
            || before.is_deleted() != after.is_deleted()
            || before.holds("Ready") != after.holds("Ready")
            || !same(&|pod| pod["status"]["podIP"].clone())
            || is_over(before) != is_over(after)
    };
    if matches!(change.what, What::Modified) && !change.before.as_ref().is_none_or(differs) {
        return;
    }
    let states = || change.before.iter().chain([after]);
    for (key, selecting) in all {
        let selects = |pod: &Arc<Value>| selecting.selects(&pod["metadata"]["labels"]);
        if states().any(selects) {
            queue.add(Task::new(selecting.who, Arc::clone(&key.path)));
        }
    }
}

fn garbage_of(key: &Key) -> Task {
    Task::new(Who::Garbage, format!("{} {}", key.resource, key.path))
}

/// An object was there already when the controllers began.
pub(super) fn found(queue: &mut Queue, key: &Key, object: &Value) {
    seen(queue, key, object);
    if object.is_deleted() || !object["metadata"]["ownerReferences"].is_null() {
        queue.add(garbage_of(key));
    }
}

/// An object is there, or was until now.
fn seen(queue: &mut Queue, key: &Key, object: &Value) {
    let own = |who| Task::new(who, Arc::clone(&key.path));
    match &*key.resource {
        "scaledobjects.keda.sh" => queue.add(own(Who::ScaledObjects)),
        "scaledjobs.keda.sh" => queue.add(own(Who::ScaledJobs)),
        "horizontalpodautoscalers.autoscaling" => {
            queue.add(own(Who::Autoscalers));
            owner(queue, object);
        }
        "namespaces" => queue.add(own(Who::Namespaces)),
        "deployments.apps" => queue.add(own(Who::Deployments)),
        "replicasets.apps" => {
            queue.add(own(Who::ReplicaSets));
            owner(queue, object);
        }
        "statefulsets.apps" => queue.add(own(Who::StatefulSets)),
        "cronjobs.batch" => queue.add(own(Who::CronJobs)),
        "daemonsets.apps" => queue.add(own(Who::DaemonSets)),
        "services" => queue.add(own(Who::Endpoints)),
        volumes::CLAIMS | volumes::VOLUMES => queue.add(own(Who::Volumes)),
        budgets::RESOURCE => queue.add(own(Who::Budgets)),
        "jobs.batch" => {
            queue.add(own(Who::Jobs));
            owner(queue, object);
        }
        "pods" => {
            if object["spec"]["nodeName"].text().is_empty() {
                queue.add(own(Who::Scheduler));
            } else {
                queue.add(own(Who::Kubelet));
            }
            owner(queue, object);
        }
        _ => {}
    }
}

/// The controller of an object looks at its own.
fn owner(queue: &mut Queue, object: &Value) {
    let Some(owner) = object.controller() else {
        return;
    };
    let who = match owner["kind"].text() {
        "Deployment" => Who::Deployments,
        "ReplicaSet" => Who::ReplicaSets,
        "StatefulSet" => Who::StatefulSets,
        "CronJob" => Who::CronJobs,
        "DaemonSet" => Who::DaemonSets,
        "Job" => Who::Jobs,
        "ScaledObject" => Who::ScaledObjects,
        _ => return,
    };
    let path = format!("{}/{}", object.namespace(), owner["name"].text());
    queue.add(Task::new(who, path));
}
