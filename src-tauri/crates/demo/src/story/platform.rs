//! What the cluster itself runs on: nodes, DNS, metrics, KEDA, Prometheus.

use serde_json::{Value, json};

use super::parts::{Made, namespace};

/// All of it was there before the story.
pub(super) fn settled() -> Vec<Made> {
    let mut all: Vec<Made> = Vec::new();
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
        all.push(namespace(name, 40));
    }
    all.extend([namespace("keda", 33), namespace("monitoring", 33)]);
    for (number, zone) in ["a", "b", "c"].into_iter().enumerate() {
        all.push(("nodes", 40, node(number, zone)));
    }
    all.extend(programs());
    all.extend(network());
    all.extend(prometheus());
    all
}

/// What runs in one or more pods, each behind a Service.
fn programs() -> Vec<Made> {
    let mut all = Vec::new();
    for (name, image, namespace, replicas, age, requests, port) in [
        (
            "coredns",
            "coredns/coredns:1.12.4",
            "kube-system",
            2,
            40,
            ["100m", "70Mi"],
            53,
        ),
        (
            "metrics-server",
            "metrics-server/metrics-server:v0.8.0",
            "kube-system",
            1,
            40,
            ["100m", "200Mi"],
            443,
        ),
        (
            "keda-operator",
            "kedacore/keda:2.21.0",
            "keda",
            1,
            33,
            ["100m", "100Mi"],
            9666,
        ),
        (
            "keda-operator-metrics-apiserver",
            "kedacore/keda-metrics-apiserver:2.21.0",
            "keda",
            1,
            33,
            ["100m", "100Mi"],
            6443,
        ),
        (
            "keda-admission-webhooks",
            "kedacore/keda-admission-webhooks:2.21.0",
            "keda",
            1,
            33,
            ["100m", "100Mi"],
            9443,
        ),
        (
            "kube-state-metrics",
            "kube-state-metrics/kube-state-metrics:v2.17.0",
            "monitoring",
            1,
            33,
            ["20m", "64Mi"],
            8080,
        ),
        (
            "grafana",
            "grafana/grafana:12.2.0",
            "monitoring",
            1,
            33,
            ["50m", "128Mi"],
            3000,
        ),
    ] {
        let spec = json!({"replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": template(name, image, requests, port)});
        all.push((
            "deployments.apps",
            age,
            json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": metadata(name, namespace), "spec": spec}),
        ));
        all.push(("services", age, service(name, namespace, port, &json!({}))));
    }
    all
}

/// What makes names and addresses lead somewhere.
fn network() -> Vec<Made> {
    let mut all: Vec<Made> = Vec::new();
    let proxy = "kube-proxy";
    let mut template = template(
        proxy,
        "kube-proxy/kube-proxy:v1.36.3",
        ["20m", "32Mi"],
        10256,
    );
    template["spec"]["hostNetwork"] = json!(true);
    let spec = json!({"selector": {"matchLabels": {"app": proxy}}, "template": template});
    all.push((
        "daemonsets.apps",
        40,
        json!({"apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": metadata(proxy, "kube-system"), "spec": spec}),
    ));
    let api = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubernetes", "namespace": "default",
            "labels": {"component": "apiserver", "provider": "kubernetes"}},
        "spec": {"clusterIP": "10.96.0.1", "ports": [{"name": "https", "port": 443, "targetPort": 6443}]}});
    all.push(("services", 40, api));
    let corefile = ".:53 {\n    errors\n    health\n    ready\n    kubernetes cluster.local in-addr.arpa ip6.arpa\n    cache 30\n    loop\n    reload\n}\n";
    all.push(("configmaps", 40, json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("coredns", "kube-system"),
        "data": {"Corefile": corefile}})));
    all
}

/// Prometheus, a StatefulSet, with its rules.
fn prometheus() -> [Made; 3] {
    let name = "prometheus";
    let template = template(name, "prom/prometheus:v3.7.0", ["200m", "512Mi"], 9090);
    let spec = json!({"replicas": 1, "serviceName": name, "selector": {"matchLabels": {"app": name}}, "template": template});
    let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata(name, "monitoring"), "spec": spec});
    let headless = service(name, "monitoring", 9090, &json!({"clusterIP": "None"}));
    let rules = "groups:\n- name: shop\n  rules:\n  - record: shop:visitors:rate1m\n    expr: sum(rate(http_requests_total{namespace=\"shop\"}[1m]))\n";
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("prometheus-rules", "monitoring"),
        "data": {"rules.yaml": rules, "scrape-interval": "15s"}});
    [
        ("services", 33, headless),
        ("statefulsets.apps", 33, set),
        ("configmaps", 33, config),
    ]
}

fn metadata(name: &str, namespace: &str) -> Value {
    json!({"name": name, "namespace": namespace, "labels": {"app": name, "app.kubernetes.io/name": name}})
}

fn template(name: &str, image: &str, [cpu, memory]: [&str; 2], port: u32) -> Value {
    let container = json!({"name": name, "image": image, "ports": [{"containerPort": port}],
        "resources": {"requests": {"cpu": cpu, "memory": memory}},
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": port}, "periodSeconds": 10}});
    json!({"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}})
}

fn service(name: &str, namespace: &str, port: u32, further: &Value) -> Value {
    let mut spec =
        json!({"selector": {"app": name}, "ports": [{"port": port, "targetPort": port}]});
    for (field, value) in further.as_object().into_iter().flatten() {
        spec[field] = value.clone();
    }
    json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata(name, namespace), "spec": spec})
}

fn node(number: usize, zone: &str) -> Value {
    let name = format!("node-{zone}");
    let capacity =
        json!({"cpu": "4", "memory": "16Gi", "ephemeral-storage": "100Gi", "pods": "110"});
    let allocatable =
        json!({"cpu": "3800m", "memory": "15Gi", "ephemeral-storage": "90Gi", "pods": "110"});
    let mut labels = json!({"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "demo-1", "topology.kubernetes.io/zone": format!("demo-1{zone}"),
        "node.kubernetes.io/instance-type": "demo.xlarge"});
    if number == 0 {
        labels["node-role.kubernetes.io/control-plane"] = json!("");
    }
    let condition = |kind: &str, status: &str, reason: &str, message: &str| json!({"type": kind, "status": status, "reason": reason, "message": message});
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels},
        "spec": {"podCIDR": format!("10.244.{number}.0/24"), "podCIDRs": [format!("10.244.{number}.0/24")], "providerID": format!("demo://{name}")},
        "status": {"capacity": capacity, "allocatable": allocatable,
            "addresses": [{"type": "InternalIP", "address": format!("192.168.40.{}", 11 + number)}, {"type": "Hostname", "address": name}],
            "nodeInfo": {"kubeletVersion": "v1.36.3", "kubeProxyVersion": "", "osImage": "Debian GNU/Linux 13 (trixie)", "kernelVersion": "6.12.48+deb13-amd64",
                "containerRuntimeVersion": "containerd://2.2.0", "operatingSystem": "linux", "architecture": "amd64",
                "machineID": format!("{number:032x}"), "systemUUID": format!("{number:032x}"), "bootID": format!("{number:032x}")},
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")]}})
}
