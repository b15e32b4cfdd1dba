//! metrics.k8s.io and external.metrics.k8s.io.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::labels::Labels;
use super::path::{self, Target};
use super::query::Query;
use super::{Answer, Request, accept};
use crate::World;
use crate::load;
use crate::measured::Usage;
use crate::status::Status;
use crate::writes::seconds;

/// What a metrics server looks back on.
const WINDOW: &str = "15s";
const EXTERNAL: [&str; 3] = ["apis", "external.metrics.k8s.io", "v1beta1"];

/// Use of pods or nodes.
pub(crate) fn usage(world: &World, request: &Request, target: &Target) -> Result<Answer, Status> {
    if request.method != "GET" || target.subresource.is_some() {
        return Err(path::not_allowed());
    }
    accept::negotiate(&request.accept)?;
    let labels = Labels::parse(Query::of(&request.query).text("labelSelector"))?;
    let resource = &target.resource;
    let found: Vec<Value> = if resource.namespaced {
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let prefix = match namespace {
            "" => String::new(),
            namespace => format!("{namespace}/"),
        };
        let sharing = world.load.sharing(&world.store, namespace);
        let pods = world.store.list("pods", &prefix, None);
        pods.filter(|(_, pod)| meant(target, pod) && labels.matches(pod))
            .filter_map(|(_, pod)| {
                let containers = world
                    .measured
                    .pod(&world.load, &sharing, pod, world.now())?;
                let mut own = measured(world, target, pod);
                own["containers"] = containers
                    .iter()
                    .map(|(name, usage)| json!({"name": name, "usage": amounts(*usage)}))
                    .collect();
                Some(own)
            })
            .collect()
    } else {
        let nodes = world.measured.nodes(&world.load, &world.store, world.now());
        nodes
            .iter()
            .filter_map(|(name, usage)| {
                let node = world.get("nodes", "", name)?;
                if !meant(target, &node) || !labels.matches(&node) {
                    return None;
                }
                let mut own = measured(world, target, &node);
                own["usage"] = amounts(*usage);
                Some(own)
            })
            .collect()
    };
    let Some(name) = &target.name else {
        return Ok(Answer::json(
            200,
            &json!({
                "kind": resource.list_kind(), "apiVersion": target.api_version(),
                "metadata": {}, "items": found,
            }),
        ));
    };
    let kind = if resource.namespaced {
        format!("{}/{name}", target.namespace())
    } else {
        name.clone()
    };
    let one = found.into_iter().next();
    let plural = if resource.namespaced {
        "podmetrics"
    } else {
        "nodemetrics"
    };
    one.map(|one| Answer::json(200, &one))
        .ok_or_else(|| Status::not_found("metrics.k8s.io", plural, &kind))
}

fn meant(target: &Target, object: &Value) -> bool {
    target
        .name
        .as_deref()
        .is_none_or(|own| object["metadata"]["name"] == own)
}

fn measured(world: &World, target: &Target, of: &Value) -> Value {
    let at = seconds(measured_at(world));
    let mut metadata = json!({"name": of["metadata"]["name"], "creationTimestamp": at});
    for field in ["namespace", "labels"] {
        if !of["metadata"][field].is_null() {
            metadata[field] = of["metadata"][field].clone();
        }
    }
    json!({
        "kind": *target.resource.kind, "apiVersion": target.api_version(),
        "metadata": metadata, "timestamp": at, "window": WINDOW,
    })
}

fn measured_at(world: &World) -> Timestamp {
    let given = world.measured.at;
    let by_load = || load::measured_at(world.now());
    given.or_else(by_load).unwrap_or(world.now())
}

fn amounts(usage: Usage) -> Value {
    json!({
        "cpu": format!("{}n", usage.cpu_nano),
        "memory": format!("{}Ki", usage.memory >> 10),
    })
}

/// None if the path is not of external metrics.
pub(crate) fn external(world: &World, request: &Request) -> Option<Answer> {
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let rest = parts.strip_prefix(&EXTERNAL[..])?;
    Some(match rest {
        [] => Answer::json(
            200,
            &json!({
                "kind": "APIResourceList", "apiVersion": "v1",
                "groupVersion": "external.metrics.k8s.io/v1beta1",
                "resources": [{
                    "name": "externalmetrics", "singularName": "", "namespaced": true,
                    "kind": "ExternalMetricValueList", "verbs": ["get"],
                }],
            }),
        ),
        ["namespaces", namespace, metric] => values(world, request, namespace, metric)
            .unwrap_or_else(|status| Answer::refusal(&status)),
        _ => Answer::no_such_page(),
    })
}

fn values(
    world: &World,
    request: &Request,
    namespace: &str,
    metric: &str,
) -> Result<Answer, Status> {
    let labels = Labels::parse(Query::of(&request.query).text("labelSelector"))?;
    let key = (namespace.to_owned(), metric.to_owned());
    let found = world.measured.external.get(&key);
    let found = found.filter(|(_, own)| labels.matches(&json!({"metadata": {"labels": own}})));
    let at = seconds(measured_at(world));
    let items: Vec<Value> = found
        .map(|(milli, _)| {
            json!({
                "metricName": metric, "metricLabels": null,
                "timestamp": at, "value": format!("{milli}m"),
            })
        })
        .into_iter()
        .collect();
    Ok(Answer::json(
        200,
        &json!({
            "kind": "ExternalMetricValueList", "apiVersion": "external.metrics.k8s.io/v1beta1",
            "metadata": {}, "items": items,
        }),
    ))
}
