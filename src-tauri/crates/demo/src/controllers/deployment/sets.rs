//! The ReplicaSets of a Deployment: which is of the present template, which revision each is.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{DESIRED, MAX, NAME, RESOURCE, REVISION, condition, fenceposts, replicas};
use crate::World;
use crate::controllers::events::Told;
use crate::controllers::fields::{Fields, Scalar, owned_by, set_condition};
use crate::controllers::index::controlled;
use crate::controllers::{Controllers, hash, write};
use crate::writes::seconds;

const SETS: &str = "replicasets.apps";
const HASH: &str = "pod-template-hash";
/// Annotations that a ReplicaSet has of its own (`annotationsToSkip`).
const OWN: [&str; 5] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    "deployment.kubernetes.io/revision-history",
    DESIRED,
    MAX,
];

/// The ReplicaSets of a Deployment.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    /// The one of the present template, if there is one.
    pub(super) new: Option<Arc<Value>>,
    /// The others, the oldest first.
    pub(super) old: Vec<Arc<Value>>,
}

impl Sets {
    pub(super) fn of(hub: &Controllers, world: &World, deployment: &Value) -> Self {
        let mut all = controlled(&hub.index, world, deployment, SETS);
        all.sort_by_cached_key(|set| (set["metadata"]["creationTimestamp"].time(), set.path()));
        let template = &deployment["spec"]["template"];
        let found = all.iter().position(|set| is_of(template, set));
        Self {
            new: found.map(|index| all.remove(index)),
            old: all,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Value>> {
        self.old.iter().chain(&self.new)
    }

    /// Pods asked for in all.
    pub(super) fn asked(&self) -> i64 {
        self.all().map(|set| replicas(set)).sum()
    }

    /// The sum of a count in all statuses.
    pub(super) fn sum(&self, field: &str) -> i64 {
        self.all().map(|set| set["status"][field].number()).sum()
    }

    /// Finds or makes the new ReplicaSet and brings its annotations and the Deployment's revision up to date (`getNewReplicaSet`).
    pub(super) fn know_revision(
        &mut self,
        hub: &mut Controllers,
        world: &mut World,
        deployment: &Value,
        creates: bool,
    ) {
        let last = self.old.iter().map(|set| revision(set)).max().unwrap_or(0);
        match &self.new {
            Some(new) => {
                let own = revision(new).max(last + 1).to_string();
                let mut changed = Value::clone(new);
                annotate(&mut changed, deployment, &own);
                changed["spec"]["minReadySeconds"] = deployment["spec"]["minReadySeconds"].clone();
                if changed["spec"]["minReadySeconds"].is_null()
                    && let Some(spec) = changed["spec"].as_object_mut()
                {
                    spec.remove("minReadySeconds");
                }
                self.new = write::update(world, SETS, changed, write::CONTROLLER_MANAGER).ok();
                note_revision(world, deployment, &own);
            }
            None if creates => {
                let own = (last + 1).to_string();
                self.create(hub, world, deployment, &own);
            }
            None => {}
        }
    }

    fn create(&mut self, hub: &mut Controllers, world: &mut World, deployment: &Value, own: &str) {
        let template = &deployment["spec"]["template"];
        let collisions = deployment["status"]["collisionCount"].as_i64();
        let hash = hash::of_template(template, collisions);
        let mut template = template.clone();
        template["metadata"]["labels"][HASH] = json!(hash);
        let mut selector = deployment["spec"]["selector"].clone();
        selector["matchLabels"][HASH] = json!(hash);
        let (surge, _) = fenceposts::fenceposts(deployment);
        let wanted = replicas(deployment);
        let count = if deployment["spec"]["strategy"]["type"] == "Recreate" {
            if self.asked() == 0 { wanted } else { 0 }
        } else {
            (wanted + surge - self.asked()).clamp(0, wanted)
        };
        let mut set = json!({
            "metadata": {
                "name": format!("{}-{hash}", deployment.name()), "namespace": deployment.namespace(),
                "labels": template["metadata"]["labels"], "ownerReferences": owned_by(deployment),
            },
            "spec": {"replicas": count, "selector": selector, "template": template},
        });
        let min_ready = &deployment["spec"]["minReadySeconds"];
        if min_ready.number() > 0 {
            set["spec"]["minReadySeconds"] = min_ready.clone();
        }
        annotate(&mut set, deployment, own);
        let name = set.name().to_owned();
        match write::create(world, SETS, set, write::CONTROLLER_MANAGER) {
            Ok(created) => {
                self.new = Some(created);
                if count > 0 {
                    let message = format!("Scaled up replica set {name} from 0 to {count}");
                    hub.tell(
                        world,
                        deployment,
                        &Told::normal(NAME, "ScalingReplicaSet", message),
                    );
                }
                note_revision(world, deployment, own);
                let message = format!("Created new replica set \"{name}\"");
                progressing(world, deployment, true, "NewReplicaSetCreated", message);
            }
            Err(error) if error.reason == "AlreadyExists" => {
                if let Some(now) = write::get(world, RESOURCE, &deployment.path()) {
                    let mut changed = Value::clone(&now);
                    changed["status"]["collisionCount"] = json!(collisions.unwrap_or(0) + 1);
                    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
                }
            }
            Err(error) => {
                let message = format!("Failed to create new replica set \"{name}\": {error}");
                let told = Told::warning(NAME, "ReplicaSetCreateError", message.clone());
                hub.tell(world, deployment, &told);
                progressing(world, deployment, false, "ReplicaSetCreateError", message);
            }
        }
    }

    /// Deletes empty ReplicaSets beyond the history limit, the oldest revisions first (`cleanupDeployment`).
    pub(super) fn clean_up(&self, world: &mut World, deployment: &Value) {
        let limit = deployment["spec"]["revisionHistoryLimit"]
            .as_i64()
            .unwrap_or(10);
        let mut old: Vec<&Arc<Value>> = self.old.iter().filter(|set| !set.is_deleted()).collect();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let gone = old.len().saturating_sub(limit);
        old.sort_by_key(|set| revision(set));
        for set in old.into_iter().take(gone) {
            if replicas(set) == 0 && set["status"]["replicas"].number() == 0 {
                let _ = write::delete(world, SETS, &set.path(), write::CONTROLLER_MANAGER);
            }
        }
    }
}

/// Gives a ReplicaSet another size; whether it had one (`scaleReplicaSet`).
pub(super) fn scale(
    hub: &mut Controllers,
    world: &mut World,
    deployment: &Value,
    set: &Value,
    count: i64,
) -> bool {
    let before = replicas(set);
    let mut changed = set.clone();
    changed["spec"]["replicas"] = json!(count);
    size_annotations(&mut changed, deployment);
    let is_written = write::update(world, SETS, changed, write::CONTROLLER_MANAGER).is_ok();
    if before == count || !is_written {
        return false;
    }
    let direction = if count > before { "up" } else { "down" };
    let message = format!(
        "Scaled {direction} replica set {} from {before} to {count}",
        set.name()
    );
    hub.tell(
        world,
        deployment,
        &Told::normal(NAME, "ScalingReplicaSet", message),
    );
    true
}

/// Whether a ReplicaSet is of a template: its own without the hash is the same (`EqualIgnoreHash`).
fn is_of(template: &Value, set: &Value) -> bool {
    let own = &set["spec"]["template"];
    let labels = |of: &Value| {
        let labels = of["metadata"]["labels"].as_object().into_iter().flatten();
        let kept = labels.filter(|(name, _)| *name != HASH);
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Vec<_>>()
    };
    let annotations = |of: &Value| {
        of["metadata"]["annotations"]
            .as_object()
            .cloned()
            .unwrap_or_default()
    };
    own["spec"] == template["spec"]
        && labels(own) == labels(template)
        && annotations(own) == annotations(template)
}

fn revision(set: &Value) -> i64 {
    set.annotation(REVISION).parse().unwrap_or(0)
}

/// The Deployment's annotations with those that are the ReplicaSet's own (`SetNewReplicaSetAnnotations`).
fn annotate(set: &mut Value, deployment: &Value, revision: &str) {
    let own = set["metadata"].get("annotations").cloned();
    let mut annotations = own.unwrap_or_else(|| json!({}));
    let theirs = deployment["metadata"]["annotations"].as_object();
    for (name, value) in theirs.into_iter().flatten() {
        if !OWN.contains(&name.as_str()) {
            annotations[name] = value.clone();
        }
    }
    annotations[REVISION] = json!(revision);
    set["metadata"]["annotations"] = annotations;
    size_annotations(set, deployment);
}

fn size_annotations(set: &mut Value, deployment: &Value) {
    let (surge, _) = fenceposts::fenceposts(deployment);
    let wanted = replicas(deployment);
    let annotations = &mut set["metadata"]["annotations"];
    annotations[DESIRED] = json!(wanted.to_string());
    annotations[MAX] = json!((wanted + surge).to_string());
}

fn note_revision(world: &mut World, deployment: &Value, revision: &str) {
    let Some(now) = write::get(world, RESOURCE, &deployment.path()) else {
        return;
    };
    if now.annotation(REVISION) != revision {
        let mut changed = Value::clone(&now);
        changed["metadata"]["annotations"][REVISION] = json!(revision);
        let _ = write::update(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
    }
}

/// Sets the condition `Progressing`, whose `lastUpdateTime` moves each time.
fn progressing(world: &mut World, deployment: &Value, holds: bool, reason: &str, message: String) {
    let Some(before) = write::get(world, RESOURCE, &deployment.path()) else {
        return;
    };
    let now = world.now();
    let mut changed = Value::clone(&before);
    let entry = set_condition(
        &mut changed,
        &condition("Progressing", holds, reason, message),
        now,
    );
    entry["lastUpdateTime"] = json!(seconds(now));
    let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
}
