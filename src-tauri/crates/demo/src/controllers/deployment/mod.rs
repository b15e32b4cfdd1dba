//! Deployments: ReplicaSets that take over from one another.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/deployment` (`deployment_controller.go:syncDeployment`, `sync.go`).

mod fenceposts;
mod proportion;
mod rolling;
mod sets;
mod status;

pub(crate) use fenceposts::share;

use jiff::Timestamp;
use serde_json::Value;

use super::fields::{Condition, Fields, Scalar};
use super::{Controllers, claim, write};
use crate::World;
use sets::Sets;

const NAME: &str = "deployment-controller";
const RESOURCE: &str = "deployments.apps";
const REVISION: &str = "deployment.kubernetes.io/revision";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAX: &str = "deployment.kubernetes.io/max-replicas";

/// One look at a Deployment; when its progress deadline passes, if it waits for that.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    let deployment = write::get(world, RESOURCE, path)?;
    if claim::claim(hub, world, &deployment, "replicasets.apps", |_| true) {
        return Some(world.now());
    }
    let mut sets = Sets::of(hub, world, &deployment);
    if deployment.is_deleted() {
        return status::write_counts(world, &sets, path);
    }
    status::pausing(world, &deployment);
    let is_paused = deployment["spec"]["paused"] == true;
    if is_paused || is_scaling(&sets, replicas(&deployment)) {
        sets.know_revision(hub, world, &deployment, false);
        proportion::scale(hub, world, &deployment, &sets);
        return status::write_counts(world, &Sets::of(hub, world, &deployment), path);
    }
    sets.know_revision(hub, world, &deployment, true);
    let Some(new) = sets.new.clone() else {
        return status::write_counts(world, &sets, path);
    };
    let deployment = write::get(world, RESOURCE, path)?;
    if deployment["spec"]["strategy"]["type"] == "Recreate" {
        recreate(hub, world, &deployment, &sets, &new);
    } else if !rolling::grow(hub, world, &deployment, &sets, &new) {
        rolling::shrink(hub, world, &deployment, &sets, &new);
    }
    let done = status::is_complete(&deployment, &deployment["status"]);
    if done {
        sets.clean_up(world, &deployment);
    }
    let sets = Sets::of(hub, world, &deployment);
    status::write(world, &sets, path)
}

/// `spec.replicas` of a Deployment or ReplicaSet.
fn replicas(object: &Value) -> i64 {
    object["spec"]["replicas"].as_i64().unwrap_or(1)
}

/// Whether the Deployment's size changed since its ReplicaSets were scaled (`isScalingEvent`).
fn is_scaling(sets: &Sets, wanted: i64) -> bool {
    let mut active = sets.all().filter(|set| replicas(set) > 0);
    active.any(|set| {
        let desired = set.annotation(DESIRED).parse::<i64>();
        desired.is_ok_and(|desired| desired != wanted)
    })
}

/// `recreate.go:rolloutRecreate`: the old pods go before the new ones come.
fn recreate(
    hub: &mut Controllers,
    world: &mut World,
    deployment: &Value,
    sets: &Sets,
    new: &Value,
) {
    let mut has_old = false;
    for set in &sets.old {
        has_old |= sets::scale(hub, world, deployment, set, 0)
            || set["status"]["replicas"].number() > 0
            || set["status"]["terminatingReplicas"].number() > 0;
    }
    if !has_old {
        sets::scale(hub, world, deployment, new, replicas(deployment));
    }
}

/// A condition of a Deployment.
fn condition<'a>(kind: &'a str, holds: bool, reason: &'a str, message: String) -> Condition<'a> {
    Condition {
        kind,
        holds,
        reason,
        message,
    }
}
