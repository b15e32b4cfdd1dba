//! A window on the pods of one namespace, through a proxy.

use std::time::Duration;

use cluster_tests::{FaultProxy, Plane, Window, until};
use control_plane::behaviour;
use serde_json::json;
use wire::{Phase, ViewState};

pub(crate) const PODS: &str = "/api/v1/pods";
pub(crate) const EVENTS: &str = "/api/v1/events";

/// A window on the pods of one namespace, through a proxy.
pub(crate) struct Scene {
    plane: Plane,
    pub(crate) proxy: FaultProxy,
    pub(crate) window: Window,
    pub(crate) cluster: String,
    pub(crate) namespace: &'static str,
    pub(crate) view: u32,
}

impl Scene {
    pub(crate) async fn open(plane: &Plane, namespace: &'static str) -> Self {
        plane
            .blocking(move |plane| plane.create_namespace(namespace))
            .await;
        let proxy = FaultProxy::before(plane).await;
        let (window, cluster) = Window::connected(&proxy.kubeconfig(plane)).await;
        let view = window.view_in(&cluster, "pods", &[namespace]).await;
        let scene = Self {
            plane: plane.clone(),
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
    pub(crate) async fn watched(&self, count: usize) {
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

    pub(crate) async fn create(&self, name: &'static str) {
        let namespace = self.namespace;
        let object = json!({
            "metadata": {"name": name, "annotations": {behaviour::POD: behaviour::MANUAL}},
            "spec": {"nodeName": "node-1", "containers": [{"name": "a", "image": "example.com/a:1"}]},
        });
        let path = format!("/api/v1/namespaces/{namespace}/pods");
        self.plane
            .blocking(move |plane| plane.client().create(&path, &object).unwrap())
            .await;
    }

    pub(crate) async fn delete(&self, name: &'static str) {
        let path = format!(
            "/api/v1/namespaces/{}/pods/{name}?gracePeriodSeconds=0",
            self.namespace
        );
        self.plane
            .blocking(move |plane| plane.client().delete(&path).unwrap())
            .await;
    }

    pub(crate) async fn state(&self) -> ViewState {
        self.window.state(self.view).await
    }

    pub(crate) async fn shows(&self, name: &str) -> bool {
        let key = format!("{}/{name}", self.namespace);
        self.window
            .snapshot(self.view)
            .await
            .rows
            .contains_key(&key)
    }

    /// How long it takes until a change is on screen and the table live.
    pub(crate) async fn sees(&self, name: &str, limit: Duration) -> Duration {
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

    pub(crate) async fn phase(&self, phase: Phase, limit: Duration) -> (Duration, ViewState) {
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

    pub(crate) fn lists(&self) -> usize {
        self.proxy.count(|request| request.is_list_of(PODS))
    }
}
