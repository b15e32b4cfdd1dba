//! What the demo's pods use: pure functions of time and seed.
//!
//! A workload has a demand that its ready pods share, so that growth relieves each of them.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use jiff::{SignedDuration, Timestamp};
use model::quantity::Quantity;
use serde_json::Value;

use crate::store::Store;

/// Every so many seconds pods are measured (metrics-server, flag `metric-resolution`).
const EVERY: i64 = 15;
/// Thousandths of a core that a workload uses however little it has to do.
const LEAST: f64 = 2.0;

/// How a demand goes with time.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Always the same.
    Flat(f64),
    /// Up and down around a mean, beginning with up at a moment.
    Wave {
        /// In the middle.
        mean: f64,
        /// From the middle to the top.
        height: f64,
        /// Seconds from top to top.
        period: u32,
        /// A moment at which it goes up through the mean.
        from: Timestamp,
    },
    /// Fast up and slowly down again, along straight lines.
    Surge {
        /// At the bottom.
        low: f64,
        /// At the top.
        high: f64,
        /// Seconds from bottom to bottom.
        period: u32,
        /// Seconds from bottom to top, less than the period.
        rise: u32,
        /// A moment at the bottom.
        from: Timestamp,
    },
    /// One value after another, each from its moment on; 0 before the first.
    Steps(Vec<(Timestamp, f64)>),
}

impl Shape {
    /// The demand at a moment.
    pub fn at(&self, now: Timestamp) -> f64 {
        match self {
            Self::Flat(value) => *value,
            Self::Wave {
                mean,
                height,
                period,
                from,
            } => {
                let turns = now.duration_since(*from).as_secs_f64() / f64::from((*period).max(1));
                (mean + height * (turns * TAU).sin()).max(0.0)
            }
            Self::Surge {
                low,
                high,
                period,
                rise,
                from,
            } => {
                let (period, rise) = (f64::from(*period).max(1.0), f64::from(*rise).max(1.0));
                let since = now.duration_since(*from).as_secs_f64().rem_euclid(period);
                let height = if since < rise {
                    since / rise
                } else {
                    (period - since) / (period - rise).max(1.0)
                };
                low + (high - low) * height
            }
            Self::Steps(steps) => {
                let last = steps.iter().rev().find(|(at, _)| *at <= now);
                last.map_or(0.0, |(_, value)| *value)
            }
        }
    }
}

/// What a workload's pods use.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Their namespace.
    pub namespace: String,
    /// A label that they have.
    pub label: (String, String),
    /// Thousandths of a core in all.
    pub cpu: Shape,
    /// What another workload adds to that.
    pub by: Option<Coupling>,
    /// Bytes of each pod.
    pub memory: u64,
    /// By how much a measurement may be off, as a share: 0.05 for 5 %.
    pub noise: f64,
}

/// What the ready pods of a workload mean for another one's demand.
#[derive(Clone, Debug, PartialEq)]
pub struct Coupling {
    /// The label of another demand of the same namespace.
    pub label: (String, String),
    /// Thousandths of a core for each of its ready pods; below 0 where they relieve.
    pub each: f64,
}

/// What one pod used when it was last measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Billionths of a core.
    pub cpu: u64,
    /// Bytes.
    pub memory: u64,
    /// When the measurement ended.
    pub at: Timestamp,
    /// How long it took.
    pub window: SignedDuration,
}

/// How many ready pods share each demand at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing(Vec<u32>);

/// When pods were last measured.
pub fn measured_at(now: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second(now.as_second().div_euclid(EVERY) * EVERY).ok()
}

/// All demands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// Makes the noise.
    pub seed: u64,
    /// The first that fits a pod counts; a pod without one idles.
    pub demands: Vec<Demand>,
    /// What Prometheus answers to each query that it knows; to others it has no series.
    pub queries: BTreeMap<String, Shape>,
    /// An annotation of pods whose value is the CPU that they use, a quantity, whatever the demands.
    pub annotation: Option<String>,
}

impl Load {
    /// What a pod used when it was last measured; None before that, and where it does not run.
    pub fn usage(&self, sharing: &Sharing, pod: &Value, now: Timestamp) -> Option<Usage> {
        let at = measured_at(now)?;
        let window = SignedDuration::from_secs(EVERY);
        let started = earliest_start(pod)?;
        if at.duration_since(started) < window {
            return None;
        }
        let noise = self.noise(pod, at);
        if let Some(cpu) = self.annotated(pod) {
            return Some(Usage {
                cpu,
                memory: 1 << 20,
                at,
                window,
            });
        }
        let Some((index, demand)) = self.demand(pod) else {
            return Some(Usage {
                cpu: amount(2_000_000.0 * (1.0 + 0.2 * noise)),
                memory: amount(14_680_064.0 * (1.0 + 0.02 * noise)),
                at,
                window,
            });
        };
        // Who is not ready has no part in the work.
        let share = if is_ready(pod) {
            let pods = sharing.0.get(index).copied().unwrap_or(0);
            self.needed(demand, sharing, at) / f64::from(pods.max(1))
        } else {
            1.0
        };
        Some(Usage {
            cpu: amount(share * 1e6 * (1.0 + demand.noise * noise)),
            memory: amount(to_float(demand.memory) * (1.0 + 0.1 * demand.noise * noise)),
            at,
            window,
        })
    }

    /// Billionths of a core that a pod's annotation says.
    fn annotated(&self, pod: &Value) -> Option<u64> {
        let name = self.annotation.as_ref()?;
        let text = pod["metadata"]["annotations"][name].as_str()?;
        u64::try_from(Quantity::parse(text)?.nano()).ok()
    }

    /// What all pods of a workload together have to do.
    fn needed(&self, demand: &Demand, sharing: &Sharing, at: Timestamp) -> f64 {
        let added = demand.by.as_ref().and_then(|by| {
            let is_meant =
                |one: &Demand| one.namespace == demand.namespace && one.label == by.label;
            let index = self.demands.iter().position(is_meant)?;
            Some(by.each * f64::from(*sharing.0.get(index)?))
        });
        (demand.cpu.at(at) + added.unwrap_or(0.0)).max(LEAST)
    }

    /// What Prometheus answers to a query, as of its last scrape; None without a series.
    pub fn query(&self, query: &str, now: Timestamp) -> Option<f64> {
        let shape = self.queries.get(query)?;
        Some(shape.at(measured_at(now)?))
    }

    /// How many pods share each demand, of those of a namespace or, with `""`, of all.
    pub fn sharing(&self, store: &Store, namespace: &str) -> Sharing {
        let mut counts = vec![0; self.demands.len()];
        let prefix = match namespace {
            "" => String::new(),
            namespace => format!("{namespace}/"),
        };
        for (_, pod) in store.list("pods", &prefix, None) {
            if let Some((index, _)) = self.demand(pod).filter(|_| is_ready(pod)) {
                counts[index] += 1;
            }
        }
        Sharing(counts)
    }

    fn demand(&self, pod: &Value) -> Option<(usize, &Demand)> {
        let mut all = self.demands.iter().enumerate();
        all.find(|(_, demand)| {
            let (name, value) = &demand.label;
            pod["metadata"]["namespace"] == demand.namespace.as_str()
                && pod["metadata"]["labels"][name] == value.as_str()
        })
    }

    /// Between −1 and 1, for a pod at a moment.
    fn noise(&self, pod: &Value, at: Timestamp) -> f64 {
        let uid = pod["metadata"]["uid"].as_str().unwrap_or_default();
        let mut mixed = self.seed ^ at.as_second().unsigned_abs();
        for byte in uid.bytes() {
            mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^= mixed >> 27;
        let part = u32::try_from(mixed >> 32).unwrap_or(0);
        f64::from(part) / f64::from(u32::MAX) * 2.0 - 1.0
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
fn amount(value: f64) -> u64 {
    value.round() as u64
}

#[allow(clippy::cast_precision_loss)] // far below 2⁵³
fn to_float(value: u64) -> f64 {
    value as f64
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
    let mut ready = conditions.filter(|one| one["type"] == "Ready");
    ready.any(|one| one["status"] == "True")
}

/// When the first of the containers that run began.
fn earliest_start(pod: &Value) -> Option<Timestamp> {
    let containers = pod["status"]["containerStatuses"].as_array()?.iter();
    let times = containers.filter_map(|one| one["state"]["running"]["startedAt"].as_str());
    times.filter_map(|text| text.parse().ok()).min()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::store::Key;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-28T{text}Z").parse().unwrap()
    }

    #[test]
    fn demands_go_with_time() {
        let wave = Shape::Wave {
            mean: 100.0,
            height: 50.0,
            period: 3600,
            from: at("12:00:00"),
        };
        for (time, expected) in [("12:00:00", 100.0), ("12:15:00", 150.0), ("12:45:00", 50.0)] {
            assert!((wave.at(at(time)) - expected).abs() < 1e-6, "{time}");
        }
        let surge = Shape::Surge {
            low: 10.0,
            high: 110.0,
            period: 1000,
            rise: 200,
            from: at("12:00:00"),
        };
        for (time, expected) in [
            ("12:00:00", 10.0),
            ("12:01:40", 60.0),
            ("12:03:20", 110.0),
            ("12:10:00", 60.0),
            ("12:16:40", 10.0),
        ] {
            assert!((surge.at(at(time)) - expected).abs() < 1e-6, "{time}");
        }
        let steps = Shape::Steps(vec![(at("12:00:00"), 5.0), (at("13:00:00"), 7.0)]);
        let seen = ["11:00:00", "12:30:00", "13:00:00"].map(|time| steps.at(at(time)));
        assert_eq!(seen.map(|value| value.to_string()), ["0", "5", "7"]);
    }

    #[test]
    fn ready_pods_share_the_demand() {
        let mut store = Store::new(10);
        let pod = |name: &str| {
            json!({"metadata": {"name": name, "namespace": "shop", "uid": name, "labels": {"app": "web"}}, "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{"state": {"running": {"startedAt": "2026-11-28T12:00:05Z"}}}]}})
        };
        let load = Load {
            seed: 1,
            demands: vec![Demand {
                namespace: "shop".to_owned(),
                label: ("app".to_owned(), "web".to_owned()),
                cpu: Shape::Flat(600.0),
                by: None,
                memory: 64 << 20,
                noise: 0.0,
            }],
            ..Load::default()
        };
        for (name, milli) in [("a", 600), ("b", 300), ("c", 200)] {
            store.put(Key::new("pods", "shop", name), pod(name));
            let sharing = load.sharing(&store, "shop");
            let usage = load.usage(&sharing, &pod("a"), at("12:01:20")).unwrap();
            assert_eq!((usage.cpu, usage.at), (milli * 1_000_000, at("12:01:15")));
        }
        assert_eq!(
            load.usage(&load.sharing(&store, ""), &pod("a"), at("12:00:16")),
            None,
            "not measured yet"
        );
    }

    #[test]
    fn pods_of_one_workload_relieve_another() {
        let label = |app: &str| ("app".to_owned(), app.to_owned());
        let demand = |app: &str, by: Option<Coupling>| Demand {
            namespace: "shop".to_owned(),
            label: label(app),
            cpu: Shape::Flat(300.0),
            by,
            memory: 64 << 20,
            noise: 0.0,
        };
        let relieved = Coupling {
            label: label("stock"),
            each: -100.0,
        };
        let load = Load {
            demands: vec![demand("pricing", Some(relieved)), demand("stock", None)],
            ..Load::default()
        };
        for (stock, expected) in [(0, 300.0), (1, 200.0), (5, 2.0)] {
            let sharing = Sharing(vec![1, stock]);
            let needed = load.needed(&load.demands[0], &sharing, at("12:00:00"));
            assert!((needed - expected).abs() < 1e-6, "{stock}");
        }
    }
}
