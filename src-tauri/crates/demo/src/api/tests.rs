//! Requests through the synchronous door.

#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Request, handle};
use crate::World;

fn ask(world: &mut World, method: &str, url: &str, accept: &str, body: &Value) -> (u16, Value) {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let answer = handle(
        world,
        &Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            accept: accept.to_owned(),
            body: body.to_string().into_bytes(),
            ..Request::default()
        },
    );
    let text = String::from_utf8(answer.body).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| json!(line)))
        .collect();
    let body = match lines.as_slice() {
        [one] if one["type"].is_null() => one.clone(),
        all => json!(all),
    };
    (answer.code, body)
}

fn get(world: &mut World, url: &str) -> (u16, Value) {
    ask(world, "GET", url, "application/json", &Value::Null)
}

/// Three `ConfigMaps` `a`, `b`, `c` of the namespace `x`, labelled with their names.
fn world() -> World {
    let mut world = World::new(1, Timestamp::UNIX_EPOCH);
    for name in ["a", "b", "c"] {
        let object = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "labels": {"name": name}},
        });
        let url = "/api/v1/namespaces/x/configmaps";
        let (code, body) = ask(&mut world, "POST", url, "", &object);
        assert_eq!(code, 201, "{body}");
    }
    world
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    let each = items
        .iter()
        .map(|item| item["metadata"]["name"].as_str().unwrap());
    each.collect()
}

#[test]
fn pages_go_on_in_the_state_of_the_first() {
    let mut world = world();
    let url = "/api/v1/configmaps?limit=2";
    let (_, first) = get(&mut world, url);
    assert_eq!(names(&first), ["a", "b"]);
    assert_eq!(first["metadata"]["remainingItemCount"], 1);
    assert_eq!(first["items"][0]["kind"], Value::Null);
    let (code, _) = ask(
        &mut world,
        "DELETE",
        "/api/v1/namespaces/x/configmaps/c",
        "",
        &Value::Null,
    );
    assert_eq!(code, 200);
    let token = first["metadata"]["continue"].as_str().unwrap();
    let (_, second) = get(&mut world, &format!("{url}&continue={token}"));
    assert_eq!(names(&second), ["c"]);
    assert_eq!(
        second["metadata"]["resourceVersion"],
        first["metadata"]["resourceVersion"]
    );

    let revision = world.store.revision();
    world.store.compact(revision);
    let (code, gone) = get(&mut world, &format!("{url}&continue={token}"));
    assert_eq!((code, &gone["reason"]), (410, &json!("Expired")));
    let token = gone["metadata"]["continue"].as_str().unwrap();
    let (_, rest) = get(&mut world, &format!("{url}&continue={token}"));
    assert_eq!(names(&rest), [] as [&str; 0]);
    assert_eq!(rest["metadata"]["resourceVersion"], revision.to_string());
}

#[test]
fn a_version_yet_to_come_is_a_timeout() {
    let mut world = world();
    for url in [
        "/api/v1/configmaps?resourceVersion=99&resourceVersionMatch=NotOlderThan",
        "/api/v1/configmaps?resourceVersion=99&resourceVersionMatch=Exact",
    ] {
        let (code, status) = get(&mut world, url);
        assert_eq!(code, 504, "{url}");
        assert_eq!(
            status["details"]["causes"][0]["reason"],
            "ResourceVersionTooLarge"
        );
    }
}

#[test]
fn a_selecting_watch_sees_objects_enter_and_leave() {
    let mut world = world();
    let start = world.store.revision();
    for label in ["z", "a", "a"] {
        let url = "/api/v1/namespaces/x/configmaps/b";
        let mut now = get(&mut world, url).1;
        now["metadata"]["labels"] = json!({"name": label});
        now["data"] = json!({"at": world.store.revision().to_string()});
        assert_eq!(ask(&mut world, "PUT", url, "", &now).0, 200);
    }
    let url = format!(
        "/api/v1/namespaces/x/configmaps?watch=1&resourceVersion={start}&labelSelector=name%20in%20(b,a)"
    );
    let (_, events) = get(&mut world, &url);
    let events: Vec<String> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let object = &event["object"]["metadata"];
            let what = event["type"].as_str().unwrap();
            format!(
                "{what} {} {}",
                object["labels"]["name"], object["resourceVersion"]
            )
        })
        .collect();
    assert_eq!(
        events,
        [
            "DELETED \"b\" \"5\"",
            "ADDED \"a\" \"6\"",
            "MODIFIED \"a\" \"7\""
        ]
    );
}

#[test]
fn a_watch_begins_with_what_there_is_or_says_that_it_is_too_late() {
    let mut world = world();
    let url = "/api/v1/configmaps?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let (_, events) = get(&mut world, url);
    let last = events.as_array().unwrap().last().unwrap();
    assert_eq!(events.as_array().unwrap().len(), 4);
    assert_eq!(
        last,
        &json!({"type": "BOOKMARK", "object": {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {
            "resourceVersion": "4", "annotations": {"k8s.io/initial-events-end": "true"}}}})
    );
    world.store.compact(3);
    let (code, events) = get(&mut world, "/api/v1/configmaps?watch=1&resourceVersion=2");
    assert_eq!(code, 200);
    assert_eq!(events[0]["type"], "ERROR");
    assert_eq!(events[0]["object"]["code"], 410);
}

#[test]
fn what_is_not_there_is_told_as_upstream_tells_it() {
    let mut world = world();
    for (method, url, accept, code, message) in [
        (
            "GET",
            "/api/v1/foos",
            "",
            404,
            "the server could not find the requested resource",
        ),
        (
            "GET",
            "/api/v1/namespaces/x/configmaps/d",
            "",
            404,
            "configmaps \"d\" not found",
        ),
        (
            "PATCH",
            "/api/v1/configmaps",
            "",
            405,
            "the server does not allow this method on the requested resource",
        ),
        (
            "GET",
            "/api/v1/configmaps?limit=x",
            "",
            400,
            "strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        (
            "GET",
            "/api/v1/configmaps",
            "application/vnd.kubernetes.protobuf",
            406,
            "only the following media types are accepted: application/json",
        ),
    ] {
        let (found, status) = ask(&mut world, method, url, accept, &Value::Null);
        assert_eq!(
            (found, &status["message"]),
            (code, &json!(message)),
            "{url}"
        );
    }
    assert_eq!(
        get(&mut world, "/apis/foo.bar/v1"),
        (404, json!("404 page not found"))
    );
}

#[test]
fn all_that_is_discovered_can_be_listed() {
    let mut world = world();
    let (_, groups) = get(&mut world, "/apis");
    let versions = groups["groups"].as_array().unwrap().iter();
    let mut roots: Vec<String> = versions
        .map(|group| {
            format!(
                "/apis/{}",
                group["preferredVersion"]["groupVersion"].as_str().unwrap()
            )
        })
        .collect();
    roots.push("/api/v1".to_owned());
    let mut listed = 0;
    for root in roots {
        let (_, list) = get(&mut world, &root);
        for resource in list["resources"].as_array().unwrap() {
            let verbs = resource["verbs"].as_array().unwrap();
            if verbs.iter().any(|verb| verb == "watch") {
                let name = resource["name"].as_str().unwrap();
                let (code, found) = get(&mut world, &format!("{root}/{name}"));
                assert_eq!(code, 200, "{root}/{name}");
                assert_eq!(
                    found["kind"].as_str().unwrap(),
                    format!("{}List", resource["kind"].as_str().unwrap())
                );
                listed += 1;
            }
        }
    }
    assert!(listed > 30);
}

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

#[test]
fn what_is_defined_is_served_until_it_is_not() {
    let mut world = world();
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.shop.example"},
        "spec": {
            "group": "shop.example", "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                "additionalPrinterColumns": [
                    {"name": "Colour", "type": "string", "jsonPath": ".spec.colour"},
                    {"name": "Size", "type": "integer", "jsonPath": ".spec.size", "priority": 1},
                ],
            }],
        },
    });
    let at = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    assert_eq!(ask(&mut world, "POST", at, "", &definition).0, 201);
    let (_, own) = get(&mut world, &format!("{at}/widgets.shop.example"));
    let conditions = own["status"]["conditions"].as_array().unwrap();
    assert!(
        conditions
            .iter()
            .all(|condition| condition["status"] == "True")
    );
    assert_eq!(conditions.len(), 2);

    let widgets = "/apis/shop.example/v1/namespaces/x/widgets";
    let widget = json!({
        "apiVersion": "shop.example/v1", "kind": "Widget",
        "metadata": {"name": "w"}, "spec": {"colour": "red", "size": 3},
    });
    let (code, body) = ask(&mut world, "POST", widgets, "", &widget);
    assert_eq!(code, 201, "{body}");
    let (_, list) = get(&mut world, widgets);
    assert_eq!(
        (&list["kind"], &list["items"][0]["kind"]),
        (&json!("WidgetList"), &json!("Widget"))
    );
    let (_, table) = ask(&mut world, "GET", widgets, TABLE, &Value::Null);
    assert_eq!(table["rows"][0]["cells"], json!(["w", "red", 3]));
    assert_eq!(table["columnDefinitions"][2]["priority"], 1);

    let (code, _) = ask(
        &mut world,
        "DELETE",
        &format!("{at}/widgets.shop.example"),
        "",
        &Value::Null,
    );
    assert_eq!(code, 200);
    assert_eq!(get(&mut world, widgets), (404, json!("404 page not found")));
}

#[test]
fn rows_are_upstreams() {
    let mut world = World::new(1, "2026-01-01T00:10:00Z".parse().unwrap());
    let created = "2026-01-01T00:00:00Z";
    let objects = [
        (
            ("", "pods"),
            json!({
                "spec": {"containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}], "nodeName": "n"},
                "status": {"phase": "Running", "podIPs": [{"ip": "10.0.0.1"}], "containerStatuses": [
                    {"name": "a", "ready": true, "restartCount": 2, "state": {"running": {}},
                        "lastState": {"terminated": {"finishedAt": "2026-01-01T00:09:00Z"}}},
                    {"name": "b", "ready": false, "restartCount": 0,
                        "state": {"waiting": {"reason": "ImagePullBackOff"}}},
                ]},
            }),
            json!([
                "o",
                "1/2",
                "ImagePullBackOff",
                "2 (60s ago)",
                "10m",
                "10.0.0.1",
                "n",
                "<none>",
                "<none>"
            ]),
        ),
        (
            ("apps", "deployments"),
            json!({
                "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "o"}},
                    "template": {"spec": {"containers": [{"name": "a", "image": "i"}]}}},
                "status": {"readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 2},
            }),
            json!(["o", "2/3", 3, 2, "10m", "a", "i", "app=o"]),
        ),
        (
            ("autoscaling", "horizontalpodautoscalers"),
            json!({
                "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "minReplicas": 1, "maxReplicas": 5,
                    "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 50}}}]},
                "status": {"currentReplicas": 2},
            }),
            json!(["o", "Deployment/d", "cpu: <unknown>/50%", "1", 5, 2, "10m"]),
        ),
        (
            ("batch", "jobs"),
            json!({
                "spec": {"completions": 2, "template": {"spec": {"containers": []}}},
                "status": {"startTime": created, "completionTime": "2026-01-01T00:01:00Z",
                    "conditions": [{"type": "Complete", "status": "True"}], "succeeded": 2},
            }),
            json!(["o", "Complete", "2/2", "60s", "10m", "", "", "<none>"]),
        ),
    ];
    for ((group, plural), mut object, expected) in objects {
        let resource = world.resource(group, plural).unwrap();
        object["metadata"] = json!({"name": "o", "namespace": "x", "creationTimestamp": created});
        let key = crate::store::Key::new(&resource.key(), "x", "o");
        world.store.put(key, object);
        let root = match group {
            "" => "/api/v1".to_owned(),
            group => format!("/apis/{group}/{}", resource.version),
        };
        let url = format!("{root}/namespaces/x/{plural}/o");
        let (_, table) = ask(&mut world, "GET", &url, TABLE, &Value::Null);
        assert_eq!(table["rows"][0]["cells"], expected, "{plural}");
        let columns = table["columnDefinitions"].as_array().unwrap();
        assert_eq!(columns.len(), expected.as_array().unwrap().len());
    }
}

#[test]
fn figures_and_logs_come_from_the_world() {
    let mut world = World::new(1, "2026-01-01T00:00:10Z".parse().unwrap());
    let pods = world.resource("", "pods").unwrap();
    let pod = json!({"metadata": {"name": "p", "namespace": "x"}, "spec": {"containers": [{"name": "c"}]}});
    world
        .store
        .put(crate::store::Key::new(&pods.key(), "x", "p"), pod);
    let usage = crate::measured::Usage {
        cpu_nano: 5_000_000,
        memory: 2048,
    };
    let place = ("x".to_owned(), "p".to_owned());
    world
        .measured
        .pods
        .insert(place, vec![("c".to_owned(), usage)]);
    let at = "/apis/metrics.k8s.io/v1beta1/namespaces/x/pods";
    let (_, list) = get(&mut world, at);
    assert_eq!(list["kind"], "PodMetricsList");
    assert_eq!(
        list["items"][0]["containers"],
        json!([{"name": "c", "usage": {"cpu": "5000000n", "memory": "2Ki"}}])
    );
    assert_eq!(get(&mut world, &format!("{at}/q")).0, 404);

    let log = "/api/v1/namespaces/x/pods/p/log";
    assert_eq!(get(&mut world, log).0, 400);
    for second in 0..3_i64 {
        let at = Timestamp::from_second(1_767_225_600 + second).unwrap();
        world
            .logs
            .print("x", "p", "c", at, &format!("line {second}"));
    }
    let lines = |world: &mut World, query: &str| get(world, &format!("{log}{query}")).1;
    assert_eq!(lines(&mut world, "?tailLines=1"), json!("line 2"));
    assert_eq!(
        lines(&mut world, "?sinceSeconds=9"),
        json!(["line 1", "line 2"])
    );
    assert_eq!(
        lines(&mut world, "?timestamps=true&tailLines=1"),
        json!("2026-01-01T00:00:02.000000000Z line 2")
    );
    assert_eq!(get(&mut world, &format!("{log}?previous=true")).0, 400);
    world.logs.restart("x", "p", "c");
    assert_eq!(
        lines(&mut world, "?previous=true&tailLines=1"),
        json!("line 2")
    );
}

#[test]
fn every_group_has_its_document() {
    let mut world = world();
    let (_, index) = get(&mut world, "/openapi/v3");
    let paths = index["paths"].as_object().unwrap();
    assert!(paths.contains_key("api/v1") && paths.contains_key("apis/apps/v1"));
    for path in paths.values() {
        let (code, document) = get(&mut world, path["serverRelativeURL"].as_str().unwrap());
        assert_eq!(code, 200);
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let told: Vec<&Value> = schemas
            .values()
            .map(|schema| &schema["x-kubernetes-group-version-kind"][0])
            .filter(|kind| !kind.is_null())
            .collect();
        for kind in &told {
            let mut all = world.resources().iter();
            assert!(all.any(|own| kind["kind"] == *own.kind), "{kind}");
        }
        let group_version = document["paths"]
            .as_object()
            .unwrap()
            .keys()
            .next()
            .unwrap();
        for own in world.resources() {
            let root = match &*own.group {
                "" => format!("/api/{}/", own.version),
                group => format!("/apis/{group}/{}/", own.version),
            };
            if group_version.starts_with(&root) {
                let mut told = told.iter();
                assert!(told.any(|kind| kind["kind"] == *own.kind), "{own:?}");
            }
        }
    }
}

#[test]
fn exec_names_a_container() {
    let mut world = world();
    let url = "/api/v1/namespaces/x/pods/p/exec";
    assert_eq!(get(&mut world, url).0, 404);
    let pod = json!({"metadata": {"name": "p", "namespace": "x"}});
    world
        .store
        .put(crate::store::Key::new("pods", "x", "p"), pod);
    let (code, status) = get(&mut world, url);
    assert_eq!(code, 400);
    assert_eq!(
        status["message"],
        "a container name must be specified for pod p"
    );
}
