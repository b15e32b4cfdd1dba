//! The definition that makes the cluster serve KEDA's kind.

use serde_json::{Value, json};

/// KEDA's kind with the columns that it prints; its schema lets everything pass.
pub(super) fn scaled_objects() -> Value {
    let column = |name: &str, path: &str| json!({"name": name, "type": "string", "jsonPath": path});
    let condition = |kind: &str| format!(".status.conditions[?(@.type==\"{kind}\")].status");
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "scaledobjects.keda.sh"},
        "spec": {
            "group": "keda.sh", "scope": "Namespaced",
            "names": {"plural": "scaledobjects", "singular": "scaledobject", "kind": "ScaledObject",
                "listKind": "ScaledObjectList", "shortNames": ["so"]},
            "versions": [{
                "name": "v1alpha1", "served": true, "storage": true, "subresources": {"status": {}},
                "additionalPrinterColumns": [
                    column("ScaleTargetName", ".spec.scaleTargetRef.name"),
                    column("Triggers", ".status.triggersTypes"),
                    column("Ready", &condition("Ready")),
                    column("Active", &condition("Active")),
                    column("Paused", &condition("Paused")),
                ],
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}
