//! How the story's objects are made.

use serde_json::{Value, json};

/// How many days old is what scales.
pub(super) const SCALING: u32 = 9;

/// A resource, how many days old the object is, the object.
pub(super) type Made = (&'static str, u32, Value);

/// A program that is served: a Deployment with its Service, settings and secrets.
#[derive(Clone, Copy)]
pub(super) struct App<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    pub(super) image: &'a str,
    pub(super) replicas: u32,
    /// What it requests.
    pub(super) cpu: Option<&'a str>,
    pub(super) memory: &'a str,
    pub(super) memory_limit: Option<&'a str>,
    /// Its `ConfigMap`.
    pub(super) settings: &'a [(&'a str, &'a str)],
    /// Its Secret.
    pub(super) secrets: &'a [(&'a str, &'a str)],
    pub(super) age: u32,
}

impl App<'_> {
    /// An ordinary one.
    pub(super) const ORDINARY: App<'static> = App {
        namespace: "shop",
        name: "",
        image: "",
        replicas: 1,
        cpu: Some("100m"),
        memory: "96Mi",
        memory_limit: Some("256Mi"),
        settings: &[],
        secrets: &[],
        age: 12,
    };

    /// All its objects.
    pub(super) fn all(&self) -> Vec<Made> {
        let mut all = Vec::new();
        let metadata = |name: String| json!({"name": name, "namespace": self.namespace, "labels": self.labels()});
        if !self.settings.is_empty() {
            let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(self.config()), "data": fields(self.settings)});
            all.push(("configmaps", self.age, config));
        }
        if !self.secrets.is_empty() {
            let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata(self.secret()),
                "type": "Opaque", "stringData": fields(self.secrets)});
            all.push(("secrets", self.age, secret));
        }
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata(self.name.to_owned()),
            "spec": {"selector": {"app": self.name}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}});
        all.push(("services", self.age, service));
        all.push(("deployments.apps", self.age, self.deployment()));
        all
    }

    fn labels(&self) -> Value {
        json!({"app": self.name, "app.kubernetes.io/name": self.name, "app.kubernetes.io/part-of": self.namespace})
    }

    fn config(&self) -> String {
        format!("{}-config", self.name)
    }

    fn secret(&self) -> String {
        format!("{}-credentials", self.name)
    }

    /// The Deployment alone.
    pub(super) fn deployment(&self) -> Value {
        let mut sources = Vec::new();
        if !self.settings.is_empty() {
            sources.push(json!({"configMapRef": {"name": self.config()}}));
        }
        if !self.secrets.is_empty() {
            sources.push(json!({"secretRef": {"name": self.secret()}}));
        }
        let mut container = json!({
            "name": self.name, "image": self.image, "ports": [{"name": "http", "containerPort": 8080}],
            "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10},
        });
        if !sources.is_empty() {
            container["envFrom"] = Value::Array(sources);
        }
        container["resources"] = json!({"requests": {"memory": self.memory}});
        if let Some(cpu) = self.cpu {
            container["resources"]["requests"]["cpu"] = json!(cpu);
        }
        if let Some(limit) = self.memory_limit {
            container["resources"]["limits"] = json!({"memory": limit});
        }
        json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": self.name, "namespace": self.namespace, "labels": self.labels()},
            "spec": {"replicas": self.replicas, "selector": {"matchLabels": {"app": self.name}},
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
                "template": {"metadata": {"labels": {"app": self.name}}, "spec": {"containers": [container]}}}})
    }
}

fn fields(pairs: &[(&str, &str)]) -> Value {
    let pairs = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)));
    Value::Object(pairs.collect())
}

/// A namespace.
pub(super) fn namespace(name: &str, age: u32) -> Made {
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    ("namespaces", age, object)
}

/// An autoscaler on the share of CPU that is requested.
pub(super) fn hpa(
    namespace: &str,
    name: &str,
    [min, max, utilization]: [i32; 3],
    window: Option<i32>,
) -> Made {
    let mut spec = json!({"minReplicas": min, "maxReplicas": max,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": utilization}}}]});
    if let Some(window) = window {
        spec["behavior"] = json!({"scaleDown": {"stabilizationWindowSeconds": window}});
    }
    let object = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": namespace}, "spec": spec});
    (super::HPAS, SCALING, object)
}

/// A ScaledObject of the Deployment of its name.
pub(super) fn scaled_object(namespace: &str, name: &str, mut spec: Value) -> Made {
    spec["scaleTargetRef"] = json!({"name": name});
    let object = json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
        "metadata": {"name": name, "namespace": namespace}, "spec": spec});
    ("scaledobjects.keda.sh", SCALING, object)
}

/// A trigger that asks Prometheus.
pub(super) fn prometheus(query: &str, threshold: &str, activation: &str) -> Value {
    json!({"type": "prometheus", "metadata": {
        "serverAddress": "http://prometheus.monitoring.svc:9090", "query": query,
        "threshold": threshold, "activationThreshold": activation}})
}

/// What a Job runs.
pub(super) fn job(image: &str, command: &[&str], further: Value) -> Value {
    let mut spec = further;
    let mut container = json!({"name": "main", "image": image,
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}}});
    if !command.is_empty() {
        container["command"] = json!(command);
    }
    spec["template"] = json!({"spec": {"restartPolicy": "Never", "containers": [container]}});
    spec
}
