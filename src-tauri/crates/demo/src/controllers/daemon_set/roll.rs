//! Pods of an older template make place for new ones (`pkg/controller/daemon/update.go:rollingUpdate`).

use std::sync::Arc;

use serde_json::Value;

use super::place::Fit;
use super::{Look, Plan};
use crate::controllers::deployment::share;
use crate::controllers::fields::Fields;

/// What a rolling update does next.
pub(super) fn plan(look: &Look<'_>) -> Plan {
    let takers = look.nodes.iter().filter(|(_, fit)| *fit == Fit::Takes);
    let desired = i64::try_from(takers.count()).unwrap_or(i64::MAX);
    let rolling = &look.set["spec"]["updateStrategy"]["rollingUpdate"];
    let of = |field: &str, none: i64| match &rolling[field] {
        Value::Null => none,
        value => share(value, desired, true),
    };
    let surge = of("maxSurge", 0);
    let unavailable = match (of("maxUnavailable", 1), surge) {
        (0, 0) => 1,
        (unavailable, _) => unavailable,
    };
    if surge > 0 {
        surging(look, surge)
    } else {
        replacing(look, unavailable)
    }
}

/// At most one new and one old pod of a node; nothing where there are more (`findUpdatedPodsOnNode`).
fn both<'p>(
    look: &Look<'_>,
    pods: &'p [Arc<Value>],
) -> Option<(Option<&'p Value>, Option<&'p Value>)> {
    let alive = || pods.iter().filter(|pod| !pod.is_deleted());
    let mut new = alive().filter(|pod| look.is_updated(pod));
    let mut old = alive().filter(|pod| !look.is_updated(pod));
    let found = (new.next().map(|pod| &**pod), old.next().map(|pod| &**pod));
    (new.next().is_none() && old.next().is_none()).then_some(found)
}

/// Old pods go, as many as may be unavailable; those that are not available anyway go at once.
fn replacing(look: &Look<'_>, max: i64) -> Plan {
    let mut unavailable = 0;
    let (mut delete, mut candidates) = (Vec::new(), Vec::new());
    for pods in look.pods.values() {
        match both(look, pods) {
            Some((Some(new), None)) if look.is_available(new) => {}
            Some((None, Some(old))) if !look.is_available(old) => {
                delete.push(old.path());
                unavailable += 1;
            }
            Some((None, Some(old))) => candidates.push(old.path()),
            _ => unavailable += 1,
        }
    }
    let more = usize::try_from(max - unavailable).unwrap_or(0);
    delete.extend(candidates.into_iter().take(more));
    Plan {
        create: Vec::new(),
        delete,
    }
}

/// New pods come beside old ones, which go once the new ones are available.
fn surging(look: &Look<'_>, max: i64) -> Plan {
    let mut plan = Plan::default();
    let (mut surge, mut candidates) = (0, Vec::new());
    for (node, pods) in &look.pods {
        let Some((new, old)) = both(look, pods) else {
            surge += 1;
            continue;
        };
        let takes = look
            .nodes
            .iter()
            .any(|(known, fit)| known.name() == node && *fit == Fit::Takes);
        match (new, old) {
            (_, None) => {}
            (None, Some(old)) if !takes && !look.is_available(old) => plan.delete.push(old.path()),
            (None, Some(_)) if !takes => {}
            (None, Some(old)) if !look.is_available(old) => plan.create.push(node.clone()),
            (None, Some(_)) => candidates.push(node.clone()),
            (Some(new), Some(_)) if !look.is_available(new) => surge += 1,
            (Some(_), Some(old)) => plan.delete.push(old.path()),
        }
    }
    let more = usize::try_from(max - surge).unwrap_or(0);
    plan.create.extend(candidates.into_iter().take(more));
    plan
}

/// Of a node's pods, the oldest first, those that go while a set surges: beside the oldest of the present template only the oldest
/// other one stays, and only as long as it is ready and the first is not available (`podsShouldBeOnNode`).
pub(super) fn replaced(look: &Look<'_>, pods: &[&Arc<Value>]) -> Vec<String> {
    let is_new = |pod: &&&Arc<Value>| pod.label(crate::controllers::revisions::HASH) == look.hash;
    let new = pods.iter().find(is_new);
    let old = pods.iter().find(|pod| !is_new(pod));
    let stays = |pod: &&&Arc<Value>| {
        [new, old]
            .iter()
            .flatten()
            .any(|one| one.name() == pod.name())
    };
    let mut gone: Vec<String> = pods
        .iter()
        .filter(|pod| !stays(pod))
        .map(|pod| pod.path())
        .collect();
    if let (Some(new), Some(old)) = (new, old)
        && (!old.holds("Ready") || look.is_available(new))
    {
        gone.push(old.path());
    }
    gone
}
