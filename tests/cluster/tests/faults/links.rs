//! Links that are cut, or fall silent without being cut.

use std::time::Duration;

use cluster_tests::{Answer, FaultProxy, Plane, Window, halves, until};
use wire::{Notice, Phase};

use crate::expiry::many_events;
use crate::scene::{EVENTS, Scene};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: a_cut_is_no_reason_to_list_nor_to_alarm,
        half_open_links_are_replaced_within_twenty_seconds,
        a_silent_server_is_stale_within_ten_seconds,
        a_list_cut_on_its_way_is_no_list;
}

async fn a_cut_is_no_reason_to_list_nor_to_alarm(plane: Plane) {
    let scene = Scene::open(&plane, "cut").await;
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

async fn half_open_links_are_replaced_within_twenty_seconds(plane: Plane) {
    let scene = Scene::open(&plane, "half-open").await;
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

async fn a_silent_server_is_stale_within_ten_seconds(plane: Plane) {
    let scene = Scene::open(&plane, "silent").await;
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

async fn a_list_cut_on_its_way_is_no_list(plane: Plane) {
    let total = many_events(&plane, "cut-lists").await;
    let proxy = FaultProxy::before(&plane).await;
    let (window, cluster) = Window::connected(&proxy.kubeconfig(&plane)).await;
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
