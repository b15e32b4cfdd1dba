//! The API server goes and comes back; the tables do as well.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use cluster_tests::{Plane, Window, halves, until};
use wire::Phase;

halves! {
    planes: Plane::demo(), Plane::real_alone();
    on_both: a_restart_of_the_api_server_is_outlived;
}

async fn a_restart_of_the_api_server_is_outlived(plane: Plane) {
    let (window, cluster) = Window::connected(&plane.kubeconfig()).await;
    let mut views = Vec::new();
    for kind in ["pods", "nodes", "namespaces", "horizontalpodautoscalers"] {
        let view = window.view(&cluster, kind).await;
        window.live(view).await;
        views.push(view);
    }
    plane.blocking(Plane::stop_apiserver).await;
    let doubted = until("every table stale", Duration::from_secs(10), async || {
        for view in &views {
            let state = window.state(*view).await;
            if state.phase != Phase::Stale || state.why.is_empty() {
                return Err(format!("{state:?}"));
            }
        }
        Ok(())
    })
    .await;
    assert_eq!(
        window.snapshot(views[1]).await.rows.len(),
        3,
        "what was known stays on screen"
    );
    plane
        .blocking(|plane| {
            plane.start_apiserver();
            plane.create_namespace("after-the-restart");
        })
        .await;
    let live = until(
        "every table live with what happened since",
        Duration::from_secs(35),
        async || {
            for view in &views {
                let state = window.state(*view).await;
                if state.phase != Phase::Live {
                    return Err(format!("{state:?}"));
                }
            }
            let rows = window.snapshot(views[2]).await.rows;
            if rows.contains_key("/after-the-restart") {
                Ok(())
            } else {
                Err(format!("{:?}", rows.keys()))
            }
        },
    )
    .await;
    eprintln!("restart: stale after {doubted:.1?}; live {live:.1?} after it was ready again");
}
