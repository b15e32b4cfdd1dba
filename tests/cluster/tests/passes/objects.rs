//! The objects of scenarios.

use serde_json::{Value, json};

/// A Deployment named like its namespace; `cpu` is what each pod requests.
pub(crate) fn deployment(namespace: &str, replicas: u32, cpu: Option<&str>) -> Value {
    named_deployment(namespace, namespace, replicas, cpu)
}

/// A Deployment.
pub(crate) fn named_deployment(
    namespace: &str,
    name: &str,
    replicas: u32,
    cpu: Option<&str>,
) -> Value {
    let mut container = json!({"name": "main", "image": "registry.example.com/app:1"});
    if let Some(cpu) = cpu {
        container["resources"] = json!({"requests": {"cpu": cpu, "memory": "64Mi"}});
    }
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {
                "containers": [container], "terminationGracePeriodSeconds": 1,
            }},
        },
    })
}

/// An HPA of the Deployment.
pub(crate) fn hpa(
    namespace: &str,
    [min, max]: [u32; 2],
    metrics: &Value,
    behavior: &Value,
) -> Value {
    let mut object = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": namespace, "namespace": namespace},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": namespace},
            "minReplicas": min, "maxReplicas": max, "metrics": metrics,
        },
    });
    if !behavior.is_null() {
        object["spec"]["behavior"] = behavior.clone();
    }
    object
}

/// The share of CPU that is requested.
pub(crate) fn cpu(utilization: u32) -> Value {
    json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": utilization}}})
}

/// A `ScaledObject` of the Deployment, with further members of its spec.
pub(crate) fn scaled_object(
    namespace: &str,
    [min, max]: [u32; 2],
    triggers: &Value,
    further: Value,
) -> Value {
    let mut spec = further;
    spec["scaleTargetRef"] = json!({"name": namespace});
    spec["minReplicaCount"] = json!(min);
    spec["maxReplicaCount"] = json!(max);
    spec["triggers"] = triggers.clone();
    json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": namespace, "namespace": namespace}, "spec": spec})
}

/// A `ScaledJob` whose Jobs take a few seconds each.
pub(crate) fn scaled_job(namespace: &str, strategy: &str, triggers: &Value) -> Value {
    json!({
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob", "metadata": {"name": namespace, "namespace": namespace},
        "spec": {
            "jobTargetRef": {"template": {
                "metadata": {"annotations": {"scalescope.test/runs-for": "6s", "scalescope.test/start-delay": "2s"}},
                "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "registry.example.com/job:1"}]},
            }},
            "pollingInterval": 2, "maxReplicaCount": 9, "successfulJobsHistoryLimit": 40,
            "scalingStrategy": {"strategy": strategy}, "triggers": triggers,
        },
    })
}

/// The series that a scenario steers.
pub(crate) fn series(namespace: &str, number: u32) -> String {
    format!("load{{of=\"{namespace}\",number=\"{number}\"}}")
}

/// A trigger on that series.
pub(crate) fn prometheus(server: &str, namespace: &str, number: u32) -> Value {
    json!({"type": "prometheus", "metadata": {
        "serverAddress": server, "query": series(namespace, number), "threshold": "10", "ignoreNullValues": "false"}})
}
