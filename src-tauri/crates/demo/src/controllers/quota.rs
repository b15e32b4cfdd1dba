//! The controller of resource quotas: what of them is used.
//!
//! Follows Kubernetes 1.36.3 `pkg/controller/resourcequota/resource_quota_controller.go:syncResourceQuota` and
//! `pkg/quota/v1/evaluator/core`. Quotas with scopes count as if they had none, and nothing is refused for passing one.

use std::sync::Arc;

use jiff::Timestamp;
use scaling::quantity::{Format, Quantity};
use serde_json::{Map, Value, json};

use super::index::is_over;
use super::scheduler::Amounts;
use super::{Controllers, write};
use crate::World;

const RESOURCE: &str = "resourcequotas";

/// Counts what a namespace uses of all its quotas.
pub(crate) fn sync(_: &mut Controllers, world: &mut World, namespace: &str) -> Option<Timestamp> {
    for quota in write::list(world, RESOURCE, namespace) {
        let hard = quota["spec"]["hard"].as_object().cloned();
        let hard = hard.unwrap_or_default();
        let used: Map<String, Value> = hard
            .keys()
            .filter_map(|name| Some((name.clone(), json!(used(world, namespace, name)?))))
            .collect();
        let mut changed = Value::clone(&quota);
        changed["status"] = json!({"hard": hard, "used": used});
        let _ = write::status(world, RESOURCE, changed, write::CONTROLLER_MANAGER);
    }
    None
}

/// How much of a resource of a quota is used; None for one that is not known here.
fn used(world: &World, namespace: &str, name: &str) -> Option<String> {
    let count = |resource: &str| write::list(world, resource, namespace).len();
    let plain = match name {
        "pods" | "count/pods" => Some(pods(world, namespace, name == "count/pods").len()),
        "services"
        | "configmaps"
        | "secrets"
        | "persistentvolumeclaims"
        | "replicationcontrollers"
        | "resourcequotas" => Some(count(name)),
        _ => name.strip_prefix("count/").map(count),
    };
    if let Some(count) = plain {
        return Some(count.to_string());
    }
    let (part, resource) = match name.split_once('.') {
        Some((part @ ("requests" | "limits"), resource)) => (part, resource),
        _ => ("requests", name),
    };
    if !matches!(resource, "cpu" | "memory" | "ephemeral-storage") {
        return None;
    }
    let mut sum = Amounts::default();
    for pod in pods(world, namespace, false) {
        sum.add(&Amounts::of_part(&pod, part));
    }
    let amount = sum.get(resource);
    Some(if resource == "cpu" {
        Quantity::from_milli(amount, Format::DecimalSi).to_string()
    } else {
        Quantity::from_nano(i128::from(amount) * 1_000_000_000, Format::BinarySi).to_string()
    })
}

/// Pods of a namespace; those that are over count as objects alone.
fn pods(world: &World, namespace: &str, over: bool) -> Vec<Arc<Value>> {
    let mut pods = write::list(world, "pods", namespace);
    pods.retain(|pod| over || !is_over(pod));
    pods
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Controllers;

    #[test]
    fn what_pods_use_is_counted_until_they_are_over() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let mut world = World::new(1, now);
        let mut controllers = Controllers::default();
        let quota = json!({"metadata": {"name": "tight", "namespace": "shop"}, "spec": {"hard": {
            "pods": "5", "count/pods": "9", "requests.cpu": "2", "limits.memory": "1Gi", "secrets": "3"}}});
        write::create(&mut world, RESOURCE, quota, "kubectl").unwrap();
        for name in ["a", "b"] {
            let pod = json!({"metadata": {"name": name, "namespace": "shop"}, "spec": {"containers": [{"name": "c", "image": "i",
                "resources": {"requests": {"cpu": "750m"}, "limits": {"memory": "64Mi"}}}]}});
            write::create(&mut world, "pods", pod, "kubectl").unwrap();
        }
        controllers.step(&mut world, now);
        let used = |world: &World| {
            let quota = write::get(world, RESOURCE, "shop/tight").unwrap();
            quota["status"]["used"].clone()
        };
        assert_eq!(
            used(&world),
            json!({"pods": "2", "count/pods": "2", "requests.cpu": "1500m", "limits.memory": "128Mi", "secrets": "0"})
        );
        let mut over = Value::clone(&write::get(&world, "pods", "shop/a").unwrap());
        over["status"]["phase"] = json!("Succeeded");
        write::status(&mut world, "pods", over, "test").unwrap();
        controllers.step(&mut world, now);
        assert_eq!(
            used(&world),
            json!({"pods": "1", "count/pods": "2", "requests.cpu": "750m", "limits.memory": "64Mi", "secrets": "0"})
        );
    }
}
