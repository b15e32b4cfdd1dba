//! A follower that can be had without each of the defences.
//!
//! It is to the point and no more: it relies on pods changing all the time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cluster::{Ask, Connection};
use cluster_tests::straight;
use serde_json::Value;

use crate::stage::{Lane, Stage};
use crate::viewer::{Log, Viewer};
use crate::world::World;

/// Silence after which a link counts as dead.
const SILENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(200);

/// The defence that is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Without {
    /// All are on.
    Nothing,
    /// A silent link counts as a quiet one.
    Doubt,
    /// After a cut it watches from the version of its list.
    Progress,
    /// After a cut it lists.
    Resuming,
    /// After 410 it goes on from the newest version, without a list.
    Listing,
    /// A page is shown as if it were all.
    Patience,
    /// Pages of a list that expired are kept for the next attempt.
    FreshPages,
    /// Events are believed in whatever order they come.
    Order,
    /// What a new list does not hold stays.
    Absence,
}

struct Naive {
    without: Without,
    connection: Connection,
    world: Arc<World>,
    log: Arc<Mutex<Log>>,
}

/// Why a watch is over.
enum Over {
    Cut,
    Expired,
    Disorder,
}

/// A stage on which such a follower plays.
pub(crate) async fn stage(without: Without, world: &Arc<World>) -> Stage {
    let mut stage = Stage::open(Lane::Paged, world.clone(), 1).await;
    let log = Arc::new(Mutex::new(Log::default()));
    let naive = Naive {
        without,
        connection: straight(&stage.proxy.kubeconfig(&world.plane)).await,
        world: world.clone(),
        log: log.clone(),
    };
    stage.viewer = Viewer::of(log, tokio::spawn(naive.follow()));
    stage.settled().await;
    stage
}

impl Naive {
    async fn follow(self) {
        loop {
            let Some(listed) = self.list().await else {
                self.live(false);
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            self.live(true);
            let mut version = listed;
            loop {
                let over = self.watch(&mut version).await;
                tokio::time::sleep(PAUSE).await;
                match (over, self.without) {
                    (Over::Expired, Without::Listing) => {
                        if let Some(newest) = self.page("?limit=1").await.map(|page| page.1) {
                            version = newest;
                        }
                    }
                    (Over::Cut, Without::Progress) => version = listed,
                    (Over::Cut, Without::Resuming) | (Over::Expired | Over::Disorder, _) => break,
                    (Over::Cut, _) => {}
                }
            }
        }
    }

    fn live(&self, live: bool) {
        let at = self.world.moment();
        self.log.lock().unwrap().set_live(at, live);
    }

    async fn page(&self, query: &str) -> Option<(Vec<(String, u64)>, u64, String)> {
        let path = format!("{}{query}", self.world.pods);
        let patience = tokio::time::timeout(SILENCE, self.connection.bytes(Ask::json(&path)));
        let asked = if self.without == Without::Patience {
            // What is shown already is good enough.
            self.connection.bytes(Ask::json(&path)).await
        } else {
            patience.await.ok()?
        };
        let page: Value = serde_json::from_slice(&asked.ok()?).ok()?;
        let rows = page["items"].as_array()?.iter().map(state);
        let metadata = &page["metadata"];
        let version = metadata["resourceVersion"].as_str()?.parse().ok()?;
        let more = metadata["continue"].as_str().unwrap_or_default();
        Some((rows.collect(), version, more.to_owned()))
    }

    async fn list(&self) -> Option<u64> {
        let mut rows = Vec::new();
        let mut query = "?limit=30".to_owned();
        let mut tries = 0;
        let version = loop {
            let Some((mut some, version, more)) = self.page(&query).await else {
                tries += 1;
                if self.without == Without::FreshPages && tries < 20 {
                    tokio::time::sleep(PAUSE).await;
                    "?limit=30".clone_into(&mut query);
                    continue;
                }
                return None;
            };
            rows.append(&mut some);
            if self.without == Without::Patience {
                let at = self.world.moment();
                self.log.lock().unwrap().replace(at, &rows);
            }
            if more.is_empty() {
                break version;
            }
            query = format!("?limit=30&continue={}", cluster::fetch::escape(&more));
        };
        let at = self.world.moment();
        let mut log = self.log.lock().unwrap();
        if self.without == Without::Absence {
            for (key, state) in rows {
                log.row(at, key, Some(state));
            }
        } else {
            log.replace(at, &rows);
        }
        Some(version)
    }

    async fn watch(&self, version: &mut u64) -> Over {
        let path = format!(
            "{}?watch=1&resourceVersion={version}&timeoutSeconds=600",
            self.world.pods
        );
        let ask = Ask {
            path: &path,
            accept: cluster::connection::JSON,
            gzip: false,
        };
        let doubts = self.without != Without::Doubt;
        let asked = tokio::time::timeout(SILENCE, self.connection.request(ask)).await;
        let mut answer = match asked {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) if error.code() == Some(410) => return Over::Expired,
            Ok(Err(_)) | Err(_) => {
                if doubts {
                    self.live(false);
                }
                return Over::Cut;
            }
        };
        self.live(true);
        let mut text = Vec::new();
        loop {
            let patience = if doubts {
                SILENCE
            } else {
                Duration::from_hours(1)
            };
            let bytes = match tokio::time::timeout(patience, answer.chunk()).await {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None) | Err(_)) => return Over::Cut,
                Err(_) => {
                    self.connection.renew();
                    self.live(false);
                    return Over::Cut;
                }
            };
            text.extend_from_slice(&bytes);
            while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = text.drain(..=end).collect();
                let Ok(event) = serde_json::from_slice::<Value>(&line) else {
                    continue;
                };
                if event["type"] == "ERROR" {
                    return Over::Expired;
                }
                let (key, state) = state(&event["object"]);
                if state < *version && self.without != Without::Order {
                    return Over::Disorder;
                }
                *version = state.max(*version);
                let there = event["type"] != "DELETED";
                let at = self.world.moment();
                let mut log = self.log.lock().unwrap();
                log.row(at, key, there.then_some(state));
            }
        }
    }
}

fn state(object: &Value) -> (String, u64) {
    let metadata = &object["metadata"];
    let version = metadata["resourceVersion"].as_str();
    let version = version.and_then(|text| text.parse().ok()).unwrap_or(0);
    let part = |name: &str| metadata[name].as_str().unwrap_or_default();
    (format!("{}/{}", part("namespace"), part("name")), version)
}
