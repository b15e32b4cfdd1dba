//! A namespace that is going: pods first, then all else, then itself
//! (`pkg/controller/namespace/deletion/namespaced_resources_deleter.go:deleteAllContent`).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::RESOURCE;
use crate::World;
use crate::controllers::fields::{Condition, Fields, Scalar, set_condition};
use crate::controllers::index::is_over;
use crate::controllers::write;
use crate::kinds::{Resource, Verbs};

/// So long nothing is done, that every API server may have seen the deletion (`namespaceDeletionGracePeriod`).
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// What finalizers are thought to take, in seconds (`finalizerEstimateSeconds`).
const FINALIZING: i64 = 15;
const FINALIZER: &str = "kubernetes";

/// What is left of a namespace after all of it was asked to go.
#[derive(Default)]
struct Left {
    /// Plural and group with how many are left.
    kinds: BTreeMap<String, usize>,
    finalizers: BTreeMap<String, usize>,
    /// Kinds of which nobody knows why they are left.
    unexplained: Vec<String>,
    /// Seconds until it should be gone.
    estimate: i64,
}

/// One look at a namespace that is going; when to look again.
pub(super) fn sync(world: &mut World, namespace: &Value) -> Option<Timestamp> {
    let is_ours = |all: &Value| all.items().iter().any(|one| one == FINALIZER);
    if !is_ours(&namespace["spec"]["finalizers"]) {
        return None;
    }
    let since = namespace["metadata"]["deletionTimestamp"].time()?;
    let now = world.now();
    let begin = since.checked_add(PAUSE).ok()?;
    if now < begin {
        return Some(begin);
    }
    let name = namespace.name();
    let mut left = Left::default();
    let (pods, others) = parted(world);
    for resource in &pods {
        let estimate = grace(world, name, since);
        empty(world, resource, name, estimate, &mut left);
    }
    let pods_left = !left.kinds.is_empty();
    if pods_left {
        // Of pods alone the conditions tell nothing.
        left.kinds.clear();
        left.finalizers.clear();
    } else {
        for resource in &others {
            empty(world, resource, name, 0, &mut left);
        }
    }
    tell(world, name, &left);
    if pods_left || !left.kinds.is_empty() {
        let seconds = match left.estimate {
            0 => 1,
            estimate => estimate / 2 + 1,
        };
        return now.checked_add(SignedDuration::from_secs(seconds)).ok();
    }
    finalize(world, name);
    None
}

/// Pods, and all else that lies in namespaces.
fn parted(world: &World) -> (Vec<Arc<Resource>>, Vec<Arc<Resource>>) {
    let kept = |one: &&Arc<Resource>| one.namespaced && one.verbs == Verbs::Stored;
    let all = world.resources().iter().filter(kept).cloned();
    all.partition(|one| one.group.is_empty() && &*one.plural == "pods")
}

/// The longest grace of the pods that still run; none once it has passed (`estimateGracefulTermination`).
fn grace(world: &World, namespace: &str, since: Timestamp) -> i64 {
    let pods = write::list(world, "pods", namespace);
    let graces = pods
        .iter()
        .filter(|pod| !is_over(pod))
        .map(|pod| pod["spec"]["terminationGracePeriodSeconds"].number());
    let longest = graces.max().unwrap_or(0);
    if world.now().duration_since(since).as_secs() >= longest {
        0
    } else {
        longest
    }
}

/// Asks all of a kind to go, and notes what does not at once.
fn empty(world: &mut World, resource: &Resource, namespace: &str, estimate: i64, left: &mut Left) {
    let kind = resource.key();
    for object in write::list(world, &kind, namespace) {
        let _ = write::reap(world, &kind, &object.path(), write::CONTROLLER_MANAGER);
    }
    let remaining = write::list(world, &kind, namespace);
    if remaining.is_empty() {
        return;
    }
    left.kinds.insert(
        format!("{}.{}", resource.plural, resource.group),
        remaining.len(),
    );
    let mut estimate = estimate;
    for object in &remaining {
        for finalizer in object["metadata"]["finalizers"].items() {
            let count = left.finalizers.entry(finalizer.text().to_owned());
            *count.or_default() += 1;
            estimate = estimate.max(FINALIZING);
        }
    }
    if estimate == 0 {
        let (group, version) = (&resource.group, &resource.version);
        left.unexplained.push(format!(
            "unexpected items still remain in namespace: {namespace} for gvr: {group}/{version}, Resource={}",
            resource.plural
        ));
    }
    left.estimate = left.estimate.max(estimate);
}

/// The conditions of a namespace that is going (`status_condition_utils.go`).
fn tell(world: &mut World, name: &str, left: &Left) {
    let counted = |all: &BTreeMap<String, usize>, verb: &str| {
        let each = all
            .iter()
            .map(|(what, count)| format!("{what} {verb} {count} resource instances"));
        each.collect::<Vec<_>>().join(", ")
    };
    let condition = |kind, ok: (&'static str, &str), wrong: Option<(&'static str, String)>| {
        let holds = wrong.is_some();
        let (reason, message) = wrong.unwrap_or_else(|| (ok.0, ok.1.to_owned()));
        Condition {
            kind,
            holds,
            reason,
            message,
        }
    };
    let failed = (!left.unexplained.is_empty()).then(|| {
        let count = left.unexplained.len();
        let all = left.unexplained.join(", ");
        (
            "ContentDeletionFailed",
            format!("Failed to delete all resource types, {count} remaining: {all}"),
        )
    });
    let remaining = (!left.kinds.is_empty()).then(|| {
        let kinds = counted(&left.kinds, "has");
        (
            "SomeResourcesRemain",
            format!("Some resources are remaining: {kinds}"),
        )
    });
    let held = (!left.finalizers.is_empty()).then(|| {
        let finalizers = counted(&left.finalizers, "in");
        (
            "SomeFinalizersRemain",
            format!("Some content in the namespace has finalizers remaining: {finalizers}"),
        )
    });
    let all = [
        condition(
            "NamespaceDeletionDiscoveryFailure",
            (
                "ResourcesDiscovered",
                "All resources successfully discovered",
            ),
            None,
        ),
        condition(
            "NamespaceDeletionGroupVersionParsingFailure",
            (
                "ParsedGroupVersions",
                "All legacy kube types successfully parsed",
            ),
            None,
        ),
        condition(
            "NamespaceDeletionContentFailure",
            (
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization",
            ),
            failed,
        ),
        condition(
            "NamespaceContentRemaining",
            ("ContentRemoved", "All content successfully removed"),
            remaining,
        ),
        condition(
            "NamespaceFinalizersRemaining",
            (
                "ContentHasNoFinalizers",
                "All content-preserving finalizers finished",
            ),
            held,
        ),
    ];
    let Some(namespace) = write::get(world, RESOURCE, name) else {
        return;
    };
    let mut changed = Value::clone(&namespace);
    for condition in &all {
        set_condition(&mut changed, condition, world.now());
    }
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
}

/// Lets a namespace go (`finalizeNamespace`).
fn finalize(world: &mut World, name: &str) {
    let Some(namespace) = write::get(world, RESOURCE, name) else {
        return;
    };
    let mut changed = Value::clone(&namespace);
    let others = namespace["spec"]["finalizers"].items().iter();
    let others: Vec<&Value> = others.filter(|one| *one != FINALIZER).collect();
    changed["spec"]["finalizers"] = json!(others);
    write::finalize(world, RESOURCE, changed);
}
