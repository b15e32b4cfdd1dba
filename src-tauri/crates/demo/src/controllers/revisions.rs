//! ControllerRevisions: the templates that a StatefulSet or DaemonSet has had.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/history/controller_history.go`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::fields::{Fields, Scalar, owned_by};
use super::index::controlled;
use super::{Controllers, claim, hash, write};
use crate::World;

const RESOURCE: &str = "controllerrevisions.apps";
/// The label of what a pod was made of: a StatefulSet's name of the revision, a DaemonSet's hash.
pub(crate) const HASH: &str = "controller-revision-hash";

/// Takes over revisions that a workload left which was of the same name (`AdoptOrphanRevisions`).
pub(crate) fn claim(hub: &Controllers, world: &mut World, owner: &Value) -> bool {
    claim::claim(hub, world, owner, RESOURCE, |_| true)
}

/// The revisions of a workload, the oldest first (`SortControllerRevisions`).
pub(crate) fn all(hub: &Controllers, world: &World, owner: &Value) -> Vec<Arc<Value>> {
    let mut all = controlled(&hub.index, world, owner, RESOURCE);
    all.sort_by_cached_key(|one| {
        let created = one["metadata"]["creationTimestamp"].time();
        (one["revision"].number(), created, one.path())
    });
    all
}

/// The revision of the present template and how many names were taken, out of `all` or new
/// (`stateful_set_control.go:getStatefulSetRevisions`, `daemon/update.go:constructHistory`).
pub(crate) fn present(
    world: &mut World,
    owner: &Value,
    all: &[Arc<Value>],
) -> (Option<Arc<Value>>, i64) {
    let collisions = owner["status"]["collisionCount"].number();
    let data = data(owner);
    let number = all.last().map_or(0, |last| last["revision"].number()) + 1;
    if let Some(last) = all.last().filter(|last| last["data"] == data) {
        return (Some(Arc::clone(last)), collisions);
    }
    if let Some(equal) = all.iter().rfind(|one| one["data"] == data) {
        // Back to an older one: it becomes the latest.
        let mut changed = Value::clone(equal);
        changed["revision"] = json!(number);
        let written = write::update(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
        return (written.ok(), collisions);
    }
    create(world, owner, &data, number, collisions)
}

/// Deletes the oldest revisions beyond the history limit, but none that `is_live` (`truncateHistory`, `cleanupHistory`).
pub(crate) fn clean_up(
    world: &mut World,
    owner: &Value,
    all: &[Arc<Value>],
    is_live: impl Fn(&Value) -> bool,
) {
    let limit = owner["spec"]["revisionHistoryLimit"].as_i64().unwrap_or(10);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let past: Vec<&Arc<Value>> = all.iter().filter(|one| !is_live(one)).collect();
    let gone = past.len().saturating_sub(limit);
    for one in past.into_iter().take(gone) {
        let _ = write::delete(world, RESOURCE, &one.path(), write::CONTROLLER_MANAGER);
    }
}

/// A workload with the template that a revision holds (`ApplyRevision`).
pub(crate) fn applied(owner: &Value, revision: &Value) -> Value {
    let mut restored = owner.clone();
    let mut template = revision["data"]["spec"]["template"].clone();
    if let Some(fields) = template.as_object_mut() {
        fields.remove("$patch");
    }
    restored["spec"]["template"] = template;
    restored
}

/// What a revision holds: a strategic patch that puts the template back (`getPatch`).
fn data(owner: &Value) -> Value {
    let mut template = owner["spec"]["template"].clone();
    template["$patch"] = json!("replace");
    json!({"spec": {"template": template}})
}

/// The hash in a revision's name, with its label (`HashControllerRevision`; a DaemonSet's is its template's, `snapshot`).
fn hash_of(owner: &Value, data: &Value, collisions: i64) -> (&'static str, String) {
    if owner["kind"] == "DaemonSet" {
        let collisions = (collisions > 0).then_some(collisions);
        (
            HASH,
            hash::of_template(&owner["spec"]["template"], collisions),
        )
    } else {
        (
            "controller.kubernetes.io/hash",
            hash::of_revision(data, collisions),
        )
    }
}

fn create(
    world: &mut World,
    owner: &Value,
    data: &Value,
    number: i64,
    mut collisions: i64,
) -> (Option<Arc<Value>>, i64) {
    let mut labels = owner["spec"]["template"]["metadata"]["labels"].clone();
    let (label, hash) = hash_of(owner, data, collisions);
    labels[label] = json!(hash);
    let mut metadata = json!({
        "namespace": owner.namespace(), "labels": labels, "ownerReferences": owned_by(owner),
    });
    if let Some(annotations) = owner["metadata"].get("annotations") {
        metadata["annotations"] = annotations.clone();
    }
    let mut object = json!({"metadata": metadata, "data": data, "revision": number});
    loop {
        let (_, hash) = hash_of(owner, &object["data"], collisions);
        let name = format!("{}-{hash}", owner.name());
        let path = format!("{}/{name}", owner.namespace());
        object["metadata"]["name"] = json!(name);
        match write::get(world, RESOURCE, &path) {
            Some(known) if known["data"] == object["data"] => return (Some(known), collisions),
            Some(_) => collisions += 1,
            None => {
                let made = write::create(world, RESOURCE, object, write::CONTROLLER_MANAGER);
                return (made.ok(), collisions);
            }
        }
    }
}
