//! Finished Jobs that clean up after themselves.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/ttlafterfinished/ttlafterfinished_controller.go:processJob`.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::RESOURCE;
use crate::World;
use crate::controllers::fields::{Fields, Scalar};
use crate::controllers::write;

/// Deletes a finished Job `ttlSecondsAfterFinished` after its end; when that is.
pub(super) fn sync(world: &mut World, job: &Value) -> Option<Timestamp> {
    let seconds = job["spec"]["ttlSecondsAfterFinished"].as_i64()?;
    if job.is_deleted() {
        return None;
    }
    let last = ["Complete", "Failed"]
        .into_iter()
        .find(|kind| job.holds(kind))?;
    let finished = job.condition(last)?["lastTransitionTime"].time()?;
    let at = finished
        .checked_add(SignedDuration::from_secs(seconds))
        .ok()?;
    if at > world.now() {
        return Some(at);
    }
    let _ = write::reap(world, RESOURCE, &job.path(), write::CONTROLLER_MANAGER);
    None
}
