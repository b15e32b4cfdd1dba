//! Every method on every kind of path: what discovery tells is served, all else is refused by a proper Status.

#![allow(clippy::unwrap_used)]

use demo::World;
use demo::api::{Request, handle};
use serde_json::{Value, json};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

fn world() -> World {
    let mut world = World::new(1, "2026-11-28T12:00:00Z".parse().unwrap());
    let definition = json!({
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
            "versions": [{
                "name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    });
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let (code, body) = ask(&mut world, "POST", path, &definition);
    assert_eq!(code, 201, "{body}");
    let namespace = json!({"metadata": {"name": "x"}});
    ask(&mut world, "POST", "/api/v1/namespaces", &namespace);
    world
}

fn ask(world: &mut World, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let content_type = match method {
        "PATCH" => "application/merge-patch+json",
        _ => "application/json",
    };
    let answer = handle(
        world,
        &Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            content_type: content_type.to_owned(),
            body: body.to_string().into_bytes(),
            ..Request::default()
        },
    );
    if answer.content_type != "application/json" {
        let text = String::from_utf8(answer.body).unwrap();
        return (answer.code, Value::String(text));
    }
    (answer.code, serde_json::from_slice(&answer.body).unwrap())
}

/// An error is a whole Status, or the bare page of a handler that knows no such path.
fn check_error(code: u16, body: &Value, asked: &str) {
    if let Some(text) = body.as_str() {
        assert!(
            code == 404 && text == "404 page not found\n" || code == 400,
            "{asked}: {code} {text}"
        );
        return;
    }
    assert_eq!(body["kind"], "Status", "{asked}: {body}");
    assert_eq!(body["status"], "Failure", "{asked}");
    assert_eq!(body["code"], code, "{asked}");
    assert!(!body["message"].as_str().unwrap().is_empty(), "{asked}");
    let reasons: &[&str] = match code {
        400 => &["BadRequest"],
        404 => &["NotFound"],
        405 => &["MethodNotAllowed"],
        409 => &["AlreadyExists", "Conflict"],
        415 => &["UnsupportedMediaType"],
        422 => &["Invalid"],
        other => panic!("{asked}: {other} {body}"),
    };
    assert!(
        reasons.contains(&body["reason"].as_str().unwrap()),
        "{asked}: {body}"
    );
}

/// The verb that discovery must tell for a method to be allowed.
fn verb(method: &str, is_one: bool) -> &'static str {
    match (method, is_one) {
        ("GET", true) => "get",
        ("GET", false) => "list",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", true) => "delete",
        _ => "deletecollection",
    }
}

fn roots(world: &mut World) -> Vec<String> {
    let (_, groups) = ask(world, "GET", "/apis", &Value::Null);
    let mut roots = vec!["/api/v1".to_owned()];
    for group in groups["groups"].as_array().unwrap() {
        for version in group["versions"].as_array().unwrap() {
            roots.push(format!(
                "/apis/{}",
                version["groupVersion"].as_str().unwrap()
            ));
        }
    }
    roots
}

#[test]
fn what_is_told_is_served_and_what_is_not_told_is_refused() {
    let mut first = world();
    let (mut asked, mut wrong) = (0, Vec::new());
    for root in roots(&mut first) {
        let (_, list) = ask(&mut first, "GET", &root, &Value::Null);
        for resource in list["resources"].as_array().unwrap() {
            // Whatever a request did, the next finds the world as it was.
            asked += walk(&first, &root, resource, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 500, "{asked}");
}

/// How many requests were made; what is told and not served, or served and not told, is added to `wrong`.
fn walk(world: &World, root: &str, resource: &Value, wrong: &mut Vec<String>) -> u32 {
    let whole = resource["name"].as_str().unwrap();
    let (plural, part) = whole.split_once('/').unwrap_or((whole, ""));
    let verbs: Vec<&str> = resource["verbs"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let place = if resource["namespaced"] == true {
        format!("{root}/namespaces/x/{plural}")
    } else {
        format!("{root}/{plural}")
    };
    let one = format!(
        "{place}/none{}{part}",
        if part.is_empty() { "" } else { "/" }
    );
    let mut paths = vec![(one, true)];
    if part.is_empty() {
        paths.push((place, false));
    }
    let mut asked = 0;
    for (path, is_one) in paths {
        for method in METHODS {
            let mut world = world.clone();
            let told = format!("{method} {path}");
            let object = json!({"metadata": {"name": "none"}});
            let (code, body) = ask(&mut world, method, &path, &object);
            asked += 1;
            if code >= 400 {
                check_error(code, &body, &told);
            }
            // A name is not posted to, a part is.
            let by_name = is_one && part.is_empty() && method == "POST";
            let by_none = !is_one && ["PUT", "PATCH"].contains(&method);
            let by_connecting = ["exec", "attach", "portforward"].contains(&part);
            let allowed = verbs.contains(&verb(method, is_one)) && !by_name && !by_none;
            let connects = by_connecting && ["GET", "POST"].contains(&method);
            if !connects && allowed == (code == 405) {
                wrong.push(format!("{told}: {verbs:?} are told, but {code} {body}"));
            }
        }
    }
    asked
}

#[test]
fn paths_that_lead_nowhere_are_not_found() {
    let mut world = world();
    for path in [
        "/nope",
        "/api/v2",
        "/api/v1/nope",
        "/api/v1/namespaces/x/nope",
        "/api/v1/namespaces/x/pods/a/nope",
        "/api/v1/namespaces/x/pods/a/log/more",
        "/api/v1/watch/nope",
        "/apis/nope",
        "/apis/nope/v1",
        "/apis/apps/v9/deployments",
        "/apis/example.com/v1/namespaces/x/nope",
        "/openapi/v4",
        "/healthz/nope",
    ] {
        for method in METHODS {
            let (code, body) = ask(&mut world, method, path, &json!({}));
            let asked = format!("{method} {path}");
            check_error(code, &body, &asked);
            assert!(
                code == 404 || method != "GET" && code == 405,
                "{asked}: {code} {body}"
            );
        }
    }
}

#[test]
fn what_is_no_resource_answers() {
    let mut world = world();
    for path in [
        "/api",
        "/apis",
        "/apis/apps",
        "/apis/apps/v1",
        "/version",
        "/healthz",
        "/livez",
        "/readyz",
        "/livez/ping",
        "/readyz?verbose",
        "/openapi/v2",
        "/openapi/v3",
        "/openapi/v3/apis/apps/v1",
    ] {
        let (code, body) = ask(&mut world, "GET", path, &Value::Null);
        assert_eq!(code, 200, "{path}: {body}");
    }
}

#[test]
fn an_autoscaler_is_the_same_in_both_versions() {
    let mut world = world();
    let old = "/apis/autoscaling/v1/namespaces/x/horizontalpodautoscalers";
    let new = "/apis/autoscaling/v2/namespaces/x/horizontalpodautoscalers";
    let reference = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"});
    let body = json!({"metadata": {"name": "a"}, "spec": {
        "scaleTargetRef": reference, "maxReplicas": 5, "targetCPUUtilizationPercentage": 60,
    }});
    let (code, created) = ask(&mut world, "POST", old, &body);
    assert_eq!(
        (code, &created["apiVersion"]),
        (201, &json!("autoscaling/v1"))
    );
    let patch = json!({"spec": {"maxReplicas": 7, "targetCPUUtilizationPercentage": 50}});
    let (code, patched) = ask(&mut world, "PATCH", &format!("{old}/a"), &patch);
    assert_eq!(code, 200, "{patched}");
    let (_, seen) = ask(&mut world, "GET", &format!("{new}/a"), &Value::Null);
    assert_eq!(seen["apiVersion"], "autoscaling/v2");
    assert_eq!(seen["spec"]["maxReplicas"], 7);
    let cpu = &seen["spec"]["metrics"][0]["resource"]["target"];
    assert_eq!(cpu["averageUtilization"], 50);
    let memory = json!({"spec": {"metrics": [{"type": "Resource", "resource": {
        "name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"},
    }}]}});
    assert_eq!(
        ask(&mut world, "PATCH", &format!("{new}/a"), &memory).0,
        200
    );
    let (_, list) = ask(&mut world, "GET", old, &Value::Null);
    let one = &list["items"][0];
    assert_eq!(one["spec"]["targetCPUUtilizationPercentage"], Value::Null);
    let kept = &one["metadata"]["annotations"]["autoscaling.alpha.kubernetes.io/metrics"];
    assert!(
        kept.as_str()
            .unwrap()
            .contains("\"targetAverageValue\":\"1Gi\""),
        "{one}"
    );
    let (code, _) = ask(&mut world, "PUT", &format!("{old}/a"), one);
    assert_eq!(code, 200);
    let (_, seen) = ask(&mut world, "GET", &format!("{new}/a"), &Value::Null);
    assert_eq!(seen["spec"]["metrics"], memory["spec"]["metrics"]);
}
