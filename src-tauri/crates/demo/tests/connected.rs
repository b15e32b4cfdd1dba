//! The program's own client on the demo cluster, through streams in memory.

#![allow(clippy::unwrap_used)]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use cluster::{Change, Connection, Dial, Scope, Target, Update, follow};
use demo::World;
use demo::server::{Faults, Served};
use demo::writes::{self, Writer};
use jiff::Timestamp;
use model::{Kind, ObjectRow, Resource};
use serde_json::json;
use tokio::io::DuplexStream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

struct Dialed(Served);

impl Dial for Dialed {
    fn dial(&self) -> io::Result<DuplexStream> {
        Ok(self.0.connect())
    }
}

async fn connected(served: &Served) -> Connection {
    let dial = Arc::new(Dialed(served.clone()));
    let target = Target::in_memory("demo", "inside this program", "default", dial);
    let (connection, greeting) = Connection::open(target).await.unwrap();
    assert_eq!(greeting.version, "v1.36.3");
    connection
}

fn served() -> Served {
    Served::new(World::new(1, Timestamp::UNIX_EPOCH), Handle::current())
}

fn put(served: &Served, plural: &str, name: &str) {
    served.with(|world| {
        let resource = world.resource("", plural).unwrap();
        let object =
            json!({"metadata": {"name": name, "namespace": "x"}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
        writes::create(world, &resource, object, Writer::named("test")).unwrap();
    });
}

fn remove(served: &Served, plural: &str, name: &str) {
    served.with(|world| {
        let resource = world.resource("", plural).unwrap();
        writes::delete(world, &resource, "x", name, Writer::named("test")).unwrap();
    });
}

fn scope(plural: &str, kind: &str, own: Option<Kind>) -> Scope {
    let resource = Resource {
        group: String::new(),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
        kind: kind.to_owned(),
        namespaced: true,
    };
    Scope::of(resource, own, None)
}

fn name(row: &ObjectRow) -> String {
    row.meta().name.to_string()
}

/// Names as they stand, until `wanted` is what there is.
async fn until(updates: &mut mpsc::Receiver<Update>, names: &mut Vec<String>, wanted: &[&str]) {
    let wait = async {
        while *names != wanted {
            match updates.recv().await.unwrap() {
                Update::Rows(rows) => names.extend(rows.iter().map(name)),
                Update::Listed {
                    rows: Some(rows), ..
                } => *names = rows.iter().map(name).collect(),
                Update::Changed(changes) => {
                    for change in changes {
                        match change {
                            Change::Put(row) => names.push(name(&row)),
                            Change::Gone { name, .. } => names.retain(|own| *own != *name),
                        }
                    }
                }
                _ => {}
            }
            names.sort();
            names.dedup();
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_and_config_maps_are_followed_live() {
    let served = served();
    put(&served, "pods", "a");
    put(&served, "configmaps", "a");
    let connection = connected(&served).await;
    for (plural, kind, own) in [
        ("pods", "Pod", Some(Kind::Pods)),
        ("configmaps", "ConfigMap", None),
    ] {
        let (sink, mut updates) = mpsc::channel(16);
        let _following = follow(connection.clone(), scope(plural, kind, own), sink);
        let mut names = Vec::new();
        until(&mut updates, &mut names, &["a"]).await;
        put(&served, plural, "b");
        until(&mut updates, &mut names, &["a", "b"]).await;
        remove(&served, plural, "a");
        until(&mut updates, &mut names, &["b"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_or_refused_is_asked_for_again() {
    let served = served();
    put(&served, "pods", "a");
    let connection = connected(&served).await;
    served.set_faults(Faults {
        cut_after: Some(Duration::from_millis(300)),
        latency: Duration::from_millis(5),
        ..Faults::default()
    });
    let (sink, mut updates) = mpsc::channel(16);
    let _following = follow(connection, scope("pods", "Pod", Some(Kind::Pods)), sink);
    let mut names = Vec::new();
    until(&mut updates, &mut names, &["a"]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    put(&served, "pods", "b");
    until(&mut updates, &mut names, &["a", "b"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_served_is_discovered() {
    let connection = connected(&served()).await;
    let found = cluster::discover(&connection).await.unwrap();
    assert_eq!(found.failed_groups, [] as [String; 0]);
    let deployments = found
        .resources
        .iter()
        .find(|one| one.resource.plural == "deployments")
        .unwrap();
    assert!(deployments.can("watch") && deployments.short_names == ["deploy"]);
}
