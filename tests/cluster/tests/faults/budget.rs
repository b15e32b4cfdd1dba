//! How much is asked of a server: one watch a kind, few requests, patience when it is ill.

use std::time::{Duration, Instant};

use cluster_tests::{Answer, FaultProxy, Window, plane, until};
use wire::Phase;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_errors_is_met_with_patience() {
    let proxy = FaultProxy::before(plane()).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(plane())).await;
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
    // Nine watches fail at once, then each backs off by itself.
    assert!(rate <= 5.0, "{rate} {busiest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_watch_a_kind_and_few_requests() {
    let proxy = FaultProxy::before(plane()).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(plane())).await;
    many_tables(&window, &cluster).await;
    until("nine watches", Duration::from_secs(10), async || {
        let watches = proxy.watches();
        if watches.len() == 9 && watches.values().all(|count| *count == 1) {
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
        "eleven tables: 8 watches and one of definitions, {:.2} requests/s when quiet",
        quiet as f64 / 10.0
    );
    assert!(quiet <= 50, "{quiet} requests in ten quiet seconds");
    // After a cut all come back, again one each.
    proxy.cut();
    until("nine watches again", Duration::from_secs(15), async || {
        let watches = proxy.watches();
        if watches.len() == 9 && watches.values().all(|count| *count == 1) {
            Ok(())
        } else {
            Err(format!("{watches:?}"))
        }
    })
    .await;
}
