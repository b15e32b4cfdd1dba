//! Kinds that come and go while connected, and APIs that do not answer.

use std::time::Duration;

use cluster_tests::{Plane, Window, halves, until};
use serde_json::{Value, json};
use wire::{ErrorCode, Phase};

use crate::users::User;
use crate::walk::kinds;

halves! {
    planes: Plane::demo(), Plane::real();
    on_both: kinds_come_and_go_while_connected,
        who_may_not_watch_definitions_is_not_bothered;
    on_real: an_api_that_does_not_answer_is_named_and_spoils_nothing;
}

const CERTS: &str = "limited.example/v1/certs";

fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "certs.limited.example"},
        "spec": {
            "group": "limited.example", "scope": "Namespaced", "names": {"plural": "certs", "singular": "cert", "kind": "Cert"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    })
}

async fn define(plane: &Plane) {
    plane
        .blocking(|plane| {
            plane.apply(&definition().to_string()).unwrap();
            let object = json!({"apiVersion": "limited.example/v1", "kind": "Cert", "metadata": {"name": "one", "namespace": "default"}});
            plane.wait("the kind to be served", Duration::from_secs(30), || {
                plane.apply(&object.to_string()).map_err(|error| error.to_string())
            });
        })
        .await;
}

async fn undefine(plane: &Plane) {
    plane
        .blocking(|plane| {
            let path =
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/certs.limited.example";
            plane.client().delete(path).unwrap();
            plane.wait(
                "the definition to be gone",
                Duration::from_mins(1),
                || match plane.client().get(path) {
                    Ok(_) => Err("it is there".to_owned()),
                    Err(_) => Ok(()),
                },
            );
        })
        .await;
}

async fn listed(window: &Window, cluster: &str, wanted: bool) -> Duration {
    until(
        &format!("certs listed: {wanted}"),
        Duration::from_secs(20),
        async || {
            let list = kinds(window, cluster).await;
            if list.kinds.iter().any(|kind| kind.id == CERTS) == wanted {
                Ok(())
            } else {
                Err(String::new())
            }
        },
    )
    .await
}

async fn kinds_come_and_go_while_connected(plane: Plane) {
    let file = plane.kubeconfig();
    let (window, cluster) = Window::connected(&file).await;
    listed(&window, &cluster, false).await;
    // The watch of definitions is open when its first list is over.
    until(
        "a watch of definitions",
        Duration::from_secs(20),
        async || {
            let watches = window.status(&cluster).await.watches;
            if watches >= 1 {
                Ok(())
            } else {
                Err(watches.to_string())
            }
        },
    )
    .await;
    window.notices();
    define(&plane).await;
    let came = listed(&window, &cluster, true).await;
    let told = wire::Notice::Kinds {
        cluster: cluster.clone(),
    };
    assert!(window.notices().contains(&told), "the page is told");
    let view = window.view(&cluster, CERTS).await;
    assert_eq!(window.live(view).await.order, ["default/one"]);

    undefine(&plane).await;
    let went = listed(&window, &cluster, false).await;
    until(
        "the open table to say so",
        Duration::from_secs(20),
        async || {
            let state = window.state(view).await;
            let said = state.phase == Phase::Failed
                && state.code == Some(ErrorCode::Gone)
                && state.why.contains("serves no certs");
            if said {
                Ok(())
            } else {
                Err(format!("{state:?}"))
            }
        },
    )
    .await;
    let error = window
        .ask::<wire::ViewOpened>(
            "open_view",
            json!({"cluster": cluster, "kind": CERTS, "namespaces": [], "filter": "", "sort": []}),
        )
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Gone, "{error:?}");

    define(&plane).await;
    let healed = until(
        "the open table to live again",
        Duration::from_secs(20),
        async || {
            let rows = window.snapshot(view).await;
            if rows.state.phase == Phase::Live && rows.order == ["default/one"] {
                Ok(())
            } else {
                Err(format!("{:?} {:?}", rows.state, rows.order))
            }
        },
    )
    .await;
    eprintln!(
        "a kind came after {came:.1?}, went after {went:.1?}, its open table healed after {healed:.1?}"
    );
    undefine(&plane).await;
}

async fn who_may_not_watch_definitions_is_not_bothered(plane: Plane) {
    let file = User::OneNamespace.kubeconfig(&plane, None).await;
    let (window, cluster) = Window::connected(&file).await;
    let view = window.view(&cluster, "pods").await;
    window.live(view).await;
    until(
        "no watch but the pods'",
        Duration::from_secs(20),
        async || {
            let watches = window.status(&cluster).await.watches;
            if watches == 1 {
                Ok(())
            } else {
                Err(watches.to_string())
            }
        },
    )
    .await;
}

async fn an_api_that_does_not_answer_is_named_and_spoils_nothing(plane: Plane) {
    let service = json!({
        "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1.broken.example"},
        "spec": {
            "group": "broken.example", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100, "insecureSkipTLSVerify": true,
            "service": {"name": "nobody", "namespace": "default", "port": 443},
        },
    });
    plane
        .blocking(move |plane| plane.apply(&service.to_string()).unwrap())
        .await;
    let file = plane.kubeconfig();
    let (window, cluster) = Window::connected(&file).await;
    let failed = async |wanted: bool| {
        until(
            &format!("broken.example named: {wanted}"),
            Duration::from_secs(90),
            async || {
                let list = kinds(&window, &cluster).await;
                let named = list
                    .failed_groups
                    .iter()
                    .any(|group| group == "broken.example");
                if named == wanted && list.kinds.len() > 40 {
                    Ok(())
                } else {
                    Err(format!("{:?}", list.failed_groups))
                }
            },
        )
        .await
    };
    failed(true).await;
    let pods = window.view(&cluster, "pods").await;
    window.live(pods).await;
    plane
        .blocking(|plane| {
            plane
                .client()
                .delete("/apis/apiregistration.k8s.io/v1/apiservices/v1.broken.example")
                .unwrap()
        })
        .await;
    let healed = failed(false).await;
    eprintln!("a broken API was forgotten {healed:.1?} after it was removed");
    assert_eq!(window.state(pods).await.phase, Phase::Live);
}
