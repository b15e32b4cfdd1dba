//! What the screens show: one namespace with one of everything, and one with nothing.

use std::sync::Once;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desktop::{PATIENCE, cluster, namespace};
use serde_json::{Value, json};

use crate::steps::{apply, pod};

/// The namespace with one of everything.
pub(super) const FULL: &str = "states-full";
/// The namespace with nothing but what the server puts into each.
pub(super) const EMPTY: &str = "states-empty";
/// Pods, releases and so on of the first are called this.
pub(super) const ONE: &str = "one";

/// Makes both, once for all tests.
pub(super) fn set() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        namespace(FULL);
        namespace(EMPTY);
        for object in objects() {
            apply(&object);
        }
        define();
        apply(
            &json!({"apiVersion": "states.scalescope.dev/v1", "kind": "Beacon",
            "metadata": {"name": ONE, "namespace": FULL}, "spec": {"colour": "red"}}),
        );
        let log = cluster().container_log(FULL, ONE, "main").unwrap();
        log.append(["the first line", "the second line"]).unwrap();
        // Kept, and nothing is in it.
        cluster().container_log(FULL, "silent", "main").unwrap();
        let phase = [
            "get",
            "pod",
            ONE,
            "-n",
            FULL,
            "-o",
            "jsonpath={.status.phase}",
        ];
        cluster()
            .wait("the pod", PATIENCE, || match cluster().kubectl(&phase) {
                Ok(phase) if phase == "Running" => Ok(()),
                other => Err(format!("{other:?}")),
            })
            .unwrap();
    });
}

fn objects() -> Vec<Value> {
    let labels = json!({"app": "web"});
    vec![
        pod(FULL, ONE, json!({})),
        // It writes nothing and nobody refers to it.
        pod(FULL, "silent", json!({})),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": ONE, "namespace": FULL}, "data": {"a": "b"}}),
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": FULL},
            "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels, "annotations": {"kwok.x-k8s.io/usage-cpu": "50m"}},
                "spec": {"containers": [{"name": "main", "image": "registry.example.com/web:1",
                    "resources": {"requests": {"cpu": "100m"}}}]}}},
        }),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": FULL},
            "spec": {"selector": labels, "ports": [{"port": 80}]}}),
        autoscaler(ONE, "web"),
        // It scales what is not there.
        autoscaler("nothing", "nowhere"),
        release(ONE, &json!({"replicas": 3})),
        release("plain", &json!({})),
    ]
}

fn autoscaler(name: &str, target: &str) -> Value {
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name, "namespace": FULL},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}, "minReplicas": 1, "maxReplicas": 3,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}],
        },
    })
}

/// A release in its Secret, as Helm writes it.
fn release(name: &str, values: &Value) -> Value {
    let release = json!({
        "name": name, "namespace": FULL, "version": 1,
        "info": {"first_deployed": "2026-01-01T10:00:00Z", "last_deployed": "2026-02-01T10:00:00Z", "description": "Install complete", "status": "deployed", "notes": ""},
        "chart": {"metadata": {"name": "shop", "version": "1.2.3", "appVersion": "4.5"}, "values": {"replicas": 1}},
        "config": values, "manifest": "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n",
    });
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
        "metadata": {"name": format!("sh.helm.release.v1.{name}.v1"), "namespace": FULL, "labels": {
            "owner": "helm", "name": name, "version": "1", "status": "deployed", "modifiedAt": "1769940000"}},
        "stringData": {"release": STANDARD.encode(release.to_string())},
    })
}

/// A kind of the cluster's own, served in two versions.
fn define() {
    let version = |name: &str, storage: bool, column: &str| {
        json!({
            "name": name, "served": true, "storage": storage,
            "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            "additionalPrinterColumns": [{"name": column, "type": "string", "jsonPath": ".spec.colour"}],
        })
    };
    apply(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "beacons.states.scalescope.dev"},
        "spec": {
            "group": "states.scalescope.dev", "scope": "Namespaced",
            "names": {"kind": "Beacon", "plural": "beacons", "singular": "beacon"},
            "versions": [version("v1", true, "Colour"), version("v1beta1", false, "Hue")],
        },
    }));
    let name = "crd/beacons.states.scalescope.dev";
    cluster()
        .kubectl(&["wait", "--for=condition=Established", name, "--timeout=30s"])
        .unwrap();
}
