//! What stands between the window and the control plane, and holds back or spoils what it is told to.

use std::sync::LazyLock;

use cluster_tests::{Answer, FaultProxy, Request};
use desktop::{Window, cluster};
use tokio::runtime::Runtime;

use super::scene::FULL;
use super::walk;

/// Where the proxies run.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
});

/// A proxy before the shared control plane, and a window that knows no other way to it.
pub(super) struct Gate {
    proxy: FaultProxy,
    pub(super) window: Window,
}

impl Gate {
    /// Opens the window; nothing is connected yet.
    pub(super) fn open() -> Self {
        let proxy = RUNTIME.block_on(FaultProxy::before(cluster()));
        let window = Window::open(&proxy.kubeconfig(cluster()));
        Self { proxy, window }
    }

    /// Opens the window and connects, by keyboard. Rules are in force before.
    pub(super) fn connected(rules: impl FnOnce(&Self)) -> Self {
        let gate = Self::open();
        rules(&gate);
        walk::connect(&gate.window);
        gate
    }

    /// Holds back what matches, for as long as it stands.
    pub(super) fn hold(&self, which: impl Fn(&Request) -> bool + Send + Sync + 'static) {
        self.proxy.always(Answer::Silence, which);
    }

    /// Answers what matches with this.
    pub(super) fn spoil(
        &self,
        answer: Answer,
        which: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) {
        self.proxy.always(answer, which);
    }

    /// Lets everything through again; what was held back is asked anew.
    pub(super) fn release(&self) {
        self.proxy.clear();
        self.proxy.cut();
    }
}

/// Whether it asks for objects, and for more than the window needs to find its way.
pub(super) fn for_objects(request: &Request) -> bool {
    let steps: Vec<&str> = request.path.split('/').skip(1).collect();
    let resource = match steps.as_slice() {
        ["api", "v1", "namespaces", _, resource, ..]
        | ["apis", _, _, "namespaces", _, resource, ..]
        | ["api", "v1", resource, ..]
        | ["apis", _, _, resource, ..] => resource,
        // The cluster page asks these of the server itself.
        ["readyz" | "livez" | "metrics", ..] => return true,
        _ => return false,
    };
    request.method == "GET" && !matches!(*resource, "namespaces" | "customresourcedefinitions")
}

/// Whether it asks for one object of the scene, or for what belongs to it.
pub(super) fn for_one_object(request: &Request) -> bool {
    request.method == "GET" && request.path.contains(&format!("/namespaces/{FULL}/"))
}
