//! People who change something by hand, again and again at their times.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Controllers, write};
use crate::World;

/// One field of one object that somebody sets at a time of day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Act {
    /// Between two times.
    pub(crate) every: SignedDuration,
    /// After each full `every` since 1970.
    pub(crate) offset: SignedDuration,
    /// Plural and group of what is changed.
    pub(crate) resource: &'static str,
    pub(crate) path: &'static str,
    /// Its field, as a JSON pointer, and the value it gets.
    pub(crate) field: &'static str,
    pub(crate) value: Value,
    /// The program that writes.
    pub(crate) by: &'static str,
}

impl Act {
    /// The last time up to `now`.
    fn last(&self, now: Timestamp) -> Timestamp {
        let every = self.every.as_secs().max(1);
        let since = now.as_second() - self.offset.as_secs();
        let second = since.div_euclid(every) * every + self.offset.as_secs();
        Timestamp::from_second(second).unwrap_or(now)
    }
}

/// Everybody who does something.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    acts: Vec<Act>,
    /// By act, when it was done last.
    done: BTreeMap<usize, Timestamp>,
}

impl People {
    pub(super) fn of(acts: Vec<Act>) -> Self {
        Self {
            acts,
            done: BTreeMap::new(),
        }
    }
}

/// Does what is due, the latest of what was missed last; when the next act is due.
pub(super) fn sync(hub: &mut Controllers, world: &mut World) -> Option<Timestamp> {
    let now = world.now();
    let acts = hub.people.acts.clone();
    let mut due: Vec<(Timestamp, usize)> = Vec::new();
    for (index, act) in acts.iter().enumerate() {
        let last = act.last(now);
        if hub.people.done.get(&index) != Some(&last) {
            due.push((last, index));
        }
    }
    due.sort_unstable();
    for (at, index) in due {
        hub.people.done.insert(index, at);
        perform(world, &acts[index]);
    }
    let next = acts.iter().map(|act| act.last(now).checked_add(act.every));
    next.filter_map(Result::ok).min()
}

fn perform(world: &mut World, act: &Act) {
    let Some(found) = write::get(world, act.resource, act.path) else {
        return;
    };
    let mut changed = Value::clone(&found);
    if let Some(field) = changed.pointer_mut(act.field) {
        *field = act.value.clone();
        let _ = write::update(world, act.resource, changed, act.by);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::super::tests::Cluster;
    use super::*;

    #[test]
    fn fields_are_set_at_their_times_and_by_then_are_as_they_were_set_last() {
        let act = |offset: i64, replicas: i64| Act {
            every: SignedDuration::from_mins(60),
            offset: SignedDuration::from_mins(offset),
            resource: "deployments.apps",
            path: "shop/web",
            field: "/spec/replicas",
            value: json!(replicas),
            by: "kubectl-scale",
        };
        let mut cluster = Cluster::new(61);
        cluster.deployment(1, "nginx:1.29", &json!({}));
        cluster.after(300);
        // It is five past twelve: what was set at ten to stands.
        cluster.employ(vec![act(50, 3), act(20, 2)]);
        let mut seen = Vec::new();
        for _ in 0..5 {
            cluster.after(900);
            let deployment = cluster.get("deployments.apps", "shop/web");
            seen.push(deployment["spec"]["replicas"].as_i64().unwrap());
        }
        assert_eq!(seen, [2, 2, 3, 3, 2]);
    }
}
