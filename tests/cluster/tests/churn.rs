//! After thousands of changes with the connection cut again and again, the table equals a fresh list.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cluster_tests::{
    Answer, FaultProxy, Plane, Printed, Random, Window, halves, prove, server_cells, straight,
    until, within,
};
use control_plane::behaviour;
use serde_json::{Value, json};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: the_view_equals_a_fresh_list;
}

const NAMESPACES: [&str; 3] = ["churn-1", "churn-2", "churn-3"];
const PODS: &str = "/api/v1/pods";
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
fn worker(plane: &Plane, number: usize, work: &Work, total: usize) {
    let mut random = Random::new(SEED + number as u64);
    let mut alive: Vec<String> = Vec::new();
    let client = plane.client();
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

/// Namespaces, and more pods than a first page holds; nobody but the workers touches them.
fn prepare(plane: &Plane) {
    for namespace in NAMESPACES {
        plane.create_namespace(namespace);
    }
    plane.halt_simulation();
    let old = format!("/api/v1/namespaces/{}/pods", NAMESPACES[2]);
    control_plane::load::each(400, |index| {
        plane.client().ensure(&old, &pod(&format!("old-{index}")))
    })
    .unwrap();
}

/// Cuts every link so many times while the workers work; how often the server has forgotten so much
/// meanwhile that everything is listed again.
async fn cut_again_and_again(proxy: &FaultProxy, work: &Work, cuts: usize, share: usize) -> usize {
    let mut expiries = 0;
    for cut in 1..=cuts {
        let ready = format!("cut {cut} after its share of operations, with a watch to cut");
        until(&ready, Duration::from_mins(1), async || {
            assert!(!work.failed.load(Ordering::SeqCst), "an operation failed");
            let done = work.done.load(Ordering::SeqCst);
            // One that is cut before it brings anything counts as one more failure in a row.
            let watched = proxy.watch_brings(PODS);
            if done + WORKERS >= cut * share && watched {
                Ok(())
            } else {
                // A fresh list leaves nothing to bring: then there must be news.
                work.allowed.fetch_add(1, Ordering::SeqCst);
                Err(format!("{done} done, watched: {watched}"))
            }
        })
        .await;
        if cut % 4 == 0 {
            proxy.answer(1, Answer::expired(), |request| {
                request.path == PODS && request.is_watch()
            });
            expiries += 1;
        }
        assert!(proxy.cut() > 0);
        work.allowed.fetch_add(share + WORKERS, Ordering::SeqCst);
    }
    work.allowed.store(usize::MAX, Ordering::SeqCst);
    expiries
}

/// Whether every cell that does not tick is that of the server's own list; how many rows it has.
fn same(ours: &Printed, fresh: &Printed) -> Result<usize, String> {
    let names = |printed: &Printed| printed.keys().cloned().collect::<BTreeSet<_>>();
    if names(ours) != names(fresh) {
        let (own, theirs) = (names(ours), names(fresh));
        let differ: Vec<_> = own.symmetric_difference(&theirs).take(5).collect();
        return Err(format!("{differ:?}"));
    }
    for (key, cells) in fresh {
        for heading in ["NAME", "READY", "STATUS", "RESTARTS", "IP", "NODE"] {
            let (own, theirs) = (&ours[key][heading], &cells[heading]);
            if own != theirs {
                return Err(format!("{key} {heading}: {own} and {theirs}"));
            }
        }
    }
    Ok(fresh.len())
}

async fn the_view_equals_a_fresh_list(plane: Plane) {
    let (total, cuts) = if prove() { (5_000, 20) } else { (1_500, 8) };
    plane.blocking(prepare).await;
    let proxy = FaultProxy::before(&plane).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(&plane)).await;
    let view = window.view(&cluster, "pods").await;
    let sorted = json!({"cluster": cluster, "kind": "pods", "namespaces": NAMESPACES[..2], "filter": "back", "sort": [
        {"column": "status", "descending": false}, {"column": "restarts", "descending": true},
    ]});
    let kept: wire::ViewOpened = window.ask("open_view", &sorted).await.unwrap();
    window.live(view).await;

    // Some are left for after the last cut, as news for its watch to bring before it.
    let share = total / (cuts + 2);
    let work = Arc::new(Work {
        taken: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        allowed: AtomicUsize::new(share),
        failed: AtomicBool::new(false),
    });
    let start = Instant::now();
    let workers: Vec<_> = (0..WORKERS)
        .map(|number| {
            let (plane, work) = (plane.clone(), work.clone());
            thread::spawn(move || {
                let done = catch_unwind(AssertUnwindSafe(|| worker(&plane, number, &work, total)));
                work.failed.fetch_or(done.is_err(), Ordering::SeqCst);
            })
        })
        .collect();
    let expiries = cut_again_and_again(&proxy, &work, cuts, share).await;
    for worker in workers {
        worker.join().unwrap();
    }
    assert!(!work.failed.load(Ordering::SeqCst), "an operation failed");
    let worked = start.elapsed();

    let connection = straight(&plane.kubeconfig()).await;
    let what = "the view equal to a fresh list";
    let (rows, settled) = within(what, Duration::from_secs(20), async || {
        let fresh = server_cells(&connection, PODS).await;
        same(&window.snapshot(view).await.rows, &fresh)
    })
    .await;
    // The order a view came to change by change is the order of one that sorts everything at once.
    let again: wire::ViewOpened = window.ask("open_view", &sorted).await.unwrap();
    let kept = window.snapshot(kept.view).await.order;
    assert_eq!(kept, window.snapshot(again.view).await.order);
    assert!(
        !kept.is_empty() && kept.len() < rows,
        "{} of {rows}",
        kept.len()
    );
    // Cuts are no reason to list again: the watch goes on from where it was.
    let pages = proxy.count(|request| request.is_list_of(PODS) && request.query.contains("limit="));
    eprintln!(
        "{total} operations, {cuts} cuts in {worked:.1?}; equal {settled:.1?} later; {rows} rows; \
         {expiries} expiries, {pages} requests for a page"
    );
    assert!(
        pages <= 2 * (1 + expiries),
        "{pages} for {expiries} expiries"
    );
}
