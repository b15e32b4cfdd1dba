//! What breaks alone leaves the rest alive.

use std::time::Duration;

use cluster_tests::{Answer, Plane, halves, until};
use wire::ErrorCode;

use crate::scene::Scene;

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: a_panic_leaves_the_rest_alive_and_is_told,
        metrics_that_fail_leave_the_table_alone;
}

async fn a_panic_leaves_the_rest_alive_and_is_told(plane: Plane) {
    let scene = Scene::open(&plane, "panic").await;
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

async fn metrics_that_fail_leave_the_table_alone(plane: Plane) {
    let scene = Scene::open(&plane, "no-metrics").await;
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
