//! 410, wherever it comes from, ends in a whole list or a stated failure.

use std::time::Duration;

use cluster_tests::{Answer, FaultProxy, Plane, Window, halves, until};
use serde_json::json;
use wire::Phase;

use crate::scene::{EVENTS, PODS, Scene};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: expiry_of_a_watch_ends_in_a_list,
        pages_that_expire_never_show_a_part_as_the_whole;
}

async fn expiry_of_a_watch_ends_in_a_list(plane: Plane) {
    let scene = Scene::open(&plane, "expiry").await;
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
pub(crate) async fn many_events(plane: &Plane, namespace: &'static str) -> usize {
    plane.blocking(move |plane| {
        plane.create_namespace(namespace);
        control_plane::load::each(1_200, |index| {
            let event = json!({
                "metadata": {"name": format!("event-{index:04}")}, "reason": "Tested", "message": "m", "type": "Normal",
                "involvedObject": {"kind": "Pod", "namespace": namespace, "name": format!("pod-{index}")},
            });
            plane.client().ensure(&format!("/api/v1/namespaces/{namespace}/events"), &event)
        })
        .unwrap();
    })
    .await;
    1_200
}

/// Lets the watch bring something: it then counts as working, and what failed before is forgotten.
async fn settle(plane: &Plane, window: &Window, view: u32, total: usize) -> usize {
    plane.blocking(move |plane| {
        let event = json!({
            "metadata": {"name": format!("later-{total}")}, "reason": "Tested", "message": "m", "type": "Normal",
            "involvedObject": {"kind": "Pod", "namespace": "expiring", "name": "pod"},
        });
        plane.client().create("/api/v1/namespaces/expiring/events", &event).unwrap();
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

async fn pages_that_expire_never_show_a_part_as_the_whole(plane: Plane) {
    let total = many_events(&plane, "expiring").await;
    let proxy = FaultProxy::before(&plane).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(&plane)).await;
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
        total = settle(&plane, &window, view, total).await;
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

    total = settle(&plane, &window, view, total).await;
    let healed = a_failure_is_stated(&proxy, &window, view, total).await;
    eprintln!(
        "410 on everything: healed {healed:.2?} after the server did; {partial} looks at a part, each called a listing"
    );
}

/// Nothing helps: that is said, the rows stay, and it heals by itself; how long that took.
async fn a_failure_is_stated(
    proxy: &FaultProxy,
    window: &Window,
    view: u32,
    total: usize,
) -> Duration {
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
    until("healed", Duration::from_secs(40), async || {
        let state = window.state(view).await;
        if state.phase == Phase::Live {
            Ok(())
        } else {
            Err(format!("{state:?}"))
        }
    })
    .await
}
