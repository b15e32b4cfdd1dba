//! Requests against a small world.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::status::Status;

const ALICE: Writer<'static> = Writer::named("alice");
const BOB: Writer<'static> = Writer::named("bob");

fn world() -> World {
    World::new(1, "2026-01-02T03:04:05Z".parse().unwrap())
}

fn make(world: &mut World, group: &str, plural: &str, object: Value) -> Result<Arc<Value>, Status> {
    let resource = world.resource(group, plural).unwrap();
    create(world, &resource, object, ALICE)
}

fn deployment() -> Value {
    let template = json!({"metadata": {"labels": {"app": "d"}}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}});
    let selector = json!({"matchLabels": {"app": "d"}});
    json!({"metadata": {"name": "d", "namespace": "n"}, "spec": {"replicas": 1, "selector": selector, "template": template}})
}

fn patched(
    world: &mut World,
    kind: Patch,
    body: &Value,
    writer: Writer<'_>,
) -> Result<Written, Status> {
    let resource = world.resource("apps", "deployments").unwrap();
    let body = body.to_string();
    patch(
        world,
        &resource,
        Part::Main,
        "n",
        "d",
        kind,
        body.as_bytes(),
        writer,
    )
}

#[test]
fn a_new_object_gets_what_the_server_gives_and_loses_its_status() {
    let mut world = world();
    let mut object = deployment();
    object["status"] = json!({"replicas": 9});
    let made = make(&mut world, "apps", "deployments", object).unwrap();
    assert_eq!(made["metadata"]["generation"], 1);
    assert_eq!(
        made["metadata"]["creationTimestamp"],
        "2026-01-02T03:04:05Z"
    );
    assert_eq!(made["status"], json!({}));
    let entry = &made["metadata"]["managedFields"][0];
    assert_eq!(
        (&entry["manager"], &entry["operation"]),
        (&json!("alice"), &json!("Update"))
    );
    assert!(entry["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"]["k:{\"name\":\"c\"}"]["f:image"].is_object());
    let again = make(&mut world, "apps", "deployments", deployment()).unwrap_err();
    assert_eq!(again.message, "deployments.apps \"d\" already exists");
}

#[test]
fn bad_names_and_missing_namespaces_are_refused() {
    let mut world = world();
    let bad = make(
        &mut world,
        "",
        "configmaps",
        json!({"metadata": {"name": "A_b", "namespace": "n"}}),
    )
    .unwrap_err();
    assert_eq!((bad.code, bad.reason), (422, "Invalid"));
    make(
        &mut world,
        "",
        "namespaces",
        json!({"metadata": {"name": "other"}}),
    )
    .unwrap();
    let lost = make(
        &mut world,
        "",
        "configmaps",
        json!({"metadata": {"name": "a", "namespace": "n"}}),
    )
    .unwrap_err();
    assert_eq!(lost.message, "namespaces \"n\" not found");
}

#[test]
fn what_changes_nothing_keeps_its_version() {
    let mut world = world();
    let made = make(&mut world, "apps", "deployments", deployment()).unwrap();
    let same = patched(
        &mut world,
        Patch::Merge,
        &json!({"spec": {"replicas": 1}}),
        BOB,
    )
    .unwrap();
    assert_eq!(
        same.object["metadata"]["resourceVersion"],
        made["metadata"]["resourceVersion"]
    );
    let other = patched(
        &mut world,
        Patch::Strategic,
        &json!({"spec": {"replicas": 2}}),
        BOB,
    )
    .unwrap();
    assert_eq!(other.object["metadata"]["generation"], 2);
    let stale = patched(
        &mut world,
        Patch::Merge,
        &json!({"metadata": {"resourceVersion": "1"}}),
        BOB,
    )
    .unwrap_err();
    assert_eq!(stale.code, 409);
}

#[test]
fn an_apply_conflicts_is_forced_and_takes_away_what_it_drops() {
    let mut world = world();
    let mut object = deployment();
    object["apiVersion"] = json!("apps/v1");
    object["kind"] = json!("Deployment");
    object["metadata"]["labels"] = json!({"a": "1"});
    assert!(
        patched(&mut world, Patch::Apply, &object, ALICE)
            .unwrap()
            .created
    );
    object["spec"]["replicas"] = json!(3);
    let refused = patched(&mut world, Patch::Apply, &object, BOB).unwrap_err();
    assert_eq!(
        refused.message,
        "Apply failed with 1 conflict: conflict with \"alice\": .spec.replicas"
    );
    let forced = patched(
        &mut world,
        Patch::Apply,
        &object,
        Writer { force: true, ..BOB },
    )
    .unwrap();
    assert_eq!(forced.object["spec"]["replicas"], 3);
    for manager in [ALICE, BOB] {
        let mut fewer = object.clone();
        set(&mut fewer["metadata"], "labels", Value::Null);
        let left = patched(
            &mut world,
            Patch::Apply,
            &fewer,
            Writer {
                force: true,
                ..manager
            },
        );
        if manager.manager == "bob" {
            assert!(left.unwrap().object["metadata"]["labels"].is_null());
        }
    }
}

#[test]
fn finalizers_and_grace_hold_what_is_deleted() {
    let mut world = world();
    let held =
        json!({"metadata": {"name": "c", "namespace": "n", "finalizers": ["example.com/x"]}});
    make(&mut world, "", "configmaps", held).unwrap();
    let maps = world.resource("", "configmaps").unwrap();
    let marked = delete(&mut world, &maps, "n", "c", ALICE).unwrap();
    assert_eq!(
        marked["metadata"]["deletionTimestamp"],
        "2026-01-02T03:04:05Z"
    );
    let body = json!({"metadata": {"finalizers": null}}).to_string();
    patch(
        &mut world,
        &maps,
        Part::Main,
        "n",
        "c",
        Patch::Merge,
        body.as_bytes(),
        ALICE,
    )
    .unwrap();
    assert!(world.get("configmaps", "n", "c").is_none());
    let pod = json!({"metadata": {"name": "p", "namespace": "n"}, "spec": {"nodeName": "x", "containers": [{"name": "c", "image": "i:1"}]}});
    make(&mut world, "", "pods", pod).unwrap();
    let pods = world.resource("", "pods").unwrap();
    let going = delete(&mut world, &pods, "n", "p", ALICE).unwrap();
    assert_eq!(going["metadata"]["deletionGracePeriodSeconds"], 30);
    assert!(world.get("pods", "n", "p").is_some());
}
