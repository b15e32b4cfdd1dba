//! What is done to pods through their subresources `binding` and `eviction`.

use serde_json::{Value, json};

use super::{DeleteOptions, Writer, delete_with, seconds};
use crate::World;
use crate::status::Status;
use crate::store::Key;

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
    let scheduled = json!({
        "type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": seconds(world.now()),
    });
    let old = pod["status"]["conditions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let others = old
        .into_iter()
        .filter(|condition| condition["type"] != "PodScheduled");
    pod["status"]["conditions"] = others.chain([scheduled]).collect();
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
    let ended = matches!(
        pod["status"]["phase"].as_str(),
        Some("Succeeded" | "Failed")
    );
    let prefix = format!("{namespace}/");
    let budgets = world
        .store
        .list("poddisruptionbudgets.policy", &prefix, None);
    let matching: Vec<Value> = budgets
        .map(|(_, budget)| Value::clone(budget))
        .filter(|budget| selects(budget, &pod))
        .collect();
    if !ended {
        if matching.len() > 1 {
            return Err(Status::of(
                500,
                "InternalError",
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
                    .to_owned(),
            ));
        }
        let counts = |budget: &Value| budget["status"]["disruptionsAllowed"].as_i64().unwrap_or(0);
        if let Some(budget) = matching.iter().find(|budget| counts(budget) < 1) {
            let (status, budget_name) = (&budget["status"], super::name_of(budget));
            let of = |field: &str| status[field].as_i64().unwrap_or(0);
            let message = format!(
                "The disruption budget {budget_name} needs {} healthy pods and has {} currently",
                of("desiredHealthy"),
                of("currentHealthy")
            );
            let mut refusal = Status::of(
                429,
                "TooManyRequests",
                "Cannot evict pod as it would violate the pod's disruption budget.".to_owned(),
            );
            refusal.details =
                Some(json!({"causes": [{"reason": "DisruptionBudget", "message": message}]}));
            return Err(refusal);
        }
        for mut budget in matching {
            budget["status"]["disruptionsAllowed"] = json!(counts(&budget) - 1);
            if !writer.dry_run {
                let key = Key::new(
                    "poddisruptionbudgets.policy",
                    namespace,
                    super::name_of(&budget),
                );
                world.store.put(key, budget);
            }
        }
    }
    let options = DeleteOptions::from_json(&eviction["deleteOptions"])?;
    delete_with(world, &pods, namespace, name, &options, writer).map(drop)
}

fn selects(budget: &Value, pod: &Value) -> bool {
    let labels = budget["spec"]["selector"]["matchLabels"].as_object();
    let mut wanted = labels.into_iter().flatten();
    budget["spec"]["selector"].is_object()
        && wanted.all(|(key, value)| pod["metadata"]["labels"][key] == *value)
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
