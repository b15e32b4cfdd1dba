//! The demo cluster's story on real controllers: workloads that scale, hold, chase each other, sleep and fail.

mod demand;
mod objects;
mod schedule;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{ControlPlane, Error, Pace, behaviour};
use demand::CPU;

/// One part of the story, for people: what it is named, what it shows.
pub const PARTS: [(&str, &str); 9] = [
    (
        "web/nginx",
        "KEDA gives it 2 replicas in each window of a cron trigger",
    ),
    (
        "web/cosci",
        "the same window, and two replicas for each of nginx (kubernetes-workload)",
    ),
    (
        "shop/storefront",
        "KEDA asks Prometheus: 1 to 5 replicas in waves, at its most on each crest",
    ),
    (
        "shop/orders",
        "sleeps at zero until Prometheus tells of more than 5 orders a second",
    ),
    (
        "shop/cart",
        "an HPA on CPU that holds for its stabilization window after each surge",
    ),
    (
        "shop/search",
        "an HPA at its maximum, while load asks for more",
    ),
    (
        "shop/pricing, shop/stock",
        "two HPAs, each of which drives the other up and down",
    ),
    (
        "billing/reports",
        "an HPA on CPU whose pods request none: it cannot work",
    ),
    (
        "billing/invoices",
        "a ScaledJob whose Jobs do not empty its queue: it loops",
    ),
];

/// Namespaces of the story.
pub const NAMESPACES: [&str; 3] = ["web", "shop", "billing"];

/// How often pods are told what they use: metrics-server looks every 10 s.
const SHARED_EVERY: u64 = 5;

/// The story; keep calling [`step`](Seeds::step).
pub struct Seeds<'a> {
    cluster: &'a ControlPlane,
    pace: Pace,
}

impl<'a> Seeds<'a> {
    /// Creates everything.
    pub fn plant(cluster: &'a ControlPlane, pace: Pace) -> Result<Self, Error> {
        let seeds = Self { cluster, pace };
        seeds.measure(Duration::ZERO);
        for namespace in NAMESPACES {
            cluster.create_namespace(namespace)?;
        }
        let objects = objects::all(pace, &cluster.prometheus_url(), Timestamp::now());
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        cluster.apply(&list.to_string())?;
        Ok(seeds)
    }

    /// Changes the load; to be called about once a second, with the time since the start.
    pub fn step(&self, elapsed: Duration) -> Result<(), Error> {
        self.measure(elapsed);
        if elapsed.as_secs().is_multiple_of(SHARED_EVERY) {
            self.share(elapsed)?;
        }
        Ok(())
    }

    /// What Prometheus will scrape.
    fn measure(&self, elapsed: Duration) {
        let at = demand::turns(elapsed, self.pace.wave());
        for (series, value) in demand::series(at) {
            self.cluster.exporter().set(series, value);
        }
    }

    /// Lets the ready pods of each workload share what it needs.
    fn share(&self, elapsed: Duration) -> Result<(), Error> {
        let at = demand::turns(elapsed, self.pace.wave());
        let collection = "/api/v1/namespaces/shop/pods";
        let list = self.cluster.client().get(collection)?;
        let pods = list["items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let of = |app: &str| {
            pods.iter()
                .filter(|pod| pod["metadata"]["labels"]["app"] == app && is_ready(pod))
                .collect::<Vec<_>>()
        };
        let count = |app: &str| u32::try_from(of(app).len()).unwrap_or(u32::MAX);
        for need in CPU {
            let ready = of(need.app);
            let others = need.by.map_or(0, |(other, _)| count(other));
            let each = format!("{}m", need.each(at, count(need.app), others));
            for pod in ready {
                self.tell(collection, pod, &each)?;
            }
        }
        Ok(())
    }

    fn tell(&self, collection: &str, pod: &Value, cpu: &str) -> Result<(), Error> {
        if pod["metadata"]["annotations"][behaviour::CPU] == cpu {
            return Ok(());
        }
        let name = pod["metadata"]["name"].as_str().unwrap_or_default();
        let patch = json!({"metadata": {"annotations": {behaviour::CPU: cpu}}});
        let told = self
            .cluster
            .client()
            .merge_patch(&format!("{collection}/{name}"), &patch);
        match told {
            // A pod may go while the others are told.
            Ok(_)
            | Err(Error::Api {
                status: 404 | 409, ..
            }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}
