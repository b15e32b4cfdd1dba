//! What a client sees of the objects, with the time at which it saw it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::sync::{Arc, Mutex};
use std::thread;

use control_plane::Client;
use jiff::Timestamp;
use model::ObjectRow;
use model::fact::{What, decode_seen};
use serde_json::Value;

/// Group, kind and collection of what is watched.
const WATCHED: [(&str, &str, &str); 6] = [
    ("", "Pod", "/api/v1/pods"),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        "/apis/autoscaling/v2/horizontalpodautoscalers",
    ),
    ("apps", "Deployment", "/apis/apps/v1/deployments"),
    ("batch", "Job", "/apis/batch/v1/jobs"),
    ("keda.sh", "ScaledJob", "/apis/keda.sh/v1alpha1/scaledjobs"),
    (
        "keda.sh",
        "ScaledObject",
        "/apis/keda.sh/v1alpha1/scaledobjects",
    ),
];

/// An object as it was from a moment on.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// When the client heard of it.
    pub(crate) received: Timestamp,
    /// The object's name.
    pub(crate) name: String,
    /// `metadata.resourceVersion`
    pub(crate) version: String,
    /// `metadata.uid`
    pub(crate) uid: String,
    /// `None`: it is gone.
    pub(crate) what: Option<What>,
}

/// By namespace and kind.
type Changes = BTreeMap<(String, &'static str), Vec<Change>>;

/// Everything that was seen.
#[derive(Clone, Default)]
pub(crate) struct Watched(Arc<Mutex<Changes>>);

impl Watched {
    /// Begins to watch; what was listed first is there on return.
    pub(crate) fn start(client: &Client) -> Self {
        let watched = Self::default();
        for (group, kind, collection) in WATCHED {
            let list = client.get(collection).unwrap();
            for item in list["items"].as_array().into_iter().flatten() {
                watched.note(group, kind, "ADDED", item);
            }
            let version = list["metadata"]["resourceVersion"].as_str().unwrap();
            let (watched, client, version) = (watched.clone(), client.clone(), version.to_owned());
            thread::spawn(move || watched.follow(&client, group, kind, collection, version));
        }
        watched
    }

    /// Until the control plane is gone.
    fn follow(
        &self,
        client: &Client,
        group: &str,
        kind: &'static str,
        collection: &str,
        mut version: String,
    ) {
        loop {
            let path = format!(
                "{collection}?watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion={version}"
            );
            let Ok(reply) = client.send("GET", &path, &[], Vec::new()) else {
                return;
            };
            for line in BufReader::new(reply.into_reader()).lines() {
                let Ok(line) = line else { break };
                let event: Value = serde_json::from_str(&line).unwrap();
                let verb = event["type"].as_str().unwrap_or_default();
                assert_ne!(verb, "ERROR", "{line}");
                let object = &event["object"];
                if let Some(next) = object["metadata"]["resourceVersion"].as_str() {
                    next.clone_into(&mut version);
                }
                if verb != "BOOKMARK" {
                    self.note(group, kind, verb, object);
                }
            }
        }
    }

    fn note(&self, group: &str, kind: &'static str, verb: &str, object: &Value) {
        let received = Timestamp::now();
        let text = |member: &str| {
            let value = &object["metadata"][member];
            value.as_str().unwrap_or_default().to_owned()
        };
        let what = (verb != "DELETED").then(|| {
            match decode_seen(group, kind, object.to_string().as_bytes()).unwrap() {
                ObjectRow::Seen(row) => row.what,
                other => panic!("{other:?} is no fact"),
            }
        });
        let change = Change {
            received,
            name: text("name"),
            version: text("resourceVersion"),
            uid: text("uid"),
            what,
        };
        let mut all = self.0.lock().unwrap();
        all.entry((text("namespace"), kind))
            .or_default()
            .push(change);
    }

    /// What was seen of a kind in a namespace, in order.
    pub(crate) fn changes(&self, namespace: &str, kind: &'static str) -> Vec<Change> {
        let all = self.0.lock().unwrap();
        let found = all.get(&(namespace.to_owned(), kind));
        found.cloned().unwrap_or_default()
    }
}

/// The objects that were there at a moment, by their names.
pub(crate) fn at(changes: &[Change], moment: Timestamp) -> Vec<&Change> {
    let mut last: BTreeMap<&str, &Change> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.received <= moment) {
        last.insert(&change.name, change);
    }
    last.into_values()
        .filter(|change| change.what.is_some())
        .collect()
}
