//! The definitions that make the cluster serve KEDA's kinds, with the columns that they print (KEDA v2.21.0 `config/crd/bases`).

use serde_json::{Value, json};

/// A printer column: name, type, path, whether it is shown in a wide list only.
type Column = (&'static str, &'static str, &'static str, bool);

const READY: Column = (
    "Ready",
    "string",
    ".status.conditions[?(@.type==\"Ready\")].status",
    false,
);
const ACTIVE: Column = (
    "Active",
    "string",
    ".status.conditions[?(@.type==\"Active\")].status",
    false,
);
const PAUSED: Column = (
    "Paused",
    "string",
    ".status.conditions[?(@.type==\"Paused\")].status",
    false,
);
const FALLBACK: Column = (
    "Fallback",
    "string",
    ".status.conditions[?(@.type==\"Fallback\")].status",
    false,
);
const MIN: Column = ("Min", "integer", ".spec.minReplicaCount", false);
const MAX: Column = ("Max", "integer", ".spec.maxReplicaCount", false);
const TRIGGERS: Column = ("Triggers", "string", ".status.triggersTypes", false);
const AUTHENTICATIONS: Column = (
    "Authentications",
    "string",
    ".status.authenticationsTypes",
    false,
);
const AGE: Column = ("Age", "date", ".metadata.creationTimestamp", false);

const SCALED_OBJECTS: &[Column] = &[
    (
        "ScaleTargetKind",
        "string",
        ".status.scaleTargetKind",
        false,
    ),
    (
        "ScaleTargetName",
        "string",
        ".spec.scaleTargetRef.name",
        false,
    ),
    MIN,
    MAX,
    READY,
    ACTIVE,
    FALLBACK,
    PAUSED,
    TRIGGERS,
    AUTHENTICATIONS,
    AGE,
];
const SCALED_JOBS: &[Column] = &[
    MIN,
    MAX,
    READY,
    ACTIVE,
    PAUSED,
    TRIGGERS,
    AUTHENTICATIONS,
    AGE,
];
const IDENTITY: Column = ("PodIdentity", "string", ".spec.podIdentity.provider", false);
const SECRET: Column = ("Secret", "string", ".spec.secretTargetRef[*].name", false);
const ENV: Column = ("Env", "string", ".spec.env[*].name", false);
const VAULT: Column = (
    "VaultAddress",
    "string",
    ".spec.hashiCorpVault.address",
    false,
);
const BY_OBJECTS: Column = ("ScaledObjects", "string", ".status.scaledobjects", true);
const BY_JOBS: Column = ("ScaledJobs", "string", ".status.scaledjobs", true);
const AUTHENTICATION: &[Column] = &[IDENTITY, SECRET, ENV, VAULT, BY_OBJECTS, BY_JOBS];
const CLUSTER_AUTHENTICATION: &[Column] = &[
    IDENTITY,
    SECRET,
    ENV,
    ("FilePath", "string", ".spec.filePath", false),
    VAULT,
    BY_OBJECTS,
    BY_JOBS,
];

/// KEDA's four kinds; their schemas let everything pass.
pub fn keda() -> [Value; 4] {
    [
        definition("ScaledObject", "Namespaced", &["so"], SCALED_OBJECTS),
        definition("ScaledJob", "Namespaced", &["sj"], SCALED_JOBS),
        definition(
            "TriggerAuthentication",
            "Namespaced",
            &["ta", "triggerauth"],
            AUTHENTICATION,
        ),
        definition(
            "ClusterTriggerAuthentication",
            "Cluster",
            &["cta", "clustertriggerauth"],
            CLUSTER_AUTHENTICATION,
        ),
    ]
}

fn definition(kind: &str, scope: &str, short: &[&str], columns: &[Column]) -> Value {
    let singular = kind.to_lowercase();
    let plural = format!("{singular}s");
    let columns = columns.iter().map(|(name, kind, path, is_wide)| {
        let mut column = json!({"name": name, "type": kind, "jsonPath": path});
        if *is_wide {
            column["priority"] = json!(1);
        }
        column
    });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.keda.sh"), "labels": {
            "app.kubernetes.io/part-of": "keda-operator", "app.kubernetes.io/version": "2.21.0"}},
        "spec": {
            "group": "keda.sh", "scope": scope,
            "names": {"plural": plural, "singular": singular, "kind": kind, "listKind": format!("{kind}List"), "shortNames": short},
            "versions": [{
                "name": "v1alpha1", "served": true, "storage": true, "subresources": {"status": {}},
                "additionalPrinterColumns": columns.collect::<Vec<_>>(),
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}
