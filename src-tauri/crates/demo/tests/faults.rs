//! What goes wrong on purpose, as it arrives over HTTP.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use demo::World;
use demo::server::{Faults, Refusal, Served};
use demo::store::Key;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::time::Instant;

fn served(faults: Faults) -> Served {
    let mut world = World::new(1, "2026-11-28T12:00:00Z".parse().unwrap());
    let map = json!({"metadata": {"name": "a", "namespace": "x"}, "data": {"a": "b".repeat(2000)}});
    world.store.put(Key::new("configmaps", "x", "a"), map);
    let served = Served::new(world, Handle::current());
    served.set_faults(faults);
    served
}

async fn get(served: &Served, path: &str) -> Response<Incoming> {
    let stream = TokioIo::new(served.connect());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(path).body(Empty::<Bytes>::new()).unwrap();
    sender.send_request(request).await.unwrap()
}

async fn body(response: Response<Incoming>) -> Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

const MAPS: &str = "/api/v1/configmaps";

#[tokio::test(flavor = "multi_thread")]
async fn who_is_throttled_is_told_for_how_long() {
    let served = served(Faults {
        refusals: vec![Refusal::throttled(7).on("list", "configmaps").times(1)],
        ..Faults::default()
    });
    let refused = get(&served, MAPS).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "7");
    assert_eq!(body(refused).await["reason"], "TooManyRequests");
    assert_eq!(get(&served, MAPS).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_verb_on_one_resource_is_refused() {
    let served = served(Faults {
        refusals: vec![
            Refusal::forbidden("list", "configmaps"),
            Refusal::expired().on("watch", "pods"),
        ],
        ..Faults::default()
    });
    assert_eq!(get(&served, MAPS).await.status(), 403);
    assert_eq!(
        get(&served, "/api/v1/namespaces/x/configmaps/a")
            .await
            .status(),
        200
    );
    assert_eq!(get(&served, "/api/v1/pods").await.status(), 200);
    assert_eq!(get(&served, "/api/v1/pods?watch=true").await.status(), 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_ends_as_its_version_is_too_old() {
    let served = served(Faults {
        expire_after: Some(Duration::from_millis(50)),
        ..Faults::default()
    });
    let watch = get(&served, "/api/v1/configmaps?watch=true").await;
    let bytes = watch.into_body().collect().await.unwrap().to_bytes();
    let lines: Vec<Value> = bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let kinds: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["type"].as_str())
        .collect();
    assert_eq!(kinds, ["ADDED", "ERROR"]);
    assert_eq!(lines[1]["object"]["code"], 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_wait_and_bodies_trickle() {
    let served = served(Faults {
        latency: Duration::from_millis(100),
        pace: Some(10_000),
        ..Faults::default()
    });
    let begin = Instant::now();
    let response = get(&served, MAPS).await;
    assert!(begin.elapsed() >= Duration::from_millis(100));
    let begin = Instant::now();
    let list = body(response).await;
    assert!(begin.elapsed() >= Duration::from_millis(150));
    assert_eq!(list["items"][0]["data"]["a"].as_str().unwrap().len(), 2000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_is_cut_in_the_middle() {
    let served = served(Faults {
        cut_after: Some(Duration::from_millis(50)),
        ..Faults::default()
    });
    let watch = get(&served, "/api/v1/configmaps?watch=true").await;
    assert!(watch.into_body().collect().await.is_err());
}
