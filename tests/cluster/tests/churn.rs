//! After thousands of changes with the connection cut again and again, the table equals a fresh list.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cluster::Connection;
use cluster_tests::{
    FaultProxy, Random, Window, halt_simulation, plane, prove, server_cells, until,
};
use control_plane::behaviour;
use serde_json::{Value, json};

const NAMESPACES: [&str; 3] = ["churn-1", "churn-2", "churn-3"];
const WORKERS: usize = 12;
const SEED: u64 = 5_000;

/// The operations, shared by those who do them; they stay within one share of a cut of each other.
struct Work {
    taken: AtomicUsize,
    done: AtomicUsize,
    allowed: AtomicUsize,
    failed: AtomicBool,
}

fn pod(name: &str) -> Value {
    json!({
        "metadata": {"name": name, "annotations": {behaviour::POD: behaviour::MANUAL}},
        "spec": {"nodeName": "node-1", "containers": [{"name": "a", "image": "example.com/a:1"}]},
    })
}

/// Creates, updates and deletes pods of its own until all operations are taken.
fn worker(number: usize, work: &Work, total: usize) {
    let mut random = Random::new(SEED + number as u64);
    let mut alive: Vec<String> = Vec::new();
    let client = plane().client();
    let mut made = 0;
    while work.taken.fetch_add(1, Ordering::SeqCst) < total {
        while work.done.load(Ordering::SeqCst) >= work.allowed.load(Ordering::SeqCst) {
            if work.failed.load(Ordering::SeqCst) {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        match random.below(10) {
            0..4 => {
                let namespace = random.one(&NAMESPACES);
                made += 1;
                let name = format!("pod-{number}-{made}");
                client
                    .create(&format!("/api/v1/namespaces/{namespace}/pods"), &pod(&name))
                    .unwrap();
                alive.push(format!("/api/v1/namespaces/{namespace}/pods/{name}"));
            }
            4..7 if !alive.is_empty() => {
                let path = &alive[random.below(alive.len())];
                let restarts = random.below(1_000);
                let reason =
                    random.one(&["CrashLoopBackOff", "ImagePullBackOff", "ContainerCreating"]);
                let status = json!({"phase": "Running", "containerStatuses": [{
                    "name": "a", "ready": false, "restartCount": restarts, "image": "", "imageID": "",
                    "state": {"waiting": {"reason": reason}},
                }]});
                client
                    .merge_patch(&format!("{path}/status"), &json!({"status": status}))
                    .unwrap();
            }
            _ if !alive.is_empty() => {
                let path = alive.swap_remove(random.below(alive.len()));
                client
                    .delete(&format!("{path}?gracePeriodSeconds=0"))
                    .unwrap();
                if random.once_in(3) {
                    // The same name again: another object in its place.
                    let (collection, name) = path.rsplit_once('/').unwrap();
                    client.create(collection, &pod(name)).unwrap();
                    alive.push(path);
                }
            }
            _ => {}
        }
        work.done.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_view_equals_a_fresh_list() {
    let (total, cuts) = if prove() { (5_000, 20) } else { (1_500, 8) };
    tokio::task::spawn_blocking(|| {
        for namespace in NAMESPACES {
            plane().create_namespace(namespace).unwrap();
        }
        // Nobody but the workers touches the pods.
        halt_simulation();
    })
    .await
    .unwrap();
    let proxy = FaultProxy::before(plane()).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(plane())).await;
    let view = window.view(&cluster, "pods").await;
    let sorted = |filter: &str| {
        json!({"cluster": cluster, "kind": "pods", "namespaces": ["churn-1", "churn-2"], "filter": filter, "sort": [
            {"column": "status", "descending": false}, {"column": "restarts", "descending": true},
        ]})
    };
    let kept: wire::ViewOpened = window.ask("open_view", sorted("back")).await.unwrap();
    window.live(view).await;

    let share = total / cuts;
    let work = Work {
        taken: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        allowed: AtomicUsize::new(share),
        failed: AtomicBool::new(false),
    };
    let work: &'static Work = Box::leak(Box::new(work));
    let start = Instant::now();
    let workers: Vec<_> = (0..WORKERS)
        .map(|number| {
            thread::spawn(move || {
                if std::panic::catch_unwind(|| worker(number, work, total)).is_err() {
                    work.failed.store(true, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for cut in 1..=cuts {
        let ready = format!("cut {cut} after its share of operations, with a watch to cut");
        until(&ready, Duration::from_secs(60), async || {
            assert!(!work.failed.load(Ordering::SeqCst), "an operation failed");
            let done = work.done.load(Ordering::SeqCst);
            let watched = proxy.watches().contains_key("/api/v1/pods");
            if done + WORKERS >= cut * share && watched {
                Ok(())
            } else {
                Err(format!("{done} done, watched: {watched}"))
            }
        })
        .await;
        assert!(proxy.cut() > 0);
        work.allowed.fetch_add(share + WORKERS, Ordering::SeqCst);
    }
    work.allowed.store(usize::MAX, Ordering::SeqCst);
    for worker in workers {
        worker.join().unwrap();
    }
    assert!(!work.failed.load(Ordering::SeqCst), "an operation failed");
    let worked = start.elapsed();

    let target = cluster::open(&plane().kubeconfig())
        .unwrap()
        .target("admin")
        .unwrap();
    let (connection, _) = Connection::open(target).await.unwrap();
    let mut rows = 0;
    let settled = until(
        "the view equal to a fresh list",
        Duration::from_secs(20),
        async || {
            let fresh = server_cells(&connection, "/api/v1/pods").await;
            let ours = window.snapshot(view).await;
            rows = fresh.len();
            let names = |keys: Vec<&String>| keys.into_iter().cloned().collect::<BTreeSet<_>>();
            let (theirs, own) = (
                names(fresh.keys().collect()),
                names(ours.rows.keys().collect()),
            );
            if theirs != own {
                return Err(format!(
                    "{:?}",
                    theirs
                        .symmetric_difference(&own)
                        .take(5)
                        .collect::<Vec<_>>()
                ));
            }
            for (key, cells) in &fresh {
                for heading in ["NAME", "READY", "STATUS", "RESTARTS", "IP", "NODE"] {
                    if ours.rows[key][heading] != cells[heading] {
                        return Err(format!(
                            "{key} {heading}: {} and {}",
                            ours.rows[key][heading], cells[heading]
                        ));
                    }
                }
            }
            Ok(())
        },
    )
    .await;
    // The order a view came to change by change is the order of one that sorts everything at once.
    let again: wire::ViewOpened = window.ask("open_view", sorted("back")).await.unwrap();
    let (kept, again) = (
        window.snapshot(kept.view).await,
        window.snapshot(again.view).await,
    );
    assert_eq!(kept.order, again.order);
    assert!(
        !kept.order.is_empty() && kept.order.len() < rows,
        "{} of {rows}",
        kept.order.len()
    );
    // Cuts are no reason to list again: the watch goes on from where it was.
    let lists =
        proxy.count(|request| request.is_list_of("/api/v1/pods") && !request.is_continuation());
    eprintln!(
        "{total} operations, {cuts} cuts in {worked:.1?}; equal {settled:.1?} later; {rows} rows; {lists} lists"
    );
    assert!(
        lists <= 2,
        "{lists} lists (one of them may be the first rows' preview)"
    );
}
