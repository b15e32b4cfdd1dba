//! The story tells what it promises.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Day, HPAS, after};
use crate::api::{Request, handle};

/// Each so many hours of a day are looked at: a build for development is slow.
const HOURS_APART: i64 = if cfg!(debug_assertions) { 12 } else { 1 };
/// So long the story has run before it is looked at, and so long it is looked at.
const BEFORE: i64 = 24;
const LOOKED_AT: i64 = 20;

/// What was seen: of each workload its sizes, of everything its conditions as `name: reason`, minute by minute.
#[derive(Debug, Default)]
struct Seen {
    sizes: BTreeMap<String, Vec<i64>>,
    reasons: BTreeMap<String, usize>,
    pods: Vec<usize>,
}

impl Seen {
    fn measure(&mut self, day: &Day) {
        let world = &day.world;
        for (key, object) in world.store.list("deployments.apps", "", None) {
            let size = object["spec"]["replicas"].as_i64().unwrap();
            self.sizes
                .entry(key.path.to_string())
                .or_default()
                .push(size);
        }
    }

    fn look(&mut self, day: &Day) {
        self.measure(day);
        let world = &day.world;
        for resource in [
            "deployments.apps",
            "scaledobjects.keda.sh",
            "scaledjobs.keda.sh",
            HPAS,
            "pods",
        ] {
            for (_, object) in world.store.list(resource, "", None) {
                for told in told(object) {
                    *self.reasons.entry(told).or_default() += 1;
                }
            }
        }
        self.pods.push(world.store.list("pods", "", None).count());
    }

    fn range(&self, path: &str) -> (i64, i64) {
        let sizes = &self.sizes[path];
        (*sizes.iter().min().unwrap(), *sizes.iter().max().unwrap())
    }

    /// In so many minutes.
    fn minutes(&self, told: &str) -> usize {
        self.reasons.get(told).copied().unwrap_or(0)
    }
}

/// The reasons of an object's conditions and of its containers' states, with the app's or its own name.
fn told(object: &Value) -> Vec<String> {
    let metadata = &object["metadata"];
    let name = match metadata["labels"]["app"].as_str() {
        Some(app) => app,
        None => metadata["name"].as_str().unwrap(),
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let conditions = list(&object["status"]["conditions"]);
    let mut reasons: Vec<Value> = conditions.iter().map(|one| one["reason"].clone()).collect();
    for container in list(&object["status"]["containerStatuses"]) {
        reasons.push(container["state"]["waiting"]["reason"].clone());
        reasons.push(container["lastState"]["terminated"]["reason"].clone());
    }
    let words = reasons.iter().filter_map(Value::as_str);
    words.map(|reason| format!("{name}: {reason}")).collect()
}

fn seen(hour: Timestamp) -> (Day, Seen) {
    let from = hour - SignedDuration::from_mins(LOOKED_AT);
    let mut day = after(1, from, SignedDuration::from_mins(BEFORE));
    let mut seen = Seen::default();
    for minute in 0..LOOKED_AT {
        for second in [20, 40, 60] {
            let to = from + SignedDuration::from_secs(minute * 60 + second);
            day.controllers.step(&mut day.world, to);
            if second < 60 {
                seen.measure(&day);
            } else {
                seen.look(&day);
            }
        }
    }
    (day, seen)
}

fn replicas(day: &Day, namespace: &str, name: &str) -> i64 {
    let found = day.world.get("deployments.apps", namespace, name).unwrap();
    found["spec"]["replicas"].as_i64().unwrap()
}

#[test]
fn at_every_hour_there_is_something_to_see() {
    let midnight: Timestamp = "2026-11-28T00:00:00Z".parse().unwrap();
    for hour in (0..24).filter(|hour| hour % HOURS_APART == 4 % HOURS_APART) {
        let (day, seen) = seen(midnight + SignedDuration::from_hours(hour));
        let is_evening = hour >= 21;
        let (nginx, cosci) = if is_evening { (2, 4) } else { (1, 2) };
        let at_the_hour = [
            replicas(&day, "web", "nginx"),
            replicas(&day, "web", "cosci"),
        ];
        // The evening begins at 20:00 UTC.
        if hour != 20 {
            assert_eq!(at_the_hour, [nginx, cosci], "{hour}: {seen:?}");
        }
        assert_eq!(seen.range("shop/search"), (4, 4), "at its most");
        for path in ["shop/pricing", "shop/stock"] {
            let (least, most) = seen.range(path);
            assert!(least <= 1 && most >= 3, "{hour}: {path} {:?}", seen.sizes);
            let turns = seen.sizes[path]
                .windows(2)
                .filter(|pair| pair[0] != pair[1]);
            assert!(turns.count() >= 4, "{hour}: {path} {:?}", seen.sizes);
        }
        let (least, most) = seen.range("shop/storefront");
        assert!(least < most, "{hour}: the wave moves {:?}", seen.sizes);
        for (told, minutes) in [
            ("search: TooManyReplicas", 20),
            ("reports: FailedGetResourceMetric", 20),
            ("cart: ScaleDownStabilized", 14),
            ("invoices: ScalerActive", 20),
            ("training: Unschedulable", 20),
            ("ledger: CrashLoopBackOff", 10),
            ("ledger: Error", 15),
            ("thumbnails: OOMKilled", 15),
        ] {
            assert!(
                seen.minutes(told) >= minutes,
                "{hour}: {told} {:?}",
                seen.reasons
            );
        }
        let rollout = ["ReplicaSetUpdated", "ProgressDeadlineExceeded"];
        let under_way = rollout.map(|reason| seen.minutes(&format!("checkout: {reason}")));
        assert!(
            under_way.iter().sum::<usize>() >= 2,
            "{hour}: {under_way:?}"
        );
        assert!(
            seen.pods.iter().all(|count| (40..70).contains(count)),
            "{:?}",
            seen.pods
        );
        let jobs: BTreeSet<String> = finished(&day, "billing/invoices-");
        assert!(jobs.len() >= 3, "{hour}: {jobs:?}");
    }
}

/// Names of Jobs that completed and are kept.
fn finished(day: &Day, prefix: &str) -> BTreeSet<String> {
    let jobs = day.world.store.list("jobs.batch", prefix, None);
    let done = jobs.filter(|(_, job)| !job["status"]["completionTime"].is_null());
    done.map(|(key, _)| key.path.to_string()).collect()
}

#[test]
fn an_hour_and_a_half_shows_the_wave_the_sleep_and_the_rollout_whole() {
    let from: Timestamp = "2026-11-28T12:30:00Z".parse().unwrap();
    let mut day = after(2, from, SignedDuration::ZERO);
    let mut seen = Seen::default();
    for minute in 1..=95 {
        day.controllers
            .step(&mut day.world, from + SignedDuration::from_mins(minute));
        seen.look(&day);
    }
    assert_eq!(seen.range("shop/storefront"), (1, 5));
    assert_eq!(seen.range("shop/orders"), (0, 5));
    let late = seen.minutes("checkout: ProgressDeadlineExceeded");
    assert!((55..=70).contains(&late), "{late} minutes late");
    assert!(seen.minutes("checkout: NewReplicaSetAvailable") >= 10);
    let revisions = day
        .world
        .get("deployments.apps", "shop", "checkout")
        .unwrap();
    let revision = &revisions["metadata"]["annotations"]["deployment.kubernetes.io/revision"];
    let revision: i64 = revision.as_str().unwrap().parse().unwrap();
    assert!(revision >= 3, "it was rolled back: {revision}");
    assert!(seen.minutes("orders: ScalerCooldown") >= 3);
}

#[test]
fn what_was_there_before_is_old() {
    let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
    let day = after(3, now, SignedDuration::from_mins(5));
    for (resource, path, least) in [
        ("nodes", "node-a", 40),
        ("deployments.apps", "keda/keda-operator", 33),
        ("statefulsets.apps", "monitoring/prometheus", 33),
        ("scaledobjects.keda.sh", "shop/orders", 9),
        (HPAS, "shop/keda-hpa-orders", 9),
        ("daemonsets.apps", "kube-system/kube-proxy", 40),
        ("deployments.apps", "shop/storefront", 12),
    ] {
        let mut all = day.world.store.list(resource, path, None);
        let object = all.next().unwrap().1;
        let created: Timestamp = object["metadata"]["creationTimestamp"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let days = now.duration_since(created).as_hours() / 24;
        assert!((least..least + 33).contains(&days), "{path}: {days}");
    }
    let pods: Vec<_> = day.world.store.list("pods", "kube-system/", None).collect();
    assert!(pods.len() >= 3);
    for (key, pod) in pods {
        assert_eq!(pod["status"]["phase"], "Running", "{}", key.path);
    }
}

#[test]
fn the_same_seed_makes_the_same_evening() {
    let now: Timestamp = "2026-11-28T20:30:00Z".parse().unwrap();
    let print = || {
        let day = after(7, now, SignedDuration::from_mins(5));
        let all = ["pods", HPAS, "jobs.batch"].map(|resource| {
            let found = day.world.store.list(resource, "", None);
            found
                .map(|(_, object)| object.to_string())
                .collect::<String>()
        });
        all.concat()
    };
    assert_eq!(print(), print());
}

/// The log of the first pod of an app.
fn log(day: &mut Day, namespace: &str, app: &str, query: &str) -> (u16, String) {
    let prefix = format!("{namespace}/");
    let name = {
        let mut pods = day.world.store.list("pods", &prefix, None);
        let ours = pods.find(|(_, pod)| pod["metadata"]["labels"]["app"] == app);
        ours.unwrap().1["metadata"]["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let request = Request {
        method: "GET".to_owned(),
        path: format!("/api/v1/namespaces/{namespace}/pods/{name}/log"),
        query: query.to_owned(),
        ..Request::default()
    };
    let answer = handle(&mut day.world, &request);
    (answer.code, String::from_utf8(answer.body).unwrap())
}

#[test]
fn programs_say_what_they_do() {
    let now: Timestamp = "2026-11-28T12:20:00Z".parse().unwrap();
    let mut day = after(4, now, SignedDuration::from_mins(15));
    for (namespace, app, query, expected) in [
        ("web", "nginx", "tailLines=40", "GET /healthz"),
        ("shop", "pricing", "tailLines=60", "retry 2 of 5"),
        ("billing", "ledger", "previous=true", "FATAL no database"),
        ("media", "thumbnails", "previous=true", "heap 231 MiB"),
        ("keda", "keda-operator", "", "Reconciling ScaledObject"),
    ] {
        let (code, text) = log(&mut day, namespace, app, query);
        assert_eq!(code, 200, "{app}: {text}");
        assert!(text.contains(expected), "{app}: {text}");
    }
    let (_, all) = log(&mut day, "web", "nginx", "");
    assert_eq!(all.lines().count(), 2_000, "the rest was rotated away");
    let (code, _) = log(&mut day, "web", "nginx", "previous=true");
    assert_eq!(code, 400, "it never ended");
}
