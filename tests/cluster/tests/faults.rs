//! What networks and servers do to a connection, and what the window makes of it.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use cluster_tests::{Answer, FaultProxy, Window, plane, until};
use control_plane::behaviour;
use futures_util::future::join_all;
use serde_json::json;
use wire::{ErrorCode, Notice, Phase, ViewState};

const PODS: &str = "/api/v1/pods";
const EVENTS: &str = "/api/v1/events";

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// A window on the pods of one namespace, through a proxy.
struct Scene {
    proxy: FaultProxy,
    window: Window,
    cluster: String,
    namespace: &'static str,
    view: u32,
}

impl Scene {
    async fn open(namespace: &'static str) -> Self {
        blocking(move || plane().create_namespace(namespace).unwrap()).await;
        let proxy = FaultProxy::before(plane()).await;
        let (window, cluster) = Window::connected(&proxy.kubeconfig(plane())).await;
        let view = window.view_in(&cluster, "pods", &[namespace]).await;
        let scene = Self {
            proxy,
            window,
            cluster,
            namespace,
            view,
        };
        scene.window.live(view).await;
        scene.watched(1).await;
        scene
    }

    /// Waits for so many open watches of pods.
    async fn watched(&self, count: usize) {
        until("the watch of pods", Duration::from_secs(40), async || {
            let watches = self.proxy.watches();
            if watches.get(PODS).copied().unwrap_or(0) == count {
                Ok(())
            } else {
                Err(format!("{watches:?}"))
            }
        })
        .await;
    }

    async fn create(&self, name: &'static str) {
        let namespace = self.namespace;
        let object = json!({
            "metadata": {"name": name, "annotations": {behaviour::POD: behaviour::MANUAL}},
            "spec": {"nodeName": "node-1", "containers": [{"name": "a", "image": "example.com/a:1"}]},
        });
        let path = format!("/api/v1/namespaces/{namespace}/pods");
        blocking(move || plane().client().create(&path, &object).unwrap()).await;
    }

    async fn delete(&self, name: &'static str) {
        let path = format!(
            "/api/v1/namespaces/{}/pods/{name}?gracePeriodSeconds=0",
            self.namespace
        );
        blocking(move || plane().client().delete(&path).unwrap()).await;
    }

    async fn state(&self) -> ViewState {
        self.window.state(self.view).await
    }

    async fn shows(&self, name: &str) -> bool {
        let key = format!("{}/{name}", self.namespace);
        self.window
            .snapshot(self.view)
            .await
            .rows
            .contains_key(&key)
    }

    /// How long it takes until a change is on screen and the table live.
    async fn sees(&self, name: &str, limit: Duration) -> Duration {
        until(&format!("{name} on a live table"), limit, async || {
            let state = self.state().await;
            if self.shows(name).await && state.phase == Phase::Live {
                Ok(())
            } else {
                Err(format!("{state:?}"))
            }
        })
        .await
    }

    async fn phase(&self, phase: Phase, limit: Duration) -> (Duration, ViewState) {
        let mut last = self.state().await;
        let after = until(&format!("{phase:?}"), limit, async || {
            last = self.state().await;
            if last.phase == phase {
                Ok(())
            } else {
                Err(format!("{last:?}"))
            }
        })
        .await;
        (after, last)
    }

    fn lists(&self) -> usize {
        self.proxy.count(|request| request.is_list_of(PODS))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_is_no_reason_to_list_nor_to_alarm() {
    let scene = Scene::open("cut").await;
    let lists = scene.lists();
    for name in ["one", "two", "three"] {
        assert!(scene.proxy.cut() > 0);
        scene.create(name).await;
        let mut stale = 0;
        let after = until("the change", Duration::from_secs(5), async || {
            stale += usize::from(scene.state().await.phase == Phase::Stale);
            if scene.shows(name).await {
                Ok(())
            } else {
                Err(String::new())
            }
        })
        .await;
        eprintln!("cut: on screen after {after:.2?}");
        assert_eq!(stale, 0, "a cut of half a second is not worth an alarm");
        scene.watched(1).await;
    }
    assert_eq!(scene.lists(), lists);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_links_are_replaced_within_twenty_seconds() {
    let scene = Scene::open("half-open").await;
    assert!(scene.proxy.half_open() > 0);
    scene.create("unheard").await;
    // The watch itself cannot tell: nothing is closed, and a quiet watch looks the same.
    assert!(!scene.shows("unheard").await);
    let after = scene.sees("unheard", Duration::from_secs(20)).await;
    eprintln!("half-open: new link after {after:.2?}");
    assert!(
        scene.proxy.count(|request| request.path == "/version") > 0,
        "a probe found out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_stale_within_ten_seconds() {
    let scene = Scene::open("silent").await;
    scene.create("before").await;
    scene.sees("before", Duration::from_secs(5)).await;
    scene.window.notices();
    scene.proxy.mute(true);
    let (after, state) = scene.phase(Phase::Stale, Duration::from_secs(10)).await;
    assert!(state.why.starts_with("as of "), "{}", state.why);
    assert!(
        scene.shows("before").await,
        "what was known stays on screen"
    );
    until("the status bar", Duration::from_secs(3), async || {
        let status = scene.window.status(&scene.cluster).await;
        if !status.live && !status.why.is_empty() {
            Ok(())
        } else {
            Err(format!("{status:?}"))
        }
    })
    .await;
    let notices = scene.window.notices();
    assert!(
        notices
            .iter()
            .any(|notice| matches!(notice, Notice::View { view, .. } if *view == scene.view)),
        "{notices:?}"
    );
    assert!(
        notices
            .iter()
            .any(|notice| matches!(notice, Notice::Cluster { .. })),
        "{notices:?}"
    );
    scene.create("meanwhile").await;
    scene.proxy.mute(false);
    let back = scene.sees("meanwhile", Duration::from_secs(20)).await;
    eprintln!("silent: stale after {after:.2?}; live {back:.2?} after the network came back");
    assert!(scene.window.status(&scene.cluster).await.live);
}

#[tokio::test(flavor = "multi_thread")]
async fn expiry_of_a_watch_ends_in_a_list() {
    let scene = Scene::open("expiry").await;
    scene.create("lost").await;
    scene.sees("lost", Duration::from_secs(5)).await;
    for (name, answer) in [
        ("event", Answer::expired_event()),
        ("answer", Answer::expired()),
    ] {
        let lists = scene.lists();
        scene.proxy.answer(1, answer, |request| {
            request.path == PODS && request.is_watch()
        });
        scene.proxy.cut();
        scene.create(name).await;
        if name == "event" {
            scene.delete("lost").await;
        }
        let after = scene.sees(name, Duration::from_secs(10)).await;
        eprintln!("410 as {name}: live again after {after:.2?}");
        assert_eq!(scene.lists(), lists + 1);
        assert!(
            !scene.shows("lost").await,
            "what was deleted in the gap is gone"
        );
    }
    // A server that says so every time is not asked in a loop.
    let before = scene.proxy.seen().len();
    scene.proxy.always(Answer::expired(), |request| {
        request.path == PODS && request.is_watch()
    });
    scene.proxy.cut();
    until("several attempts", Duration::from_secs(20), async || {
        let attempts = scene
            .proxy
            .count(|request| request.path == PODS && request.is_watch());
        if attempts >= 7 {
            Ok(())
        } else {
            Err(format!("{attempts}"))
        }
    })
    .await;
    let seen = scene.proxy.seen();
    let span = seen.last().unwrap().at - seen[before].at;
    let requests = seen.len() - before;
    assert!(
        requests as f64 <= 5.0 * span.as_secs_f64() + 6.0,
        "{requests} requests in {span:?}"
    );
    scene.proxy.clear();
    scene.create("after").await;
    scene.sees("after", Duration::from_secs(35)).await;
}

/// Enough events for several pages, the first of which holds 500.
async fn many_events(namespace: &'static str) -> usize {
    blocking(move || {
        plane().create_namespace(namespace).unwrap();
        control_plane::load::each(1_200, |index| {
            let event = json!({
                "metadata": {"name": format!("event-{index:04}")}, "reason": "Tested", "message": "m", "type": "Normal",
                "involvedObject": {"kind": "Pod", "namespace": namespace, "name": format!("pod-{index}")},
            });
            plane().client().ensure(&format!("/api/v1/namespaces/{namespace}/events"), &event)
        })
        .unwrap();
    })
    .await;
    1_200
}

/// Lets the watch bring something: it then counts as working, and what failed before is forgotten.
async fn settle(window: &Window, view: u32, total: usize) -> usize {
    blocking(move || {
        let event = json!({
            "metadata": {"name": format!("later-{total}")}, "reason": "Tested", "message": "m", "type": "Normal",
            "involvedObject": {"kind": "Pod", "namespace": "expiring", "name": "pod"},
        });
        plane().client().create("/api/v1/namespaces/expiring/events", &event).unwrap();
    })
    .await;
    until(
        "an event of the watch",
        Duration::from_secs(10),
        async || {
            let matched = window.page(view, 0, 1).await.matched as usize;
            if matched == total + 1 {
                Ok(())
            } else {
                Err(format!("{matched}"))
            }
        },
    )
    .await;
    total + 1
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_expire_never_show_a_part_as_the_whole() {
    let total = many_events("expiring").await;
    let proxy = FaultProxy::before(plane()).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(plane())).await;
    // In the first listing: rows appear as they come, but it is called a listing until all are there.
    proxy.answer(1, Answer::expired(), |request| {
        request.is_list_of(EVENTS) && request.is_continuation()
    });
    let view = window.view_in(&cluster, "events", &["expiring"]).await;
    let mut partial = 0;
    until(
        "the first list in spite of a page that expired",
        Duration::from_secs(20),
        async || {
            let page = window.page(view, 0, 1).await;
            if page.state.phase == Phase::Live {
                assert_eq!(page.matched as usize, total, "live means complete");
                return Ok(());
            }
            partial += usize::from((1..total).contains(&(page.matched as usize)));
            assert!(
                page.state.phase == Phase::Listing || page.state.phase == Phase::Stale,
                "{:?}",
                page.state
            );
            Err(format!("{:?}", page.state))
        },
    )
    .await;

    // Listed again behind a gap: the old rows stay until the new list is whole.
    let whole = |request: &cluster_tests::Request| {
        request.is_list_of(EVENTS)
            && !request.query.contains("limit=")
            && !request.is_continuation()
    };
    let mut total = total;
    for (what, times) in [("once", 1), ("on every retry", 1_000)] {
        total = settle(&window, view, total).await;
        proxy.answer(1, Answer::expired_event(), |request| {
            request.path == EVENTS && request.is_watch()
        });
        proxy.answer(times, Answer::expired(), |request| {
            request.is_list_of(EVENTS) && request.is_continuation()
        });
        let lists = proxy.count(|request| request.is_list_of(EVENTS));
        proxy.cut();
        let mut least = usize::MAX;
        let after = until(
            &format!("a whole list, pages expiring {what}"),
            Duration::from_secs(20),
            async || {
                least = least.min(window.page(view, 0, 1).await.matched as usize);
                let listed = proxy.count(|request| request.is_list_of(EVENTS)) > lists + 1;
                let watched = proxy.watches().contains_key(EVENTS);
                if listed && watched {
                    Ok(())
                } else {
                    Err(format!("listed {listed}, watched {watched}"))
                }
            },
        )
        .await;
        let asked = proxy.count(|request| request.is_list_of(EVENTS)) - lists;
        eprintln!("410 on a page {what}: {asked} requests, watched again after {after:.2?}");
        assert_eq!(least, total, "never fewer rows than there are");
        assert_eq!(
            proxy.count(whole) > 0,
            times > 1,
            "one piece when pages are hopeless"
        );
        proxy.clear();
    }

    total = settle(&window, view, total).await;
    // Nothing helps: that is said, the rows stay, and it heals by itself.
    proxy.answer(1, Answer::expired_event(), |request| {
        request.path == EVENTS && request.is_watch()
    });
    proxy.always(Answer::expired(), move |request| request.is_list_of(EVENTS));
    proxy.cut();
    until("a stated failure", Duration::from_secs(15), async || {
        let page = window.page(view, 0, 1).await;
        assert_eq!(page.matched as usize, total);
        let stated = page.state.phase == Phase::Failed && !page.state.why.is_empty();
        if stated {
            Ok(())
        } else {
            Err(format!("{:?}", page.state))
        }
    })
    .await;
    proxy.clear();
    let healed = until("healed", Duration::from_secs(40), async || {
        let state = window.state(view).await;
        if state.phase == Phase::Live {
            Ok(())
        } else {
            Err(format!("{state:?}"))
        }
    })
    .await;
    eprintln!(
        "410 on everything: healed {healed:.2?} after the server did; {partial} looks at a part, each called a listing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_cut_on_its_way_is_no_list() {
    let total = many_events("cut-lists").await;
    let proxy = FaultProxy::before(plane()).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(plane())).await;
    for bytes in [20_000, 900, 5_000] {
        proxy.answer(1, Answer::CutAfter(bytes), |request| {
            request.is_list_of(EVENTS)
        });
    }
    let view = window.view_in(&cluster, "events", &["cut-lists"]).await;
    let after = until("the whole list", Duration::from_secs(20), async || {
        let page = window.page(view, 0, 1).await;
        if page.state.phase != Phase::Live {
            return Err(format!("{:?}", page.state));
        }
        assert_eq!(page.matched as usize, total);
        Ok(())
    })
    .await;
    eprintln!("three cut lists: whole after {after:.2?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_is_said_and_obeyed_within_bounds() {
    // How long nothing may be asked for, and by when all must be well.
    let date = "Wed, 21 Oct 2026 07:28:00 GMT";
    let cases = [
        ("1", 1.0, 4.0),
        ("3600", 25.0, 34.0),
        ("-1", 0.5, 6.0),
        ("abc", 0.5, 6.0),
        (date, 0.5, 6.0),
    ];
    let spaces = [
        "throttled-1",
        "throttled-2",
        "throttled-3",
        "throttled-4",
        "throttled-5",
    ];
    join_all(cases.into_iter().zip(spaces).map(async |((retry_after, least, most), namespace)| {
        let scene = Scene::open(namespace).await;
        scene.proxy.answer(1, Answer::throttled(retry_after), |request| request.path == PODS && request.is_watch());
        let start = Instant::now();
        scene.proxy.cut();
        until("the refusal", Duration::from_secs(5), async || {
            if scene.proxy.seen().iter().any(|seen| !seen.passed) { Ok(()) } else { Err(String::new()) }
        })
        .await;
        let refused = Instant::now();
        let (told, state) = scene.phase(Phase::Stale, Duration::from_secs(1)).await;
        assert!(state.why.contains("throttled by the server until "), "{retry_after}: {}", state.why);
        scene.create("throttled").await;
        scene.sees("throttled", Duration::from_secs(40)).await;
        let healed = refused.elapsed();
        let seen = scene.proxy.seen();
        let watches: Vec<_> =
            seen.iter().filter(|seen| seen.at > start && seen.request.path == PODS && seen.request.is_watch()).collect();
        let pause = (watches[1].at - watches[0].at).as_secs_f64();
        eprintln!("Retry-After {retry_after:?}: said after {told:.2?}, asked again after {pause:.1} s, live after {healed:.1?}");
        assert!(pause >= least && pause <= most && watches.len() == 2, "{retry_after}: {pause} {}", watches.len());
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_parameters_are_stated_and_tried_again() {
    join_all(
        [(400, "refused-1"), (422, "refused-2")].map(async |(code, namespace)| {
            let scene = Scene::open(namespace).await;
            let refusal = Answer::status(code, "Invalid", "allowWatchBookmarks is forbidden here");
            scene.proxy.always(refusal, |request| {
                request.path == PODS && request.is_watch()
            });
            scene.proxy.cut();
            let (_, state) = scene.phase(Phase::Failed, Duration::from_secs(10)).await;
            assert!(state.why.contains("allowWatchBookmarks"), "{}", state.why);
            scene.create("refused").await;
            scene.proxy.clear();
            let healed = scene.sees("refused", Duration::from_secs(40)).await;
            eprintln!("{code} for a watch: healed {healed:.1?} after the server did");
            // The list that streams, which older servers refuse, is not asked for at all.
            assert_eq!(
                scene
                    .proxy
                    .count(|request| request.query.contains("sendInitialEvents")),
                0
            );
            assert_eq!(
                scene.proxy.count(
                    |request| request.is_watch() && !request.query.contains("resourceVersion=")
                ),
                0
            );
            assert_eq!(
                scene
                    .proxy
                    .count(|request| request.query.contains("resourceVersion=&")),
                0
            );
        }),
    )
    .await;
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
    // Eight watches fail at once, then each backs off by itself.
    assert!(rate <= 5.0, "{rate} {busiest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_watch_a_kind_and_few_requests() {
    let proxy = FaultProxy::before(plane()).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(plane())).await;
    many_tables(&window, &cluster).await;
    until("eight watches", Duration::from_secs(10), async || {
        let watches = proxy.watches();
        if watches.len() == 8 && watches.values().all(|count| *count == 1) {
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
        "eleven tables: 8 watches, {:.2} requests/s when quiet",
        quiet as f64 / 10.0
    );
    assert!(quiet <= 50, "{quiet} requests in ten quiet seconds");
    // After a cut all come back, again one each.
    proxy.cut();
    until("eight watches again", Duration::from_secs(15), async || {
        let watches = proxy.watches();
        if watches.len() == 8 && watches.values().all(|count| *count == 1) {
            Ok(())
        } else {
            Err(format!("{watches:?}"))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_leaves_the_rest_alive_and_is_told() {
    let scene = Scene::open("panic").await;
    let status = scene.window.status(&scene.cluster).await;
    assert_eq!(status.problem, "");
    // The next flush tells the host of a change; the host breaks.
    scene.window.break_next_notice();
    scene.create("breaks").await;
    until("the status says so", Duration::from_secs(5), async || {
        let status = scene.window.status(&scene.cluster).await;
        if status.problem.contains("failed") {
            Ok(())
        } else {
            Err(format!("{status:?}"))
        }
    })
    .await;
    scene.create("lives").await;
    scene.sees("lives", Duration::from_secs(5)).await;
    let nodes = scene.window.view(&scene.cluster, "nodes").await;
    assert_eq!(scene.window.live(nodes).await.rows.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_that_fail_leave_the_table_alone() {
    let scene = Scene::open("no-metrics").await;
    scene.proxy.always(
        Answer::status(503, "ServiceUnavailable", "no endpoints"),
        |request| request.path.contains("metrics.k8s.io"),
    );
    let nodes = scene.window.view(&scene.cluster, "nodes").await;
    assert_eq!(scene.window.live(nodes).await.rows.len(), 3);
    scene.create("seen").await;
    scene.sees("seen", Duration::from_secs(5)).await;
    assert_eq!(scene.state().await.code, None::<ErrorCode>);
}
