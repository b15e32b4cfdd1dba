//! What pods request and nodes have.

use std::collections::BTreeMap;

use scaling::quantity::Quantity;
use serde_json::Value;

use crate::controllers::fields::Scalar;

/// Amounts by resource: cpu in thousandths of a core, the rest in units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts(BTreeMap<String, i64>);

impl Amounts {
    /// What a pod requests: all its containers and sidecars, or the largest of what begins before them, and itself as one pod.
    pub(crate) fn of_pod(pod: &Value) -> Self {
        let mut sum = Self::of_part(pod, "requests");
        *sum.0.entry("pods".to_owned()).or_default() += 1;
        sum
    }

    /// The same of `requests` or `limits`, without the pod itself.
    pub(crate) fn of_part(pod: &Value, part: &str) -> Self {
        let spec = &pod["spec"];
        let mut sum = Self::default();
        for container in spec["containers"].items() {
            sum.add(&Self::of(&container["resources"][part]));
        }
        for container in spec["initContainers"].items() {
            let own = Self::of(&container["resources"][part]);
            if container["restartPolicy"] == "Always" {
                sum.add(&own);
            } else {
                for (resource, amount) in own.0 {
                    let known = sum.0.entry(resource).or_default();
                    *known = (*known).max(amount);
                }
            }
        }
        sum.add(&Self::of(&spec["overhead"]));
        sum
    }

    /// What a node can give.
    pub(crate) fn of_node(node: &Value) -> Self {
        Self::of(&node["status"]["allocatable"])
    }

    fn of(list: &Value) -> Self {
        let list = list.as_object().into_iter().flatten();
        let amounts = list.filter_map(|(resource, amount)| {
            let quantity = Quantity::parse(amount.text())?;
            let amount = match resource.as_str() {
                "cpu" => quantity.milli_value(),
                _ => quantity.value(),
            };
            Some((resource.clone(), amount))
        });
        Self(amounts.collect())
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (resource, amount) in &other.0 {
            *self.0.entry(resource.clone()).or_default() += amount;
        }
    }

    pub(crate) fn take(&mut self, other: &Self) {
        for (resource, amount) in &other.0 {
            *self.0.entry(resource.clone()).or_default() -= amount;
        }
    }

    /// Resources of which not enough is free (`NodeResourcesFit`).
    pub(crate) fn lacking<'a>(
        &'a self,
        requested: Option<&'a Self>,
        wanted: &'a Self,
    ) -> impl Iterator<Item = &'a str> {
        let all = wanted.0.iter().filter(|(_, amount)| **amount > 0);
        all.filter(move |(resource, amount)| {
            **amount > self.get(resource) - requested.map_or(0, |known| known.get(resource))
        })
        .map(|(resource, _)| resource.as_str())
    }

    /// The mean of the free shares of cpu and memory once `wanted` is placed, in ten-thousandths (`LeastAllocated`).
    pub(crate) fn free_share(&self, requested: Option<&Self>, wanted: &Self) -> i64 {
        let share = |resource: &str| {
            let all = self.get(resource);
            let used = requested.map_or(0, |known| known.get(resource)) + wanted.get(resource);
            if all <= 0 {
                return 0;
            }
            let share = i128::from(all - used) * 10_000 / i128::from(all);
            i64::try_from(share).unwrap_or(0)
        };
        let pods = requested.map_or(0, |known| known.get("pods"));
        // Pods that request nothing are spread all the same.
        share("cpu") + share("memory") - pods
    }

    /// So much of one; 0 of what is not named.
    pub(crate) fn get(&self, resource: &str) -> i64 {
        self.0.get(resource).copied().unwrap_or(0)
    }
}
