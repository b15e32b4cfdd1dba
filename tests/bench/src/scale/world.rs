//! The largest cluster, written straight to an API server that nobody else works on.

use std::ops::Range;

use control_plane::{ControlPlane, Options, load};
use serde_json::json;

/// How many of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) pods: usize,
    pub(super) nodes: usize,
    pub(super) namespaces: usize,
    pub(super) events: usize,
    pub(super) definitions: usize,
    /// Namespaces that the pods are spread over.
    pub(super) pod_namespaces: usize,
}

impl Sizes {
    /// The whole, or a part of it to try the benchmark itself.
    pub(super) fn whole(divisor: usize) -> Self {
        let of = |count: usize| (count / divisor.max(1)).max(50);
        Self {
            pods: of(50_000),
            nodes: of(5_000),
            namespaces: of(20_000).max(101),
            events: of(100_000),
            definitions: of(500),
            pod_namespaces: 100,
        }
    }
}

/// An API server without controllers.
pub(super) fn still() -> Result<ControlPlane, String> {
    let options = Options {
        still: true,
        metrics: false,
        ..Options::default()
    };
    ControlPlane::start(&options).map_err(|error| error.to_string())
}

fn made(what: &str, result: Result<(), control_plane::Error>) -> Result<(), String> {
    result.map_err(|error| format!("writing {what}: {error}"))?;
    eprintln!("{what} are written");
    Ok(())
}

fn namespace(number: usize) -> String {
    format!("team-{number:05}")
}

pub(super) fn namespaces(plane: &ControlPlane, which: Range<usize>) -> Result<(), String> {
    let begin = which.start;
    let write = |index: usize| {
        let object = json!({"metadata": {"name": namespace(begin + index), "labels": {"team": format!("t{}", index % 40)}}});
        plane
            .client()
            .create("/api/v1/namespaces", &object)
            .map(drop)
    };
    made("namespaces", load::each(which.len(), write))
}

pub(super) fn nodes(plane: &ControlPlane, sizes: Sizes) -> Result<(), String> {
    let version = plane.binaries().kubernetes_version().to_owned();
    let write = |index: usize| {
        let mut node = load::node(index + 1, &version);
        node["status"]["conditions"] = json!([{
            "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
            "lastHeartbeatTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"}]);
        plane.client().create("/api/v1/nodes", &node).map(drop)
    };
    made("nodes", load::each(sizes.nodes, write))
}

/// Running pods, as their kubelets would tell of them.
pub(super) fn pods(plane: &ControlPlane, sizes: Sizes, which: Range<usize>) -> Result<(), String> {
    let begin = which.start;
    let write = |index: usize| {
        let number = begin + index;
        let mut pod = load::pod(number, &format!("node-{}", number % sizes.nodes + 1));
        let path = format!(
            "/api/v1/namespaces/{}/pods",
            namespace(number % sizes.pod_namespaces)
        );
        // Nobody gives out accounts here.
        pod["spec"]["automountServiceAccountToken"] = json!(false);
        plane.client().create(&path, &pod)?;
        let name = pod["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let state = json!({"running": {"startedAt": "2026-01-01T00:00:05Z"}});
        let container = |name: &str| {
            json!({"name": name, "ready": true, "started": true, "restartCount": 0, "state": state,
                "image": "registry.example.com/shop/app:2.14.3", "imageID": "sha256:0", "containerID": "containerd://0"})
        };
        let condition = |kind: &str| json!({"type": kind, "status": "True", "lastTransitionTime": "2026-01-01T00:00:05Z"});
        let conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition);
        let status = json!({"status": {
            "phase": "Running", "podIP": format!("10.{}.{}.{}", number / 65_536, number / 256 % 256, number % 256),
            "startTime": "2026-01-01T00:00:00Z", "containerStatuses": [container("app"), container("proxy")],
            "conditions": conditions}});
        plane
            .client()
            .merge_patch(&format!("{path}/{name}/status"), &status)
            .map(drop)
    };
    made("pods", load::each(which.len(), write))
}

pub(super) fn events(plane: &ControlPlane, sizes: Sizes) -> Result<(), String> {
    let write = |number: usize| {
        let at = namespace(number % sizes.pod_namespaces);
        let (kind, reason) = [
            ("Normal", "Scheduled"),
            ("Normal", "Pulled"),
            ("Warning", "BackOff"),
            ("Warning", "Unhealthy"),
        ][number % 4];
        let object = json!({
            "metadata": {"name": format!("checkout-{number:06}.1"), "namespace": at},
            "involvedObject": {"kind": "Pod", "namespace": at, "name": format!("checkout-{}", number % 5_000), "apiVersion": "v1"},
            "type": kind, "reason": reason, "message": format!("what happened the {number}th time"),
            "source": {"component": "kubelet", "host": format!("node-{}", number % sizes.nodes)},
            "firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:10:00Z", "count": number % 50 + 1,
        });
        plane
            .client()
            .create(&format!("/api/v1/namespaces/{at}/events"), &object)
            .map(drop)
    };
    made("events", load::each(sizes.events, write))
}

pub(super) fn definitions(plane: &ControlPlane, sizes: Sizes) -> Result<(), String> {
    let write = |number: usize| {
        let group = format!("group{}.example.com", number % 50);
        let plural = format!("widget{number}s");
        let object = json!({
            "metadata": {"name": format!("{plural}.{group}")},
            "spec": {
                "group": group, "scope": "Namespaced",
                "names": {"plural": plural, "singular": format!("widget{number}"), "kind": format!("Widget{number}"), "shortNames": [format!("w{number}")]},
                "versions": [{
                    "name": "v1", "served": true, "storage": true,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                    "additionalPrinterColumns": [{"name": "Phase", "type": "string", "jsonPath": ".status.phase"}],
                }],
            },
        });
        plane
            .client()
            .create(
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                &object,
            )
            .map(drop)
    };
    made("definitions", load::each(sizes.definitions, write))?;
    let served = || {
        let found = plane
            .client()
            .get("/apis")
            .map_err(|error| error.to_string())?;
        let groups = found["groups"].as_array().map_or(0, |groups| {
            groups
                .iter()
                .filter(|group| {
                    group["name"]
                        .as_str()
                        .is_some_and(|name| name.ends_with(".example.com"))
                })
                .count()
        });
        if groups == 50 {
            Ok(())
        } else {
            Err(format!("{groups} of 50 groups are served"))
        }
    };
    plane
        .wait(
            "the groups of the definitions",
            std::time::Duration::from_mins(5),
            served,
        )
        .map_err(|error| error.to_string())
}
