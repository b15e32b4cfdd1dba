//! A server that throttles, or refuses what is asked.

use std::time::{Duration, Instant};

use cluster_tests::{Answer, Plane, halves, until};
use futures_util::future::join_all;
use wire::Phase;

use crate::scene::{PODS, Scene};

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: throttling_and_refusals_are_said_and_obeyed_within_bounds;
}

/// Both wait for half a minute, so they wait together.
async fn throttling_and_refusals_are_said_and_obeyed_within_bounds(plane: Plane) {
    tokio::join!(
        throttling_is_said_and_obeyed_within_bounds(&plane),
        refused_parameters_are_stated_and_tried_again(&plane)
    );
}

async fn throttling_is_said_and_obeyed_within_bounds(plane: &Plane) {
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
        let scene = Scene::open(plane, namespace).await;
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

async fn refused_parameters_are_stated_and_tried_again(plane: &Plane) {
    join_all(
        [(400, "refused-1"), (422, "refused-2")].map(async |(code, namespace)| {
            let scene = Scene::open(plane, namespace).await;
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
