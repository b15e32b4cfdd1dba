//! `nginx` and `cosci`: an evening window, and two of the one for each of the other.

use serde_json::json;

use super::parts::{App, Made, namespace, scaled_object};

/// What was there before the story.
pub(super) fn settled() -> Vec<Made> {
    let nginx = App {
        namespace: "web",
        name: "nginx",
        image: "nginx:1.29",
        cpu: Some("50m"),
        memory: "32Mi",
        memory_limit: Some("128Mi"),
        settings: &[
            ("NGINX_WORKER_PROCESSES", "auto"),
            ("UPSTREAM", "http://cosci"),
        ],
        age: 20,
        ..App::ORDINARY
    };
    let cosci = App {
        name: "cosci",
        image: "cosci:1.8.2",
        replicas: 2,
        settings: &[("LOG_LEVEL", "info"), ("QUEUE_SIZE", "64")],
        secrets: &[("API_TOKEN", "cosci-demo-token")],
        ..nginx
    };
    let mut all = vec![namespace("web", 30)];
    all.extend(nginx.all());
    all.extend(cosci.all());
    all
}

/// What the story begins with.
pub(super) fn begins() -> Vec<Made> {
    let evening = json!({"type": "cron", "metadata": {"timezone": "Europe/Oslo",
        "start": "0 21 * * *", "end": "0 0 * * *", "desiredReplicas": "2"}});
    let per_nginx = json!({"type": "kubernetes-workload", "metadata": {"podSelector": "app=nginx", "value": "0.5"}});
    vec![
        scaled_object(
            "web",
            "nginx",
            json!({"minReplicaCount": 1, "maxReplicaCount": 4, "triggers": [evening]}),
        ),
        scaled_object(
            "web",
            "cosci",
            json!({"minReplicaCount": 1, "maxReplicaCount": 8, "triggers": [evening, per_nginx]}),
        ),
    ]
}
