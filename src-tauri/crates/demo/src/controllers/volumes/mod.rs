//! Claims for volumes: bound to a volume that is made for them, protected while they are used.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/volume/persistentvolume/pv_controller.go`, `pkg/controller/volume/pvcprotection`,
//! `pvprotection`; a class's provisioner makes its volumes at once.

mod provision;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::fields::{Fields, Scalar};
use super::garbage::remove_finalizer;
use super::index::is_over;
use super::queue::{Queue, Task, Who};
use super::{Controllers, write};
use crate::World;
use crate::store::{Change, Key, What};

pub(super) const CLAIMS: &str = "persistentvolumeclaims";
pub(super) const VOLUMES: &str = "persistentvolumes";
const CLAIM_IN_USE: &str = "kubernetes.io/pvc-protection";
const VOLUME_IN_USE: &str = "kubernetes.io/pv-protection";

/// Wakes what a change concerns beside the object itself: claims that a pod names, the volume of a claim that is gone.
pub(super) fn route(queue: &mut Queue, change: &Change) {
    let object = &change.object;
    let is_gone = matches!(change.what, What::Deleted);
    match &*change.key.resource {
        CLAIMS => {
            let volume = object["spec"]["volumeName"].text();
            if is_gone && !volume.is_empty() {
                queue.add(Task::new(Who::Volumes, volume));
            }
        }
        "pods" => {
            let got_node = change.before.as_ref().is_none_or(|before| {
                before["spec"]["nodeName"] != object["spec"]["nodeName"]
                    || is_over(before) != is_over(object)
            });
            if is_gone || got_node {
                for claim in claims_of(object) {
                    let path = format!("{}/{claim}", object.namespace());
                    queue.add(Task::new(Who::Volumes, path));
                }
            }
        }
        _ => {}
    }
}

/// A look at one claim, by `namespace/name`, or at one volume, by its name.
pub(crate) fn sync(hub: &mut Controllers, world: &mut World, path: &str) -> Option<Timestamp> {
    if !path.contains('/') {
        reclaim(world, path);
        return None;
    }
    let claim = write::get(world, CLAIMS, path)?;
    if claim.is_deleted() {
        if !is_used(world, &claim) {
            let key = Key::new(CLAIMS, claim.namespace(), claim.name());
            remove_finalizer(world, &key, CLAIM_IN_USE);
        }
    } else if claim["spec"]["volumeName"].text().is_empty() {
        provision::provision(hub, world, &claim);
    }
    None
}

/// Names of the claims that a pod uses.
fn claims_of(pod: &Value) -> impl Iterator<Item = &str> {
    let volumes = pod["spec"]["volumes"].items().iter();
    let claims = volumes.map(|volume| volume["persistentVolumeClaim"]["claimName"].text());
    claims.filter(|claim| !claim.is_empty())
}

/// Whether a pod on a node uses a claim.
fn is_used(world: &World, claim: &Value) -> bool {
    let pods = write::list(world, "pods", claim.namespace());
    let mut alive = pods
        .iter()
        .filter(|pod| !is_over(pod) && !pod["spec"]["nodeName"].text().is_empty());
    alive.any(|pod| claims_of(pod).any(|name| name == claim.name()))
}

/// What becomes of a volume whose claim is gone: it goes too, or is kept as it is (`reclaimVolume`).
fn reclaim(world: &mut World, name: &str) {
    let Some(volume) = write::get(world, VOLUMES, name) else {
        return;
    };
    let owner = &volume["spec"]["claimRef"];
    let path = format!("{}/{}", owner["namespace"].text(), owner["name"].text());
    let claim = write::get(world, CLAIMS, &path);
    let is_bound = claim.is_some_and(|claim| claim.uid() == owner["uid"].text());
    let key = Key::new(VOLUMES, "", name);
    if is_bound || owner.is_null() {
        if owner.is_null() && volume.is_deleted() {
            remove_finalizer(world, &key, VOLUME_IN_USE);
        }
        return;
    }
    if volume["status"]["phase"] != "Released" {
        let mut changed = Value::clone(&volume);
        changed["status"]["phase"] = json!("Released");
        let _ = write::status(world, VOLUMES, changed, write::CONTROLLER_MANAGER);
    }
    if volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete" || volume.is_deleted() {
        let _ = write::delete(world, VOLUMES, name, write::CONTROLLER_MANAGER);
        remove_finalizer(world, &key, VOLUME_IN_USE);
    }
}
