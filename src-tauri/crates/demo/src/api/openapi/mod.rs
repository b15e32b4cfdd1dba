//! `OpenAPI`: an index of groups, and for each the kinds it serves, as `kubectl explain` and `kubectl apply` read them. Nothing is
//! explained in words but what a definition explains.

mod schemas;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use self::schemas::Schemas;
use super::{Answer, Request};
use crate::World;
use crate::kinds::Resource;

/// What version 2 is asked for in by clients that can also do with version 3.
const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2";

/// None if the path is none of `OpenAPI`'s.
pub(crate) fn answer(world: &World, request: &Request) -> Option<Answer> {
    if request.path == "/openapi/v2" {
        return Some(version_2(world, request));
    }
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

/// All kinds in one document, of whose fields no more is said than every one has. Only JSON is written (kube-openapi, `handler.OpenAPIService.RegisterOpenAPIVersionedService`).
fn version_2(world: &World, request: &Request) -> Answer {
    let mut accepted = request.accept.split(',').map(str::trim);
    if !request.accept.is_empty() && accepted.all(|media| media.starts_with(PROTOBUF)) {
        return Answer::text(406, "");
    }
    let mut definitions = Map::new();
    for resource in world.resources() {
        for version in resource.versions() {
            let (group, kind) = (&*resource.group, &*resource.kind);
            let name = schema_name(group, &version, kind);
            definitions.insert(name, schema(group, &version, kind));
        }
    }
    Answer::json(
        200,
        &json!({
            "swagger": "2.0",
            "info": {"title": "Kubernetes", "version": "v1.36.3"},
            "paths": {},
            "definitions": definitions,
        }),
    )
}

/// `core.v1.Pod`
fn schema_name(group: &str, version: &str, kind: &str) -> String {
    let group = if group.is_empty() { "core" } else { group };
    format!("{group}.{version}.{kind}")
}

fn schema(group: &str, version: &str, kind: &str) -> Value {
    json!({
        "type": "object",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
        },
        "x-kubernetes-group-version-kind": [{"group": group, "version": version, "kind": kind}],
        "x-kubernetes-preserve-unknown-fields": true,
    })
}

fn document(root: &str, resources: &[&Arc<Resource>]) -> Value {
    let version = root.rsplit('/').next().unwrap_or_default();
    let (mut schemas, mut paths) = (Schemas::default(), Map::new());
    for resource in resources {
        let resource = resource.in_version(version);
        let kind = json!({"group": *resource.group, "version": version, "kind": *resource.kind});
        let name = schemas.add(&resource, &kind);
        let (collection, object) = places(root, &resource);
        paths.insert(collection, operations(&["get", "post"], &kind, &name));
        let all = ["get", "put", "patch", "delete"];
        paths.insert(object.clone(), operations(&all, &kind, &name));
        for part in ["status", "scale"] {
            let has = resource.subresources.iter().any(|own| **own == *part);
            if has && part == "status" {
                let place = format!("{object}/{part}");
                paths.insert(place, operations(&["get", "put", "patch"], &kind, &name));
            }
        }
    }
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.36.3"},
        "paths": paths,
        "components": {"schemas": schemas.into_json()},
    })
}

/// Paths of a resource's objects, all and one.
fn places(root: &str, resource: &Resource) -> (String, String) {
    let all = if resource.namespaced {
        format!("/{root}/namespaces/{{namespace}}/{}", resource.plural)
    } else {
        format!("/{root}/{}", resource.plural)
    };
    let one = format!("{all}/{{name}}");
    (all, one)
}

/// What can be done at a path. What writes tells its parameters: kubectl looks for them before it uses them (kubectl,
/// `util/openapi`, `NewQueryParamVerifierV3`).
fn operations(methods: &[&str], kind: &Value, name: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{name}")});
    let content = json!({"application/json": {"schema": schema}});
    let mut all = Map::new();
    for method in methods {
        let action = match *method {
            "get" => "get",
            "post" => "post",
            "put" => "put",
            "patch" => "patch",
            _ => "delete",
        };
        let mut operation = json!({
            "x-kubernetes-action": action, "x-kubernetes-group-version-kind": kind,
            "responses": {"200": {"description": "OK", "content": content}},
        });
        if *method != "get" {
            let parameters = ["dryRun", "fieldManager", "fieldValidation", "force"];
            let parameters = parameters.map(|parameter| {
                let kind = if parameter == "force" {
                    "boolean"
                } else {
                    "string"
                };
                json!({
                    "name": parameter, "in": "query",
                    "schema": {"type": kind, "uniqueItems": true},
                })
            });
            operation["parameters"] = json!(parameters);
        }
        all.insert((*method).to_owned(), operation);
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use jiff::Timestamp;

    fn get(path: &str) -> Value {
        let world = World::new(1, Timestamp::UNIX_EPOCH);
        let request = Request {
            method: "GET".to_owned(),
            path: path.to_owned(),
            ..Request::default()
        };
        serde_json::from_slice(&answer(&world, &request).unwrap().body).unwrap()
    }

    #[test]
    fn a_kind_is_told_with_all_that_it_refers_to() {
        let document = get("/openapi/v3/apis/apps/v1");
        let schemas = &document["components"]["schemas"];
        let deployment = &schemas["io.k8s.api.apps.v1.Deployment"];
        let kind = &deployment["x-kubernetes-group-version-kind"][0];
        assert_eq!(kind["kind"], "Deployment");
        let containers = &schemas["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"];
        assert_eq!(containers["x-kubernetes-patch-merge-key"], "name");
        assert_eq!(containers["x-kubernetes-list-type"], "map");
        let refers = document.to_string();
        let mut missing = refers
            .match_indices("#/components/schemas/")
            .filter(|(at, text)| {
                let rest = &refers[at + text.len()..];
                let name = &rest[..rest.find('"').unwrap()];
                schemas.get(name).is_none()
            });
        assert_eq!(missing.next(), None);
        let path = "/apis/apps/v1/namespaces/{namespace}/deployments/{name}";
        let parameters = document["paths"][path]["patch"]["parameters"].to_string();
        assert!(parameters.contains("fieldValidation"), "{parameters}");
    }
}
