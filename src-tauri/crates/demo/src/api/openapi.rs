//! `OpenAPI` v3: an index of groups, and for each the kinds it serves. Of objects no more is said than every one has.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Answer, Request};
use crate::World;
use crate::kinds::Resource;

/// None if the path is none of `OpenAPI`'s.
pub(crate) fn answer(world: &World, request: &Request) -> Option<Answer> {
    let rest = request
        .path
        .trim_end_matches('/')
        .strip_prefix("/openapi/v3")?;
    let asked = rest.trim_start_matches('/');
    let mut roots: Vec<(String, Vec<&Arc<Resource>>)> = Vec::new();
    for resource in world.resources() {
        for version in resource.versions() {
            let root = match &*resource.group {
                "" => format!("api/{version}"),
                group => format!("apis/{group}/{version}"),
            };
            match roots.iter_mut().find(|(own, _)| *own == root) {
                Some((_, all)) => all.push(resource),
                None => roots.push((root, vec![resource])),
            }
        }
    }
    if asked.is_empty() {
        let paths: Map<String, Value> = roots
            .into_iter()
            .map(|(root, _)| {
                let url = format!("/openapi/v3/{root}");
                (root, json!({"serverRelativeURL": url}))
            })
            .collect();
        return Some(Answer::json(200, &json!({"paths": paths})));
    }
    let (root, resources) = roots.iter().find(|(root, _)| root == asked)?;
    Some(Answer::json(200, &document(root, resources)))
}

fn document(root: &str, resources: &[&Arc<Resource>]) -> Value {
    let version = root.rsplit('/').next().unwrap_or_default();
    let (mut schemas, mut paths) = (Map::new(), Map::new());
    for resource in resources {
        let kind = json!({"group": *resource.group, "version": version, "kind": *resource.kind});
        let name = match &*resource.group {
            "" => format!("core.{version}.{}", resource.kind),
            group => format!("{group}.{version}.{}", resource.kind),
        };
        let place = if resource.namespaced {
            format!(
                "/{root}/namespaces/{{namespace}}/{}/{{name}}",
                resource.plural
            )
        } else {
            format!("/{root}/{}/{{name}}", resource.plural)
        };
        let answer = json!({"$ref": format!("#/components/schemas/{name}")});
        paths.insert(
            place,
            json!({"get": {
                "x-kubernetes-action": "get", "x-kubernetes-group-version-kind": kind,
                "responses": {"200": {
                    "description": "OK", "content": {"application/json": {"schema": answer}},
                }},
            }}),
        );
        schemas.insert(
            name,
            json!({
                "type": "object",
                "properties": {
                    "apiVersion": {"type": "string"},
                    "kind": {"type": "string"},
                    "metadata": {"type": "object"},
                },
                "x-kubernetes-group-version-kind": [kind],
                "x-kubernetes-preserve-unknown-fields": true,
            }),
        );
    }
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.36.3"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}
