//! How much is asked of a server: one watch a kind, few requests, patience when it is ill.

use std::time::{Duration, Instant};

use cluster_tests::{Answer, FaultProxy, Plane, Window, halves, until};
use serde_json::json;
use wire::Phase;

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: a_storm_of_errors_is_met_with_patience,
        one_watch_a_kind_and_few_requests,
        one_watch_a_kind_also_where_scaling_is_recorded;
}

/// Everything a user may have open at once.
async fn many_tables(window: &Window, cluster: &str) -> Vec<u32> {
    let mut views = Vec::new();
    for kind in [
        "pods",
        "deployments",
        "replicasets",
        "horizontalpodautoscalers",
        "scaledobjects",
        "nodes",
        "events",
        "namespaces",
        "scaling",
    ] {
        views.push(window.view(cluster, kind).await);
    }
    // Twice the same kind: one watch feeds both.
    views.push(
        window
            .view_in(cluster, "pods", &["kube-system", "default"])
            .await,
    );
    views.push(window.view(cluster, "events").await);
    for view in &views {
        window.live(*view).await;
    }
    views
}

async fn a_storm_of_errors_is_met_with_patience(plane: Plane) {
    let proxy = FaultProxy::before(&plane).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(&plane)).await;
    let views = many_tables(&window, &cluster).await;
    let start = Instant::now();
    proxy.always(
        Answer::status(
            503,
            "ServiceUnavailable",
            "the server is currently unable to handle the request",
        ),
        |_| true,
    );
    proxy.cut();
    until(
        "twelve seconds of it, all stale by ten",
        Duration::from_secs(15),
        async || {
            let mut live = 0;
            for view in &views {
                live += usize::from(window.state(*view).await.phase == Phase::Live);
            }
            assert!(
                live == 0 || start.elapsed() < Duration::from_secs(11),
                "{live} tables look live after {:?}",
                start.elapsed()
            );
            if start.elapsed() > Duration::from_secs(12) {
                Ok(())
            } else {
                Err(format!("{live} live"))
            }
        },
    )
    .await;
    let seen = proxy.seen();
    let storm: Vec<_> = seen.iter().filter(|seen| seen.at > start).collect();
    let busiest = (0..12).map(|second| {
        let from = start + Duration::from_secs(second);
        storm
            .iter()
            .filter(|seen| seen.at >= from && seen.at < from + Duration::from_secs(1))
            .count()
    });
    let busiest: Vec<usize> = busiest.collect();
    let rate = storm.len() as f64 / start.elapsed().as_secs_f64();
    proxy.clear();
    let calm = Instant::now();
    let healed = until("all live", Duration::from_secs(35), async || {
        for view in &views {
            let state = window.state(*view).await;
            if state.phase != Phase::Live {
                return Err(format!("{state:?}"));
            }
        }
        Ok(())
    })
    .await;
    let herd = proxy
        .seen()
        .iter()
        .filter(|seen| seen.at > calm && seen.at < calm + Duration::from_secs(1))
        .count();
    eprintln!(
        "503 storm: {rate:.1} requests/s, by second {busiest:?}; healed {healed:.1?} after; {herd} requests in the first second"
    );
    // Ten watches fail at once, then each backs off by itself.
    assert!(rate <= 5.0, "{rate} {busiest:?}");
}

async fn one_watch_a_kind_and_few_requests(plane: Plane) {
    let proxy = FaultProxy::before(&plane).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(&plane)).await;
    many_tables(&window, &cluster).await;
    until("ten watches", Duration::from_secs(10), async || {
        let watches = proxy.watches();
        if watches.len() == 10 && watches.values().all(|count| *count == 1) {
            Ok(())
        } else {
            Err(format!("{watches:?}"))
        }
    })
    .await;
    let start = Instant::now();
    until("ten quiet seconds", Duration::from_secs(12), async || {
        let watches = proxy.watches();
        assert!(watches.values().all(|count| *count == 1), "{watches:?}");
        if start.elapsed() > Duration::from_secs(10) {
            Ok(())
        } else {
            Err(String::new())
        }
    })
    .await;
    let quiet = proxy.seen().iter().filter(|seen| seen.at > start).count();
    eprintln!(
        "eleven tables: 9 watches and one of definitions, {:.2} requests/s when quiet",
        quiet as f64 / 10.0
    );
    assert!(quiet <= 50, "{quiet} requests in ten quiet seconds");
    // After a cut all come back, again one each.
    proxy.cut();
    until("ten watches again", Duration::from_secs(15), async || {
        let watches = proxy.watches();
        if watches.len() == 10 && watches.values().all(|count| *count == 1) {
            Ok(())
        } else {
            Err(format!("{watches:?}"))
        }
    })
    .await;
}

const HPAS: &str = "/apis/autoscaling/v2/horizontalpodautoscalers";
const OBJECTS: &str = "/apis/keda.sh/v1alpha1/scaledobjects";
const DEPLOYMENTS: &str = "/apis/apps/v1/deployments";
const SETS: &str = "/apis/apps/v1/statefulsets";

/// One that scales a Deployment and one that scales a `StatefulSet`: both kinds are followed.
const SCALED: &str = r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: recorded-deployment, namespace: default}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: recorded}, maxReplicas: 3}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: recorded-set, namespace: default}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: recorded}, maxReplicas: 3}
";

/// What the recording follows and what tables show is asked for once.
async fn one_watch_a_kind_also_where_scaling_is_recorded(plane: Plane) {
    plane.blocking(|plane| plane.apply(SCALED).unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    let proxy = FaultProxy::before(&plane).await;
    let (window, cluster) = Window::recording(&proxy.kubeconfig(&plane), folder.path()).await;
    let mut views = many_tables(&window, &cluster).await;
    let sets = window.view(&cluster, "apps/v1/statefulsets").await;
    window.live(sets).await;
    views.push(sets);
    let all_once = async |what: &str| {
        until(what, Duration::from_secs(20), async || {
            let watches = proxy.watches();
            let has = |path: &str| watches.get(path) == Some(&1);
            let of_kinds = [HPAS, OBJECTS, DEPLOYMENTS, SETS].into_iter().all(has);
            let of_events = watches
                .keys()
                .filter(|name| name.contains("involvedObject.kind"));
            if of_kinds && of_events.count() >= 2 && watches.values().all(|count| *count == 1) {
                Ok(())
            } else {
                Err(format!("{watches:?}"))
            }
        })
        .await;
    };
    all_once("one watch of each").await;
    let seen = proxy.seen();
    for path in [HPAS, OBJECTS, DEPLOYMENTS, SETS] {
        let lists = seen.iter().filter(|seen| seen.request.is_list_of(path));
        assert_eq!(lists.count(), 1, "{path}");
    }
    // What tables show is the same row as without a recording.
    let rows = window.snapshot(views[3]).await.rows;
    let row = &rows["default/recorded-deployment"];
    assert_eq!(row["REFERENCE"], "Deployment/recorded", "{row:?}");
    let start = Instant::now();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let quiet = proxy.seen().iter().filter(|seen| seen.at > start).count();
    let open = proxy.watches().len();
    eprintln!(
        "twelve tables and a recording: {open} watches, {:.2} requests/s when quiet",
        quiet as f64 / 10.0
    );
    assert!(quiet <= 50, "{quiet} requests in ten quiet seconds");
    // Without tables the recording goes on by the same watches.
    for view in views {
        window
            .ask::<()>("close_view", json!({"id": view}))
            .await
            .unwrap();
    }
    proxy.cut();
    all_once("one watch of each again").await;
}
