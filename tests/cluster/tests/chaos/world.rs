//! A namespace that changes all the time, and everything it ever was.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Ask, Connection};
use cluster_tests::chaos::{Moment, Truth, Versions};
use cluster_tests::{Plane, Random, straight};
use serde_json::{Value, json};

/// Pods and config maps that stay, and names that come and go.
const LASTING: usize = 100;
const COMING: usize = 40;
/// Between two writes.
const PACE: Duration = Duration::from_millis(180);

/// What of the truth a view can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// Pods by resourceVersion.
    Pods,
    /// Pods by the number of restarts, which every write raises.
    Restarts,
    /// Config maps by resourceVersion.
    Maps,
}

/// An event of the server's own watch of pods.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) version: u64,
    pub(crate) text: String,
}

#[derive(Default)]
struct Records {
    truths: BTreeMap<Seen, Truth>,
    lines: Vec<Line>,
    /// What writes were told: the object, and its version then.
    written: Vec<(Seen, String, u64)>,
}

/// The namespace.
pub(crate) struct World {
    pub(crate) plane: Plane,
    pub(crate) namespace: &'static str,
    /// Paths of its pods and config maps.
    pub(crate) pods: &'static str,
    pub(crate) maps: &'static str,
    start: Instant,
    records: Mutex<Records>,
    over: AtomicBool,
    /// Who still writes.
    writers: AtomicUsize,
}

impl World {
    /// Fills it, begins to record it and to change it.
    pub(crate) async fn begin(plane: Plane, namespace: &'static str) -> Arc<Self> {
        let path = |plural: &str| -> &'static str {
            Box::leak(format!("/api/v1/namespaces/{namespace}/{plural}").into_boxed_str())
        };
        let world = Arc::new(Self {
            plane,
            namespace,
            pods: path("pods"),
            maps: path("configmaps"),
            start: Instant::now(),
            records: Mutex::default(),
            over: AtomicBool::new(false),
            writers: AtomicUsize::new(2),
        });
        let prepared = world.clone();
        tokio::task::spawn_blocking(move || prepared.prepare())
            .await
            .unwrap();
        for path in [world.pods, world.maps] {
            let connection = straight(&world.plane.kubeconfig()).await;
            let version = world.list(&connection, path).await;
            tokio::spawn(world.clone().record(connection, path, version));
        }
        let (pods, maps) = (world.clone(), world.clone());
        thread::spawn(move || {
            pods.change_pods();
            pods.writers.fetch_sub(1, Ordering::SeqCst);
        });
        thread::spawn(move || {
            maps.change_maps();
            maps.writers.fetch_sub(1, Ordering::SeqCst);
        });
        world
    }

    /// Now.
    pub(crate) fn moment(&self) -> Moment {
        self.start.elapsed()
    }

    /// Whether these rows are all there was at some moment of this span.
    pub(crate) fn was(&self, seen: Seen, rows: &Versions, from: Moment, to: Moment) -> bool {
        self.records.lock().unwrap().truths[&seen].was(rows, from, to)
    }

    /// Everything that was true so far.
    pub(crate) fn truth(&self, seen: Seen) -> Truth {
        self.records.lock().unwrap().truths[&seen].clone()
    }

    /// Events of pods behind this version.
    pub(crate) fn lines_behind(&self, version: u64) -> Vec<Line> {
        let records = self.records.lock().unwrap();
        let from = records
            .lines
            .partition_point(|line| line.version <= version);
        records.lines[from..].to_vec()
    }

    /// The last events of pods, so many.
    pub(crate) fn last_lines(&self, count: usize) -> Vec<Line> {
        let records = self.records.lock().unwrap();
        let from = records.lines.len().saturating_sub(count);
        records.lines[from..].to_vec()
    }

    /// Ends the changes; everything that was true, with how many writes it came from. Fails if the
    /// record lacks a write.
    pub(crate) async fn end(&self) -> (BTreeMap<Seen, Truth>, usize) {
        self.over.store(true, Ordering::SeqCst);
        let writing = async || match self.writers.load(Ordering::SeqCst) {
            0 => Ok(()),
            writers => Err(format!("{writers} still write")),
        };
        cluster_tests::until("the last write", Duration::from_secs(20), writing).await;
        // What was written last is still on its way to the record.
        let last = |records: &Records| {
            let missing = |(seen, key, version): &&(Seen, String, u64)| {
                !records.truths[seen].ever(key, *version)
            };
            records.written.iter().find(missing).cloned()
        };
        cluster_tests::until(
            "a whole record",
            Duration::from_secs(20),
            async || match last(&self.records.lock().unwrap()) {
                None => Ok(()),
                Some(missing) => Err(format!("{missing:?} is not in it")),
            },
        )
        .await;
        let records = self.records.lock().unwrap();
        (records.truths.clone(), records.written.len())
    }

    fn prepare(&self) {
        self.plane.create_namespace(self.namespace);
        let client = self.plane.client();
        if self.plane.authority().is_some() {
            // The cluster's own is made a moment later, and must not surprise the record.
            self.plane
                .wait("the CA's config map", Duration::from_secs(30), || {
                    client
                        .get(&format!("{}/kube-root-ca.crt", self.maps))
                        .map_err(|error| error.to_string())
                });
        }
        control_plane::load::each(LASTING, |index| {
            client.ensure(self.pods, &pod(&format!("old-{index}")))?;
            client.ensure(self.maps, &map(&format!("old-{index}")))
        })
        .unwrap();
    }

    async fn list(&self, connection: &Connection, path: &str) -> u64 {
        let body = connection.bytes(Ask::json(path)).await.unwrap();
        let list: Value = serde_json::from_slice(&body).unwrap();
        for object in list["items"].as_array().unwrap() {
            self.note(path, object, true);
        }
        version(&list)
    }

    async fn record(self: Arc<Self>, connection: Connection, path: &'static str, mut from: u64) {
        loop {
            let path_from = format!("{path}?watch=1&resourceVersion={from}&timeoutSeconds=3000");
            let ask = Ask {
                path: &path_from,
                accept: cluster::connection::JSON,
                gzip: false,
            };
            // Nothing stands between; only the end of the run, or of the server, ends it.
            let mut answer = connection.request(ask).await.unwrap();
            let mut text = Vec::new();
            while let Ok(Some(bytes)) = answer.chunk().await {
                text.extend_from_slice(&bytes);
                while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = text.drain(..=end).collect();
                    let event: Value = serde_json::from_slice(&line).unwrap();
                    let object = &event["object"];
                    assert_ne!(event["type"], "ERROR", "{event}");
                    from = version(object);
                    self.note(path, object, event["type"] != "DELETED");
                    if path == self.pods {
                        let text = String::from_utf8(line).unwrap().trim_end().to_owned();
                        let line = Line {
                            version: from,
                            text,
                        };
                        self.records.lock().unwrap().lines.push(line);
                    }
                }
            }
        }
    }

    fn note(&self, path: &str, object: &Value, there: bool) {
        let at = self.moment();
        let key = key(object);
        let mut records = self.records.lock().unwrap();
        let mut note = |seen: Seen, state: u64| {
            let truth = records.truths.entry(seen).or_default();
            truth.note(at, &key, there.then_some(state));
        };
        if path == self.pods {
            note(Seen::Pods, version(object));
            let restarts = &object["status"]["containerStatuses"][0]["restartCount"];
            note(Seen::Restarts, restarts.as_u64().unwrap_or(0));
        } else {
            note(Seen::Maps, version(object));
        }
    }

    fn wrote(&self, seen: Seen, object: &Value) {
        let written = (seen, key(object), version(object));
        self.records.lock().unwrap().written.push(written);
    }

    fn change_pods(&self) {
        let mut random = Random::new(51);
        let client = self.plane.client();
        let mut alive: Vec<String> = Vec::new();
        let mut restarts = 0;
        while !self.over.load(Ordering::SeqCst) {
            thread::sleep(PACE);
            match random.below(10) {
                0..3 if alive.len() < COMING => {
                    let free: Vec<String> = (0..COMING)
                        .map(|number| format!("pod-{number}"))
                        .filter(|name| !alive.contains(name))
                        .collect();
                    let name = &free[random.below(free.len())];
                    self.wrote(Seen::Pods, &client.create(self.pods, &pod(name)).unwrap());
                    alive.push(name.clone());
                }
                3..5 if !alive.is_empty() => {
                    let name = alive.swap_remove(random.below(alive.len()));
                    let path = format!("{}/{name}?gracePeriodSeconds=0", self.pods);
                    client.delete(&path).unwrap();
                }
                _ => {
                    restarts += 1;
                    let lasting = alive.is_empty() || random.once_in(2);
                    let name = if lasting {
                        format!("old-{}", random.below(LASTING))
                    } else {
                        alive[random.below(alive.len())].clone()
                    };
                    let status = json!({"phase": "Running", "containerStatuses": [{
                        "name": "a", "ready": false, "restartCount": restarts, "image": "", "imageID": "",
                        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    }]});
                    let path = format!("{}/{name}/status", self.pods);
                    let patched = client.merge_patch(&path, &json!({"status": status}));
                    self.wrote(Seen::Pods, &patched.unwrap());
                }
            }
        }
    }

    fn change_maps(&self) {
        let mut random = Random::new(52);
        let client = self.plane.client();
        let mut count = 0;
        while !self.over.load(Ordering::SeqCst) {
            thread::sleep(PACE * 3);
            count += 1;
            let name = format!("map-{}", random.below(20));
            let path = format!("{}/{name}", self.maps);
            let there = client.get(&path).is_ok();
            let written = if !there {
                client.create(self.maps, &map(&name))
            } else if random.once_in(3) {
                client.delete(&path).unwrap();
                continue;
            } else {
                client.merge_patch(&path, &json!({"data": {"count": count.to_string()}}))
            };
            self.wrote(Seen::Maps, &written.unwrap());
        }
    }
}

fn version(object: &Value) -> u64 {
    let version = object["metadata"]["resourceVersion"].as_str();
    version.and_then(|text| text.parse().ok()).unwrap()
}

fn key(object: &Value) -> String {
    let metadata = &object["metadata"];
    let part = |name: &str| metadata[name].as_str().unwrap();
    format!("{}/{}", part("namespace"), part("name"))
}

fn pod(name: &str) -> Value {
    json!({
        "metadata": {"name": name, "annotations": {"example.com/size": "größe 日本"}},
        "spec": {"schedulerName": "nobody", "containers": [{"name": "a", "image": "example.com/a:1"}]},
    })
}

fn map(name: &str) -> Value {
    json!({"metadata": {"name": name}, "data": {"size": "größe 日本"}})
}
