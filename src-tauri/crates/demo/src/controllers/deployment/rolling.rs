//! A rolling update: the new ReplicaSet grows and the old ones shrink within the fenceposts (`rolling.go`).

use std::sync::Arc;

use serde_json::Value;

use super::fenceposts::fenceposts;
use super::replicas;
use super::sets::{Sets, scale};
use crate::World;
use crate::controllers::Controllers;
use crate::controllers::fields::Scalar;

/// Brings the new ReplicaSet nearer to the wanted count; whether it changed (`reconcileNewReplicaSet`).
pub(super) fn grow(
    hub: &mut Controllers,
    world: &mut World,
    deployment: &Value,
    sets: &Sets,
    new: &Value,
) -> bool {
    let (wanted, own) = (replicas(deployment), replicas(new));
    if own == wanted {
        return false;
    }
    let count = if own > wanted {
        wanted
    } else {
        let (surge, _) = fenceposts(deployment);
        let room = (wanted + surge - sets.asked()).max(0);
        own + room.min(wanted - own)
    };
    scale(hub, world, deployment, new, count)
}

/// Takes pods from the old ReplicaSets, first those that are not available, then as many as can be spared
/// (`reconcileOldReplicaSets`).
pub(super) fn shrink(
    hub: &mut Controllers,
    world: &mut World,
    deployment: &Value,
    sets: &Sets,
    new: &Value,
) {
    if sets.old.iter().all(|set| replicas(set) == 0) {
        return;
    }
    let (_, unavailable) = fenceposts(deployment);
    let least = replicas(deployment) - unavailable;
    let missing = replicas(new) - available(new);
    let spare = sets.asked() - least - missing;
    if spare <= 0 {
        return;
    }
    let mut sizes: Vec<(&Arc<Value>, i64)> =
        sets.old.iter().map(|set| (set, replicas(set))).collect();
    let mut left = spare;
    for (set, size) in &mut sizes {
        let gone = (*size - available(set)).clamp(0, left);
        *size -= gone;
        left -= gone;
    }
    let mut left = sets.sum("availableReplicas") - least;
    for (_, size) in &mut sizes {
        let gone = (*size).min(left).max(0);
        *size -= gone;
        left -= gone;
    }
    for (set, size) in sizes {
        if size != replicas(set) {
            scale(hub, world, deployment, set, size);
        }
    }
}

fn available(set: &Value) -> i64 {
    set["status"]["availableReplicas"].number()
}
