//! What is done to pods through their subresources `binding` and `eviction`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{DeleteOptions, Part, Writer, delete_with, seconds, set};
use crate::World;
use crate::selectors::selects;
use crate::status::Status;
use crate::store::Key;

const BUDGETS: &str = "poddisruptionbudgets.policy";

/// The subresource `binding` of a pod; `binding` is a `v1` Binding (kubernetes, `BindingREST.Create`).
pub fn bind(
    world: &mut World,
    namespace: &str,
    name: &str,
    binding: &Value,
    writer: Writer<'_>,
) -> Result<(), Status> {
    let key = Key::new("pods", namespace, name);
    let Some(pod) = world.store.get(&key).cloned() else {
        return Err(Status::not_found("", "pods", name));
    };
    let node = binding["target"]["name"].as_str().unwrap_or_default();
    if let Some(bound) = pod["spec"]["nodeName"]
        .as_str()
        .filter(|bound| !bound.is_empty())
    {
        let why = format!("pod {name} is already assigned to node {bound:?}");
        return Err(Status::conflict("", "pods/binding", name, &why));
    }
    let mut pod = Value::clone(&pod);
    pod["spec"]["nodeName"] = json!(node);
    place(world, node, &mut pod);
    let scheduled = json!({
        "type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": seconds(world.now()),
    });
    put_condition(&mut pod, scheduled);
    if !writer.dry_run {
        world.store.put(key, pod);
    }
    Ok(())
}

/// The subresource `eviction` of a pod; `eviction` is a `policy/v1` Eviction (kubernetes, `EvictionREST.Create`).
pub fn evict(
    world: &mut World,
    namespace: &str,
    name: &str,
    eviction: &Value,
    writer: Writer<'_>,
) -> Result<(), Status> {
    let Some(pod) = world.get("pods", namespace, name) else {
        return Err(Status::not_found("", "pods", name));
    };
    let Some(pods) = world.resource("", "pods") else {
        return Err(Status::not_found("", "pods", name));
    };
    let options = DeleteOptions::from_json(&eviction["deleteOptions"])?;
    if !is_out_of_service(&pod) {
        spend(world, namespace, name, &pod, writer)?;
    }
    if !writer.dry_run {
        let mut marked = Value::clone(&pod);
        let target = json!({
            "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting",
            "lastProbeTime": null, "lastTransitionTime": seconds(world.now()),
        });
        put_condition(&mut marked, target);
        world.store.put(Key::new("pods", namespace, name), marked);
    }
    delete_with(world, &pods, namespace, name, &options, writer).map(drop)
}

/// Whether a pod may go whatever a budget says (`canIgnorePDB`).
fn is_out_of_service(pod: &Value) -> bool {
    let phase = pod["status"]["phase"].as_str();
    matches!(phase, Some("Succeeded" | "Failed" | "Pending"))
        || !pod["metadata"]["deletionTimestamp"].is_null()
}

/// Takes one from what the pod's budget allows, or refuses (`checkAndDecrement`).
fn spend(
    world: &mut World,
    namespace: &str,
    name: &str,
    pod: &Value,
    writer: Writer<'_>,
) -> Result<(), Status> {
    let prefix = format!("{namespace}/");
    let budgets = world.store.list(BUDGETS, &prefix, None);
    let labels = &pod["metadata"]["labels"];
    let selecting = budgets
        .map(|(_, budget)| budget)
        .filter(|budget| selects(&budget["spec"]["selector"], labels));
    let matching: Vec<Arc<Value>> = selecting.cloned().collect();
    let Some(budget) = matching.first() else {
        return Ok(());
    };
    if matching.len() > 1 {
        let why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
        return Err(Status::plain(why));
    }
    let (spec, status) = (&budget["spec"], &budget["status"]);
    let of = |field: &str| status[field].as_i64().unwrap_or(0);
    let (healthy, desired) = (of("currentHealthy"), of("desiredHealthy"));
    let conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
    let is_ready = { conditions }.any(|one| one["type"] == "Ready" && one["status"] == "True");
    let may_always = spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow";
    if !is_ready && (may_always || healthy >= desired && desired > 0) {
        return Ok(());
    }
    let budget_name = super::name_of(budget);
    let refusal = |message: String| {
        let why = "Cannot evict pod as it would violate the pod's disruption budget.";
        let mut refusal = Status::of(429, "TooManyRequests", why.to_owned());
        let cause = json!({"reason": "DisruptionBudget", "message": message});
        refusal.details = Some(json!({"causes": [cause]}));
        refusal
    };
    if of("observedGeneration") < budget["metadata"]["generation"].as_i64().unwrap_or(0) {
        let why =
            format!("The disruption budget {budget_name} is still being processed by the server.");
        let mut refusal = refusal(why);
        refusal.details.get_or_insert_default()["retryAfterSeconds"] = json!(10);
        return Err(refusal);
    }
    if of("disruptionsAllowed") < 1 {
        return Err(refusal(why_not(budget, healthy, desired)));
    }
    if writer.dry_run {
        return Ok(());
    }
    let Some(resource) = world.resource("policy", "poddisruptionbudgets") else {
        return Ok(());
    };
    let mut spent = Value::clone(budget);
    let left = of("disruptionsAllowed") - 1;
    spent["status"]["disruptionsAllowed"] = json!(left);
    let now = seconds(world.now());
    if left == 0 {
        let generation = &spent["status"]["observedGeneration"];
        let mut condition = json!({
            "type": "DisruptionAllowed", "status": "False", "reason": "InsufficientPods", "message": "",
            "lastTransitionTime": now,
        });
        set(&mut condition, "observedGeneration", generation.clone());
        put_condition(&mut spent, condition);
    }
    spent["status"]["disruptedPods"][name] = json!(now);
    let server = Writer::named("kube-apiserver");
    super::update(world, &resource, Part::Status, spent, server).map(drop)
}

/// Why a budget allows nothing.
fn why_not(budget: &Value, healthy: i64, desired: i64) -> String {
    let name = super::name_of(budget);
    let conditions = budget["status"]["conditions"].as_array();
    let found = conditions
        .into_iter()
        .flatten()
        .find(|one| one["type"] == "DisruptionAllowed" && one["status"] == "False");
    let of = |field: &str| {
        found
            .and_then(|one| one[field].as_str())
            .unwrap_or_default()
    };
    match (of("reason"), of("message")) {
        ("SyncFailed", message) if !message.is_empty() => format!(
            "The disruption budget {name} does not allow evicting pods currently because it failed sync: {message}"
        ),
        _ if healthy <= desired => {
            format!(
                "The disruption budget {name} needs {desired} healthy pods and has {healthy} currently"
            )
        }
        (reason, message) if !message.is_empty() => {
            format!(
                "The disruption budget {name} does not allow evicting pods currently ({reason}): {message}"
            )
        }
        _ => format!("The disruption budget {name} does not allow evicting pods currently"),
    }
}

/// Labels of a node's place go on to the pods that get there (plugin `PodTopologyLabels`).
pub(super) fn place(world: &World, node: &str, pod: &mut Value) {
    let Some(node) = world.get("nodes", "", node) else {
        return;
    };
    for label in [
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
    ] {
        if let Some(value) = node["metadata"]["labels"].get(label) {
            pod["metadata"]["labels"][label] = value.clone();
        }
    }
}

/// Puts a condition where one of its type stands, or at the end; its time moves with its status only (`UpdatePodCondition`).
fn put_condition(object: &mut Value, mut condition: Value) {
    let conditions = &mut object["status"]["conditions"];
    if !conditions.is_array() {
        *conditions = json!([]);
    }
    let all = conditions.as_array_mut().expect("it was made a list");
    match all.iter_mut().find(|one| one["type"] == condition["type"]) {
        Some(known) => {
            if known["status"] == condition["status"] {
                condition["lastTransitionTime"] = known["lastTransitionTime"].clone();
            }
            *known = condition;
        }
        None => all.push(condition),
    }
}

/// The quality of service class (kubernetes, `qos.ComputePodQOS`).
pub(super) fn quality(pod: &Value) -> &'static str {
    let spec = &pod["spec"];
    let all = ["containers", "initContainers"]
        .into_iter()
        .filter_map(|field| spec[field].as_array())
        .flatten();
    let (mut any, mut guaranteed) = (false, true);
    for container in all {
        let resources = &container["resources"];
        for name in ["cpu", "memory"] {
            let (request, limit) = (&resources["requests"][name], &resources["limits"][name]);
            any |= !request.is_null() || !limit.is_null();
            guaranteed &= !limit.is_null() && (request.is_null() || request == limit);
        }
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}
