//! A new size in the middle of a rollout: each ReplicaSet gets its share (`sync.go:scale`, `GetReplicaSetProportion`).

use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::Value;

use super::fenceposts::fenceposts;
use super::sets::{Sets, scale as resize};
use super::{MAX, replicas};
use crate::World;
use crate::controllers::Controllers;
use crate::controllers::fields::{Fields, Scalar};

/// Hands a Deployment's size on to its ReplicaSets.
pub(super) fn scale(hub: &mut Controllers, world: &mut World, deployment: &Value, sets: &Sets) {
    let wanted = replicas(deployment);
    let active: Vec<&Arc<Value>> = sets.all().filter(|set| replicas(set) > 0).collect();
    let only = match active.as_slice() {
        [] => sets.new.as_ref().or(sets.old.last()),
        [one] => Some(*one),
        _ => None,
    };
    if let Some(only) = only {
        resize(hub, world, deployment, only, wanted);
        return;
    }
    if active.is_empty() {
        return;
    }
    if sets
        .new
        .as_ref()
        .is_some_and(|new| is_saturated(deployment, new))
    {
        for set in &sets.old {
            resize(hub, world, deployment, set, 0);
        }
        return;
    }
    if deployment["spec"]["strategy"]["type"] == "Recreate" {
        return;
    }
    for (set, size) in shares(deployment, active) {
        resize(hub, world, deployment, set, size);
    }
}

/// The new size of each, the largest first.
fn shares<'a>(deployment: &Value, mut active: Vec<&'a Arc<Value>>) -> Vec<(&'a Arc<Value>, i64)> {
    let (surge, _) = fenceposts(deployment);
    let wanted = replicas(deployment);
    let allowed = if wanted > 0 { wanted + surge } else { 0 };
    let more = allowed - active.iter().map(|set| replicas(set)).sum::<i64>();
    let age = |set: &Value| set["metadata"]["creationTimestamp"].time();
    if more > 0 {
        active.sort_by_cached_key(|set| (Reverse(replicas(set)), Reverse(age(set))));
    } else if more < 0 {
        active.sort_by_cached_key(|set| (Reverse(replicas(set)), age(set)));
    }
    let mut left = more;
    let mut sizes: Vec<(&Arc<Value>, i64)> = Vec::new();
    for set in active {
        let share = fraction(deployment, set, wanted, surge);
        let share = if more > 0 {
            share.min(left)
        } else {
            share.max(left)
        };
        left -= share;
        sizes.push((set, replicas(set) + share));
    }
    if let Some((_, largest)) = sizes.first_mut() {
        *largest = (*largest + left).max(0);
    }
    sizes
}

/// By how much a ReplicaSet changes to keep its share of the whole (`getReplicaSetFraction`).
fn fraction(deployment: &Value, set: &Value, wanted: i64, surge: i64) -> i64 {
    let size = replicas(set);
    if wanted == 0 {
        return -size;
    }
    let noted = set.annotation(MAX).parse::<i64>().unwrap_or(0);
    let before = match noted {
        0 => deployment["status"]["replicas"].number(),
        noted => noted,
    };
    if before == 0 {
        return 0;
    }
    // Rounded to the nearest, halves up.
    (2 * size * (wanted + surge) + before).div_euclid(2 * before) - size
}

/// `IsSaturated`
fn is_saturated(deployment: &Value, new: &Value) -> bool {
    let wanted = replicas(deployment);
    let desired = new.annotation(super::DESIRED).parse::<i64>().unwrap_or(0);
    replicas(new) == wanted
        && desired == wanted
        && new["status"]["availableReplicas"].number() == wanted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn each_set_keeps_its_share() {
        let set = |name: &str, size: i64, created: &str| {
            Arc::new(
                json!({"metadata": {"name": name, "creationTimestamp": created, "annotations": {MAX: "13"}},
                "spec": {"replicas": size}}),
            )
        };
        let (old, new) = (
            set("old", 8, "2026-01-01T00:00:00Z"),
            set("new", 5, "2026-01-02T00:00:00Z"),
        );
        for (wanted, expected) in [(10, [8, 5]), (20, [15, 9]), (5, [4, 2]), (0, [0, 0])] {
            let deployment = json!({"spec": {"replicas": wanted, "strategy": {"rollingUpdate": {"maxSurge": "20%"}}}});
            let mut deployment = deployment;
            if wanted == 10 {
                deployment["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = json!(3);
            }
            let sizes = shares(&deployment, vec![&old, &new]);
            let of = |name: &str| sizes.iter().find(|(set, _)| set.name() == name).unwrap().1;
            assert_eq!([of("old"), of("new")], expected, "{wanted}");
        }
    }
}
